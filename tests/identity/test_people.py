"""Case G7: people, their capacity, one's own password, and whom somebody without a right can turn to."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from app.core.clock import ManualClock
from app.core.permissions import RoleName
from app.core.unit_of_work import open_context
from app.identity.login_pace import FREE_PER_ADDRESS
from app.identity.people import WRONG_PASSWORDS
from app.jobs.job import perform
from app.listener.jobs import LISTENER
from app.models import AgencyKind, AuditLog, Operator, Presence, ServiceRequest
from app.routing.job_names import ASSIGN_WAITING
from tests.factories.browser import Browser
from tests.factories.make import PASSWORD, Make
from tests.support.statements import counted

Open = Callable[[Operator | None], Browser]
NEW = "another good password"


def _audited(make: Make) -> list[str]:
    with open_context(make.runtime, LISTENER, write=False) as ctx:
        return [row.action for row in ctx.session.query(AuditLog).order_by(AuditLog.id)]


def test_a_supervisor_sees_the_people_of_the_own_agency_with_their_load(
    make: Make, open_browser: Open
) -> None:
    home, away = make.agency(), make.agency(AgencyKind.THIRD_PARTY)
    team = make.team(home)
    lead = make.operator(home, role=RoleName.SUPERVISOR)
    busy = make.operator(home, team, presence=Presence.BUSY, capacity=3)
    gone = make.operator(home, is_active=False)
    stranger = make.operator(away)
    make.request(make.account(home, team), "宽带断了", assignee=busy)
    rows = {row["id"]: row for row in open_browser(lead).get("/people").get_json()["items"]}
    assert set(rows) == {lead.id, busy.id, gone.id}
    assert stranger.id not in rows
    shown = rows[busy.id]
    assert (shown["presence"], shown["open_requests"], shown["capacity"], shown["serves"]) == (
        "busy",
        1,
        3,
        True,
    )
    assert [row["name"] for row in shown["teams"]] == [team.name]
    assert rows[gone.id]["is_active"] is False


def test_an_operator_gets_no_list_of_people(make: Make, open_browser: Open) -> None:
    assert open_browser(make.operator(make.agency())).get("/people").status_code == 403


def test_people_are_paged_and_cost_the_same_however_many(make: Make, open_browser: Open) -> None:
    home = make.agency()
    lead = make.operator(home, role=RoleName.SUPERVISOR)
    browser = open_browser(lead)
    browser.get("/people")

    def statements() -> int:
        with counted(make.runtime.engine) as seen:
            assert browser.get("/people").status_code == 200
        return len(seen)

    few = statements()
    made = [make.operator(home, make.team(home)) for _ in range(6)]
    assert statements() == few
    first = browser.get("/people", limit=4).get_json()
    second = browser.get("/people", limit=4, cursor=first["next_cursor"]).get_json()
    ids = [row["id"] for row in [*first["items"], *second["items"]]]
    assert ids == [lead.id, *(person.id for person in made)]
    assert second["next_cursor"] is None


def test_more_capacity_is_used_at_once_and_written_down(make: Make, open_browser: Open) -> None:
    home = make.agency()
    team = make.team(home)
    lead = make.operator(home, role=RoleName.SUPERVISOR, capacity=0)
    person = make.operator(home, team, presence=Presence.ONLINE, capacity=0)
    request = make.request(make.account(home, team), "宽带断了")
    answer = open_browser(lead).put(f"/people/{person.id}/capacity", {"capacity": 2})
    assert (answer.status_code, answer.get_json()["capacity"]) == (200, 2)
    assert "operator.capacity_changed" in _audited(make)
    perform(make.runtime, ASSIGN_WAITING.name, [])
    with open_context(make.runtime, LISTENER, write=False) as ctx:
        assert ctx.session.get_one(ServiceRequest, request.id).assignee_id == person.id


@pytest.mark.parametrize("capacity", [-1, 101, "many", None])
def test_a_capacity_that_is_none_is_refused(make: Make, open_browser: Open, capacity: object) -> None:
    home = make.agency()
    lead = make.operator(home, role=RoleName.SUPERVISOR)
    answer = open_browser(lead).put(f"/people/{lead.id}/capacity", {"capacity": capacity})
    assert answer.status_code == 422


def test_an_administrator_shuts_people_out_and_lets_them_in_but_never_oneself(
    app: Flask, make: Make, open_browser: Open
) -> None:
    home = make.agency()
    admin = make.operator(home, role=RoleName.ADMINISTRATOR)
    person = make.operator(home, login_name="somebody")
    inside, desk = open_browser(person), open_browser(admin)
    assert desk.put(f"/people/{person.id}/active", {"active": False}).status_code == 200
    assert inside.get("/service-requests").status_code == 401
    assert Browser(app).log_in("somebody", PASSWORD).status_code == 401
    assert desk.put(f"/people/{person.id}/active", {"active": True}).get_json()["is_active"] is True
    assert Browser(app).log_in("somebody", PASSWORD).status_code == 200
    refused = desk.put(f"/people/{admin.id}/active", {"active": False})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "cannot_shut_out_oneself")


def test_a_new_password_works_and_ends_the_other_logins(app: Flask, make: Make) -> None:
    make.operator(make.agency(), login_name="her")
    here, elsewhere = Browser(app), Browser(app)
    here.log_in("her", PASSWORD)
    elsewhere.log_in("her", PASSWORD)
    answer = here.put("/session/password", {"current": PASSWORD, "new": NEW})
    assert answer.status_code == 204
    assert here.get("/session").get_json()["authenticated"] is True
    assert elsewhere.get("/session").get_json()["authenticated"] is False
    assert Browser(app).log_in("her", PASSWORD).status_code == 401
    assert Browser(app).log_in("her", NEW).status_code == 200
    assert "operator.password_changed" in _audited(make)


@pytest.mark.parametrize(
    ("current", "new", "code", "field"),
    [
        ("not mine at all", NEW, "wrong_password", "current"),
        (PASSWORD, "short", "password_too_short", "new"),
        (PASSWORD, PASSWORD, "password_unchanged", "new"),
    ],
)
def test_a_password_is_refused_with_the_reason_at_its_field(
    make: Make, open_browser: Open, current: str, new: str, code: str, field: str
) -> None:
    browser = open_browser(make.operator(make.agency()))
    refused = browser.put("/session/password", {"current": current, "new": new})
    body = refused.get_json()
    assert (refused.status_code, body["code"], list(body["fields"])) == (422, code, [field])


def test_guessing_at_the_own_password_is_slowed_down_and_shuts_nobody_out(
    app: Flask, make: Make, open_browser: Open, clock: ManualClock
) -> None:
    assert WRONG_PASSWORDS <= FREE_PER_ADDRESS
    person = make.operator(make.agency(), login_name="left.open")
    browser = open_browser(person)
    for _ in range(WRONG_PASSWORDS):
        wrong = browser.put("/session/password", {"current": "a guess", "new": NEW})
        assert wrong.get_json()["code"] == "wrong_password"
    slowed = browser.put("/session/password", {"current": PASSWORD, "new": NEW})
    assert slowed.status_code == 429
    assert int(slowed.headers["Retry-After"]) > 0
    assert Browser(app).log_in("left.open", PASSWORD).status_code == 200
    clock.advance(601)
    assert browser.put("/session/password", {"current": PASSWORD, "new": NEW}).status_code == 204


def test_whoever_lacks_a_right_is_told_who_has_it_and_who_may_give_it(make: Make, open_browser: Open) -> None:
    home, away = make.agency(), make.agency(AgencyKind.THIRD_PARTY)
    admin = make.operator(home, role=RoleName.ADMINISTRATOR, name="管理的人")
    lead = make.operator(home, role=RoleName.SUPERVISOR, name="组长")
    make.operator(home, role=RoleName.SUPERVISOR, name="离职的", is_active=False)
    make.operator(away, role=RoleName.SUPERVISOR, name="外人")
    asker = open_browser(make.operator(home))
    told = asker.get("/rights/monitors:manage/holders").get_json()
    assert [row["name"] for row in told["holders"]] == [admin.name, lead.name]
    assert [row["name"] for row in told["grantors"]] == [admin.name]
    assert asker.get("/rights/listener:ingest/holders").status_code == 404
    assert asker.get("/rights/nonsense/holders").status_code == 404
    # Nobody is sent to themselves.
    assert open_browser(admin).get("/rights/accounts:manage/holders").get_json()["grantors"] == []
