"""A crowd at work: so many hands at once, so many acts each; then everybody comes, and nothing waits."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import delete, update

from app.core.clock import ManualClock
from app.core.unit_of_work import open_context
from app.grants.job_names import SETTLE
from app.jobs.job import perform
from app.models import Operator, OperatorSkill, Presence, RoutingSettings, ServiceRequest
from app.routing.handing_out import assign_waiting
from app.routing.job_names import RETURN_MISHELD
from app.routing.setup.configuration import setup_changed
from tests.factories.make import Make
from tests.routing.crowd.acts import DAILY, Act, Hand
from tests.routing.crowd.laws import broken, unserved
from tests.routing.crowd.leading import LED
from tests.routing.crowd.place import Place
from tests.routing.setup_office import ROUTER

ACTS: dict[str, tuple[int, Act]] = DAILY | LED
LEFT_TO_PEOPLE = 3
"""Which of the queues is pulled from."""


class SteadyHand:
    """Moves a clock for all hands: two that do so at once both count."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock, self._lock = clock, threading.Lock()

    def __call__(self, seconds: float) -> None:
        with self._lock:
            self._clock.advance(seconds)


def work(hand: Hand, acts: int) -> Hand:
    for _ in range(acts):
        hand.step(ACTS)
    return hand


def at_once(make: Make, place: Place, clock: ManualClock, *, hands: int, acts: int, seed: int) -> list[Hand]:
    """In threads of this process; raises what fails, the first of it."""
    advance = SteadyHand(clock)
    crowd = [Hand(make, place, seed * 100 + number, advance) for number in range(hands)]
    with ThreadPoolExecutor(hands) as pool:
        running = [pool.submit(work, hand, acts) for hand in crowd]
        return [one.result() for one in running]


def together(counted: list[Counter[str]]) -> dict[str, int]:
    return dict(sum(counted, Counter[str]()).most_common())


def judged(make: Make, *, paced: bool = True) -> list[str]:
    """What is wrong now that all hands rest."""
    make.judge()
    with open_context(make.runtime, ROUTER, write=False) as ctx:
        return broken(ctx, paced=paced)


def everybody_comes(make: Make, place: Place, advance: Callable[[float], Any]) -> list[str]:
    """All are there, let in, skilled and free, and a day has passed: what still waits was lost sight of."""
    with open_context(make.runtime, ROUTER) as ctx:
        ctx.session.execute(update(Operator).values(presence=Presence.ONLINE, is_active=True))
        ctx.session.execute(
            update(Operator).where(Operator.id.in_(place.people)).values(capacity=100_000, lane_limits={})
        )
        ctx.session.execute(update(RoutingSettings).values(intake_most=None, only_on_shift=False))
        ctx.session.execute(delete(OperatorSkill))
        ctx.session.add_all(
            OperatorSkill(created_at=ctx.now(), operator_id=one, skill_id=skill, level=5)
            for one in place.people
            for skill in place.skills
        )
        ctx.session.flush()
        setup_changed(ctx)
    advance(86_400)
    perform(make.runtime, SETTLE.name, [])
    for _ in range(3):
        perform(make.runtime, RETURN_MISHELD.name, [])
        while _given(make):
            pass
    with open_context(make.runtime, ROUTER, write=False) as ctx:
        return unserved(ctx, [place.queues[LEFT_TO_PEOPLE]])


def _given(make: Make) -> int:
    with open_context(make.runtime, ROUTER) as ctx:
        return assign_waiting(ctx)


def requests_in(make: Make) -> int:
    with open_context(make.runtime, ROUTER, write=False) as ctx:
        return ctx.session.query(ServiceRequest).count()
