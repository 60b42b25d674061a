"""A planned private reply is held to the window of the moment when it leaves, not when it is written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.models import Operator
from tests.factories.browser import Browser
from tests.workbench.desk import Desk
from tests.workbench.test_confirming import code, reply

Open = Callable[[Operator | None], Browser]
HOUR = 3600


@pytest.mark.parametrize(
    ("written_after", "leaves_after", "status"),
    [
        (0, None, 202),
        (0, 1, 202),
        (0, 47, 202),
        (0, 47.99, 202),
        (0, 48, 409),
        (0, 48.5, 409),
        (24, 47, 202),
        (24, 49, 409),
        (47, 47.5, 202),
        (47.9, 48.1, 409),
        (48, None, 409),
        (49, 60, 409),
    ],
)
def test_the_window_must_be_open_when_the_reply_leaves(
    desk: Desk, open_browser: Open, written_after: float, leaves_after: float | None, status: int
) -> None:
    opened = desk.make.now
    desk.clock.advance(written_after * HOUR)
    fields = {}
    if leaves_after is not None:
        fields["send_at"] = (opened + timedelta(hours=leaves_after)).isoformat()
    answer = reply(open_browser(desk.operator), desk.private, "稍后回电", **fields)
    assert answer.status_code == status
    if status == 409:
        assert code(answer) == (409, "reply_window_closed")
        assert answer.get_json()["reason"] == "window_expired"


def test_a_public_reply_has_no_window(desk: Desk, open_browser: Open) -> None:
    later = (desk.make.now + timedelta(hours=60)).isoformat()
    assert reply(open_browser(desk.operator), desk.request, "稍后回电", send_at=later).status_code == 202
