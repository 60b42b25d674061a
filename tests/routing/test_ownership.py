"""Cases A7, A11, A12, G17: nobody loses a request unheard, watching changes nothing, urgency follows type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.adapters.types import Lane
from app.core.permissions import RoleName
from app.core.tables import AuditLog
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER
from app.models import AssignmentDecision, InboundItem, Operator, RequestChange, ServiceRequest
from app.realtime.publisher import publish_new
from app.routing.policies import ANSWER_WITHIN
from tests.factories.browser import Browser
from tests.workbench.desk import Desk
from tests.workbench.test_confirming import reply

Open = Callable[[Operator | None], Browser]


def view_of(screen: Browser, request: ServiceRequest) -> dict[str, Any]:
    view: dict[str, Any] = screen.get(f"/service-requests/{request.id}").get_json()
    return view


def decisions(desk: Desk, request: ServiceRequest) -> list[AssignmentDecision]:
    with open_context(desk.runtime, LISTENER, write=False) as ctx:
        statement = select(AssignmentDecision).where(AssignmentDecision.service_request_id == request.id)
        return list(ctx.session.scalars(statement.order_by(AssignmentDecision.id)))


def withdrawn(desk: Desk, screen: Browser) -> list[int]:
    publish_new(desk.runtime)
    events = screen.get("/events", after=0).get_json()["events"]
    return [e["payload"]["id"] for e in events if e["name"] == "service_request.withdrawn"]


def test_whoever_sees_the_queue_hears_that_an_answer_took_a_request_out_of_it(
    desk: Desk, open_browser: Open
) -> None:
    """Case A7: a decision is written, and the colleague with reach `own` hears that it left."""
    colleague = desk.make.operator(desk.agency, desk.team, role=RoleName.AGENCY_OPERATOR)
    waiting = desk.make.unassign(desk.make.request(desk.account, "没人管吗？急"))
    onlooker = open_browser(colleague)
    assert view_of(onlooker, waiting)["assignee"] is None
    assert withdrawn(desk, onlooker) == []
    assert reply(open_browser(desk.operator), waiting, "我来处理").status_code == 202
    assert onlooker.get(f"/service-requests/{waiting.id}").status_code == 404
    assert withdrawn(desk, onlooker) == [waiting.id]
    decision = decisions(desk, waiting)[-1]
    assert (decision.reason, decision.chosen_operator_id) == ("answered", desk.operator.id)
    assert decision.decided_by_id == desk.operator.id
    with open_context(desk.runtime, LISTENER, write=False) as ctx:
        change = ctx.session.get_one(RequestChange, decision.change_id)
    assert (change.kind, change.after["assignee_id"]) == ("answered", desk.operator.id)


def test_every_assignment_hangs_on_its_change(desk: Desk, open_browser: Open) -> None:
    """Case A7, its kind: opened, returned, claimed, handed over, answered."""
    request = desk.make.request(desk.account, "套餐怎么改？")
    lead = desk.make.operator(desk.agency, desk.team, role=RoleName.SUPERVISOR)
    for who, person in ((lead, None), (desk.operator, desk.operator), (lead, lead)):
        body = {
            "operator_id": person.id if person else None,
            "version": view_of(open_browser(lead), request)["version"],
            "reason": "客户点名找组长",  # needed of the last, who takes over
        }
        answer = open_browser(who).put(f"/service-requests/{request.id}/assignee", body)
        assert answer.status_code == 200, answer.get_json()
    with open_context(desk.runtime, LISTENER, write=False) as ctx:
        changes = ctx.session.scalars(
            select(RequestChange)
            .where(RequestChange.service_request_id == request.id)
            .order_by(RequestChange.version)
        ).all()
    assert [c.kind for c in changes] == ["opened", "returned", "assigned", "assigned"]
    moved = [change.id for change in changes if "assignee_id" in change.after]
    assert [decision.change_id for decision in decisions(desk, request)] == moved


@pytest.mark.parametrize("assigned", [True, False])
def test_watching_changes_nothing(desk: Desk, open_browser: Open, assigned: bool) -> None:
    """Case A11: whoever looks on leaves a request as unread as it was, whatever else they may do."""
    request = desk.make.request(desk.account, "有人吗？")
    if not assigned:
        request = desk.make.unassign(request)
    watchers = [
        desk.make.operator(desk.agency, *teams, role=role)
        for role in (RoleName.MANAGER, RoleName.SUPERVISOR, RoleName.ADMINISTRATOR, RoleName.OPERATOR)
        for teams in ([], [desk.team])
    ]
    watchers += [] if assigned else [desk.operator]
    before = view_of(open_browser(watchers[0]), request)
    assert before["unread_count"] == 1
    path = f"/conversations/{request.conversation_id}/read"
    for watcher in watchers:
        assert open_browser(watcher).put(path, {"number": 1}).status_code in (204, 404)
        assert view_of(open_browser(watchers[0]), request) == before
    holder = open_browser(desk.operator)
    if not assigned:
        body = {"operator_id": desk.operator.id, "version": before["version"]}
        assert holder.put(f"/service-requests/{request.id}/assignee", body).status_code == 200
    assert holder.put(path, {"number": 1}).status_code == 204
    assert view_of(holder, request)["unread_count"] == 0


def test_reading_twice_is_one_change(desk: Desk, open_browser: Open) -> None:
    screen = open_browser(desk.operator)
    for _ in range(2):
        screen.put(f"/conversations/{desk.request.conversation_id}/read", {"number": 1})
    rows = screen.get(f"/service-requests/{desk.request.id}/changes").get_json()["items"]
    assert [row["kind"] for row in rows] == ["read", "opened"]


def test_a_corrected_type_brings_its_urgency(desk: Desk, open_browser: Open) -> None:
    """Case A12: from consult to complaint; priority, its parts and the due time follow."""
    lead = open_browser(desk.make.operator(desk.agency, desk.team, role=RoleName.SUPERVISOR))
    with open_context(desk.runtime, LISTENER, write=False) as ctx:
        request = ctx.session.get_one(ServiceRequest, desk.request.id)
        item = ctx.session.scalars(select(InboundItem.id).order_by(InboundItem.id)).first()
    assert (request.type, request.priority_parts) == ("consult", {"type": 0.75})
    said = {"intent": "complaint", "sentiment": -1}
    assert lead.post(f"/inbound-items/{item}/corrections", said).status_code == 200
    with open_context(desk.runtime, LISTENER, write=False) as ctx:
        request = ctx.session.get_one(ServiceRequest, desk.request.id)
    assert (request.type, request.priority) == ("complaint", 2)
    assert request.priority_parts == {"type": 1.5, "sentiment": 1.0}
    assert request.waiting_since is not None
    assert request.due_at == request.waiting_since + ANSWER_WITHIN[2]
    assert request.urgent_at == request.due_at


def test_a_corrected_type_keeps_the_nearer_window(desk: Desk, open_browser: Open) -> None:
    """Case A12 on a private request: the platform's window still counts when it ends first."""
    late = desk.make.request(desk.account, "我的号码停机了", author="c9", lane=Lane.PRIVATE)
    body = {"type": "other", "sentiment": 1, "version": late.version}
    screen = open_browser(desk.operator)
    assert screen.put(f"/service-requests/{late.id}/classification", body).status_code == 200
    with open_context(desk.runtime, LISTENER, write=False) as ctx:
        request = ctx.session.get_one(ServiceRequest, late.id)
    assert (request.priority, request.window_until is not None) == (4, True)
    assert request.waiting_since is not None
    assert request.urgent_at == request.due_at == request.waiting_since + ANSWER_WITHIN[4]


