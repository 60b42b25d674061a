"""A day's requests as they were given out: by the router's own decision, with what everybody really has.

What-if deals a past period out with the same code (`app/routing/whatif/dealing.py`), and comes to the same.
What nobody could have waits, over the night too, and is taken up where it was left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from app.core.context import Context
from app.models import (
    ContactIdentity,
    Conversation,
    InboundItem,
    Message,
    ServiceRequest,
    Verdict,
    VerdictOutcome,
)
from app.models.service_request import waits
from app.routing.decide import Choice
from app.routing.roster import decision_of
from app.routing.whatif.dealing import Dealing, Scenario
from app.routing.whatif.past import PastRequest, Step, read_earlier, with_step
from app.seed.history.cases import Case, Teller, Telling
from app.seed.history.house import House
from app.seed.history.people import Customer
from app.seed.history.planning import OFFICE, Day
from app.seed.history.said import Item, place_of
from app.seed.history.words import Meaning

_NEW = 1 << 62
"""Added to a place: what is opened on the day has no number yet, and takes its turn behind what has."""
_EVERYTHING = 1 << 30
_KNOWN = Meaning("other", 0, 0, wanted=True)
"""Of what was judged on an earlier day nobody asks it again."""


@dataclass(frozen=True)
class Left:
    """A request of an earlier day that nobody has yet."""

    request: ServiceRequest
    message: Message
    item: Item
    day: str

    def telling(self, teller: Teller) -> Telling:
        told = Telling(teller, self.day, self.item, self.request.team_id)
        told.goes_on(self.request, self.message)
        return told


def left_waiting(ctx: Context, house: House, day: Day) -> list[Left]:
    """In the order in which they came. One statement."""
    rows = ctx.session.execute(
        select(ServiceRequest, Message, InboundItem, ContactIdentity)
        .join(Message, Message.service_request_id == ServiceRequest.id)
        .join(InboundItem, InboundItem.id == Message.inbound_item_id)
        .join(Conversation, Conversation.id == ServiceRequest.conversation_id)
        .join(ContactIdentity, ContactIdentity.id == Conversation.contact_identity_id)
        .where(waits(ServiceRequest), ServiceRequest.opened_at < day.begins)
        .order_by(ServiceRequest.id)
    ).all()
    accounts = {account.id: account for account in house.accounts.values()}
    found = []
    for request, message, item, who in rows:
        customer = Customer(
            accounts[request.account_id],
            who.external_id,
            who.name,
            who.followers_count or 0,
            last_at=who.last_seen_at,
        )
        ago = (day.today - item.published_at.astimezone(OFFICE).date()).days
        found.append(Left(request, message, _as_item(item, customer), replace(day, ago=ago).told))
        ctx.session.expunge(request)
        ctx.session.expunge(message)
    return found


def _as_item(row: InboundItem, customer: Customer) -> Item:
    item = Item(
        account=customer.account,
        at=row.published_at,
        received=row.created_at,
        kind=row.kind,
        text=row.text,
        meaning=_KNOWN,
        author=customer,
        place=0,
        verdict=Verdict(outcome=VerdictOutcome.KEPT),
        id=row.id,
    )
    item.place = place_of(item.platform, row.external_id)
    return item


def deal_out(
    ctx: Context, teller: Teller, day: Day, come: Sequence[Telling], left: Sequence[Left]
) -> list[Case]:
    """Those of earlier days that went on, then all that came, each in the order in which they came."""
    known = {one.request.id: one.telling(teller) for one in left}
    fresh = {_NEW + place: telling for place, telling in enumerate(come)}
    dealt = _Dealt({**known, **fresh}, teller.house.scenario)
    dealt.dealing.begins(read_earlier(ctx, day.begins, _EVERYTHING), day.begins.timestamp())
    arriving = [_arriving(number, telling) for number, telling in fresh.items()]
    dealt.dealing.goes_through(teller.house.comings(day.date), arriving, dealt.arrives)
    dealt.dealing.passes((day.begins + timedelta(days=1)).timestamp())
    told = [*known.values(), *fresh.values()]
    return [telling.case for telling in told if telling.case is not None and telling.case.played.acts]


def _arriving(number: int, telling: Telling) -> PastRequest:
    item = telling.first
    return PastRequest(
        id=number,
        account_id=item.account.id,
        team_id=telling.team_id,
        queue_id=None,
        lane=item.lane,
        wanted=(),
        priority=0,
        opened=item.received.timestamp(),
        due=None,
        holder=None,
        given=None,
        answered=None,
        over=None,
    )


class _Dealt:
    def __init__(self, tellings: dict[int, Telling], scenario: Scenario) -> None:
        self.tellings = tellings
        self.dealing = Dealing(scenario, self.takes)

    def arrives(self, request: PastRequest) -> None:
        choice = self.dealing.comes(request.opened, request)
        if choice.chosen is not None:
            return
        telling = self.tellings[request.id]
        opened = telling.opens(decision_of(choice, telling.first.received)).request
        due = None if opened.due_at is None else opened.due_at.timestamp()
        self.dealing.waits(replace(request, priority=opened.priority, urgent=due))

    def takes(self, request: PastRequest, choice: Choice, at: float) -> tuple[Step, ...]:
        moment = datetime.fromtimestamp(at, UTC)
        played = self.tellings[request.id].is_given(moment, decision_of(choice, moment))
        steps: tuple[Step, ...] = ()
        for stood_at, status in played.stood:
            if stood_at >= moment:
                steps = with_step(steps, stood_at.timestamp(), status)
        return steps
