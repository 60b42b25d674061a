"""Intents to send: writing one down, and what a person may still decide about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from app.core.context import Context
from app.core.crypto import new_token
from app.core.errors import Conflict, Invalid
from app.models import AUTHOR_LEFT, Account, Lane, OutboundMessage, OutboundState
from app.outbound.cargo import Cargo

FARTHEST = timedelta(days=30)


def goes_at(ctx: Context, send_at: datetime | None) -> datetime:
    """When it leaves: after the time to take it back, or at the wished later moment.

    Raises Invalid(`send_at_too_far`).
    """
    soon = ctx.now() + timedelta(seconds=ctx.runtime.settings.undo_seconds)
    if send_at is None:
        return soon
    if send_at > ctx.now() + FARTHEST:
        raise Invalid("send_at_too_far", fields={"send_at": "send_at_too_far"})
    return max(soon, send_at)


def write_intent(
    ctx: Context,
    cargo: Cargo,
    *,
    account: Account,
    lane: Lane,
    order_key: str,
    leaves_at: datetime,
    target: Mapping[str, Any],
    address: str,
    cargo_id: int,
    conversation_id: int | None = None,
) -> OutboundMessage:
    """The row that makes sure it goes; `cargo_id` is the row of the cargo's own table."""
    outbound = OutboundMessage(
        created_at=ctx.now(),
        account_id=account.id,
        lane=lane,
        order_key=order_key,
        target=dict(target),
        operation_key=new_token(),
        actor_address=address,
        state=OutboundState.QUEUED,
        not_before=leaves_at,
        undo_until=leaves_at,
        attempts=0,
        cargo=cargo.name,
        cargo_id=cargo_id,
        conversation_id=conversation_id,
    )
    ctx.session.add(outbound)
    ctx.session.flush()
    if leaves_at <= ctx.now():
        ctx.defer(cargo.job)
    return outbound


def change_state(ctx: Context, cargo: Cargo, rows: Sequence[OutboundMessage], state: OutboundState) -> None:
    """Move rows to a state and let their cargo tell of it."""
    if not rows:
        return
    for outbound in rows:
        outbound.state = state
    ctx.session.flush()
    cargo.changed(ctx, rows)


_NOT_TAKEN_BACK = {OutboundState.FAILED: "did_not_go", OutboundState.UNKNOWN: "may_have_gone"}


def take_back(ctx: Context, cargo: Cargo, outbound: OutboundMessage) -> bool:
    """Whether it was taken back just now; False when it had been before, which is what was asked for.

    Raises Conflict: `too_late` once sending has begun, `did_not_go`, `may_have_gone`. A queued row that has
    been tried is surely not there: it waits for its next turn, and need not get one.
    """
    if outbound.state is OutboundState.CANCELLED:
        return False
    if outbound.state is not OutboundState.QUEUED:
        raise Conflict(_NOT_TAKEN_BACK.get(outbound.state, "too_late"))
    outbound.finished_at = ctx.now()
    change_state(ctx, cargo, [outbound], OutboundState.CANCELLED)
    return True


def hold_up(ctx: Context, cargo: Cargo, outbound: OutboundMessage, code: str) -> None:
    """Leave a queued row where it is until somebody sees to it; `code` says why (HELD_UP)."""
    outbound.error_code = code
    ctx.session.flush()
    cargo.changed(ctx, [outbound])


def release(ctx: Context, cargo: Cargo, outbound: OutboundMessage) -> None:
    """Let go what its author cannot answer for any more; whoever does so answers for it.

    Raises Conflict(`not_held`).
    """
    if outbound.state is not OutboundState.QUEUED or outbound.error_code != AUTHOR_LEFT:
        raise Conflict("not_held")
    outbound.released_by_id = ctx.actor.operator_id
    outbound.error_code = None
    if outbound.not_before <= ctx.now():
        ctx.defer(cargo.job)
    change_state(ctx, cargo, [outbound], OutboundState.QUEUED)


def send_again(ctx: Context, cargo: Cargo, outbound: OutboundMessage) -> None:
    """Queue a failed one anew. Raises Conflict(`not_failed`)."""
    if outbound.state is not OutboundState.FAILED:
        raise Conflict("not_failed")
    outbound.not_before = ctx.now()
    outbound.finished_at = None
    outbound.error_code = outbound.error_detail = None
    ctx.defer(cargo.job)
    change_state(ctx, cargo, [outbound], OutboundState.QUEUED)


def settle(
    ctx: Context, cargo: Cargo, outbound: OutboundMessage, outcome: Literal["sent", "not_sent"]
) -> None:
    """A person has looked on the platform: it is there, or it is not (and may be sent again).

    Raises Conflict(`outcome_known`).
    """
    if outbound.state is not OutboundState.UNKNOWN:
        raise Conflict("outcome_known")
    outbound.finished_at = ctx.now()
    if outcome == "sent":
        outbound.error_code = outbound.error_detail = None
        change_state(ctx, cargo, [outbound], OutboundState.SENT)
        return
    outbound.error_code = "not_sent"
    outbound.prepared = outbound.accepted_at = outbound.external_id = None
    change_state(ctx, cargo, [outbound], OutboundState.FAILED)
