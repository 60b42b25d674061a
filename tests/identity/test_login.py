"""Logging in and out: throttled, CSRF-guarded, a new cookie each time, and over when it is over."""

from __future__ import annotations

from collections.abc import Callable

from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select, update

from app.core.clock import ManualClock
from app.core.jobs import JobName
from app.core.runtime import Runtime
from app.core.tables import EventLog
from app.core.unit_of_work import open_context
from app.identity.services import FAILURES_PER_ADDRESS, FAILURES_PER_NAME
from app.jobs.job import perform
from app.listener.jobs import LISTENER
from app.models import LoginAttempt, Operator, OperatorSession, Presence
from tests.factories.browser import Browser
from tests.factories.make import PASSWORD, Make

Open = Callable[[Operator | None], Browser]


def _cookie(browser: Browser) -> str:
    cookie = browser.client.get_cookie("test_session")
    assert cookie is not None
    return cookie.value


def _set(runtime: Runtime, operator: Operator, **values: object) -> None:
    with open_context(runtime, LISTENER) as ctx:
        ctx.session.execute(update(Operator).where(Operator.id == operator.id).values(**values))


def test_the_right_password_opens_a_session_and_begins_work(app: Flask, make: Make) -> None:
    operator = make.operator(make.agency(), login_name="He.Xiao")
    browser = Browser(app)
    assert browser.get("/session").get_json()["authenticated"] is False
    answer = browser.log_in("  HE.xiao ", PASSWORD)
    view = answer.get_json()
    assert answer.status_code == 200
    assert (view["operator"]["id"], view["presence"]) == (operator.id, "online")
    assert "service_requests:read" in view["permissions"]
    assert browser.get("/session").get_json()["authenticated"] is True


def test_a_wrong_password_and_an_unknown_name_look_the_same(app: Flask, make: Make) -> None:
    make.operator(make.agency(), login_name="known")
    answers = [Browser(app).log_in(name, "wrong") for name in ("known", "unknown")]
    bodies = [{**answer.get_json(), "request_id": ""} for answer in answers]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert bodies[0] == bodies[1]
    assert bodies[0]["code"] == "login_failed"


def test_a_disabled_person_is_out_at_once(app: Flask, make: Make, open_browser: Open) -> None:
    operator = make.operator(make.agency(), login_name="gone")
    inside = open_browser(operator)
    assert inside.get("/session").get_json()["authenticated"] is True
    _set(make.runtime, operator, is_active=False)
    assert inside.get("/service-requests").status_code == 401
    assert Browser(app).log_in("gone", PASSWORD).status_code == 401


def test_guessing_a_name_is_slowed_down_whoever_asks(app: Flask, make: Make, clock: ManualClock) -> None:
    make.operator(make.agency(), login_name="target")
    for _ in range(FAILURES_PER_NAME):
        assert Browser(app).log_in("target", "wrong").status_code == 401
    refused = Browser(app).log_in("target", PASSWORD)
    assert refused.status_code == 429
    assert refused.get_json()["code"] == "login_throttled"
    assert 0 < int(refused.headers["Retry-After"]) <= 600
    clock.advance(601)
    assert Browser(app).log_in("target", PASSWORD).status_code == 200


def _failures_of_this_address(make: Make) -> None:
    for _ in range(FAILURES_PER_ADDRESS):
        make.save(LoginAttempt(created_at=make.now, key="address:127.0.0.1"))


def test_an_address_that_tries_many_names_is_slowed_down(app: Flask, make: Make) -> None:
    make.operator(make.agency(), login_name="target")
    browser = Browser(app)
    browser.log_in("other", "wrong")
    with open_context(make.runtime, LISTENER, write=False) as ctx:
        keys = set(ctx.session.scalars(select(LoginAttempt.key)))
    assert keys == {"name:other", "address:127.0.0.1"}
    _failures_of_this_address(make)
    assert browser.log_in("target", PASSWORD).status_code == 429


def test_a_forwarded_address_is_not_believed_without_a_proxy(app: Flask, make: Make) -> None:
    make.operator(make.agency(), login_name="target")
    _failures_of_this_address(make)
    browser = Browser(app)
    browser.headers["X-Forwarded-For"] = "10.0.0.9"
    assert browser.log_in("target", PASSWORD).status_code == 429


def test_a_cookie_from_before_the_login_is_worthless_after_it(app: Flask, make: Make) -> None:
    make.operator(make.agency(), login_name="victim")
    browser = Browser(app)
    planted_token = browser.csrf
    planted = _cookie(browser)
    assert browser.log_in("victim", PASSWORD).status_code == 200
    assert _cookie(browser) != planted
    attacker = Browser(app)
    attacker.client.set_cookie("test_session", planted)
    assert attacker.get("/session").get_json()["authenticated"] is False
    refused = browser.call(
        "PUT", "/session/locale", {"locale": "en"}, headers={"X-CSRF-Token": planted_token}
    )
    assert refused.status_code == 400


