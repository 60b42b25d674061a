"""One act upon many requests: each by the service for one, refusals collected, newcomers left alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.core.permissions import RoleName
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER
from app.longwork import runner
from app.longwork.runner import go_on
from app.models import Account, AuditLog, Operator, RequestStatus, ServiceRequest
from app.routing import long_work
from tests.factories.browser import Browser
from tests.factories.make import Make

Open = Callable[[Operator | None], Browser]


class Office:
    def __init__(self, make: Make) -> None:
        self.agency = make.agency()
        self.team = make.team(self.agency)
        self.account: Account = make.account(self.agency, self.team)
        self.lead = make.operator(self.agency, self.team, role=RoleName.SUPERVISOR)
        self.mate = make.operator(self.agency, self.team)


@pytest.fixture
def office(make: Make) -> Office:
    return Office(make)


def begun(browser: Browser, what: dict[str, Any], **more: Any) -> int:
    answer = browser.post("/service-requests/bulk-acts", {"what": what, **more})
    assert answer.status_code == 201, answer.get_json()
    return int(answer.get_json()["id"])


def stored(runtime: Runtime) -> list[ServiceRequest]:
    with open_context(runtime, LISTENER, write=False) as ctx:
        return list(ctx.session.scalars(select(ServiceRequest).order_by(ServiceRequest.id)))


def test_a_list_is_resolved_row_by_row(
    office: Office, make: Make, runtime: Runtime, open_browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though each row leaves the list by it: the next ones are found all the same."""
    monkeypatch.setattr(long_work, "CHUNK", 2)
    monkeypatch.setattr(runner, "SLICE_SECONDS", -1.0)
    for _ in range(5):
        make.request(office.account)
    browser = open_browser(office.lead)
    number = begun(browser, {"act": "set_status", "status": "resolved"}, query={"view": "all"})
    go_on(runtime, number)
    make.request(office.account)  # too late to be meant
    for _ in range(5):
        go_on(runtime, number)
    view = browser.get(f"/long-works/{number}").get_json()
    assert [view[key] for key in ("state", "total", "done", "skipped", "failed")] == ["done", 5, 5, 0, 0]
    assert [row.status for row in stored(runtime)][:5] == [RequestStatus.RESOLVED] * 5
    assert stored(runtime)[5].status in (RequestStatus.NEW, RequestStatus.OPEN)
    with open_context(runtime, LISTENER, write=False) as ctx:
        acts = ctx.session.scalars(
            select(AuditLog.operator_id).where(AuditLog.object_type == "service_request")
        )
        assert set(acts) == {office.lead.id}


def test_what_refuses_is_listed_and_the_others_are_done(
    office: Office, make: Make, runtime: Runtime, open_browser: Open
) -> None:
    own, strange = make.request(office.account), make.request(make.account(make.agency()))
    stranger = make.operator(make.agency())
    browser = open_browser(office.lead)
    wrong = begun(browser, {"act": "assign", "operator_id": stranger.id}, ids=[own.id, strange.id])
    go_on(runtime, wrong)
    view = browser.get(f"/long-works/{wrong}").get_json()
    assert [view[key] for key in ("state", "total", "done", "failed")] == ["done", 1, 0, 1]
    listed = browser.get(f"/long-works/{wrong}/errors").get_data(as_text=True)
    assert own.number in listed
    assert strange.number not in listed
    right = begun(browser, {"act": "assign", "operator_id": office.mate.id}, ids=[own.id])
    go_on(runtime, right)
    assert stored(runtime)[0].assignee_id == office.mate.id
    again = begun(browser, {"act": "assign", "operator_id": office.mate.id}, ids=[own.id])
    go_on(runtime, again)
    assert browser.get(f"/long-works/{again}").get_json()["skipped"] == 1


def test_type_and_priority_of_many(office: Office, make: Make, runtime: Runtime, open_browser: Open) -> None:
    chosen = [make.request(office.account, assignee=office.mate).id for _ in range(2)]
    browser = open_browser(office.lead)
    go_on(runtime, begun(browser, {"act": "classify", "priority": 1, "type": "lead"}, ids=chosen))
    assert {(row.priority, row.type) for row in stored(runtime)} == {(1, "lead")}


@pytest.mark.parametrize(
    "body",
    [
        {"what": {"act": "assign", "operator_id": None}},
        {"what": {"act": "assign", "operator_id": None}, "ids": [1], "query": {}},
        {"what": {"act": "delete"}, "ids": [1]},
        {"what": {"act": "set_status", "status": "closed"}, "ids": [1]},
        {"what": {"act": "set_status", "status": "open"}, "query": {"condition": "{"}},
    ],
)
def test_what_makes_no_sense_is_refused_before(
    office: Office, open_browser: Open, body: dict[str, Any]
) -> None:
    assert open_browser(office.lead).post("/service-requests/bulk-acts", body).status_code == 422


def test_it_takes_the_right_to_assign_and_bounds_what_one_act_moves(
    office: Office, make: Make, runtime: Runtime, open_browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    what = {"act": "set_status", "status": "resolved"}
    refused = open_browser(office.mate).post("/service-requests/bulk-acts", {"what": what, "ids": [1]})
    assert refused.status_code == 403
    monkeypatch.setattr(long_work, "MOST_ROWS", 1)
    for _ in range(2):
        make.request(office.account)
    browser = open_browser(office.lead)
    number = begun(browser, what, query={"view": "all"})
    go_on(runtime, number)
    assert browser.get(f"/long-works/{number}").get_json()["error"] == "bulk_too_large"
