"""Reads of accounts."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts.budget import quota_view
from app.accounts.platforms import platforms
from app.accounts.refusals import refused_features
from app.accounts.schemas import AccountList, AccountView, RefusedCapabilityView
from app.core.context import Context
from app.core.errors import NotFound
from app.core.permissions import Permission
from app.identity.schemas import AgencyRef
from app.identity.scope import scope
from app.models import Account, AccountStatus


def get_account(ctx: Context, account_id: int) -> Account:
    """The account, if the actor reaches it."""
    account = ctx.session.scalars(
        scope(select(Account), ctx.actor, Account)
        .where(Account.id == account_id)
        .options(joinedload(Account.agency))
    ).one_or_none()
    if account is None:
        raise NotFound
    return account


def list_accounts(ctx: Context) -> AccountList:
    accounts = ctx.session.scalars(
        scope(select(Account), ctx.actor, Account)
        .where(Account.status != AccountStatus.REMOVED)
        .options(joinedload(Account.agency))
        .order_by(Account.platform, Account.id)
    )
    return AccountList(items=[own_view(ctx, account) for account in accounts])


def own_view(ctx: Context, account: Account) -> AccountView:
    """The account as the actor may see it."""
    return account_view(ctx, account, manages=ctx.actor.may(Permission.ACCOUNTS_MANAGE))


def account_view(ctx: Context, account: Account, *, manages: bool = False) -> AccountView:
    """The view of an account whose agency is loaded; `manages` adds what only its managers need.

    Events carry it without: they reach everybody who may see the account.
    """
    adapter = platforms(ctx.runtime).adapter(account.platform)
    capabilities = adapter.capabilities(platforms(ctx.runtime).ref(account))
    lag = None if account.lag_since is None else int((ctx.now() - account.lag_since).total_seconds())
    return AccountView(
        id=account.id,
        name=account.name,
        platform=account.platform,
        external_id=account.external_id,
        agency=AgencyRef(id=account.agency.id, name=account.agency.name, kind=account.agency.kind),
        kind=account.kind,
        team_id=account.team_id,
        owner_operator_id=account.owner_operator_id,
        callback_path=f"/callbacks/{account.platform}/{account.callback_key}" if manages else None,
        settings=account.settings if manages else None,
        status=account.status,
        status_detail=account.status_detail,
        status_since=account.status_since,
        token_expires_at=account.token_expires_at,
        last_poll_at=account.last_poll_at,
        last_push_at=account.last_push_at,
        lag_seconds=lag,
        error_streak=account.error_streak,
        retry_at=account.retry_at,
        quota=quota_view(ctx, account),
        capabilities=sorted(capabilities.features),
        refused_capabilities=[
            RefusedCapabilityView(capability=feature.value, refused_at=at)
            for feature, at in refused_features(account).items()
        ],
        version=account.version,
    )
