"""Kept items become messages of conversations and open or join requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count

from sqlalchemy import select

from app.core.bulk import insert_objects
from app.core.context import Context
from app.core.db import among
from app.core.permissions import Permission
from app.core.rows import hold
from app.models import (
    Account,
    ContactIdentity,
    Conversation,
    InboundItem,
    Lane,
    Message,
    ServiceRequest,
    Verdict,
)
from app.models.conversation import Direction
from app.routing.events import MESSAGES_APPENDED
from app.routing.facts import RequestFacts
from app.routing.job_names import ASSIGN_WAITING
from app.routing.lifecycle import Arrivals, Opening
from app.routing.policies import PriorityInput, type_of
from app.routing.related import people, place, relate
from app.routing.roster import Roster, agencies_serving, decision_of, lock_handing_out
from app.routing.schemas import MessagesAppended
from app.routing.settled import REPEATED, closes, earlier_requests, repeated_in
from app.routing.setup.configuration import Setup, setup_for
from app.routing.setup.ruling import rule_on
from app.routing.special_facts import answers_in
from app.search.index import Indexed, index_texts


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
    withheld: str | None = None
    """Why nobody is given what they write: a special list."""
    repeats: int | None = None
    """The earlier item whose words it says again."""


@dataclass
class Routed:
    """What a batch did: the requests that it opened, and the messages that were added."""

    opened: list[ServiceRequest] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)


def route_kept(ctx: Context, kept: Sequence[Kept], accounts: dict[int, Account]) -> Routed:
    """Put kept items into conversations and requests, in the order they came, and assign what is new.

    Idempotent by the items' verdicts: an item reaches here once. The number of statements does not
    depend on how many there are.
    """
    ctx.require(Permission.LISTENER_INGEST)
    if not kept:
        return Routed()
    ordered = sorted(kept, key=lambda k: k.item.id)
    sizes = Counter(entry.identity.id for entry in ordered)
    known, new = _conversations(ctx, ordered, sizes)
    conversations = known | new
    earlier = earlier_requests(ctx, known)
    arrivals = Arrivals(ctx, {entry.item.account_id for entry in ordered})
    if arrivals.asks_who_wrote:
        place([*earlier.active.values(), *earlier.settled.values()], conversations, accounts)
        people(ctx.session, conversations, {entry.identity.id: entry.identity for entry in ordered})
    taken_up = repeated_in(ctx, ordered, conversations, earlier.settled)
    places = _Places(
        arrivals, earlier.active, earlier.settled, taken_up, earlier.numbers, accounts, ctx.now()
    )
    numbers = {number: count(conversations[number].last_number - size + 1) for number, size in sizes.items()}
    messages = [
        _message(ctx, entry, conversations[entry.identity.id], next(numbers[entry.identity.id]))
        for entry in ordered
    ]
    joined = [
        places.take(entry, conversations[entry.identity.id], message)
        for entry, message in zip(ordered, messages, strict=True)
    ]
    arrivals.number()
    for entry, message, request in zip(ordered, messages, joined, strict=True):
        message.service_request_id = request.id
        entry.verdict.service_request_id = request.id
    setup = setup_for(ctx, list(accounts.values()))
    _hand_out(ctx, arrivals, accounts, setup, _withheld(ordered, joined))
    if taken_up:
        ctx.defer(ASSIGN_WAITING)
    arrivals.store(messages, accounts, {row.id: row for row in conversations.values()})
    hold(ctx.session, messages)
    index_texts(ctx.session, Indexed.MESSAGES, [(message.id, message.text) for message in messages])
    ctx.emit(MESSAGES_APPENDED, MessagesAppended(message_ids=[message.id for message in messages]))
    return Routed(arrivals.opened, messages)


def _withheld(entries: Sequence[Kept], requests: Sequence[ServiceRequest]) -> dict[int, str]:
    """By request, why nobody is given it."""
    return {
        request.id: entry.withheld
        for entry, request in zip(entries, requests, strict=True)
        if entry.withheld is not None
    }


@dataclass
class _Places:
    """Where each item of a batch belongs: the request that waits, one to take up again, or a new one."""

    arrivals: Arrivals
    requests: dict[tuple[int, Lane], ServiceRequest]
    """The active ones, by conversation and lane; kept in step."""
    settled: dict[tuple[int, Lane], ServiceRequest]
    taken_up: AbstractSet[int]
    earlier: dict[int, int]
    accounts: dict[int, Account]
    at: datetime

    def take(self, entry: Kept, conversation: Conversation, message: Message) -> ServiceRequest:
        key = (conversation.id, entry.item.lane)
        last = self.requests.get(key) or self.settled.get(key)
        if last is not None and self.arrivals.can_close(last) and closes(entry.item):
            self.arrivals.close(last, message)
            self.requests.pop(key, None)
            self.settled[key] = last
            return last
        if key not in self.requests:
            self.requests[key] = self._begun(entry, conversation, key)
        self.arrivals.join(self.requests[key], message, entry.verdict)
        return self.requests[key]

    def _begun(self, entry: Kept, conversation: Conversation, key: tuple[int, Lane]) -> ServiceRequest:
        if entry.item.id in self.taken_up and not self.arrivals.has_touched(self.settled[key]):
            self.arrivals.reopen(self.settled[key], REPEATED)
            return self.settled[key]
        account = self.accounts[entry.item.account_id]
        earlier = self.earlier.get(conversation.id, 0)
        self.earlier[conversation.id] = earlier + 1
        return self.arrivals.open(_opening(entry, conversation, account, earlier, self.at))


def _conversations(
    ctx: Context, kept: Sequence[Kept], sizes: Mapping[int, int]
) -> tuple[dict[int, Conversation], dict[int, Conversation]]:
    """The conversations that were there and those that are made, by identity; locked, because numbers are
    given in them: `last_number` counts the batch's `sizes` already."""
    ids = sorted({entry.identity.id for entry in kept})
    rows = ctx.session.scalars(
        select(Conversation)
        .where(among(ctx.session, Conversation.contact_identity_id, ids))
        .order_by(Conversation.id)
        .with_for_update()
    )
    found = {row.contact_identity_id: row for row in rows}
    for identity_id, conversation in found.items():
        conversation.last_number += sizes[identity_id]
    new = {
        entry.identity.id: Conversation(
            created_at=ctx.now(),
            account_id=entry.item.account_id,
            contact_identity_id=entry.identity.id,
            last_number=sizes[entry.identity.id],
        )
        for entry in kept
        if entry.identity.id not in found
    }
    insert_objects(ctx.session, list(new.values()))
    return found, new


