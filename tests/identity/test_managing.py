"""People and teams are made and changed by who may; nobody gives more than they have, and somebody stays."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.core.errors import Conflict
from app.core.permissions import Permission, RoleName, system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.identity.services import disable_operator
from app.jobs.job import perform
from app.models import AgencyKind, AuditLog, Operator, Presence, ServiceRequest
from app.routing.job_names import ASSIGN_WAITING, RETURN_MISHELD
from tests.factories.browser import Browser
from tests.factories.make import PASSWORD, Make

Open = Callable[[Operator | None], Browser]
OWN = "a password of my own"
MANAGER = system_actor("test", Permission.OPERATORS_MANAGE)


def _new(make: Make, agency_id: int, role: RoleName = RoleName.OPERATOR, **fields: Any) -> dict[str, Any]:
    usual = {
        "login_name": "li.na",
        "name": "李娜",
        "role_ids": [make.role_id(role)],
        "agency_id": agency_id,
        "team_ids": [],
    }
    return usual | fields


def _as(make: Make, name: str, role: RoleName, team_ids: list[int]) -> dict[str, Any]:
    return {"name": name, "role_ids": [make.role_id(role)], "team_ids": team_ids}


def _detail(make: Make, action: str) -> Any:
    with open_context(make.runtime, MANAGER, write=False) as ctx:
        return ctx.session.query(AuditLog).filter(AuditLog.action == action).one().detail


def test_somebody_new_logs_in_with_what_was_told_once_and_is_asked_for_their_own(
    app: Flask, make: Make, open_browser: Open
) -> None:
    agency = make.agency()
    team = make.team(agency)
    admin = open_browser(make.operator(agency, role=RoleName.ADMINISTRATOR))
    made = admin.post("/people", _new(make, agency.id, login_name="Li.Na", team_ids=[team.id]))
    body = made.get_json()
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    assert re.fullmatch(r"(?:[a-z2-9]{4}-){2}[a-z2-9]{4}", body["password"])
    assert (body["person"]["login_name"], body["person"]["capacity"]) == ("li.na", 8)
    assert [row["id"] for row in body["person"]["teams"]] == [team.id]
    told = admin.get("/people").get_data(as_text=True)
    assert body["password"] not in told
    here = Browser(app)
    assert here.log_in("LI.NA", body["password"]).get_json()["password_is_given"] is True
    here.put("/session/password", {"current": body["password"], "new": OWN})
    assert here.get("/session").get_json()["password_is_given"] is False
    assert Browser(app).log_in("li.na", OWN).status_code == 200


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"login_name": "TAKEN"}, "login_name_taken"),
        ({"login_name": "有空格 的"}, "invalid"),
        ({"name": "   "}, "invalid"),
        ({"role_ids": [4_000_000_000_000]}, "invalid"),
        ({"role_ids": []}, "invalid"),
        ({"agency_id": 4_000_000_000_000}, "not_found"),
        ({"team_ids": [4_000_000_000_000]}, "invalid"),
    ],
)
def test_what_is_wrong_with_somebody_new_is_said(
    make: Make, open_browser: Open, fields: dict[str, Any], code: str
) -> None:
    agency = make.agency()
    make.operator(agency, login_name="taken")
    admin = open_browser(make.operator(agency, role=RoleName.ADMINISTRATOR))
    before = len(admin.get("/people").get_json()["items"])
    assert admin.post("/people", {**_new(make, agency.id), **fields}).get_json()["code"] == code
    assert len(admin.get("/people").get_json()["items"]) == before


def test_an_agencys_people_are_given_no_role_that_sees_every_account(make: Make, open_browser: Open) -> None:
    home, away = make.agency(), make.agency(AgencyKind.THIRD_PARTY)
    admin = open_browser(make.operator(home, role=RoleName.ADMINISTRATOR))
    for role in (RoleName.MANAGER, RoleName.ADMINISTRATOR):
        refused = admin.post("/people", _new(make, away.id, role))
        assert (refused.status_code, refused.get_json()["code"]) == (409, "role_beyond_agency")
    person = make.operator(away, role=RoleName.AGENCY_OPERATOR)
    raised = admin.put(f"/people/{person.id}", _as(make, person.name, RoleName.MANAGER, []))
    assert raised.get_json()["code"] == "role_beyond_agency"
    assert admin.post("/people", _new(make, away.id, role=RoleName.SUPERVISOR)).status_code == 201


def test_nobody_gives_a_right_that_they_lack(make: Make, open_browser: Open) -> None:
    agency = make.agency()
    managing = make.role(Permission.OPERATORS_MANAGE, Permission.PEOPLE_READ, agency_id=agency.id)
    browser = open_browser(make.operator(agency, role=[RoleName.SUPERVISOR, managing]))
    refused = browser.post("/people", _new(make, agency.id, RoleName.ADMINISTRATOR))
    assert (refused.status_code, refused.get_json()["code"]) == (409, "role_beyond_own")
    assert browser.post("/people", _new(make, agency.id)).status_code == 201


def test_another_role_counts_from_the_next_call_and_the_log_says_what_it_was(
    make: Make, open_browser: Open
) -> None:
    agency = make.agency()
    team = make.team(agency)
    admin = open_browser(make.operator(agency, role=RoleName.ADMINISTRATOR))
    person = make.operator(agency, team)
    theirs = open_browser(person)
    assert theirs.get("/people").status_code == 403
    wanted = _as(make, "新名字", RoleName.SUPERVISOR, [])
    view = admin.put(f"/people/{person.id}", wanted).get_json()
    assert (view["name"], [role["key"] for role in view["roles"]], view["teams"]) == (
        "新名字",
        ["supervisor"],
        [],
    )
    assert theirs.get("/people").status_code == 200
    detail = _detail(make, "operator.changed")
    assert detail["before"] == {"name": person.name, "roles": ["operator"], "team_ids": [team.id]}
    assert detail["after"] == {"name": "新名字", "roles": ["supervisor"], "team_ids": []}
    admin.put(f"/people/{person.id}", wanted)
    assert _detail(make, "operator.changed") == detail, "nothing changed, so nothing is told again"


def test_what_somebody_held_for_a_team_goes_back_when_they_leave_it(
    runtime: Runtime, make: Make, open_browser: Open
) -> None:
    agency = make.agency()
    team, other = make.team(agency), make.team(agency)
    person = make.operator(agency, team)
    colleague = make.operator(agency, team, presence=Presence.ONLINE)
    request = make.request(make.account(agency, team), "宽带断了", assignee=person)
    admin = open_browser(make.operator(agency, role=RoleName.ADMINISTRATOR))
    admin.put(f"/people/{person.id}", _as(make, person.name, RoleName.OPERATOR, [other.id]))
    perform(runtime, RETURN_MISHELD.name, [])
    perform(runtime, ASSIGN_WAITING.name, [])
    with open_context(runtime, MANAGER, write=False) as ctx:
        assert ctx.session.get_one(ServiceRequest, request.id).assignee_id == colleague.id


def test_the_last_who_manages_people_stays_whoever_asks_and_however(make: Make, open_browser: Open) -> None:
    agency = make.agency()
    first = make.operator(agency, role=RoleName.ADMINISTRATOR, login_name="first")
    second = make.operator(agency, role=RoleName.ADMINISTRATOR, login_name="second")
    own = _as(make, first.name, RoleName.OPERATOR, [])
    assert open_browser(first).put(f"/people/{first.id}", own).get_json()["code"] == "own_role"
    lowered = open_browser(first).put(f"/people/{second.id}", _as(make, second.name, RoleName.OPERATOR, []))
    assert lowered.status_code == 200
    with pytest.raises(Conflict, match="last_administrator"), open_context(make.runtime, MANAGER) as ctx:
        disable_operator(ctx, "first")
    assert open_browser(first).get("/people").status_code == 200


def test_a_lost_password_is_replaced_and_every_login_of_it_ends(
    app: Flask, make: Make, open_browser: Open
) -> None:
    agency = make.agency()
    administrator = make.operator(agency, role=RoleName.ADMINISTRATOR)
    admin = open_browser(administrator)
    person = make.operator(agency, login_name="forgetful")
    inside = Browser(app)
    inside.log_in("forgetful", PASSWORD)
    given = admin.post(f"/people/{person.id}/password").get_json()["password"]
    assert inside.get("/session").get_json()["authenticated"] is False
    assert Browser(app).log_in("forgetful", PASSWORD).status_code == 401
    assert Browser(app).log_in("forgetful", given).get_json()["password_is_given"] is True
    assert given not in str(_detail(make, "operator.password_given"))
    own = admin.post(f"/people/{administrator.id}/password")
    assert (own.status_code, own.get_json()["code"]) == (409, "own_password")
    gone = make.operator(agency, is_active=False)
    assert admin.post(f"/people/{gone.id}/password").get_json()["code"] == "person_shut_out"


def test_teams_are_made_and_renamed_and_have_a_name_of_their_own(make: Make, open_browser: Open) -> None:
    agency, away = make.agency(), make.agency(AgencyKind.THIRD_PARTY)
    team = make.team(away)
    admin = open_browser(make.operator(agency, role=RoleName.ADMINISTRATOR))
    made = admin.post("/teams", {"agency_id": away.id, "name": "夜班"})
    assert (made.status_code, made.get_json()["name"]) == (201, "夜班")
    again = admin.post("/teams", {"agency_id": away.id, "name": " 夜班 "})
    assert (again.status_code, again.get_json()["code"]) == (409, "team_name_taken")
    assert admin.post("/teams", {"agency_id": agency.id, "name": "夜班"}).status_code == 201
    assert admin.put(f"/teams/{team.id}", {"name": "夜班"}).get_json()["code"] == "team_name_taken"
    assert admin.put(f"/teams/{team.id}", {"name": "早班"}).get_json()["name"] == "早班"
    shown = {row["id"]: row for row in admin.get("/agencies").get_json()["items"]}
    assert [row["name"] for row in shown[away.id]["teams"]] == ["早班", "夜班"]


def test_a_form_that_was_filled_before_a_colleague_saved_undoes_nothing(
    make: Make, open_browser: Open
) -> None:
    agency = make.agency()
    team = make.team(agency)
    person = make.operator(agency)
    first, second = (open_browser(make.operator(agency, role=RoleName.ADMINISTRATOR)) for _ in range(2))

    def view(screen: Browser) -> dict[str, Any]:
        rows: list[dict[str, Any]] = screen.get("/people").get_json()["items"]
        return next(row for row in rows if row["id"] == person.id)

    path, seen = f"/people/{person.id}", view(first)["edition"]
    joined = {**_as(make, person.name, RoleName.OPERATOR, [team.id]), "edition": seen}
    assert first.put(path, joined).status_code == 200
    renamed = {**_as(make, "改了名", RoleName.OPERATOR, []), "edition": seen}
    refused = second.put(path, renamed)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "stale_version")
    now = view(second)
    assert ([row["id"] for row in now["teams"]], now["name"]) == ([team.id], person.name)
    anew = {**_as(make, "改了名", RoleName.OPERATOR, [team.id]), "edition": now["edition"]}
    assert second.put(path, anew).get_json()["name"] == "改了名"
    assert view(first)["edition"] != seen