def test_type_priority_and_mood_are_set_by_hand(desk: Desk, open_browser: Open) -> None:
    """G17: one command; the chosen priority stays when the type is corrected again."""
    screen, path = open_browser(desk.operator), f"/service-requests/{desk.request.id}/classification"
    version = view_of(screen, desk.request)["version"]
    first = screen.put(path, {"priority": 1, "sentiment": -1, "version": version}).get_json()
    assert (first["priority"], first["sentiment"]["value"], first["type"]) == (1, -1, "consult")
    assert first["priority_parts"] == ["chosen", "sentiment", "type"], "the heaviest first, on both databases"
    waiting = desk.make.now + ANSWER_WITHIN[1]
    assert first["due_at"] == waiting.isoformat().replace("+00:00", "Z")
    again = screen.put(path, {"type": "praise", "version": first["version"]}).get_json()
    assert (again["type"], again["priority"]) == ("praise", 1)
    (row, _, _) = screen.get(f"/service-requests/{desk.request.id}/changes").get_json()["items"]
    assert row["fields"] == [{"field": "type", "before": "consult", "after": "praise"}]
    assert (row["kind"], row["actor"]["id"], row["reason"]) == ("classified", desk.operator.id, "by_hand")
    with open_context(desk.runtime, LISTENER, write=False) as ctx:
        acts = ctx.session.scalars(select(AuditLog.action)).all()
    assert acts.count("service_request.classified") == 2


