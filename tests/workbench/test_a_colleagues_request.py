"""Who acts upon a colleague's request is asked first, and named whose it is (case G4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.core.errors import PlatformErrorKind
from app.models import Operator
from tests.factories.browser import Browser
from tests.workbench.desk import Desk

ACTS: list[tuple[str, dict[str, Any]]] = [
    *(("status", {"status": status}) for status in ("resolved", "on_hold", "pending")),
    *(("classification", said) for said in ({"type": "complaint"}, {"priority": 1}, {"sentiment": -1})),
]
Open = Callable[[Operator | None], Browser]


@pytest.fixture
def colleague(desk: Desk, open_browser: Open) -> Browser:
    return open_browser(desk.make.operator(desk.agency, desk.team))


@pytest.mark.parametrize(("act", "said"), ACTS)
def test_an_act_upon_a_colleagues_request_is_asked_about(
    desk: Desk, screen: Browser, colleague: Browser, act: str, said: dict[str, Any]
) -> None:
    path = f"/service-requests/{desk.request.id}"
    before = screen.get(path).get_json()
    assert before["assignee"]["id"] == desk.operator.id
    body = {**said, "version": before["version"]}
    asked = colleague.put(f"{path}/{act}", body)
    assert (asked.status_code, asked.get_json()["code"]) == (409, "claimed_by_other")
    assert asked.get_json()["assignee"]["id"] == desk.operator.id
    assert asked.get_json()["since"]
    assert screen.get(path).get_json() == before
    done = colleague.put(f"{path}/{act}", {**body, "confirm": ["claimed_by_other"]})
    assert done.status_code == 200


@pytest.mark.parametrize(("act", "said"), ACTS)
def test_ones_own_and_what_nobody_has_is_not(
    desk: Desk, screen: Browser, colleague: Browser, act: str, said: dict[str, Any]
) -> None:
    free = desk.make.unassign(desk.request)
    answer = colleague.put(f"/service-requests/{free.id}/{act}", {**said, "version": free.version})
    assert answer.status_code == 200
    own = screen.get(f"/service-requests/{desk.private.id}").get_json()
    answer = screen.put(f"/service-requests/{own['id']}/{act}", {**said, "version": own["version"]})
    assert answer.status_code == 200


def test_sending_again_for_a_colleague_is_asked_about(
    desk: Desk, screen: Browser, colleague: Browser
) -> None:
    """The reply is another's, the request a colleague's: letting it go is an act upon it like any other."""
    failed = desk.write("马上为您核实")
    desk.remote.fail_next(PlatformErrorKind.REJECTED)
    desk.deliver()
    assert desk.state(failed.id) == "failed"
    asked = colleague.post(f"/messages/{failed.id}/retry")
    assert (asked.status_code, asked.get_json()["code"]) == (409, "claimed_by_other")
    assert desk.state(failed.id) == "failed"
    assert colleague.post(f"/messages/{failed.id}/retry?confirm=claimed_by_other").status_code == 200


def test_who_was_answered_meanwhile_gets_no_second_answer_unasked(desk: Desk, screen: Browser) -> None:
    failed = desk.write("马上为您核实")
    desk.remote.fail_next(PlatformErrorKind.REJECTED)
    desk.deliver()
    desk.write("您好，已经派单")
    desk.deliver()
    desk.clock.advance(3600)
    asked = screen.post(f"/messages/{failed.id}/retry")
    assert (asked.status_code, asked.get_json()["code"]) == (409, "second_reply")
    assert desk.state(failed.id) == "failed"
    assert screen.post(f"/messages/{failed.id}/retry?confirm=second_reply").status_code == 200


def test_saying_what_became_of_a_colleagues_reply_is_asked_about(
    wechat_desk: Desk, open_browser: Open
) -> None:
    desk = wechat_desk
    colleague = open_browser(desk.make.operator(desk.agency, desk.team))
    unsure = desk.write("马上为您核实", request=desk.private)
    desk.remote.fail_next(PlatformErrorKind.UNKNOWN_OUTCOME)
    desk.deliver()
    assert desk.state(unsure.id) == "unknown"
    path = f"/messages/{unsure.id}/outcome"
    asked = colleague.post(path, {"outcome": "not_sent"})
    assert (asked.status_code, asked.get_json()["code"]) == (409, "claimed_by_other")
    assert colleague.post(path, {"outcome": "sent", "confirm": ["claimed_by_other"]}).status_code == 200


def test_taking_back_a_colleagues_planned_reply_is_asked_about(
    desk: Desk, screen: Browser, colleague: Browser
) -> None:
    planned = desk.write("明天给您回电", send_at=desk.make.later(3600))
    path = f"/messages/{planned.id}/cancel"
    asked = colleague.post(path)
    assert (asked.status_code, asked.get_json()["code"]) == (409, "claimed_by_other")
    assert desk.state(planned.id) == "queued"
    assert colleague.post(f"{path}?confirm=claimed_by_other").status_code == 200
    own = desk.write("后天给您回电", send_at=desk.make.later(3600))
    assert screen.post(f"/messages/{own.id}/cancel").status_code == 200
