"""Until when, and how often, people may be answered privately: for one and for many at once alike."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.adapters.types import Lane, Trigger
from app.core.clock import ManualClock
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER
from app.models import Conversation, ServiceRequest
from app.routing.private_window import private_window, private_windows
from tests.factories.make import Make
from tests.fakes.platforms import Remote
from tests.support.statements import counted
from tests.workbench.desk import Desk


@pytest.fixture
def desk(make: Make, clock: ManualClock, remote: Remote) -> Desk:
    return Desk(make, clock, remote, platform="wechat")


def asks(desk: Desk, person: str) -> ServiceRequest:
    return desk.make.request(desk.account, author=person, lane=Lane.PRIVATE)


def does(desk: Desk, person: str, trigger: Trigger) -> None:
    desk.make.store(desk.account, desk.make.post("", author=person, lane=Lane.PRIVATE, trigger=trigger))


def windows(desk: Desk, *conversations: Conversation) -> list[tuple[bool, str, int | None]]:
    """(open, why, how many answers are left) of each; asked together and one by one."""
    with open_context(desk.runtime, LISTENER, write=False) as ctx:
        found = private_windows(ctx, [(desk.account, conversation) for conversation in conversations])
        assert found == {c.id: private_window(ctx, desk.account, c) for c in conversations}
    shown = [found[conversation.id] for conversation in conversations]
    return [(window.is_open, window.reason, window.remaining) for window in shown]


def test_each_person_has_a_window_of_their_own(desk: Desk) -> None:
    answered, left, silent, clicked = (asks(desk, person) for person in ("a", "b", "c", "d"))
    for number in range(2):
        desk.write(f"第{number}个回复", request=answered)
    desk.deliver()
    does(desk, "b", Trigger.UNFOLLOW)
    desk.clock.advance(timedelta(hours=49).total_seconds())
    asks(desk, "a")
    does(desk, "d", Trigger.MENU_CLICK)
    conversations = [desk.make.conversation_of(request) for request in (answered, left, silent, clicked)]
    assert windows(desk, *conversations) == [
        (True, "message", 5),
        (False, "unfollowed", 0),
        (False, "expired", 0),
        (True, "menu_click", 3),
    ]


def test_answers_are_charged_to_whom_they_went(desk: Desk) -> None:
    first, second = asks(desk, "a"), asks(desk, "b")
    for number in range(3):
        desk.write(f"第{number}个回复", request=first)
    desk.write("请稍等", request=second)
    conversations = [desk.make.conversation_of(request) for request in (first, second)]
    assert [left for _, _, left in windows(desk, *conversations)] == [2, 4]


@pytest.mark.parametrize("ahead", [1, 3600, 400 * 86_400])
def test_a_platform_whose_clock_is_ahead_opens_the_window_now_and_no_longer(desk: Desk, ahead: float) -> None:
    """Who has just written may be answered; nothing gives them more time than others have."""
    conversation = desk.make.conversation_of(asks(desk, "a"))
    desk.clock.advance(timedelta(hours=49).total_seconds())
    told = desk.make.later(ahead)
    desk.make.store(desk.account, desk.make.post("", author="a", lane=Lane.PRIVATE, created_at=told))
    assert windows(desk, conversation)[0][:2] == (True, "message")
    desk.clock.advance(timedelta(hours=48).total_seconds())
    assert windows(desk, conversation)[0][:2] == (False, "expired")


def test_many_windows_cost_as_many_statements_as_one(desk: Desk) -> None:
    conversations = [desk.make.conversation_of(asks(desk, f"person-{n}")) for n in range(6)]
    costs = []
    for some in (conversations[:1], conversations):
        with (
            open_context(desk.runtime, LISTENER, write=False) as ctx,
            counted(desk.runtime.engine) as statements,
        ):
            private_windows(ctx, [(desk.account, conversation) for conversation in some])
        costs.append(len(statements))
    assert costs == [2, 2]
