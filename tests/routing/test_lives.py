"""Random lives of requests: all recorded, never two at once, nobody forgotten, nothing withdrawn shown."""

from __future__ import annotations

import pytest

from app.core.clock import ManualClock
from app.models import ChangeKind
from tests.factories.make import Make
from tests.fakes.platforms import Remote
from tests.routing.life import Life

STEPS = 60


@pytest.mark.parametrize(("platform", "seed"), [("weibo", 4), ("weibo", 2), ("wechat", 3)])
def test_no_life_of_a_request_breaks_its_promises(
    make: Make, clock: ManualClock, remote: Remote, platform: str, seed: int
) -> None:
    life = Life(make, clock, remote, platform, seed)
    for _ in range(STEPS):
        life.step()
    kinds = life.kinds()
    happened = {
        ChangeKind.ANSWERED,
        ChangeKind.ANSWER_FAILED,
        ChangeKind.ANSWER_TAKEN_BACK,
        ChangeKind.RESOLVED,
    }
    assert happened <= kinds, "a life in which nothing goes wrong proves nothing"
