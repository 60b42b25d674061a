"""Corrections that a person makes to what the filter decided."""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import select

from app.core.context import Context
from app.core.errors import Conflict, NotFound
from app.core.numbers import lock_counter
from app.core.permissions import Actor, Permission, system_actor
from app.customers.services import identify_authors
from app.identity import audit
from app.identity.scope import scope
from app.models import (
    Account,
    InboundItem,
    Verdict,
    VerdictOutcome,
)
from app.routing.intake import Kept, route_kept

log = structlog.get_logger(__name__)
DELIVERIES_PER_JOB = 100
ITEMS_PER_JOB = 200
DUPLICATE_WITHIN = timedelta(days=2)
POLL_CALLS = 5


def rescue_item(ctx: Context, item_id: int) -> InboundItem:
    """Make a request of an item that the filter dropped."""
    ctx.require(Permission.INBOUND_ITEMS_RESCUE)
    lock_counter(ctx.session, "ingest", ctx.now())
    found = ctx.session.execute(
        scope(select(InboundItem, Verdict), ctx.actor, InboundItem)
        .join(Verdict, Verdict.inbound_item_id == InboundItem.id)
        .where(InboundItem.id == item_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    item, verdict = found
    if verdict.service_request_id is not None:
        raise Conflict("already_a_request", service_request_id=verdict.service_request_id)
    if not item.author_external_id:
        raise Conflict("item_without_author")
    verdict.outcome = VerdictOutcome.KEPT
    verdict.rescued_at = ctx.now()
    verdict.rescued_by_id = ctx.actor.operator_id
    audit.record(
        ctx,
        "inbound_item.rescued",
        object_type="inbound_item",
        object_id=item.id,
        account_id=item.account_id,
        detail={"dropped_by": verdict.step, "reason": verdict.reason},
    )
    ctx.session.flush()
    route_as_listener(ctx, item, verdict)
    return item


def route_as_listener(ctx: Context, item: InboundItem, verdict: Verdict) -> None:
    """Routing belongs to the listener; a person's rescue borrows its right for this one item."""
    accounts = {item.account_id: ctx.session.get_one(Account, item.account_id)}
    listener = Context(ctx.runtime, ctx.session, _listener_of(ctx), ctx.request_id, ctx.locale)
    listener.events, listener.deferred = ctx.events, ctx.deferred
    identities = identify_authors(listener, [item], accounts)
    identity = identities[item.account_id, item.author_external_id or ""]
    route_kept(listener, [Kept(item, verdict, identity)], accounts)


def _listener_of(ctx: Context) -> Actor:
    return system_actor(f"listener for {ctx.actor.label}", Permission.LISTENER_INGEST)