def test_two_logins_are_two_sessions(app: Flask, make: Make) -> None:
    make.operator(make.agency(), login_name="twice")
    first, second = Browser(app), Browser(app)
    first.log_in("twice", PASSWORD)
    second.log_in("twice", PASSWORD)
    assert first.delete("/session").status_code == 204
    assert first.get("/service-requests").status_code == 401
    assert second.get("/service-requests").status_code == 200
    assert second.get("/session").get_json()["presence"] == "online"


def test_a_cookie_kept_from_before_the_logout_is_worthless(app: Flask, make: Make) -> None:
    make.operator(make.agency(), login_name="leaver")
    browser = Browser(app)
    browser.log_in("leaver", PASSWORD)
    kept = _cookie(browser)
    browser.delete("/session")
    thief = Browser(app)
    thief.client.set_cookie("test_session", kept)
    assert thief.get("/service-requests").status_code == 401


def test_the_last_logout_ends_the_work(app: Flask, make: Make, runtime: Runtime) -> None:
    operator = make.operator(make.agency(), login_name="leaver")
    browser = Browser(app)
    browser.log_in("leaver", PASSWORD)
    browser.delete("/session")
    with open_context(runtime, LISTENER, write=False) as ctx:
        assert ctx.session.get_one(Operator, operator.id).presence is Presence.OFFLINE
        names = ctx.session.scalars(select(EventLog.name).order_by(EventLog.id)).all()
    assert names[-2:] == ["session.ended", "operator.presence_changed"]


def test_writes_need_the_csrf_token(make: Make, open_browser: Open) -> None:
    inside = open_browser(make.operator(make.agency()))
    for headers in ({"X-CSRF-Token": ""}, {"X-CSRF-Token": "wrong"}):
        refused = inside.call("PUT", "/session/presence", {"presence": "busy"}, headers=headers)
        assert (refused.status_code, refused.get_json()["code"]) == (400, "csrf_failed")
    assert inside.put("/session/presence", {"presence": "busy"}).get_json()["presence"] == "busy"


def test_another_sessions_csrf_token_does_not_fit(make: Make, open_browser: Open) -> None:
    agency = make.agency()
    mine, other = open_browser(make.operator(agency)), open_browser(make.operator(agency))
    refused = mine.call(
        "PUT", "/session/presence", {"presence": "busy"}, headers={"X-CSRF-Token": other.csrf}
    )
    assert refused.status_code == 400


def test_an_old_hash_is_renewed_at_login(app: Flask, make: Make, runtime: Runtime) -> None:
    operator = make.operator(make.agency(), login_name="veteran")
    assert Browser(app).log_in("veteran", PASSWORD).status_code == 200
    with open_context(runtime, LISTENER, write=False) as ctx:
        stored = ctx.session.get_one(Operator, operator.id).password_hash
    assert stored != operator.password_hash
    assert stored.startswith("$argon2id$")
    assert not PasswordHasher().check_needs_rehash(stored)


def test_an_idle_session_ends(make: Make, open_browser: Open, clock: ManualClock) -> None:
    inside = open_browser(make.operator(make.agency()))
    clock.advance(719 * 60)
    assert inside.get("/service-requests").status_code == 200
    clock.advance(719 * 60)
    assert inside.get("/service-requests").status_code == 200, "using it keeps it alive"
    clock.advance(721 * 60)
    assert inside.get("/service-requests").status_code == 401


def test_the_sweeper_closes_idle_sessions_and_tells_their_browsers(
    make: Make, open_browser: Open, clock: ManualClock, runtime: Runtime
) -> None:
    open_browser(make.operator(make.agency())).get("/session")
    clock.advance(721 * 60)
    perform(runtime, JobName.IDENTITY_SWEEP_SESSIONS, [])
    with open_context(runtime, LISTENER, write=False) as ctx:
        row = ctx.session.scalars(select(OperatorSession)).one()
        event = ctx.session.scalars(select(EventLog)).one()
    assert row.end_reason == "idle"
    assert (event.name, event.payload) == ("session.ended", {"session_id": row.id, "reason": "idle"})


def test_using_a_session_is_written_down_at_most_once_a_minute(
    make: Make, open_browser: Open, clock: ManualClock, runtime: Runtime
) -> None:
    inside = open_browser(make.operator(make.agency()))
    seen = set()
    for _ in range(6):
        clock.advance(20)
        inside.get("/session")
        with open_context(runtime, LISTENER, write=False) as ctx:
            seen.add(ctx.session.scalars(select(OperatorSession.last_seen_at)).one())
    assert len(seen) <= 3


def test_identity_headers_are_ignored(app: Flask, make: Make) -> None:
    operator = make.operator(make.agency())
    browser = Browser(app)
    browser.headers |= {"X-Forwarded-User": operator.login_name, "Remote-User": operator.login_name}
    assert browser.get("/service-requests").status_code == 401


def test_the_chosen_language_stays_with_the_person(make: Make, open_browser: Open) -> None:
    inside = open_browser(make.operator(make.agency()))
    assert inside.put("/session/locale", {"locale": "en"}).get_json()["locale"] == "en"
    assert inside.get("/session").get_json()["locale"] == "en"
