"""Rescue: making a request of an item that the filter dropped, which also teaches."""

from __future__ import annotations

from sqlalchemy import select

from app.core.context import Context
from app.core.counters import lock_counter
from app.core.errors import Conflict, NotFound
from app.core.permissions import Actor, Permission, system_actor
from app.identity import audit
from app.identity.scope import scope
from app.listener.chain.chain_items import ASKS_NOTHING
from app.listener.judging.gathering import gather_facts
from app.listener.judging.verdicts import route_chain_items
from app.listener.learning.events import INBOUND_ITEM, ITEM_RESCUED
from app.listener.learning.labels import Judgement, add_label, judgement_of
from app.listener.matching.compiled import rule_cache
from app.models import InboundItem, LabelSource, Verdict, VerdictOutcome
from app.nlp.serving.heads import SERVICE_INTENTS


def rescue_item(ctx: Context, item_id: int) -> InboundItem:
    """Make a request of an item that the filter dropped, and keep that as a label.

    Raises Conflict for what is a request already, asks nothing, or has nobody to answer.
    """
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
    demand_answerable(item)
    add_label(ctx, item, verdict, needing_service(judgement_of(verdict)), LabelSource.RESCUE)
    rescue(ctx, item, verdict)
    return item


def demand_answerable(item: InboundItem) -> None:
    """Raises Conflict for what nobody waits for an answer to: `item_without_author`, `item_asks_nothing`."""
    if item.kind in ASKS_NOTHING:
        raise Conflict("item_asks_nothing")
    if not item.author_external_id:
        raise Conflict("item_without_author")


def rescue(ctx: Context, item: InboundItem, verdict: Verdict) -> None:
    """Keep a dropped item after all and hand it to routing."""
    lock_counter(ctx.session, "ingest", ctx.now())
    verdict.outcome = VerdictOutcome.KEPT
    verdict.needs_review = False
    verdict.rescued_at = ctx.now()
    verdict.rescued_by_id = ctx.actor.operator_id
    audit.record(
        ctx,
        ITEM_RESCUED,
        INBOUND_ITEM.of(item),
        detail={"dropped_by": verdict.step, "reason": verdict.reason},
    )
    ctx.session.flush()
    route_as_listener(ctx, item)


def route_as_listener(ctx: Context, item: InboundItem) -> None:
    """Routing belongs to the listener; a person's rescue borrows its right for this one item."""
    listener = Context(ctx.runtime, ctx.session, _listener_of(ctx), ctx.request_id, ctx.locale)
    listener.events, listener.deferred = ctx.events, ctx.deferred
    route_chain_items(listener, gather_facts(listener, [item], rule_cache(ctx.runtime).current(ctx.session)))


def _listener_of(ctx: Context) -> Actor:
    return system_actor(f"listener for {ctx.actor.label}", Permission.LISTENER_INGEST)


def needing_service(said: Judgement) -> Judgement:
    """The judgement of an item that somebody must act on after all."""
    if said.intent in SERVICE_INTENTS:
        return Judgement(said.intent, said.sentiment, True, said.urgency)
    return Judgement("complaint" if said.sentiment < 0 else "consult", said.sentiment, True, said.urgency)