@pytest.mark.parametrize("wrong", [{"type": "spam"}, {"priority": 5}, {"sentiment": 2}, {"mood": 1}])
def test_only_known_values_are_taken(desk: Desk, open_browser: Open, wrong: dict[str, Any]) -> None:
    body = {**wrong, "version": desk.request.version}
    answer = open_browser(desk.operator).put(f"/service-requests/{desk.request.id}/classification", body)
    assert answer.status_code == 422


TRANSITION_CASES = [
    ("resolved", "on_hold"),
    ("resolved", "pending"),
    ("resolved", "open"),
    ("resolved", "resolved"),
    ("on_hold", "pending"),
    ("pending", "open"),
]


@pytest.mark.parametrize(("stands", "wanted"), TRANSITION_CASES)
def test_a_status_follows_where_the_table_says_so(
    desk: Desk, open_browser: Open, stands: str, wanted: str
) -> None:
    screen, path = open_browser(desk.operator), f"/service-requests/{desk.request.id}/status"
    first = screen.put(path, {"status": stands, "version": view_of(screen, desk.request)["version"]})
    assert first.status_code == 200
    answer = screen.put(path, {"status": wanted, "version": first.get_json()["version"]})
    assert (answer.status_code, answer.get_json()["status"]) == (200, wanted)
    if stands == wanted:
        assert answer.get_json()["version"] == first.get_json()["version"], "nothing has changed"


def test_a_status_follows_nowhere_else(desk: Desk, open_browser: Open) -> None:
    """What nobody has is made somebody's by claiming it, not by calling it open."""
    request = desk.make.unassign(desk.make.request(desk.account, "没人吗？"))
    lead = open_browser(desk.make.operator(desk.agency, desk.team, role=RoleName.SUPERVISOR))
    path = f"/service-requests/{request.id}/status"
    refused = lead.put(path, {"status": "open", "version": request.version})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "transition_refused")


def test_what_is_taken_up_again_without_an_assignee_is_in_the_queue(desk: Desk, open_browser: Open) -> None:
    """Open with nobody would be in no queue at all."""
    request = desk.make.unassign(desk.make.request(desk.account, "没人吗？"))
    lead = open_browser(desk.make.operator(desk.agency, desk.team, role=RoleName.SUPERVISOR))
    path = f"/service-requests/{request.id}/status"
    held = lead.put(path, {"status": "on_hold", "version": request.version}).get_json()
    assert held["status"] == "on_hold"
    again = lead.put(path, {"status": "open", "version": held["version"]}).get_json()
    assert (again["status"], again["assignee"]) == ("new", None)
