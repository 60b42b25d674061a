"""What is said after a request was settled: thanks join it, the same complaint takes it up again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_, select

from app.core.context import Context
from app.core.db import among
from app.models import (
    ACTIVE_STATUSES,
    Conversation,
    InboundItem,
    Lane,
    Message,
    RequestStatus,
    ServiceRequest,
)
from app.nlp.text.closings import is_closing
from app.nlp.text.normalise import own_words, without_address

if TYPE_CHECKING:
    from app.routing.intake import Kept

Place = tuple[int, Lane]
"""A conversation and a lane."""

REPEATED = "customer_repeated"
SETTLED_WITHIN = timedelta(days=14)
"""Thanks or the same words later than this begin something new."""


def closes(item: InboundItem) -> bool:
    """Whether a message only thanks or takes leave; one with pictures or a voice says more."""
    return not item.media and is_closing(without_address(own_words(item.text)[0]))


@dataclass(frozen=True)
class Earlier:
    """What stands in conversations before a batch comes in."""

    active: dict[Place, ServiceRequest] = field(default_factory=dict)
    settled: dict[Place, ServiceRequest] = field(default_factory=dict)
    """The last resolved request of each place in which none is active."""
    numbers: dict[int, int] = field(default_factory=dict)
    """How many requests a conversation has had, if any."""


def earlier_requests(ctx: Context, conversations: Mapping[int, Conversation]) -> Earlier:
    """Of these conversations, which are held; two statements, none where there are no conversations.

    Held too: an act of the same moment must not cost the customer's message its place.
    """
    if not conversations:
        return Earlier()
    around = among(ctx.session, ServiceRequest.conversation_id, [row.id for row in conversations.values()])
    is_settled = and_(
        ServiceRequest.status == RequestStatus.RESOLVED,
        ServiceRequest.resolved_at > ctx.now() - SETTLED_WITHIN,
    )
    rows = ctx.session.scalars(
        select(ServiceRequest)
        .where(
            around,
            or_(
                ServiceRequest.status.in_(ACTIVE_STATUSES),
                is_settled,
                ServiceRequest.merged_into_id.is_not(None),
            ),
        )
        .order_by(ServiceRequest.id)
        .with_for_update(of=ServiceRequest)
        .execution_options(populate_existing=True)
    ).all()
    open_now = sorted((r for r in rows if r.status in ACTIVE_STATUSES), key=lambda r: -r.strand)
    active = {(r.conversation_id, r.lane): r for r in open_now}
    active = _through_merges(rows) | active
    last = {(r.conversation_id, r.lane): r for r in rows if r.status is RequestStatus.RESOLVED}
    numbers = ctx.session.execute(
        select(ServiceRequest.conversation_id, func.count())
        .where(around)
        .group_by(ServiceRequest.conversation_id)
    )
    settled = {place: request for place, request in last.items() if place not in active}
    return Earlier(active, settled, dict(iter(numbers)))


def _through_merges(rows: Sequence[ServiceRequest]) -> dict[Place, ServiceRequest]:
    """Places of requests that were put into one of the same conversation which is active: what comes there
    joins that one."""
    by_id = {row.id: row for row in rows}
    found: list[tuple[Place, ServiceRequest]] = []
    for row in rows:
        target: ServiceRequest | None = row
        while target is not None and target.merged_into_id is not None:
            target = by_id.get(target.merged_into_id)
        if row.merged_into_id is not None and target is not None and target.status in ACTIVE_STATUSES:
            found.append(((row.conversation_id, row.lane), target))
    return dict(found)


def repeated_in(
    ctx: Context,
    kept: Sequence[Kept],
    conversations: Mapping[int, Conversation],
    settled: Mapping[Place, ServiceRequest],
) -> set[int]:
    """The ids of items that say again what their author's settled request was about."""
    asked: dict[int, list[Kept]] = {}
    for entry in kept:
        request = settled.get((conversations[entry.identity.id].id, entry.item.lane))
        if request is not None and entry.repeats is not None:
            asked.setdefault(request.id, []).append(entry)
    if not asked:
        return set()
    rows = ctx.session.execute(
        select(Message.service_request_id, InboundItem.id, InboundItem.text_hash, InboundItem.duplicate_of_id)
        .join(InboundItem, InboundItem.id == Message.inbound_item_id)
        .where(among(ctx.session, Message.service_request_id, asked))
    )
    said: dict[int, set[int | None]] = {}
    hashes: dict[int, set[int | None]] = {}
    for request_id, item_id, text_hash, head in rows:
        if request_id is None:
            continue
        said.setdefault(request_id, set()).update((item_id, head))
        hashes.setdefault(request_id, set()).add(text_hash)
    return {
        entry.item.id
        for request_id, entries in asked.items()
        for entry in entries
        if entry.repeats in said.get(request_id, ()) or entry.item.text_hash in hashes.get(request_id, ())
    }