def _opening(
    entry: Kept, conversation: Conversation, account: Account, earlier: int, at: datetime
) -> Opening:
    verdict, identity = entry.verdict, entry.identity
    weighed = PriorityInput(
        type=type_of(verdict.intent),
        sentiment=verdict.sentiment or 0,
        urgency=verdict.urgency or 0,
        followers=identity.followers_count,
        is_verified=identity.is_verified,
        level=entry.level,
        earlier_requests=earlier,
    )
    return Opening(
        account,
        conversation,
        entry.team_id or account.queue_at(at),
        entry.item.lane,
        weighed,
        entry.item.published_at,
    )


def _message(ctx: Context, entry: Kept, conversation: Conversation, number: int) -> Message:
    item = entry.item
    return Message(
        created_at=ctx.now(),
        conversation_id=conversation.id,
        account_id=item.account_id,
        inbound_item_id=item.id,
        number=number,
        direction=Direction.INBOUND,
        lane=item.lane,
        kind=item.kind,
        author_name=entry.identity.name,
        text=item.text,
        media=item.media,
        external_url=item.external_url,
        occurred_at=item.published_at,
    )


def _hand_out(
    ctx: Context,
    arrivals: Arrivals,
    accounts: dict[int, Account],
    setup: Setup,
    withheld: Mapping[int, str],
) -> None:
    """Special lists come first, then whoever answered what is taken up again, then the rules."""
    again = [one for one in arrivals.touched if arrivals.is_reopened(one)]
    if not arrivals.opened and not again:
        return
    for request in [*arrivals.opened, *again]:
        if request.id in withheld:
            arrivals.withhold(request, withheld[request.id])
    serving = [accounts[one.account_id] for one in (*arrivals.opened, *again)]
    lock_handing_out(ctx, agencies_serving(ctx, serving))
    roster = Roster(ctx, setup)
    waiting = _take_back(ctx, arrivals, accounts, roster, again, withheld) if again else []
    _route(ctx, arrivals, accounts, setup, [one for one in waiting if one.id not in withheld], withheld)
    facts = [*roster.new_facts(arrivals.opened, withheld), *_facts_again(roster, waiting, withheld)]
    for request, known in zip([*arrivals.opened, *waiting], facts, strict=True):
        choice = roster.decide(accounts[request.account_id], known)
        arrivals.assign(request, decision_of(choice, ctx.now()))


def _facts_again(
    roster: Roster, waiting: Sequence[ServiceRequest], withheld: Mapping[int, str]
) -> list[RequestFacts]:
    if not waiting:
        return []
    return [replace(one, withheld=withheld.get(one.id)) for one in roster.waiting_facts(waiting)]


def _take_back(
    ctx: Context,
    arrivals: Arrivals,
    accounts: dict[int, Account],
    roster: Roster,
    again: Sequence[ServiceRequest],
    withheld: Mapping[int, str],
) -> list[ServiceRequest]:
    """Give what was taken up again to whoever answered it, where they are there; what is left has nobody."""
    answered = answers_in(ctx, {one.conversation_id for one in again})
    waiting = []
    for request, facts in zip(again, roster.waiting_facts(again), strict=True):
        arrivals.release(request)
        answer = answered.get(request.conversation_id)
        known = None if answer is None else (answer[0], ctx.now() - answer[1])
        back = replace(facts, answered_by=known, comes_back=True, withheld=withheld.get(request.id))
        choice = roster.returning(accounts[request.account_id], back)
        if choice is None:
            waiting.append(request)
        else:
            arrivals.assign(request, decision_of(choice, ctx.now()))
    return waiting


def _route(
    ctx: Context,
    arrivals: Arrivals,
    accounts: dict[int, Account],
    setup: Setup,
    again: Sequence[ServiceRequest],
    withheld: Mapping[int, str],
) -> None:
    """Ask the rules about what was opened, and what was taken up again and nobody has."""
    if not setup.rules:
        return
    asked = [one for one in (*arrivals.opened, *again) if one.id not in withheld]
    relate(ctx.session, asked)
    for request, ruling in zip(asked, rule_on(ctx, setup, asked, accounts), strict=True):
        arrivals.route(request, ruling)
