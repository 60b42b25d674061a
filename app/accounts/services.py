"""Writes of accounts: what a call's outcome means for the account, and keeping what platforms push."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts.events import ACCOUNT_CAPABILITIES_CHANGED, ACCOUNT_STATUS_CHANGED
from app.accounts.queries import account_view
from app.accounts.refusals import COUNTS_FROM, add_refusal, clear_refusals, with_old_refusals
from app.accounts.schemas import AccountChanged
from app.adapters.capabilities import Feature
from app.core.context import Context
from app.core.db import upsert
from app.core.errors import PlatformError, PlatformErrorKind
from app.core.permissions import Permission
from app.core.text import storable
from app.identity.scope import account_audience
from app.models import Account, AccountStatus, CallbackDelivery, DeliveryStatus

_K = PlatformErrorKind
# Errors after which calling on is pointless until a person acts.
_STATUS_OF = {
    _K.AUTH_EXPIRED: AccountStatus.REAUTHORISE,
    _K.CONFIG: AccountStatus.MISCONFIGURED,
    _K.ACCOUNT_BLOCKED: AccountStatus.BLOCKED,
    _K.HUMAN_CHECK: AccountStatus.BLOCKED,
}
_NOT_IN_TROUBLE = (AccountStatus.ACTIVE, AccountStatus.PAUSED, AccountStatus.REMOVED)
_SLOW_DOWN = frozenset({_K.RATE_LIMITED, _K.TEMPORARY, _K.QUOTA_EXHAUSTED})
BACKOFF_FIRST_SECONDS = 2.0
BACKOFF_MOST_SECONDS = 300.0


def note_success(ctx: Context, account: Account) -> None:
    """A call worked: whatever was wrong before is over."""
    ctx.require(Permission.ACCOUNTS_SYNC)
    if not account.error_streak and account.retry_at is None and account.status in _NOT_IN_TROUBLE:
        return
    _hold(ctx, account)
    account.error_streak = 0
    account.retry_at = None
    if account.status not in _NOT_IN_TROUBLE:
        set_status(ctx, account, AccountStatus.ACTIVE, None)


def note_failure(ctx: Context, account: Account, error: PlatformError) -> None:
    """A call failed: count it, wait as the platform asks (else back off), and say what a person must do."""
    ctx.require(Permission.ACCOUNTS_SYNC)
    if error.kind not in _SLOW_DOWN and error.kind not in _STATUS_OF:
        return  # the content or the recipient was refused; the account itself works
    _hold(ctx, account)
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
        set_status(ctx, account, status, _detail(error))


def _hold(ctx: Context, account: Account) -> None:
    """The account as it is now, and nobody else's until the end: calls that end together must not undo one
    another's word, nor lose what they have to record because somebody else was quicker."""
    ctx.session.flush()
    ctx.session.refresh(account, with_for_update=True)


def backoff(failures: int) -> timedelta:
    """Doubling waits with jitter, 2 s at first, 5 min at most."""
    ceiling = min(BACKOFF_MOST_SECONDS, BACKOFF_FIRST_SECONDS * 2 ** min(failures - 1, 16))
    return timedelta(seconds=ceiling * random.uniform(0.5, 1.0))  # noqa: S311  spreads load, guards nothing


def _detail(error: PlatformError) -> str:
    return f"{error.platform_code or error.kind.value}: {error.message}"[:300]


def set_status(ctx: Context, account: Account, status: AccountStatus, detail: str | None) -> None:
    """Move an account to a state and tell everybody who looks after it."""
    account.status = status
    account.status_detail = detail
    account.status_since = ctx.now()
    _announce(ctx, ACCOUNT_STATUS_CHANGED, account)


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


def _announce(ctx: Context, name: str, account: Account) -> None:
    ctx.session.flush()
    full = ctx.session.scalars(
        select(Account).where(Account.id == account.id).options(joinedload(Account.agency))
    ).one()
    ctx.emit(
        name,
        AccountChanged(account=account_view(ctx, full)),
        account_audience(account.id, Permission.ACCOUNTS_READ),
    )


@dataclass(frozen=True)
class ReceivedPush:
    """A push as it came, for one of our accounts; `rejected` says why it will not be looked into."""

    account_id: int
    body: bytes
    query: dict[str, str]
    content_type: str
    rejected: str | None = None


def store_deliveries(ctx: Context, pushes: Sequence[ReceivedPush]) -> int:
    """Keep pushes as they came; how many were new (a platform's repeat is kept already).

    Nothing is deferred here: who acknowledges a push must not wait for the queue (app.accounts.acceptance).
    """
    ctx.require(Permission.CALLBACKS_STORE)
    statement = upsert(ctx.session, CallbackDelivery).on_conflict_do_nothing().returning(CallbackDelivery.id)
    # Rows as parameters: the statement is compiled once, whatever their number.
    rows = [_delivery_row(ctx.now(), push) for push in pushes]
    return len(ctx.session.connection().execute(statement, rows).all())


def _delivery_row(now: datetime, push: ReceivedPush) -> dict[str, Any]:
    return {
        "created_at": now,
        "account_id": push.account_id,
        "digest": delivery_digest(push.body, push.query),
        "query": {storable(key): storable(value) for key, value in push.query.items()},
        "content_type": push.content_type[:120],
        "body": push.body,
        "status": DeliveryStatus.RECEIVED if push.rejected is None else DeliveryStatus.REJECTED,
        "reason": push.rejected,
    }


def delivery_digest(body: bytes, query: Mapping[str, str]) -> str:
    """Names one push: a repeat carries the same body and signature time, another message does not."""
    signed = "\n".join(f"{key}={query[key]}" for key in sorted(query) if key in ("timestamp", "nonce"))
    return hashlib.sha256(signed.encode("utf-8", "replace") + b"\0" + body).hexdigest()
