"""Where the parts are put together, for every process: settings, logs, runtime, reactions, jobs."""

from __future__ import annotations

import sys

from app.accounts import jobs as accounts_jobs
from app.config import ConfigurationError, Settings, load_settings
from app.core.clock import Clock
from app.core.logging import configure_logging
from app.core.runtime import Runtime, build_runtime
from app.customers import jobs as customers_jobs
from app.identity import jobs as identity_jobs
from app.identity.events import PRESENCE_CHANGED
from app.jobs.queue import RedisQueue
from app.listener import jobs as listener_jobs
from app.publishing import jobs as publishing_jobs
from app.routing import jobs as routing_jobs
from app.routing.events import MESSAGES_APPENDED
from app.topics import jobs as topics_jobs
from app.workbench import jobs as workbench_jobs
from app.workbench.announce import on_messages_appended

# Imported for the jobs they register.
JOB_MODULES = (
    accounts_jobs,
    customers_jobs,
    identity_jobs,
    listener_jobs,
    publishing_jobs,
    routing_jobs,
    topics_jobs,
    workbench_jobs,
)


def compose(settings: Settings, *, clock: Clock | None = None) -> Runtime:
    """A runtime with the queue and every reaction of one package to another."""
    runtime = build_runtime(settings, clock=clock)
    runtime.queue = RedisQueue(runtime.redis, settings.installation)
    runtime.subscribe(PRESENCE_CHANGED, routing_jobs.on_presence_changed)
    runtime.connect(MESSAGES_APPENDED, on_messages_appended)
    return runtime


def start_process(name: str) -> Runtime:
    """Settings, logs and runtime of a worker or scheduler; unusable settings end it with one clear text."""
    try:
        settings = load_settings()
    except ConfigurationError as error:
        sys.stderr.write(f"lingke: {error}\n")
        raise SystemExit(1) from None
    configure_logging(name, settings.log_level)
    return compose(settings)
