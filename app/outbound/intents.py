"""Intents to send: writing one down, and what a person may still decide about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from app.core.context import Context
from app.core.crypto import new_token
from app.core.errors import Conflict, Invalid
from app.models import Account, Lane, OutboundMessage, OutboundState
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
    **carried: int,
) -> OutboundMessage:
    """The row that makes sure it goes; `carried` names what it carries (`message_id`, `publication_id`)."""
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
        **carried,
    )
    ctx.session.add(outbound)
    ctx.session.flush()
    if leaves_at <= ctx.now():
        ctx.defer(cargo.job, outbound.id)
    return outbound


def change_state(ctx: Context, cargo: Cargo, outbound: OutboundMessage, state: OutboundState) -> None:
    """Move a row to a state and let its cargo tell of it."""
    outbound.state = state
    ctx.session.flush()
    cargo.changed(ctx, outbound)


def take_back(ctx: Context, cargo: Cargo, outbound: OutboundMessage) -> None:
    """Raises Conflict(`too_late`) once sending has begun."""
    if outbound.state is not OutboundState.QUEUED or outbound.attempts:
        raise Conflict("too_late")
    outbound.finished_at = ctx.now()
    change_state(ctx, cargo, outbound, OutboundState.CANCELLED)


def send_again(ctx: Context, cargo: Cargo, outbound: OutboundMessage) -> None:
    """Queue a failed one anew. Raises Conflict(`not_failed`)."""
    if outbound.state is not OutboundState.FAILED:
        raise Conflict("not_failed")
    outbound.not_before = ctx.now()
    outbound.finished_at = None
    outbound.error_code = outbound.error_detail = None
    ctx.defer(cargo.job, outbound.id)
    change_state(ctx, cargo, outbound, OutboundState.QUEUED)


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
        change_state(ctx, cargo, outbound, OutboundState.SENT)
        return
    outbound.error_code = "not_sent"
    outbound.prepared = outbound.accepted_at = outbound.external_id = None
    change_state(ctx, cargo, outbound, OutboundState.FAILED)
