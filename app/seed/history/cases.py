"""The life of a request: who got it, when they answered, what its customer said then, how it ended.

Only what the history covers is played: what would come later has not happened, and makes the work that the
first morning finds.
"""

from __future__ import annotations

import hashlib
import random
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.models import (
    AssignmentDecision,
    Conversation,
    Direction,
    Message,
    OutboundMessage,
    OutboundState,
    RequestStatus,
    ServiceRequest,
    VerdictOutcome,
)
from app.routing.lifecycle import Opening
from app.routing.lifecycle.played import Doer, Played
from app.routing.policies import PriorityInput, type_of
from app.routing.settled import REPEATED
from app.seed.history import words
from app.seed.history.house import House
from app.seed.history.people import Customer
from app.seed.history.planning import OFFICE
from app.seed.history.said import Decided, Item, verdict
from app.seed.history.truths import BEST_HOUR, SLOW_TEAM
from app.seed.history.words import Meaning

LISTENER, ROUTER, COURIER = Doer("system:listener"), Doer("system:router"), Doer("system:courier")
_MINUTES = {1: 7.0, 2: 16.0, 3: 45.0, 4: 130.0}
"""How long a first answer usually takes, by priority."""
_ADDRESS = "192.0.2.10"
"""From where the people of the history worked: an address of no one."""
_REFUSED = "rejected"
_NEUTRAL = Meaning("other", 0, 0, wanted=True)
_THANKFUL = Meaning("praise", 1, 0, wanted=False)


@dataclass
class Case:
    played: Played
    items: list[Item]
    """What its customer wrote."""
    answers: list[tuple[Message, OutboundMessage]] = field(default_factory=list)
    known: int = 0
    """So many of the items are stored: it was opened on an earlier day."""


class _Later(Exception):
    """What comes next lies beyond the history."""


@dataclass
class Teller:
    """Tells cases of one day."""

    house: House
    until: datetime
    """Where the history ends."""
    places: int
    """How many items the day has had so far."""


@dataclass
class Telling:
    """One case: opened, given to somebody, lived."""

    teller: Teller
    day: str
    """Names the day on which it was opened, for the dice."""
    first: Item
    team_id: int | None
    case: Case | None = None

    def opens(self, decision: AssignmentDecision) -> Played:
        item, customer = self.first, self.first.author
        message = item.as_message(customer)
        weighed = PriorityInput(
            type=type_of(item.verdict.intent),
            sentiment=item.verdict.sentiment or 0,
            urgency=item.verdict.urgency or 0,
            followers=customer.followers,
            is_verified=False,
            level=None,
            earlier_requests=customer.requests,
        )
        conversation = Conversation(id=customer.conversation_id)
        opening = Opening(item.account, conversation, self.team_id, item.lane, weighed, item.at)
        house = self.teller.house
        said = (message, item.verdict)
        rules, clock = house.rules[item.account.callback_key], house.clocks[item.account.id]
        played = Played.opened(opening, item.received, LISTENER, said, decision, rules, clock)
        item.played = played
        self.case = Case(played, [item])
        return played

    def goes_on(self, request: ServiceRequest, message: Message) -> None:
        """It was opened on an earlier day and nobody has it yet."""
        house, account = self.teller.house, self.first.account
        self.first.message = message
        rules, clock = house.rules[account.callback_key], house.clocks[account.id]
        self.case = Case(Played.resumed(request, message, rules, clock), [self.first], known=1)

    def is_given(self, at: datetime, decision: AssignmentDecision) -> Played:
        """To whom the decision says, who then does all that the history covers."""
        if self.case is None:
            self.opens(decision)
        else:
            self.case.played.assigned(at, ROUTER, decision)
        assert self.case is not None  # noqa: S101  it is opened
        dice = random.Random(f"{self.day}:{self.first.place}")
        life = _Life(self.teller, self.day, self.first, self.team_id, self.case, dice, at)
        with suppress(_Later):
            life.lived(decision.chosen_operator_id or 0)
        return self.case.played


