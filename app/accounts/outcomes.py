"""Writes of accounts: what a call's outcome means for the account, and keeping what platforms push."""

from __future__ import annotations

import random
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts.events import ACCOUNT_CAPABILITIES_CHANGED, ACCOUNT_STATUS_CHANGED, about_account
from app.accounts.queries import account_view
from app.accounts.refusals import COUNTS_FROM, add_refusal, clear_refusals, with_old_refusals
from app.accounts.schemas import AccountChanged
from app.accounts.status_details import detail_of
from app.adapters.capabilities import Feature
from app.core.context import Context
from app.core.errors import PlatformError, PlatformErrorKind
from app.core.events import EventName
from app.core.permissions import Permission
from app.identity.scope import account_audience
from app.models import Account, AccountStatus

_K = PlatformErrorKind
# Errors after which calling on is pointless until a person acts.
_STATUS_OF = {
    _K.AUTH_EXPIRED: AccountStatus.REAUTHORISE,
    _K.CONFIG: AccountStatus.MISCONFIGURED,
    _K.ACCOUNT_BLOCKED: AccountStatus.BLOCKED,
    _K.HUMAN_CHECK: AccountStatus.BLOCKED,
}
_NOT_IN_TROUBLE = (AccountStatus.ACTIVE, AccountStatus.PAUSED, AccountStatus.REMOVED)
_SLOW_DOWN = frozenset({_K.RATE_LIMITED, _K.TEMPORARY, _K.QUOTA_EXHAUSTED, _K.ADDRESS_REFUSED})
BACKOFF_FIRST_SECONDS = 2.0
BACKOFF_MOST_SECONDS = 300.0


def note_success(ctx: Context, account: Account) -> None:
    """A call worked: whatever was wrong before is over."""
    ctx.require(Permission.ACCOUNTS_SYNC)
    calm = not account.error_streak and account.retry_at is None and account.unreachable_since is None
    if calm and account.status in _NOT_IN_TROUBLE:
        return
    _hold(ctx, account)
    account.error_streak = 0
    account.retry_at = None
    account.unreachable_since = None
    if account.push_fault is not None and account.status not in _NOT_IN_TROUBLE:
        return  # calls work, and what is wrong with the pushes is none of their business
    told = account.status is AccountStatus.ACTIVE and account.status_detail is not None
    if told or account.status not in _NOT_IN_TROUBLE:
        set_status(ctx, account, AccountStatus.ACTIVE, None)


def note_failure(ctx: Context, account: Account, error: PlatformError) -> None:
    """A call failed: count it, wait as the platform asks (else back off), and say what a person must do."""
    ctx.require(Permission.ACCOUNTS_SYNC)
    if error.kind not in _SLOW_DOWN and error.kind not in _STATUS_OF:
        return  # the content or the recipient was refused; the account itself works
    _hold(ctx, account)
    if error.kind is _K.TEMPORARY and account.unreachable_since is None:
        account.unreachable_since = ctx.now()
    # Calls that were under way together fail together: one trouble, which counts once.
    if error.kind not in _SLOW_DOWN:
        account.error_streak += 1
    elif account.retry_at is None or account.retry_at <= ctx.now():
        account.error_streak += 1
        account.retry_at = error.retry_at or ctx.now() + backoff(account.error_streak)
    elif error.retry_at is not None:
        account.retry_at = max(account.retry_at or ctx.now(), error.retry_at)
    status = _STATUS_OF.get(error.kind)
    if status is not None and account.status is not status:
        set_status(ctx, account, status, detail_of(error))
    elif error.kind is _K.ADDRESS_REFUSED and account.status is AccountStatus.ACTIVE:
        _tell_of_address(ctx, account, error)


def _tell_of_address(ctx: Context, account: Account, error: PlatformError) -> None:
    """The account works and is tried again by itself; somebody should see to our address meanwhile."""
    if account.status_detail != detail_of(error):
        set_status(ctx, account, AccountStatus.ACTIVE, detail_of(error))


def _hold(ctx: Context, account: Account) -> None:
    """The account as it is now, and nobody else's until the end: calls that end together must not undo one
    another's word, nor lose what they have to record because somebody else was quicker."""
    ctx.session.flush()
    ctx.session.refresh(account, with_for_update=True)


def backoff(failures: int) -> timedelta:
    """Doubling waits with jitter, 2 s at first, 5 min at most."""
    ceiling = min(BACKOFF_MOST_SECONDS, BACKOFF_FIRST_SECONDS * 2 ** min(failures - 1, 16))
    return timedelta(seconds=ceiling * random.uniform(0.5, 1.0))  # noqa: S311  spreads load, guards nothing


def set_status(ctx: Context, account: Account, status: AccountStatus, detail: str | None) -> None:
    """Move an account to a state and tell everybody who looks after it."""
    account.status = status
    account.status_detail = detail
    account.status_since = ctx.now()
    _announce(ctx, ACCOUNT_STATUS_CHANGED, account)


def note_push_fault(ctx: Context, account: Account, fault: str) -> None:
    """What the platform pushes cannot be read: the account says so and what to do, once."""
    ctx.require(Permission.ACCOUNTS_SYNC)
    _hold(ctx, account)
    if account.push_fault == fault or account.status is AccountStatus.REMOVED:
        return
    account.push_fault = fault
    if account.status is AccountStatus.ACTIVE:
        set_status(ctx, account, AccountStatus.MISCONFIGURED, fault)


def note_push_read(ctx: Context, account: Account) -> None:
    """A sealed push was opened: whatever hindered that is over."""
    ctx.require(Permission.ACCOUNTS_SYNC)
    if account.push_fault is None:
        return
    _hold(ctx, account)
    account.push_fault = None
    if account.status is AccountStatus.MISCONFIGURED:
        set_status(ctx, account, AccountStatus.ACTIVE, None)


def note_granted(ctx: Context, account: Account, feature: Feature | None) -> None:
    """A call for this feature worked: the account has the right."""
    ctx.require(Permission.ACCOUNTS_SYNC)
    if feature is not None and clear_refusals(account, feature):
        _announce(ctx, ACCOUNT_CAPABILITIES_CHANGED, account)


def note_not_granted(ctx: Context, account: Account, feature: Feature | None, *, certain: bool) -> None:
    """The platform said that the account may not do this; `certain` when nothing else can be the reason."""
    weight = COUNTS_FROM if certain else 1
    if feature is not None and add_refusal(ctx, account, feature, weight):
        _announce(ctx, ACCOUNT_CAPABILITIES_CHANGED, account)


def try_refused_again(ctx: Context) -> None:
    """Offer again what was refused a day ago: the right may have been given meanwhile."""
    ctx.require(Permission.ACCOUNTS_SYNC)
    for account, features in with_old_refusals(ctx):
        if clear_refusals(account, *features):
            _announce(ctx, ACCOUNT_CAPABILITIES_CHANGED, account)


def _announce(ctx: Context, name: EventName, account: Account) -> None:
    ctx.session.flush()
    full = ctx.session.scalars(
        select(Account).where(Account.id == account.id).options(joinedload(Account.agency))
    ).one()
    ctx.emit(
        name,
        AccountChanged(account=account_view(ctx, full)),
        account_audience(account.id, Permission.ACCOUNTS_READ),
        about=about_account(full),
    )
