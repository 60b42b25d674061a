"""Eight hands at once do all that can be done to requests, on both databases: none is lost or held twice,
the router gives nobody more than they may hold, and every holder is explained.

`python -m bench.dealing` is the same with 100,000 acts and a process for each hand.
"""

from __future__ import annotations

import pytest

from app.core.clock import ManualClock
from app.core.runtime import NullQueue, Runtime
from tests.factories.make import Make
from tests.routing.crowd.place import furnish
from tests.routing.crowd.running import ACTS, SteadyHand, at_once, everybody_comes, judged, together

HANDS, EACH, SEED = 8, 75, 20261201


@pytest.mark.timeout(300)
def test_whatever_eight_do_at_once_nothing_is_lost_and_nobody_is_given_too_much(
    runtime: Runtime, make: Make, clock: ManualClock
) -> None:
    runtime.queue = NullQueue()  # acts look for what is to be done, as the scheduler would
    place = furnish(make)
    crowd = at_once(make, place, clock, hands=HANDS, acts=EACH, seed=SEED)
    done = together([hand.done for hand in crowd])
    print(done)  # noqa: T201  (the run says what it did)
    print(together([hand.refused for hand in crowd]))  # noqa: T201
    assert sum(done.values()) == HANDS * EACH
    assert set(done) == set(ACTS), "something that can happen did not"
    assert judged(make) == []
    left = everybody_comes(make, place, SteadyHand(clock))
    assert left == []
    assert judged(make, paced=False) == []
