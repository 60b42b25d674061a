"""Jobs of the accounts."""

from __future__ import annotations

from app.accounts.services import try_refused_again
from app.core.jobs import JobName
from app.core.permissions import Permission, system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.jobs.job import job

_KEEPER = system_actor("account keeper", Permission.ACCOUNTS_SYNC)


@job(JobName.ACCOUNTS_TRY_REFUSED_AGAIN)
def try_again(runtime: Runtime) -> None:
    with open_context(runtime, _KEEPER) as ctx:
        try_refused_again(ctx)
