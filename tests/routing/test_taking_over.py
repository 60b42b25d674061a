"""Who takes over what a colleague has says why, for good; watching is a right of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.core.permissions import Permission, RoleName
from app.models import AuditLog, Operator, Role
from tests.factories.browser import Browser
from tests.factories.make import Make

Open = Callable[[Operator | None], Browser]
WHY = "客户点名找组长"


class Floor:
    """A lead, a holder with one request, a mate."""

    def __init__(self, make: Make, open_browser: Open) -> None:
        home = make.agency()
        team = make.team(home)
        self.lead = make.operator(home, team, role=RoleName.SUPERVISOR)
        self.holder, self.mate = make.operator(home, team), make.operator(home, team)
        self.account = make.account(home, team)
        self.request = make.request(self.account, "宽带又断了", assignee=self.holder)
        self.path = f"/service-requests/{self.request.id}"
        self.browser = open_browser(self.lead)

    def asked(self, browser: Browser, who: int | None, **more: Any) -> Any:
        version = browser.get(self.path).get_json()["version"]
        return browser.put(f"{self.path}/assignee", {"operator_id": who, "version": version, **more})


@pytest.fixture
def floor(make: Make, open_browser: Open) -> Floor:
    return Floor(make, open_browser)


def test_the_reason_stays_with_the_change_and_in_the_audit_log(floor: Floor, make: Make) -> None:
    refused = floor.asked(floor.browser, floor.lead.id)
    assert (refused.status_code, refused.get_json()["code"]) == (422, "reason_needed")
    assert "reason" in refused.get_json()["fields"]
    for bad in ("", "   ", "长" * 201):
        assert floor.asked(floor.browser, floor.lead.id, reason=bad).status_code == 422
    assert floor.browser.get(floor.path).get_json()["assignee"]["id"] == floor.holder.id

    taken = floor.asked(floor.browser, floor.lead.id, reason=f"  {WHY} ")
    assert taken.get_json()["assignee"]["id"] == floor.lead.id
    change = floor.browser.get(f"{floor.path}/changes").get_json()["items"][0]
    assert (change["said"], change["actor"]["id"]) == (WHY, floor.lead.id)
    assert change["decision"]["reason"] == "Taken over"
    with make.runtime.sessions.begin() as session:
        entries = session.query(AuditLog).filter_by(action="service_request.taken_over").all()
        assert [entry.detail for entry in entries] == [{"holder": floor.holder.name, "reason": WHY}]


def test_nobody_is_asked_why_who_takes_over_nothing(floor: Floor, make: Make, open_browser: Open) -> None:
    theirs = open_browser(floor.holder)
    assert floor.asked(theirs, floor.holder.id).status_code == 200, "one's own"
    assert floor.asked(floor.browser, floor.mate.id).status_code == 200, "handed to somebody else"
    assert floor.asked(floor.browser, None).status_code == 200, "into the queue"
    assert floor.asked(floor.browser, floor.lead.id).status_code == 200, "what nobody has"
    rest = floor.browser.get(f"{floor.path}/changes").get_json()["items"]
    assert {change["said"] for change in rest} == {None}
    with make.runtime.sessions.begin() as session:
        assert session.query(AuditLog).filter_by(action="service_request.taken_over").count() == 0


def test_whoever_may_not_assign_is_refused_whatever_they_say(floor: Floor, open_browser: Open) -> None:
    refused = floor.asked(open_browser(floor.mate), floor.mate.id, reason=WHY)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "already_assigned")


def _role(make: Make, change: Callable[[frozenset[str]], frozenset[str]]) -> None:
    """What the role of leads allows, otherwise from now on."""
    with make.runtime.sessions.begin() as session:
        role = session.query(Role).filter_by(key=RoleName.SUPERVISOR).one()
        role.rights = change(role.rights)


def test_watching_is_a_right_of_its_own(floor: Floor, make: Make, open_browser: Open) -> None:
    assert floor.browser.post(f"{floor.path}/watch").status_code == 204
    assert floor.browser.post(f"{floor.path}/whispers", {"text": "先道歉"}).status_code == 201
    _role(make, lambda rights: rights - {Permission.SERVICE_REQUESTS_WATCH})
    again = open_browser(floor.lead)
    for refused in (again.post(f"{floor.path}/watch"), again.post(f"{floor.path}/whispers", {"text": "嘘"})):
        assert refused.status_code == 403
        assert refused.get_json()["permission"] == "service_requests:watch"
    others = floor.browser.get(f"{floor.path}/whispers").get_json()["items"]
    assert [item["text"] for item in others] == ["先道歉"], "one's own words stay"
    # And the other way about: who may watch and hand out nothing takes nothing over.
    _role(
        make,
        lambda rights: rights - {Permission.SERVICE_REQUESTS_ASSIGN} | {Permission.SERVICE_REQUESTS_WATCH},
    )
    looker = open_browser(floor.lead)
    assert looker.post(f"{floor.path}/watch").status_code == 204
    assert looker.post(f"{floor.path}/whispers", {"text": "慢慢来"}).status_code == 201
    assert floor.asked(looker, floor.lead.id, reason=WHY).status_code == 409
