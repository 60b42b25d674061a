"""Looking through somebody else's eyes: what it shows, that nothing changes, when it ends, what is kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.sql.base import Executable

from app.api.endpoint import API, ENDPOINTS
from app.core.clock import ManualClock
from app.core.permissions import AccountReach, Permission, RequestReach, RoleName
from app.core.standard_roles import ROLES
from app.core.unit_of_work import open_context
from app.extensions import socketio
from app.identity.job_names import SWEEP_SESSIONS
from app.identity.looking import LONGEST_LOOK
from app.jobs.job import perform
from app.listener.jobs import LISTENER
from app.models import AuditLog, Base, Operator, OperatorRole, OperatorSession, Presence, Role
from app.realtime.sockets import SOCKET_EVENTS
from tests.architecture.entries import ROUTES, SOCKETS
from tests.architecture.organisation import Stage
from tests.factories.browser import Browser
from tests.factories.make import Make

Open = Callable[[Operator | None], Browser]
_P = Permission
REASON = "核对他能看到哪些请求"
# Of a login: that it is in use.
_UNTOLD = {"last_seen_at"}
_VARIABLE = re.compile(r"<(?:int:)?(\w+)>")


def _look(browser: Browser, person: Operator, reason: str = REASON) -> Any:
    return browser.post("/session/look", {"operator_id": person.id, "reason": reason})


def _kept(make: Make) -> list[tuple[str, str, dict[str, Any]]]:
    with open_context(make.runtime, LISTENER, write=False) as ctx:
        rows = ctx.session.scalars(
            select(AuditLog).where(AuditLog.action.like("operator.view_%")).order_by(AuditLog.number)
        )
        return [(row.action, row.actor, row.detail) for row in rows]


def _run(make: Make, statement: Executable) -> None:
    with open_context(make.runtime, LISTENER) as ctx:
        ctx.session.execute(statement)


def test_one_sees_what_the_person_sees_and_comes_back(make: Make, open_browser: Open) -> None:
    home, away = make.agency(), make.agency()
    team = make.team(home)
    served, other = make.account(home, team), make.account(away, make.team(away))
    for account in (served, other):
        make.request(account, "宽带断了", author=account.name)
    person = make.operator(home, team, name="坐席甲")
    own = make.operator(home, role=RoleName.ADMINISTRATOR, locale="en", name="管理员")
    admin = open_browser(own)
    assert _look(admin, person).status_code == 204
    session, theirs = admin.get("/session").get_json(), open_browser(person).get("/session").get_json()
    for same in ("operator", "permissions", "presence", "capacity"):
        assert session[same] == theirs[same]
    assert session["locale"] == "en"
    assert session["looking"]["by"] == {"id": own.id, "name": "管理员"}
    assert theirs["looking"] is None
    seen = admin.get("/service-requests?view=all").get_json()["items"]
    assert [row["account"]["id"] for row in seen] == [served.id]
    assert admin.get("/people").status_code == 403
    assert admin.delete("/session/look").status_code == 204
    assert admin.get("/session").get_json()["operator"]["id"] == own.id
    assert len(admin.get("/service-requests?view=all").get_json()["items"]) == 2
    assert admin.delete("/session/look").status_code == 204  # ending twice is ending once
    started, ended = _kept(make)
    assert started[:2] == ("operator.view_started", own.login_name)
    assert started[2]["reason"] == REASON
    assert ended == ("operator.view_ended", own.login_name, {"why": "asked"})


def _filled(rule: str, values: Mapping[str, Any]) -> str:
    """The rule's address with its variables said."""
    return _VARIABLE.sub(lambda found: str(values[found.group(1)]), rule)


def _everything(make: Make) -> dict[str, list[dict[str, Any]]]:
    with open_context(make.runtime, LISTENER, write=False) as ctx:
        tables = Base.metadata.sorted_tables
        return {
            table.name: [
                {name: value for name, value in row._mapping.items() if name not in _UNTOLD}
                for row in ctx.session.execute(select(table).order_by(*table.primary_key.columns))
            ]
            for table in tables
        }


