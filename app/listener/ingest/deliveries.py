"""Pushes that were kept raw, turned into items.

Three steps, so that the database is locked for the writing only: read a batch, understand it, store it. A
crash in between leaves the pushes where they were, and repeating them does no harm: items are unique.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import load_only

from app.accounts.outcomes import note_push_fault, note_push_read
from app.accounts.platforms import platforms
from app.adapters.identity import UNDECRYPTABLE, unreadable_body
from app.adapters.types import PushResult
from app.core.context import Context
from app.core.db import among
from app.core.permissions import Permission
from app.core.runtime import Runtime
from app.listener.ingest.storing import Lease, new_lease, store_posts
from app.models import Account, Base, CallbackDelivery, DeliveryStatus, InboundItem, Stream, Verdict

log = structlog.get_logger(__name__)
DELIVERIES_PER_BATCH = 100
"""Large enough to be cheap, small enough to be short: on SQLite acknowledgements wait for a transaction."""
LAST_PUSH_WITHIN = timedelta(seconds=5)
"""So exactly an account says when it was pushed to last: its row is not written for each push."""


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
                CallbackDelivery.processed_at,
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


def store_understood(ctx: Context, batch: Sequence[Understood], accounts: Mapping[int, Account]) -> Lease:
    """Store what they brought, and that they are done; what another worker has done meanwhile is left out.
    `accounts` are those they were read with, by id.

    What is new belongs to the caller, who judges it next; if he dies, others do when the lease ends.
    """
    ctx.require(Permission.LISTENER_INGEST)
    lease = new_lease(ctx)
    waiting = _finish(ctx, batch)
    by_account: dict[int, list[Understood]] = {}
    for understood in batch:
        if understood.delivery.id in waiting:
            by_account.setdefault(understood.delivery.account_id, []).append(understood)
    for account_id, pushed in by_account.items():
        posts = [post for understood in pushed for post in understood.result.items]
        store_posts(ctx, account_id, posts, lease=lease)
        _note_push(ctx, accounts[account_id], pushed)
        _note_seals(ctx, accounts[account_id], pushed)
    return lease


def _note_seals(ctx: Context, read: Account, pushed: Sequence[Understood]) -> None:
    """Whether the account's key opens what is pushed; the newest push decides."""
    sealed = [u for u in pushed if (u.reason or "").startswith(UNDECRYPTABLE)]
    if not sealed and read.push_fault is None:
        return _forget_sealed_items(ctx, read.id, [u for u in pushed if u.reason is None])
    account_id = read.id
    account = ctx.session.get_one(Account, account_id)
    if sealed and sealed[-1] is pushed[-1]:
        note_push_fault(ctx, account, "check_encoding_aes_key")
    elif account.push_fault is not None and pushed[-1].reason is None:
        note_push_read(ctx, account)
    if account.push_fault is None or not sealed:
        _forget_sealed_items(ctx, account_id, [u for u in pushed if u.reason is None])
    return None


def _forget_sealed_items(ctx: Context, account_id: int, opened: Sequence[Understood]) -> None:
    """What was kept for review while it was sealed needs nobody any more once it is open."""
    again = [u for u in opened if u.delivery.processed_at is not None]
    if not again:
        return
    names = [unreadable_body(u.delivery.body, "", u.delivery.created_at).external_id for u in again]
    items = select(InboundItem.id).where(
        InboundItem.account_id == account_id, among(ctx.session, InboundItem.external_id, names)
    )
    ctx.session.execute(
        update(Verdict).where(Verdict.inbound_item_id.in_(items)).values(needs_review=False),
        execution_options={"synchronize_session": False},
    )


def _note_push(ctx: Context, account: Account, pushed: Sequence[Understood]) -> None:
    newest = max(understood.delivery.created_at for understood in pushed)
    if account.last_push_at is None or newest - account.last_push_at >= LAST_PUSH_WITHIN:
        # Past the ORM: nobody who is changing the account may lose against a time stamp (its version stays).
        table = Base.metadata.tables[Account.__tablename__]
        ctx.session.execute(update(table).where(table.c.id == account.id).values(last_push_at=newest))
    hints = {hint for understood in pushed for hint in understood.result.poll_hints}
    if hints:
        ctx.session.execute(
            update(Stream)
            .where(Stream.account_id == account.id, Stream.name.in_(hints), Stream.is_active)
            .values(due_at=ctx.now()),
            execution_options={"synchronize_session": False},
        )


def _finish(ctx: Context, batch: Sequence[Understood]) -> set[int]:
    """Note that they are done, and why parts of some were not understood; the ids of those that were not yet.

    The rows stay locked until the items are stored with them.
    """
    ids = [understood.delivery.id for understood in batch]
    still = (
        select(CallbackDelivery.id)
        .where(
            among(ctx.session, CallbackDelivery.id, ids), CallbackDelivery.status == DeliveryStatus.RECEIVED
        )
        .order_by(CallbackDelivery.id)  # two workers lock in one order
        .with_for_update()
    )
    done = ctx.session.scalars(
        update(CallbackDelivery)
        .where(CallbackDelivery.id.in_(still))
        .values(status=DeliveryStatus.PROCESSED, processed_at=ctx.now())
        .returning(CallbackDelivery.id),
        execution_options={"synchronize_session": False},
    )
    waiting = set(done)
    reasons = [{"of": u.delivery.id, "why": u.reason} for u in batch if u.reason and u.delivery.id in waiting]
    if reasons:
        table = Base.metadata.tables[CallbackDelivery.__tablename__]
        statement = update(table).where(table.c.id == bindparam("of")).values(reason=bindparam("why"))
        ctx.session.connection().execute(statement, reasons)
    return waiting
