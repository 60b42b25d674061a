"""What a crowd does to requests, several at a time and in any order, each through the service that screens
and jobs call. What is refused is counted by its code; what fails otherwise is a fault of ours."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.core.context import Context
from app.core.db import is_repeated_key
from app.core.errors import AppError
from app.core.permissions import Actor
from app.core.unit_of_work import open_context
from app.grants.job_names import SETTLE
from app.identity.presence import connected, set_presence, touch
from app.identity.schemas import SetPresence
from app.jobs.job import perform
from app.models import ACTIVE_STATUSES, Account, Lane, Operator, RequestStatus, ServiceRequest
from app.routing.holders import hand_back
from app.routing.job_names import (
    ASSIGN_WAITING,
    OVERFLOW_QUEUES,
    RETURN_MISHELD,
    RETURN_OF_VANISHED,
    RETURN_UNOPENED,
    WATCH_PEOPLE,
)
from app.routing.moving import set_team
from app.routing.schemas import SetAssignee, SetStatus, SetTeam
from app.routing.services import mark_read, set_assignee, set_status
from tests.factories.make import Make
from tests.routing.crowd.place import CUSTOMERS, WORDS, Place
from tests.routing.setup_office import ROUTER

Act = Callable[["Hand"], None]
SAID = ("online", "online", "online", "busy", "break", "training", "offline")
TO = ("open", "pending", "pending", "on_hold", "resolved", "resolved", "resolved", "resolved")
CONFIRM: Any = ["claimed_by_other"]
REFRESHED = 0.2
"""How often somebody's rights are read anew: whoever is shut out has screens open for a moment."""


class Hand:
    """One of those who work at the same time, with its own sessions and its own luck."""

    def __init__(self, make: Make, place: Place, seed: int, advance: Callable[[float], object]) -> None:
        self.make, self.place, self.runtime = make, place, make.runtime
        self.luck = random.Random(seed)
        self.advance = advance
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self._actors: dict[int, Actor] = {}
        self._words = seed * 1_000_000

    def step(self, acts: dict[str, tuple[int, Act]]) -> None:
        (name,) = self.luck.choices(list(acts), [weight for weight, _ in acts.values()])
        self.done[name] += 1
        try:
            acts[name][1](self)
        except AppError as error:
            self.refused[f"{name}: {error.code}"] += 1
        except StaleDataError:
            self.refused[f"{name}: stale_version"] += 1
        except IntegrityError as error:
            if not is_repeated_key(error):
                error.add_note(name)
                raise
            self.refused[f"{name}: already_there"] += 1
        except Exception as error:
            error.add_note(f"{name}, after {dict(self.done)}")
            raise

    def actor(self, operator_id: int) -> Actor:
        if operator_id not in self._actors or self.luck.random() < REFRESHED:
            with open_context(self.runtime, ROUTER, write=False) as ctx:
                found = ctx.session.get_one(Operator, operator_id)
            self._actors[operator_id] = self.make.actor(found)
        return self._actors[operator_id]

    def person(self) -> int:
        return self.luck.choice(self.place.people)

    def lead(self) -> int:
        return self.luck.choice((*self.place.leads[:1] * 3, self.place.leads[1]))

    def find(self, *wanted: ColumnElement[bool]) -> ServiceRequest | None:
        """Any of those that are so now; somebody else may be quicker."""
        with open_context(self.runtime, ROUTER, write=False) as ctx:
            ids = ctx.session.scalars(select(ServiceRequest.id).where(*wanted).limit(40)).all()
            return ctx.session.get_one(ServiceRequest, self.luck.choice(ids)) if ids else None

    def as_person(self, operator_id: int, act: Callable[[Context], object]) -> None:
        with open_context(self.runtime, self.actor(operator_id)) as ctx:
            act(ctx)

    def text(self) -> str:
        self._words += 1
        return f"{self.luck.choice(WORDS)}的第{self._words}个问题，怎么改？"


def held_by(who: int) -> tuple[ColumnElement[bool], ...]:
    return (ServiceRequest.assignee_id == who, ServiceRequest.status.in_(ACTIVE_STATUSES))


def arrive(hand: Hand) -> None:
    """One to three customers write: what they want opens a request, joins one, or takes one up again."""
    account_id = hand.luck.choice(hand.place.accounts)
    with open_context(hand.runtime, ROUTER, write=False) as ctx:
        account = ctx.session.get_one(Account, account_id)
    posts = []
    for _ in range(hand.luck.choice((1, 1, 2, 3))):
        lane = hand.luck.choice((Lane.PUBLIC, Lane.PUBLIC, Lane.PRIVATE))
        who = f"crowd{account_id}-{hand.luck.randrange(CUSTOMERS)}"
        text = hand.text()
        posts.append(hand.make.post(text, author=who, lane=lane, external_id=f"crowd:{text}"))
    hand.make.store(account, *posts)
    hand.make.judge()