def test_nothing_that_writes_gets_past_the_guard(app: Flask, make: Make) -> None:
    """Every route and every socket event, through the eyes of somebody who may do everything."""
    stage = Stage(make)
    everything = make.operator(stage.agency, stage.team, role=RoleName.ADMINISTRATOR)
    own = stage.people["administrator"]
    assert own is not None
    browser = Browser(app, make.session_token(own, through=everything))
    asks = {
        name: ROUTES[name].ask(stage)
        for name, spec in ENDPOINTS.items()
        if spec.write and not spec.as_oneself
    }
    assert {spec.name for spec in ENDPOINTS.values() if spec.as_oneself} == {
        "identity.log_out",
        "identity.stop_look",
    }
    payloads = {name: payload(stage) for name, (_, payload) in SOCKETS.items()}
    before = _everything(make)
    answers = {}
    for name, ask in asks.items():
        spec = ENDPOINTS[name]
        path = _filled(spec.rule, ask.path)
        answer = browser.call(spec.method, path.removeprefix(API), ask.body, query_string=ask.query)
        answers[name] = (answer.status_code, (answer.get_json(silent=True) or {}).get("code"))
    assert set(answers.values()) == {(403, "view_as_reads_only")}
    client = socketio.test_client(app, flask_test_client=browser.client)
    told = {name: client.emit(name, payload, callback=True) for name, payload in payloads.items()}
    client.disconnect()
    for name, answer in told.items():
        code = (answer.get("error") or {}).get("code")
        assert code == ("view_as_reads_only" if SOCKET_EVENTS[name].write else None), name
    assert _everything(make) == before


def test_what_a_get_would_write_is_refused_by_the_unit_of_work_itself(make: Make) -> None:
    own, person = make.operator(make.agency(), role=RoleName.ADMINISTRATOR), make.operator(make.agency())
    looking = make.looking(own, person)
    with pytest.raises(Exception, match="view_as_reads_only"), open_context(make.runtime, looking):
        pass
    with open_context(make.runtime, looking, write=False):
        pass


def _role(make: Make, reach: AccountReach = AccountReach.AGENCY, *rights: Permission, **fields: Any) -> Role:
    given = rights or (*ROLES[RoleName.OPERATOR].mandate.permissions, _P.PEOPLE_VIEW_AS)
    return make.role(*given, account_reach=reach, request_reach=RequestReach.ALL, **fields)


def test_nobody_gains_a_right_an_account_or_a_request_by_it(make: Make, open_browser: Open) -> None:
    home, away = make.agency(), make.agency()
    team = make.team(home)
    make.account(home, team)
    admin = make.operator(home, role=RoleName.ADMINISTRATOR)
    lead = open_browser(make.operator(home, role=_role(make)))
    assert _look(lead, make.operator(home, team)).status_code == 204
    lead.delete("/session/look")
    for beyond in (
        admin,
        make.operator(home, role=RoleName.SUPERVISOR),
        make.operator(home, role=_all(make)),
    ):
        answer = _look(lead, beyond)
        assert (answer.status_code, answer.get_json()["code"]) == (409, "eyes_beyond_own")
    assert _look(lead, make.operator(away)).status_code == 404
    # Another's own requests would be new to somebody who sees only what is their own.
    narrow = _role(make)
    _run(make, update(Role).where(Role.id == narrow.id).values(request_reach=RequestReach.OWN))
    watcher = open_browser(make.operator(home, team, role=narrow))
    assert _look(watcher, make.operator(home, team)).get_json()["code"] == "eyes_beyond_own"
    without = open_browser(make.operator(home, role=RoleName.SUPERVISOR))
    assert _look(without, make.operator(home, team)).status_code == 403


def _all(make: Make) -> Role:
    return make.role(_P.SERVICE_REQUESTS_READ, account_reach=AccountReach.ALL)


@pytest.mark.parametrize(("field", "code"), [("own", "own_eyes"), ("off", "eyes_shut")])
def test_whose_eyes_show_nothing_is_refused(make: Make, open_browser: Open, field: str, code: str) -> None:
    home = make.agency()
    own = make.operator(home, role=RoleName.ADMINISTRATOR)
    person = own if field == "own" else make.operator(home, is_active=False)
    assert _look(open_browser(own), person).get_json()["code"] == code


def test_a_reason_is_needed(make: Make, open_browser: Open) -> None:
    home = make.agency()
    admin = open_browser(make.operator(home, role=RoleName.ADMINISTRATOR))
    answer = _look(admin, make.operator(home), "  ")
    assert answer.status_code == 422
    assert "reason" in answer.get_json()["fields"]


