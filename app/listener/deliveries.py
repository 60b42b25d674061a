"""Pushes that were kept raw, turned into items.

Three steps, so that the database is locked for the writing only: read a batch, understand it, store it. A
crash in between leaves the pushes where they were, and repeating them does no harm: items are unique.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import load_only

from app.accounts.platforms import platforms
from app.adapters.identity import unreadable_body
from app.adapters.types import PushResult
from app.core.context import Context
from app.core.permissions import Permission
from app.core.runtime import Runtime
from app.listener.intake import store_posts
from app.models import Account, Base, CallbackDelivery, DeliveryStatus, Stream

log = structlog.get_logger(__name__)
DELIVERIES_PER_BATCH = 100
"""Large enough to be cheap, small enough to be short: on SQLite acknowledgements wait for a transaction."""


@dataclass(frozen=True)
class Understood:
    """A kept push and what its adapter made of it."""

    delivery: CallbackDelivery
    result: PushResult

    @property
    def reason(self) -> str | None:
        """Why parts of it were not understood."""
        return "; ".join(post.reason for post in self.result.items if post.reason)[:500] or None


def waiting_deliveries(ctx: Context) -> tuple[Sequence[CallbackDelivery], dict[int, Account]]:
    """The oldest pushes that nobody has looked into, and their accounts by id."""
    ctx.require(Permission.LISTENER_INGEST)
    deliveries = ctx.session.scalars(
        select(CallbackDelivery)
        .where(CallbackDelivery.status == DeliveryStatus.RECEIVED)
        .order_by(CallbackDelivery.id)
        .limit(DELIVERIES_PER_BATCH)
        .options(
            load_only(
                CallbackDelivery.account_id,
                CallbackDelivery.query,
                CallbackDelivery.body,
                CallbackDelivery.created_at,
            )
        )
    ).all()
    ids = {delivery.account_id for delivery in deliveries}
    accounts = ctx.session.scalars(select(Account).where(Account.id.in_(ids))) if ids else ()
    return deliveries, {account.id: account for account in accounts}


def understand(
    runtime: Runtime, deliveries: Sequence[CallbackDelivery], accounts: dict[int, Account]
) -> list[Understood]:
    """Parse them, outside any transaction."""
    return [
        Understood(delivery, _parsed(runtime, delivery, accounts[delivery.account_id]))
        for delivery in deliveries
    ]


def _parsed(runtime: Runtime, delivery: CallbackDelivery, account: Account) -> PushResult:
    parts = platforms(runtime)
    received_at = delivery.created_at
    try:
        receiver = parts.push_receiver(account.platform)
        return receiver.parse_push(delivery.body, delivery.query, parts.ref(account), received_at)
    except Exception as error:
        # Adapters promise not to raise. One that does, or is gone, must not hold up everybody else's pushes.
        log.error("push_not_parsed", delivery=delivery.id, account=account.id, exc_info=error)
        kept = unreadable_body(delivery.body, f"adapter_failed: {type(error).__name__}", received_at)
        return PushResult(items=(kept,))


def store_understood(ctx: Context, batch: Sequence[Understood]) -> None:
    """Store what they brought, and that they are done; what another worker has done meanwhile is left out."""
    ctx.require(Permission.LISTENER_INGEST)
    ids = [understood.delivery.id for understood in batch]
    still = select(CallbackDelivery.id).where(
        CallbackDelivery.id.in_(ids), CallbackDelivery.status == DeliveryStatus.RECEIVED
    )
    waiting = set(ctx.session.scalars(still.order_by(CallbackDelivery.id).with_for_update()))
    by_account: dict[int, list[Understood]] = {}
    for understood in batch:
        if understood.delivery.id in waiting:
            by_account.setdefault(understood.delivery.account_id, []).append(understood)
    for account_id, pushed in by_account.items():
        store_posts(ctx, account_id, [post for understood in pushed for post in understood.result.items])
        _note_push(ctx, account_id, pushed)
    _finish(ctx, [understood for pushed in by_account.values() for understood in pushed])


def _note_push(ctx: Context, account_id: int, pushed: Sequence[Understood]) -> None:
    newest = max(understood.delivery.created_at for understood in pushed)
    # Past the ORM: nobody who is changing the account may lose against a time stamp (its version stays).
    table = Base.metadata.tables[Account.__tablename__]
    ctx.session.execute(update(table).where(table.c.id == account_id).values(last_push_at=newest))
    hints = {hint for understood in pushed for hint in understood.result.poll_hints}
    if hints:
        ctx.session.execute(
            update(Stream)
            .where(Stream.account_id == account_id, Stream.name.in_(hints), Stream.is_active)
            .values(due_at=ctx.now()),
            execution_options={"synchronize_session": False},
        )


def _finish(ctx: Context, batch: Sequence[Understood]) -> None:
    if not batch:
        return
    ctx.session.execute(
        update(CallbackDelivery)
        .where(CallbackDelivery.id.in_([understood.delivery.id for understood in batch]))
        .values(status=DeliveryStatus.PROCESSED, processed_at=ctx.now()),
        execution_options={"synchronize_session": False},
    )
    reasons = [{"of": u.delivery.id, "why": u.reason} for u in batch if u.reason]
    if reasons:
        table = Base.metadata.tables[CallbackDelivery.__tablename__]
        statement = update(table).where(table.c.id == bindparam("of")).values(reason=bindparam("why"))
        ctx.session.connection().execute(statement, reasons)
