"""Every feature's jobs, for the processes that do them or look for them: nobody else loads what they need."""

from __future__ import annotations

from app.accounts import jobs as accounts_jobs
from app.auditing import jobs as auditing_jobs
from app.automation import jobs as automation_jobs
from app.customers import jobs as customers_jobs
from app.directory import jobs as directory_jobs
from app.figures import jobs as figures_jobs
from app.files import jobs as files_jobs
from app.grants import jobs as grants_jobs
from app.identity import jobs as identity_jobs
from app.jobs.periodic import Periodic
from app.listener import jobs as listener_jobs
from app.longwork import jobs as longwork_jobs
from app.mail import jobs as mail_jobs
from app.media import jobs as media_jobs
from app.notifications import jobs as notifications_jobs
from app.outbound import jobs as outbound_jobs
from app.processes import all_metrics, all_notices  # noqa: F401 - a worker answers questions about them
from app.publishing import jobs as publishing_jobs
from app.realtime import jobs as realtime_jobs
from app.routing import jobs as routing_jobs
from app.shifts import jobs as shift_jobs
from app.topics import jobs as topics_jobs
from app.workbench import jobs as workbench_jobs

# Imported for the jobs they register.
JOB_MODULES = (
    accounts_jobs,
    automation_jobs,
    auditing_jobs,
    customers_jobs,
    directory_jobs,
    figures_jobs,
    files_jobs,
    grants_jobs,
    identity_jobs,
    listener_jobs,
    longwork_jobs,
    mail_jobs,
    media_jobs,
    notifications_jobs,
    outbound_jobs,
    publishing_jobs,
    realtime_jobs,
    routing_jobs,
    shift_jobs,
    topics_jobs,
    workbench_jobs,
)
PERIODIC: list[Periodic] = [entry for module in JOB_MODULES for entry in getattr(module, "PERIODIC", ())]
