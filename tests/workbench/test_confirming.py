"""G4, G5, A10: what a sender is asked first, sending and resolving at once, keys that stand for one act."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.core.permissions import RoleName
from app.models import Operator, ServiceRequest
from tests.factories.browser import Browser
from tests.workbench.desk import Desk

Open = Callable[[Operator | None], Browser]


def reply(screen: Browser, request: ServiceRequest, text: str = "您好", **fields: Any) -> TestResponse:
    body = {
        "service_request_id": request.id,
        "lane": request.lane.value,
        "text": text,
        "idempotency_key": uuid.uuid4().hex,
        **fields,
    }
    return screen.post(f"/conversations/{request.conversation_id}/replies", body)


def note(screen: Browser, request: ServiceRequest, text: str, key: str) -> TestResponse:
    body = {"text": text, "idempotency_key": key}
    return screen.post(f"/conversations/{request.conversation_id}/notes", body)


def code(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, str(answer.get_json()["code"])


def view_of(screen: Browser, request: ServiceRequest) -> dict[str, Any]:
    view: dict[str, Any] = screen.get(f"/service-requests/{request.id}").get_json()
    return view


@pytest.fixture
def lead(desk: Desk, open_browser: Open) -> Browser:
    return open_browser(desk.make.operator(desk.agency, desk.team, role=RoleName.SUPERVISOR, name="组长"))


def test_a_colleagues_request_is_asked_about_first(desk: Desk, lead: Browser, screen: Browser) -> None:
    """G4: who has it, and since when; nothing is written until somebody says yes."""
    since = desk.make.now.isoformat()
    desk.clock.advance(300)
    asked = reply(lead, desk.request)
    body = asked.get_json()
    assert code(asked) == (409, "claimed_by_other")
    assert (body["assignee"]["id"], body["assignee"]["name"]) == (desk.operator.id, desk.operator.name)
    assert body["since"] == since
    assert view_of(screen, desk.request)["status"] == "open"
    assert reply(lead, desk.request, confirm=["claimed_by_other"]).status_code == 202
    assert view_of(screen, desk.request)["assignee"]["id"] == desk.operator.id, "it stays theirs"


def test_ones_own_and_what_nobody_has_is_not_asked_about(desk: Desk, lead: Browser, screen: Browser) -> None:
    assert reply(screen, desk.request).status_code == 202
    waiting = desk.make.unassign(desk.make.request(desk.account, "没人管吗？"))
    assert reply(lead, waiting).status_code == 202


def test_a_second_reply_within_a_minute_is_asked_about(desk: Desk, lead: Browser, screen: Browser) -> None:
    """G4: whoever wrote the first."""
    first = reply(screen, desk.request, "第一条").get_json()
    desk.clock.advance(59)
    for who, more in ((screen, []), (lead, ["claimed_by_other"])):
        asked = reply(who, desk.request, "又一条", confirm=more)
        assert code(asked) == (409, "second_reply")
        assert (asked.get_json()["author"]["id"], asked.get_json()["message_id"]) == (
            desk.operator.id,
            first["id"],
        )
    assert reply(screen, desk.request, "又一条", confirm=["second_reply"]).status_code == 202


def test_after_a_minute_or_after_taking_back_nothing_is_asked(desk: Desk, screen: Browser) -> None:
    undone = reply(screen, desk.request, "写错了").get_json()
    screen.post(f"/messages/{undone['id']}/cancel")
    assert reply(screen, desk.request, "正确的").status_code == 202
    desk.clock.advance(61)
    assert reply(screen, desk.request, "补充一下").status_code == 202


def test_an_unknown_confirmation_is_refused(desk: Desk, screen: Browser) -> None:
    assert code(reply(screen, desk.request, confirm=["everything"])) == (422, "invalid")


def test_one_act_sends_and_resolves(desk: Desk, screen: Browser) -> None:
    """G5."""
    sent = reply(screen, desk.request, "已修复，感谢您的反馈", resolve=True)
    assert sent.status_code == 202
    view = view_of(screen, desk.request)
    assert (view["status"], view["waiting_since"], view["unread_count"]) == ("resolved", None, 0)
    desk.deliver()
    assert desk.remote.texts() == ["已修复，感谢您的反馈"]
    assert view_of(screen, desk.request)["status"] == "resolved"
    kinds = [
        row["kind"] for row in screen.get(f"/service-requests/{desk.request.id}/changes").get_json()["items"]
    ]
    assert kinds == ["resolved", "answered", "opened"]


def test_ones_own_changes_never_conflict(desk: Desk, screen: Browser) -> None:
    """G5: reply, read, judge anew, then resolve with the version from before all of it."""
    seen = view_of(screen, desk.request)["version"]
    desk.make.request(desk.account, "在吗？", author="c1")
    stale = screen.put(f"/service-requests/{desk.request.id}/status", {"status": "resolved", "version": seen})
    assert code(stale) == (409, "stale_version"), "the customer has written meanwhile"
    seen = view_of(screen, desk.request)["version"]
    screen.put(f"/conversations/{desk.request.conversation_id}/read", {"number": 9})
    screen.put(f"/service-requests/{desk.request.id}/classification", {"type": "complaint", "version": seen})
    assert reply(screen, desk.request).status_code == 202
    done = screen.put(f"/service-requests/{desk.request.id}/status", {"status": "resolved", "version": seen})
    assert (done.status_code, done.get_json()["status"]) == (200, "resolved")


def test_a_colleagues_change_still_conflicts(desk: Desk, lead: Browser, screen: Browser) -> None:
    seen = view_of(screen, desk.request)["version"]
    reply(screen, desk.request)
    said = {"priority": 1, "version": seen + 1, "confirm": ["claimed_by_other"]}
    lead.put(f"/service-requests/{desk.request.id}/classification", said)
    late = screen.put(f"/service-requests/{desk.request.id}/status", {"status": "resolved", "version": seen})
    assert code(late) == (409, "stale_version")
    ahead = screen.put(
        f"/service-requests/{desk.request.id}/status", {"status": "resolved", "version": seen + 9}
    )
    assert code(ahead) == (409, "stale_version")


CHANGED: list[dict[str, Any]] = [
    {"text": "另一句话"},
    {"resolve": True},
    {"send_at": "2026-11-22T03:00:00Z"},
    {"lane": "private"},
]


@pytest.mark.parametrize("changed", CHANGED)
def test_a_replys_key_stands_for_its_content(desk: Desk, screen: Browser, changed: dict[str, Any]) -> None:
    """Case A10: another command under the same key is refused; the first stays what it was."""
    key = uuid.uuid4().hex
    assert reply(screen, desk.request, "第一句", idempotency_key=key).status_code == 202
    again = reply(screen, desk.request, **{"text": "第一句", "idempotency_key": key, **changed})
    assert code(again) == (409, "key_used_otherwise")
    same = reply(screen, desk.request, "第一句", idempotency_key=key, confirm=["second_reply"])
    assert same.status_code == 202
    desk.deliver()
    assert desk.remote.texts() == ["第一句"]


def test_a_notes_key_sends_no_reply_nor_the_other_way_round(desk: Desk, screen: Browser) -> None:
    """Case A10."""
    first, second = uuid.uuid4().hex, uuid.uuid4().hex
    assert note(screen, desk.request, "客户很急", first).status_code == 201
    assert code(reply(screen, desk.request, "客户很急", idempotency_key=first)) == (409, "key_used_otherwise")
    assert reply(screen, desk.request, "您好", idempotency_key=second).status_code == 202
    assert code(note(screen, desk.request, "您好", second)) == (409, "key_used_otherwise")
    assert code(note(screen, desk.request, "另一条备注", first)) == (409, "key_used_otherwise")


def test_a_colleagues_key_is_not_ones_own(desk: Desk, lead: Browser, screen: Browser) -> None:
    """Case A10: who gave the command belongs to what the key stands for."""
    key = uuid.uuid4().hex
    assert reply(screen, desk.request, "您好", idempotency_key=key).status_code == 202
    taken = reply(lead, desk.request, "您好", idempotency_key=key, confirm=["claimed_by_other"])
    assert code(taken) == (409, "key_used_otherwise")
