"""Kept items become messages of conversations and open or join requests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from app.core.bulk import insert_objects, take_ids
from app.core.context import Context
from app.core.db import among
from app.core.numbers import lock_counter, take_numbers
from app.core.permissions import Permission
from app.models import (
    ACTIVE_STATUSES,
    Account,
    AssignmentDecision,
    ContactIdentity,
    Conversation,
    InboundItem,
    Lane,
    Message,
    RequestStatus,
    ServiceRequest,
    Verdict,
)
from app.models.conversation import Direction
from app.routing.announce import announce
from app.routing.assignment import Roster, decide
from app.routing.deadlines import preview, refresh_windows, set_deadlines
from app.routing.events import MESSAGES_APPENDED, OPENED, UPDATED
from app.routing.policies import FAR_FUTURE, PriorityInput, priority_of
from app.routing.related import relate
from app.search.index import Indexed, index_texts

_OFFICE_ZONE = ZoneInfo("Asia/Shanghai")  # request numbers carry the day as operators count it


@dataclass
class Kept:
    """A kept item on its way into a request."""

    item: InboundItem
    verdict: Verdict
    identity: ContactIdentity
    level: str | None = None
    """How important the person is to us (`vip`, …), as lists and the contact say."""
    team_id: int | None = None
    """Whose queue it joins when not the account's team's: a monitor's owner."""


@dataclass
class Routed:
    """What a batch did: requests opened and joined, and the messages that were added."""

    opened: list[ServiceRequest] = field(default_factory=list)
    joined: dict[int, ServiceRequest] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)


def route_kept(ctx: Context, kept: Sequence[Kept], accounts: dict[int, Account]) -> Routed:
    """Put kept items into conversations and requests, oldest first, and assign what is new.

    Idempotent by the items' verdicts: an item reaches here once. The number of statements does not
    depend on how many there are.
    """
    ctx.require(Permission.LISTENER_INGEST)
    routed = Routed()
    if not kept:
        return routed
    ordered = sorted(kept, key=lambda k: (k.item.published_at, k.item.id))
    conversations = _conversations(ctx, ordered)
    requests = _active_requests(ctx, conversations)
    earlier = _earlier_requests(ctx, conversations)
    for entry in ordered:
        conversation = conversations[entry.identity.id]
        key = (conversation.id, entry.item.lane)
        request = requests.get(key)
        if request is None:
            request = _open(
                ctx, entry, conversation, accounts[entry.item.account_id], earlier[conversation.id]
            )
            requests[key] = request
            routed.opened.append(request)
        elif request.id is not None:
            routed.joined[request.id] = request
        routed.messages.append(_append(ctx, entry, conversation, request))
    _number_requests(ctx, routed.opened)
    for entry, message in zip(ordered, routed.messages, strict=True):
        request = requests[message.conversation_id, entry.item.lane]
        message.service_request_id = request.id
        entry.verdict.service_request_id = request.id
    _refresh_windows(ctx, [*routed.opened, *routed.joined.values()], accounts, conversations)
    decisions = _assign(ctx, routed.opened, accounts)
    _store(ctx, routed, decisions)
    _tell(ctx, routed)
    return routed


def _store(ctx: Context, routed: Routed, decisions: list[AssignmentDecision]) -> None:
    insert_objects(ctx.session, routed.opened)
    insert_objects(ctx.session, routed.messages)
    insert_objects(ctx.session, decisions)
    ctx.session.flush()
    index_texts(ctx.session, Indexed.MESSAGES, [(message.id, message.text) for message in routed.messages])


def _conversations(ctx: Context, kept: Sequence[Kept]) -> dict[int, Conversation]:
    """The conversation of each identity, made where it is new; locked, because numbers are given in it."""
    ids = sorted({entry.identity.id for entry in kept})
    rows = ctx.session.scalars(
        select(Conversation)
        .where(among(ctx.session, Conversation.contact_identity_id, ids))
        .order_by(Conversation.id)
        .with_for_update()
    )
    found = {row.contact_identity_id: row for row in rows}
    new = {
        entry.identity.id: Conversation(
            created_at=ctx.now(),
            account_id=entry.item.account_id,
            contact_identity_id=entry.identity.id,
            last_number=0,
        )
        for entry in kept
        if entry.identity.id not in found
    }
    insert_objects(ctx.session, list(new.values()))
    return found | new


def _active_requests(
    ctx: Context, conversations: dict[int, Conversation]
) -> dict[tuple[int, Lane], ServiceRequest]:
    ids = [conversation.id for conversation in conversations.values()]
    rows = ctx.session.scalars(
        select(ServiceRequest).where(
            among(ctx.session, ServiceRequest.conversation_id, ids),
            ServiceRequest.status.in_(ACTIVE_STATUSES),
        )
    )
    return {(row.conversation_id, row.lane): row for row in rows}