@dataclass
class _Life:
    """What happens once somebody has it."""

    teller: Teller
    day: str
    first: Item
    team_id: int | None
    case: Case
    dice: random.Random
    now: datetime

    @property
    def customer(self) -> Customer:
        return self.first.author

    def lived(self, holder: int) -> None:
        doer = self.teller.house.doers[holder]
        if self.dice.random() < 0.16:
            self._adds(timedelta(seconds=self.dice.randrange(40, 400)))
        self._answers(doer, self._first_wait(), further=False)
        if self.dice.random() < 0.014:
            self._fails(doer)
        rounds = 0
        while rounds < 2 and self.dice.random() < 0.3 and self._adds(self._span(22)):
            self._answers(doer, self._span(18), further=True)
            rounds += 1
        if self.dice.random() < 0.06:
            self._waits_for_others(doer)
        elif not (self.dice.random() < 0.3 and self._thanks()):
            self._resolves(doer, self._span(150 if self._is_slow else 70))
        if self.dice.random() < 0.05 and self._says_again():
            self._answers(doer, self._span(30), further=True)
            self._resolves(doer, self._span(60))
        if self.dice.random() < 0.55:
            self._works(doer, timedelta(hours=self.dice.randrange(20, 60)))
            self.case.played.closed(self.now, doer)

    @property
    def _is_slow(self) -> bool:
        return self.team_id == self.teller.house.slow_team

    def _first_wait(self) -> timedelta:
        minutes = _MINUTES[self.case.played.request.priority]
        if self._is_slow:
            minutes *= SLOW_TEAM.times
        if self.first.at.astimezone(OFFICE).hour == BEST_HOUR.hour:
            minutes *= BEST_HOUR.share
        return self._span(minutes)

    def _span(self, minutes: float) -> timedelta:
        """Some time about as long as this, sometimes much longer; whole seconds."""
        return timedelta(seconds=20 + int(minutes * 60 * self.dice.lognormvariate(0.0, 0.55)))

    def _go(self, at: datetime) -> None:
        """On to a moment after the last. Raises _Later beyond the history's end."""
        self.now = max(at, self.now + timedelta(seconds=2))
        if self.now >= self.teller.until - timedelta(minutes=1):
            raise _Later

    def _works(self, doer: Doer, after: timedelta) -> None:
        """On to when the person gets to it: then, or when they are at work again."""
        then = self.now + after
        begins = self.teller.house.next_at_work(doer.operator_id or 0, then)
        self._go(then if begins == then else begins + timedelta(seconds=self.dice.randrange(90, 2_400)))

    def _answers(self, doer: Doer, after: timedelta, *, further: bool) -> None:
        began = self.now
        self._works(doer, after)
        request = self.case.played.request
        if request.unread_count:
            waited = (self.now - began).total_seconds()
            self.case.played.read(self.now - timedelta(seconds=int(min(240.0, waited * 0.4))), doer)
        text = words.answer(request.type, self.dice, further=further)
        self.customer.last_number += 1
        message = Message(
            created_at=self.now,
            conversation_id=self.customer.conversation_id,
            account_id=self.first.account.id,
            operator_id=doer.operator_id,
            number=self.customer.last_number,
            direction=Direction.OUTBOUND,
            lane=self.first.lane,
            kind="reply",
            author_name="",
            text=text,
            media=[],
            occurred_at=self.now,
        )
        self.case.played.answered(self.now, doer, message)
        self.case.answers.append((message, self._sent(message)))

    def _sent(self, message: Message) -> OutboundMessage:
        leaves = message.created_at + timedelta(seconds=10)
        newest = self.case.items[-1]
        name = f"{self.day}:{self.first.place}:{message.number}"
        is_read = self.first.lane.value == "public"
        return OutboundMessage(
            created_at=message.created_at,
            account_id=message.account_id,
            conversation_id=message.conversation_id,
            lane=message.lane,
            target=newest.context,
            operation_key=hashlib.sha256(name.encode()).hexdigest()[:43],
            actor_address=_ADDRESS,
            state=OutboundState.SENT,
            not_before=leaves,
            undo_until=leaves,
            attempts=1,
            external_id=f"{newest.external_id}-{message.number}" if is_read else None,
            finished_at=leaves + timedelta(seconds=1),
        )

    def _fails(self, doer: Doer) -> None:
        """The first answer is refused by the platform, and written anew."""
        if len(self.case.answers) != 1:
            return
        message, outbound = self.case.answers[0]
        last = self.case.items[-1].message
        if last is None:
            return
        outbound.state, outbound.error_code, outbound.external_id = OutboundState.FAILED, _REFUSED, None
        self._go(self.now + timedelta(seconds=11))
        outbound.finished_at = self.now
        self.case.played.failed(self.now, COURIER, message, last, _REFUSED)
        self._answers(doer, self._span(9), further=False)

    def _resolves(self, doer: Doer, after: timedelta) -> None:
        self._works(doer, after)
        self.case.played.resolved(self.now, doer)

    def _waits_for_others(self, doer: Doer) -> None:
        """Somebody else has to do something first, which takes days."""
        self._works(doer, self._span(6))
        self.case.played.put_on_hold(self.now, doer)
        self._resolves(doer, timedelta(hours=self.dice.randrange(20, 110)))

    def _adds(self, after: timedelta) -> bool:
        """The customer writes again, if it is still the same day."""
        text = self.dice.choice(words.STILL)
        added = self._item(after, text, _NEUTRAL, ("thread", "continues_request"))
        if added is None:
            return False
        self.case.played.wrote(self.now, LISTENER, added.as_message(self.customer), added.verdict)
        return True

    def _thanks(self) -> bool:
        thanks = self._item(
            self._span(12), self.dice.choice(words.THANKS), _THANKFUL, ("thread", "continues_request")
        )
        if thanks is None:
            return False
        self.case.played.thanked(self.now, LISTENER, thanks.as_message(self.customer))
        return True

    def _says_again(self) -> bool:
        """The same words once more, after it was resolved."""
        if self.case.played.request.status is not RequestStatus.RESOLVED:
            return False
        step = (
            ("lane", "private_message")
            if self.first.kind == "private_message"
            else ("intent", "needs_service")
        )
        again = self._item(self._span(80), self.first.text, self.first.meaning, step)
        if again is None:
            return False
        again.repeats = self.first
        message = again.as_message(self.customer)
        self.case.played.repeated(self.now, LISTENER, message, again.verdict, REPEATED)
        return True

    def _item(self, after: timedelta, text: str, meaning: Meaning, decision: tuple[str, str]) -> Item | None:
        """Something more that the customer writes; None if that would be on another day."""
        at = self.now + after
        received = at + timedelta(seconds=self.dice.randrange(2, 30))
        if at.astimezone(OFFICE).date() != self.first.at.astimezone(OFFICE).date() or received >= self._night:
            return None
        self._go(received)
        outcome: Decided = (VerdictOutcome.KEPT, *decision, {}, False)
        account = self.first.account
        version = self.teller.house.model_version
        self.teller.places += 1
        item = replace(
            self.first,
            at=at,
            received=received,
            text=text,
            meaning=meaning,
            place=self.teller.places,
            verdict=verdict(account, meaning, received, outcome, version, self.dice),
            message=None,
        )
        self.case.items.append(item)
        return item

    @property
    def _night(self) -> datetime:
        local = self.first.at.astimezone(OFFICE)
        return local.replace(hour=23, minute=59, second=0)
