"""One's own page: everybody reads and renames themselves; what it says is what their own calls answer."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from app.core.permissions import RoleName
from app.core.runtime import Runtime
from app.core.tables import EventLog
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER
from app.models import AuditLog, Operator
from tests.factories.browser import Browser
from tests.factories.make import PASSWORD, Make

Open = Callable[[Operator | None], Browser]


def test_everybody_sees_what_they_may(make: Make, open_browser: Open) -> None:
    home = make.agency()
    team = make.team(home)
    account = make.account(home, team)
    make.account(make.agency(), None)
    make.request(account, "宽带断了")
    person = make.operator(home, team, role=RoleName.AGENCY_OPERATOR)
    mine = open_browser(person)
    told = mine.get("/session/profile").get_json()
    assert told["login_name"] == person.login_name
    assert [row["id"] for row in told["proof"]["accounts"]] == [account.id]
    assert told["proof"]["rights"] == mine.get("/session").get_json()["permissions"]
    assert told["proof"]["counts"][0]["visible"] == 1
    assert open_browser(None).get("/session/profile").status_code == 401


def test_a_new_name_is_told_and_kept_once(make: Make, runtime: Runtime, open_browser: Open) -> None:
    home = make.agency()
    person = make.operator(home, make.team(home), name="旧名")
    mine = open_browser(person)
    assert mine.put("/session/name", {"name": "  新名 "}).get_json()["operator"]["name"] == "新名"
    assert mine.put("/session/name", {"name": "新名"}).status_code == 200
    assert mine.put("/session/name", {"name": "  "}).status_code == 422
    assert mine.put("/session/name", {"name": "长" * 61}).status_code == 422
    with open_context(runtime, LISTENER, write=False) as ctx:
        events = ctx.session.scalars(select(EventLog).where(EventLog.name == "operator.changed")).all()
        kept = ctx.session.scalars(select(AuditLog).where(AuditLog.action == "operator.changed")).all()
    assert [event.payload["name"] for event in events] == ["新名"]
    assert [row.detail["after"] for row in kept] == [{"name": "新名"}]


def test_one_sees_ones_own_logins_and_nobody_elses(make: Make, open_browser: Open) -> None:
    home = make.agency()
    person, other = make.operator(home), make.operator(home)
    for who in (person, other):
        browser = open_browser(None)
        assert browser.log_in(who.login_name, PASSWORD).status_code == 200
        assert browser.delete("/session").status_code == 204
    told = open_browser(person).get("/session/profile").get_json()["logins"]
    assert [row["act"] for row in told] == ["closed", "opened"]
    looking = open_browser(make.operator(home, role=RoleName.ADMINISTRATOR))
    assert looking.post("/session/look", {"operator_id": person.id, "reason": "核对"}).status_code == 204
    through = looking.get("/session/profile").get_json()
    assert (through["login_name"], through["logins"]) == (person.login_name, [])
