"""Keeping what platforms push, exactly as it came, and reading again what could not be opened then."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from app.accounts.job_names import PROCESS_DELIVERIES
from app.adapters.identity import UNDECRYPTABLE
from app.core.context import Context
from app.core.db import among, upsert
from app.core.permissions import Permission
from app.core.text import storable
from app.models import CallbackDelivery, DeliveryStatus

_LONGEST_SIGNATURE = 64


@dataclass(frozen=True)
class ReceivedPush:
    """A push as it came, for one of our accounts."""

    account_id: int
    body: bytes
    query: dict[str, str]
    content_type: str

    @property
    def signature(self) -> str | None:
        """What the platform signed it with. Where the fields in it begin and end does not change it."""
        given = self.query.get("signature") or self.query.get("msg_signature") or ""
        return storable(given)[:_LONGEST_SIGNATURE] or None


@dataclass(frozen=True)
class Stored:
    """What came of keeping some pushes: how many were new, and the places of those that are replays."""

    new: int
    replayed: set[int] = field(default_factory=set)


def store_deliveries(ctx: Context, pushes: Sequence[ReceivedPush]) -> Stored:
    """Keep pushes as they came. A platform's repeat is kept already; a signature counts for one body only.

    Nothing is deferred here: who acknowledges a push must not wait for the queue (app.accounts.acceptance).
    """
    ctx.require(Permission.CALLBACKS_STORE)
    statement = upsert(ctx.session, CallbackDelivery).on_conflict_do_nothing().returning(CallbackDelivery.id)
    # Rows as parameters: the statement is compiled once, whatever their number.
    rows = [_delivery_row(ctx.now(), push) for push in pushes]
    new = len(ctx.session.connection().execute(statement, rows).all())
    return Stored(new, _replayed(ctx, pushes) if new < len(pushes) else set())


def _replayed(ctx: Context, pushes: Sequence[ReceivedPush]) -> set[int]:
    """Those whose signature is kept with another body."""
    signatures = sorted({push.signature for push in pushes if push.signature})
    kept = ctx.session.execute(
        select(CallbackDelivery.account_id, CallbackDelivery.signature, CallbackDelivery.body).where(
            among(ctx.session, CallbackDelivery.signature, signatures)
        )
    )
    bodies = {(row.account_id, row.signature): row.body for row in kept}
    return {
        place
        for place, push in enumerate(pushes)
        if bodies.get((push.account_id, push.signature), push.body) != push.body
    }


def _delivery_row(now: datetime, push: ReceivedPush) -> dict[str, Any]:
    return {
        "created_at": now,
        "account_id": push.account_id,
        "digest": delivery_digest(push.body, push.query),
        "signature": push.signature,
        "query": {storable(key): storable(value) for key, value in push.query.items()},
        "content_type": push.content_type[:120],
        "body": push.body,
        "status": DeliveryStatus.RECEIVED,
    }


def delivery_digest(body: bytes, query: Mapping[str, str]) -> str:
    """Names one push: a repeat carries the same body and signature time, another message does not."""
    signed = "\n".join(f"{key}={query[key]}" for key in sorted(query) if key in ("timestamp", "nonce"))
    return hashlib.sha256(signed.encode("utf-8", "replace") + b"\0" + body).hexdigest()


def read_sealed_again(ctx: Context, account_id: int) -> int:
    """Put back what was encrypted for a key that we had not; how many pushes. The key may be right now."""
    ctx.require(Permission.ACCOUNTS_MANAGE, account_id=account_id)
    result = ctx.session.execute(
        update(CallbackDelivery)
        .where(*_sealed(account_id))
        .values(status=DeliveryStatus.RECEIVED, reason=None)
        .returning(CallbackDelivery.id)
        .execution_options(synchronize_session=False)
    )
    number = len(result.all())
    if number:
        ctx.defer(PROCESS_DELIVERIES)
    return number


def count_sealed(ctx: Context, account_id: int) -> int:
    """Kept pushes that no key of ours has opened."""
    return ctx.session.scalar(select(func.count()).where(*_sealed(account_id))) or 0


def _sealed(account_id: int) -> tuple[Any, ...]:
    return (
        CallbackDelivery.account_id == account_id,
        CallbackDelivery.status == DeliveryStatus.PROCESSED,
        CallbackDelivery.reason.startswith(UNDECRYPTABLE),
    )
