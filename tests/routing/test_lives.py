"""Random lives of requests: all recorded, never two at once, nobody forgotten, nothing withdrawn shown."""

from __future__ import annotations

import pytest

from app.core.clock import ManualClock
from app.models import ChangeKind, StoredCalendar
from tests.factories.make import Make
from tests.fakes.platforms import Remote
from tests.routing.life import Life

STEPS = 60


OFFICE_HOURS = [[["09:00", "12:00"], ["13:30", "18:00"]]] * 5 + [[], [["10:00", "11:00"]]]


def test_a_life_on_working_time(make: Make, clock: ManualClock, remote: Remote) -> None:
    """It begins on a Sunday with one hour of work; what is due follows from the calendar at every moment."""
    make.save(
        StoredCalendar(
            created_at=make.now,
            name="工作时间",
            zone="Asia/Shanghai",
            hours={"week": OFFICE_HOURS, "breaks": [], "holiday": [], "make_up": [["10:00", "16:00"]]},
            follows_holidays=True,
            is_default=True,
        )
    )
    life = Life(make, clock, remote, "weibo", 5)
    for _ in range(STEPS):
        life.step()
    assert ChangeKind.ANSWERED in life.kinds()


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