def _earlier_requests(ctx: Context, conversations: dict[int, Conversation]) -> dict[int, int]:
    ids = [conversation.id for conversation in conversations.values()]
    rows = ctx.session.execute(
        select(ServiceRequest.conversation_id, func.count())
        .where(among(ctx.session, ServiceRequest.conversation_id, ids))
        .group_by(ServiceRequest.conversation_id)
    )
    return defaultdict(int, dict(iter(rows)))


def _open(
    ctx: Context, entry: Kept, conversation: Conversation, account: Account, earlier: int
) -> ServiceRequest:
    verdict, identity = entry.verdict, entry.identity
    priority, parts = priority_of(
        PriorityInput(
            type=verdict.intent or "other",
            sentiment=verdict.sentiment or 0,
            urgency=verdict.urgency or 0,
            followers=identity.followers_count,
            is_verified=identity.is_verified,
            level=entry.level,
            earlier_requests=earlier,
        )
    )
    return ServiceRequest(
        created_at=ctx.now(),
        number="",
        account_id=account.id,
        conversation_id=conversation.id,
        team_id=entry.team_id or account.team_id,
        lane=entry.item.lane,
        status=RequestStatus.NEW,
        type=verdict.intent or "other",
        priority=priority,
        priority_parts=parts,
        opened_at=ctx.now(),
        last_inbound_at=entry.item.published_at,
        urgent_at=FAR_FUTURE,
        unread_count=0,
        message_count=0,
        last_number=0,
        preview={},
        # What the database has no say in; read before the row is stored.
        sentiment=0,
        sentiment_score=0.5,
        sentiment_unsure=False,
    )


def _append(ctx: Context, entry: Kept, conversation: Conversation, request: ServiceRequest) -> Message:
    item, verdict = entry.item, entry.verdict
    conversation.last_number += 1
    message = Message(
        created_at=ctx.now(),
        conversation_id=conversation.id,
        account_id=item.account_id,
        inbound_item_id=item.id,
        number=conversation.last_number,
        direction=Direction.INBOUND,
        lane=item.lane,
        kind=item.kind,
        author_name=entry.identity.name,
        text=item.text,
        media=item.media,
        external_url=item.external_url,
        occurred_at=item.published_at,
    )
    request.message_count += 1
    request.unread_count += 1
    request.last_number = conversation.last_number
    request.last_inbound_at = max(request.last_inbound_at, item.published_at)
    request.preview = preview(item.text, Direction.INBOUND, item.published_at)
    if verdict.sentiment is not None:
        request.sentiment = verdict.sentiment
        request.sentiment_score = 0.5 if verdict.sentiment_score is None else verdict.sentiment_score
        request.sentiment_unsure = verdict.sentiment_unsure
    if request.status is RequestStatus.PENDING:
        request.status = RequestStatus.OPEN
    if request.waiting_since is None:
        request.waiting_since = item.published_at
    set_deadlines(request)
    return message


def _number_requests(ctx: Context, opened: list[ServiceRequest]) -> None:
    """Give new requests their ids, which others point at, and the numbers that people read."""
    if not opened:
        return
    for request, number in zip(opened, take_ids(ctx.session, ServiceRequest, len(opened)), strict=True):
        request.id = number
    day = ctx.now().astimezone(_OFFICE_ZONE).strftime("%y%m%d")
    first = take_numbers(ctx.session, f"requests-{day}", len(opened), ctx.now())
    for offset, request in enumerate(opened):
        request.number = f"LK-{day}-{first + offset:04d}"


def _refresh_windows(
    ctx: Context,
    requests: list[ServiceRequest],
    accounts: dict[int, Account],
    conversations: dict[int, Conversation],
) -> None:
    by_id = {conversation.id: conversation for conversation in conversations.values()}
    private = [request for request in requests if request.lane is Lane.PRIVATE]
    refresh_windows(ctx, [(r, accounts[r.account_id], by_id[r.conversation_id]) for r in private])


def _assign(
    ctx: Context, requests: list[ServiceRequest], accounts: dict[int, Account]
) -> list[AssignmentDecision]:
    if not requests:
        return []
    lock_counter(ctx.session, "routing", ctx.now())  # one hand at a time gives work out
    roster = Roster(ctx)
    decisions = []
    for request in requests:
        decisions.append(decide(ctx, roster, accounts[request.account_id], request))
        if request.assignee_id is not None:
            request.status = RequestStatus.OPEN
    return decisions


def _tell(ctx: Context, routed: Routed) -> None:
    opened = {request.id for request in routed.opened}
    requests = [*routed.opened, *routed.joined.values()]
    relate(ctx.session, requests)
    for request in sorted(requests, key=lambda request: request.id):
        announce(ctx, OPENED if request.id in opened else UPDATED, request)
    ctx.signal(MESSAGES_APPENDED, [message.id for message in routed.messages])
