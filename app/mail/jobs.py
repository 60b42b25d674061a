"""Jobs of mail: sending what is due, forgetting what is old."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, and_

from app.core.context import Context
from app.core.jobs import DeferredJob
from app.core.retention import Rule, forget
from app.core.runtime import Runtime
from app.jobs.job import job
from app.jobs.periodic import Periodic, seconds
from app.mail import services  # noqa: F401 - the words of its two purposes
from app.mail.courier import POSTMAN, anything_due, send_due
from app.mail.job_names import FORGET_OLD, SEND_DUE
from app.models import Mail


@job(SEND_DUE)
def send_due_mail(runtime: Runtime) -> None:
    send_due(runtime)


@job(FORGET_OLD)
def forget_old(runtime: Runtime) -> None:
    forget(runtime, POSTMAN, RETENTION)


def _is_over(ctx: Context) -> ColumnElement[bool]:
    old = Mail.created_at < ctx.now() - timedelta(days=ctx.runtime.settings.notification_days)
    return and_(old, Mail.ended_at.is_not(None))


def _due(ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(SEND_DUE)] if anything_due(ctx) else []


def _old_rows(_ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(FORGET_OLD)]


RETENTION = (Rule(Mail, _is_over),)
PERIODIC = [
    Periodic("e-mail to send", seconds(2), _due),
    Periodic("old e-mail", seconds(1800), _old_rows),
]