def claim(hand: Hand) -> None:
    who = hand.person()
    request = hand.find(ServiceRequest.status == RequestStatus.NEW, ServiceRequest.assignee_id.is_(None))
    if request is not None:
        _assign(hand, who, request, who)


def transfer(hand: Hand) -> None:
    """Whoever holds it, or a lead, hands it to somebody."""
    holder = hand.person()
    request = hand.find(*held_by(holder))
    if request is not None:
        _assign(hand, hand.luck.choice((holder, hand.lead())), request, hand.person())


def give_back(hand: Hand) -> None:
    holder = hand.person()
    request = hand.find(*held_by(holder))
    if request is not None:
        _assign(hand, holder, request, None)


def _assign(hand: Hand, who: int, request: ServiceRequest, to: int | None) -> None:
    command = SetAssignee(operator_id=to, version=request.version)
    hand.as_person(who, lambda ctx: set_assignee(ctx, request.id, command))


def move_on(hand: Hand) -> None:
    holder = hand.person()
    request = hand.find(*held_by(holder))
    if request is not None:
        command = SetStatus(
            status=hand.luck.choice(TO),  # type: ignore[arg-type]
            version=request.version,
            confirm=CONFIRM,
        )
        hand.as_person(holder, lambda ctx: set_status(ctx, request.id, command))


def take_up(hand: Hand) -> None:
    """A lead takes something up again that was resolved."""
    request = hand.find(ServiceRequest.status == RequestStatus.RESOLVED)
    if request is not None:
        command = SetStatus(status="open", version=request.version, confirm=CONFIRM)
        hand.as_person(hand.lead(), lambda ctx: set_status(ctx, request.id, command))


def move_to_team(hand: Hand) -> None:
    request = hand.find(ServiceRequest.status.in_(ACTIVE_STATUSES))
    if request is None:
        return
    queue = hand.luck.choice((None, None, *hand.place.queues))
    team = hand.luck.choice(hand.place.teams)
    command = SetTeam(team_id=team, queue_id=queue, version=request.version, confirm=CONFIRM)
    hand.as_person(hand.lead(), lambda ctx: set_team(ctx, request.id, command))


def leave(hand: Hand) -> None:
    """Give back what waits, or two that were chosen, and be gone."""
    who = hand.person()
    chosen = None
    if hand.luck.random() < 0.5:
        with open_context(hand.runtime, ROUTER, write=False) as ctx:
            chosen = ctx.session.scalars(select(ServiceRequest.id).where(*held_by(who)).limit(2)).all()

    def act(ctx: Context) -> None:
        hand_back(ctx, chosen)

    hand.as_person(who, act)
    hand.as_person(who, lambda ctx: set_presence(ctx, SetPresence.model_validate({"presence": "offline"})))


def say(hand: Hand) -> None:
    said = SetPresence.model_validate({"presence": hand.luck.choice(SAID)})
    hand.as_person(hand.person(), lambda ctx: set_presence(ctx, said))


def be_there(hand: Hand) -> None:
    """Somebody touches a browser; most have one."""
    hand.as_person(hand.person(), touch)
    there = [one for one in hand.place.people if hand.luck.random() < 0.85]
    with open_context(hand.runtime, ROUTER) as ctx:
        connected(ctx, there)


def read(hand: Hand) -> None:
    who = hand.person()
    request = hand.find(*held_by(who), ServiceRequest.unread_count > 0)
    if request is not None:
        hand.as_person(who, lambda ctx: mark_read(ctx, request.conversation_id, request.last_number))


def pass_time(hand: Hand) -> None:
    """Minutes go by, and the scheduler looks for what has run out."""
    hand.advance(60.0 * hand.luck.randint(1, 5))
    for job in (RETURN_UNOPENED, WATCH_PEOPLE, RETURN_OF_VANISHED):
        perform(hand.runtime, job.name, [])


def overflow(hand: Hand) -> None:
    perform(hand.runtime, OVERFLOW_QUEUES.name, [])


def hand_out(hand: Hand) -> None:
    perform(hand.runtime, ASSIGN_WAITING.name, [])


def sweep(hand: Hand) -> None:
    """Grants begin and end, and whoever must not hold something any more holds it no more."""
    perform(hand.runtime, SETTLE.name, [])
    perform(hand.runtime, RETURN_MISHELD.name, [])


DAILY: dict[str, tuple[int, Act]] = {
    "arrive": (11, arrive),
    "claim": (11, claim),
    "transfer": (8, transfer),
    "return": (8, give_back),
    "status": (18, move_on),
    "take up": (2, take_up),
    "move to team": (4, move_to_team),
    "leave": (3, leave),
    "presence": (7, say),
    "touch": (3, be_there),
    "open": (9, read),
    "timers": (4, pass_time),
    "overflow": (3, overflow),
    "hand out": (4, hand_out),
    "sweep": (2, sweep),
}
