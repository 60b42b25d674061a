"""Jobs of identity."""

from __future__ import annotations

import structlog

from app.core.context import Context
from app.core.jobs import DeferredJob
from app.core.permissions import system_actor
from app.core.retention import forget
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.identity.audit_chain import write_checkpoint
from app.identity.job_names import FORGET_OLD, KEEP_AUDIT_HEAD, SWEEP_SESSIONS
from app.identity.looking import sweep_looks
from app.identity.retention import RETENTION
from app.identity.services import sweep_sessions
from app.jobs.job import job
from app.jobs.periodic import Periodic, seconds

log = structlog.get_logger(__name__)
_JANITOR = system_actor("janitor")


@job(SWEEP_SESSIONS)
def sweep_idle_sessions(runtime: Runtime) -> None:
    with open_context(runtime, _JANITOR) as ctx:
        sweep_sessions(ctx)
        sweep_looks(ctx)


@job(KEEP_AUDIT_HEAD)
def keep_audit_head(runtime: Runtime) -> None:
    """Note beside the database how far the audit log has come."""
    with open_context(runtime, _JANITOR, write=False) as ctx:
        if not write_checkpoint(ctx.session, runtime.settings):
            log.error("audit_log_is_shorter_than_it_was", advice="flask --app wsgi audit verify")


def _audit_head(_ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(KEEP_AUDIT_HEAD)]


def _idle_sessions(_ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(SWEEP_SESSIONS)]


@job(FORGET_OLD)
def forget_old(runtime: Runtime) -> None:
    """Delete what the rules say is over."""
    forget(runtime, _JANITOR, RETENTION)


def _old_rows(_ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(FORGET_OLD)]


PERIODIC = [
    Periodic("old rows of identity", seconds(1800), _old_rows),
    Periodic("idle sessions", seconds(300), _idle_sessions),
    Periodic("audit head", seconds(60), _audit_head),
]
