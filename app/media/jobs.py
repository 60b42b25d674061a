"""Jobs of media: copying what is due, and collecting files that nothing names any more."""

from __future__ import annotations

import structlog

from app.accounts.outcomes import note_failure
from app.core.context import Context
from app.core.jobs import DeferredJob
from app.core.permissions import Permission, system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.jobs.job import job
from app.jobs.periodic import Periodic, seconds
from app.media.collecting import collect, old_files
from app.media.copies import due_copies, lease_copy, record_copied, record_not_copied
from app.media.fetching import NotGot, fetch_medium
from app.media.job_names import COLLECT_FILES, COPY_MEDIUM
from app.models import Account

log = structlog.get_logger(__name__)
COPIER = system_actor("media copier", Permission.LISTENER_INGEST, Permission.ACCOUNTS_SYNC)


@job(COPY_MEDIUM)
def copy_medium(runtime: Runtime, copy_id: int) -> None:
    """Copy one medium: lease and commit, fetch, record and commit."""
    with open_context(runtime, COPIER) as ctx:
        copy = lease_copy(ctx, copy_id)
        if copy is None:
            return
        account = ctx.session.get_one(Account, copy.account_id)
    try:
        got = fetch_medium(runtime, copy, account)
    except NotGot as error:
        log.info("medium_not_copied", copy=copy_id, reason=error.reason, final=str(error.final))
        with open_context(runtime, COPIER) as ctx:
            record_not_copied(ctx, copy_id, error.reason, final=error.final, retry_at=error.retry_at)
            if error.cause is not None:
                note_failure(ctx, ctx.session.get_one(Account, copy.account_id), error.cause)
        return
    with open_context(runtime, COPIER) as ctx:
        record_copied(ctx, copy_id, got.content, got.mime_type)


@job(COLLECT_FILES)
def collect_files(runtime: Runtime) -> None:
    old = old_files(runtime)
    with open_context(runtime, COPIER) as ctx:
        collect(ctx, old)


def _due_copies(ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(COPY_MEDIUM, (number,)) for number in due_copies(ctx)]


def _collection(_ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(COLLECT_FILES)]


PERIODIC = [
    Periodic("due copies", seconds(2), _due_copies),
    Periodic("files without owner", seconds(3600), _collection),
]
