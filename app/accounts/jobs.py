"""Jobs of the accounts."""

from __future__ import annotations

from sqlalchemy import select

from app.accounts.connecting import record_health
from app.accounts.job_names import FORGET_OLD, REFRESH_FACTS, TRY_REFUSED_AGAIN
from app.accounts.outcomes import try_refused_again
from app.accounts.platforms import platforms
from app.accounts.queries import get_account
from app.accounts.refusals import with_old_refusals
from app.accounts.retention import RETENTION
from app.adapters import registry
from app.adapters.base import AppRegistrar
from app.core.context import Context
from app.core.jobs import DeferredJob
from app.core.permissions import Permission, system_actor
from app.core.retention import forget
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.jobs.job import job
from app.jobs.periodic import Periodic, seconds
from app.models import Account, AccountStatus

_KEEPER = system_actor("account keeper", Permission.ACCOUNTS_SYNC, Permission.ACCOUNTS_READ)


@job(TRY_REFUSED_AGAIN)
def try_again(runtime: Runtime) -> None:
    with open_context(runtime, _KEEPER) as ctx:
        try_refused_again(ctx)


@job(REFRESH_FACTS)
def refresh_facts(runtime: Runtime, account_id: int) -> None:
    """Ask a server what it allows: its software is updated, its limits are changed by its staff."""
    with open_context(runtime, _KEEPER, write=False) as ctx:
        account = get_account(ctx, account_id)
    parts = platforms(runtime)
    health = parts.adapter(account.platform).check_account(parts.ref(account))
    with open_context(runtime, _KEEPER) as ctx:
        record_health(ctx, account_id, health)


def _servers(ctx: Context) -> list[DeferredJob]:
    """Accounts on servers of their own, where no two allow the same."""
    names = [name for name, adapter in registry.all_adapters().items() if issubclass(adapter, AppRegistrar)]
    ids = ctx.session.scalars(
        select(Account.id).where(Account.platform.in_(names), Account.status == AccountStatus.ACTIVE)
    )
    return [DeferredJob(REFRESH_FACTS, (number,)) for number in ids]


def _old_refusals(ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(TRY_REFUSED_AGAIN)] if with_old_refusals(ctx) else []


@job(FORGET_OLD)
def forget_old(runtime: Runtime) -> None:
    """Delete what the rules say is over."""
    forget(runtime, _KEEPER, RETENTION)


def _old_rows(_ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(FORGET_OLD)]


PERIODIC = [
    Periodic("old rows of accounts", seconds(1800), _old_rows),
    Periodic("old refusals", seconds(600), _old_refusals),
    Periodic("what servers allow", seconds(6 * 3600), _servers),
]