def _time(make: Make, clock: ManualClock, _own: Operator, _person: Operator) -> None:
    for _ in range(2):
        clock.advance(LONGEST_LOOK.total_seconds() / 2 + 1)


def _shut_out(make: Make, _clock: ManualClock, _own: Operator, person: Operator) -> None:
    _run(make, update(Operator).where(Operator.id == person.id).values(is_active=False))


def _raised(make: Make, _clock: ManualClock, _own: Operator, person: Operator) -> None:
    make.give(person, RoleName.ADMINISTRATOR)


def _lowered(make: Make, _clock: ManualClock, own: Operator, _person: Operator) -> None:
    role = make.role_id(RoleName.MANAGER)
    _run(make, update(OperatorRole).where(OperatorRole.operator_id == own.id).values(role_id=role))


@pytest.mark.parametrize(
    ("change", "why"),
    [(_time, "time"), (_shut_out, "shut_out"), (_raised, "rights"), (_lowered, "rights")],
)
def test_it_ends_by_itself_and_that_is_kept_once(
    make: Make, open_browser: Open, clock: ManualClock, change: Callable[..., None], why: str
) -> None:
    home = make.agency()
    lead = make.role(
        *ROLES[RoleName.SUPERVISOR].mandate.permissions,
        _P.PEOPLE_VIEW_AS,
        account_reach=AccountReach.AGENCY,
        request_reach=RequestReach.ALL,
        masked=frozenset(),
    )
    own, person = make.operator(home, role=lead), make.operator(home)
    browser = open_browser(own)
    assert _look(browser, person).status_code == 204
    change(make, clock, own, person)
    for _ in range(2):
        session = browser.get("/session").get_json()
        assert (session["operator"]["id"], session["looking"]) == (own.id, None)
    assert [kept[2] for kept in _kept(make)[1:]] == [{"why": why}]


def test_time_ends_it_for_a_browser_that_asks_for_nothing_more(
    make: Make, open_browser: Open, clock: ManualClock
) -> None:
    home = make.agency()
    assert _look(open_browser(make.operator(home, role=RoleName.ADMINISTRATOR)), make.operator(home))
    perform(make.runtime, SWEEP_SESSIONS.name, [])
    assert len(_kept(make)) == 1
    clock.advance(LONGEST_LOOK.total_seconds() + 1)
    perform(make.runtime, SWEEP_SESSIONS.name, [])
    assert [kept[2] for kept in _kept(make)[1:]] == [{"why": "time"}]


def test_logging_out_ends_ones_own_login_and_the_person_stays_at_work(make: Make, open_browser: Open) -> None:
    home = make.agency()
    own = make.operator(home, role=RoleName.ADMINISTRATOR, presence=Presence.ONLINE)
    person = make.operator(home, presence=Presence.ONLINE)
    theirs, browser = open_browser(person), open_browser(own)
    assert _look(browser, person).status_code == 204
    assert browser.delete("/session").status_code == 204
    assert browser.get("/session").get_json()["authenticated"] is False
    assert theirs.get("/session").get_json()["presence"] == "online"
    assert [kept[2] for kept in _kept(make)[1:]] == [{"why": "session"}]
    with open_context(make.runtime, LISTENER, write=False) as ctx:
        assert ctx.session.get_one(Operator, own.id).presence is Presence.OFFLINE
        open_logins = select(OperatorSession.operator_id).where(OperatorSession.ended_at.is_(None))
        assert list(ctx.session.scalars(open_logins)) == [person.id]


def test_being_there_is_ones_own_and_not_the_persons(
    make: Make, open_browser: Open, clock: ManualClock
) -> None:
    """The login that looks stays in use; that of the person, which nobody uses, idles."""
    home = make.agency()
    own, person = make.operator(home, role=RoleName.ADMINISTRATOR), make.operator(home)
    make.session_token(person)
    browser = open_browser(own)
    assert _look(browser, person).status_code == 204
    clock.advance(timedelta(minutes=5).total_seconds())
    browser.get("/session")
    with open_context(make.runtime, LISTENER, write=False) as ctx:
        seen = dict(
            ctx.session.execute(select(OperatorSession.operator_id, OperatorSession.last_seen_at)).all()
        )
    assert seen[own.id] - seen[person.id] == timedelta(minutes=5)
