"""Logging in and out: throttled, CSRF-guarded, a new cookie each time, and over when it is over."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select, update

from app.core.clock import ManualClock
from app.core.runtime import Runtime
from app.core.tables import EventLog
from app.core.unit_of_work import open_context
from app.identity.job_names import SWEEP_SESSIONS
from app.identity.login_pace import FREE_PER_ADDRESS, FREE_PER_NAME, FREE_PER_PAIR
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


def _from(app: Flask, address: str) -> Browser:
    browser = Browser(app)
    browser.client.environ_base["REMOTE_ADDR"] = address
    return browser


def test_guessing_a_name_is_slowed_down_and_not_shut(app: Flask, make: Make, clock: ManualClock) -> None:
    """Case E12: each wrong password makes the next wait twice as long, a minute at most."""
    make.operator(make.agency(), login_name="target")
    browser = Browser(app)
    for _ in range(FREE_PER_PAIR):
        assert browser.log_in("target", "wrong").status_code == 401
    waits = []
    for _ in range(9):
        refused = browser.log_in("target", PASSWORD)
        assert (refused.status_code, refused.get_json()["code"]) == (429, "login_throttled")
        waits.append(int(refused.headers["Retry-After"]))
        clock.advance(waits[-1])
        assert browser.log_in("target", "wrong").status_code == 401
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    clock.advance(60)
    assert browser.log_in("target", PASSWORD).status_code == 200


@pytest.mark.parametrize("attacker", ["203.0.113.9", "2001:db8:1:2::9"])
def test_wrong_passwords_for_somebody_elses_name_do_not_keep_them_out(
    app: Flask, make: Make, attacker: str
) -> None:
    """Case E12."""
    make.operator(make.agency(), login_name="target")
    for _ in range(30):
        _from(app, attacker).log_in("target", "wrong")
    assert _from(app, attacker).log_in("target", PASSWORD).status_code == 429
    assert _from(app, "198.51.100.7").log_in("target", PASSWORD).status_code == 200


def test_one_ipv6_network_is_one_place(app: Flask, make: Make) -> None:
    """Case E12: a machine has more of its own addresses than anybody can count."""
    make.operator(make.agency(), login_name="target")
    for number in range(FREE_PER_PAIR):
        _from(app, f"2001:db8:1:2::{number}").log_in("target", "wrong")
    assert _from(app, "2001:db8:1:2:ffff::1").log_in("target", "wrong").status_code == 429
    assert _from(app, "2001:db8:1:3::1").log_in("target", "wrong").status_code == 401


def _wrong(make: Make, key: str, count: int) -> None:
    for _ in range(count):
        make.save(LoginAttempt(created_at=make.now, key=key))


@pytest.mark.parametrize(
    ("key", "count"), [("address:198.51.100.7", FREE_PER_ADDRESS), ("name:target", FREE_PER_NAME)]
)
def test_many_names_or_many_addresses_are_slowed_but_not_who_is_known_there(
    app: Flask, make: Make, clock: ManualClock, key: str, count: int
) -> None:
    """Case E12: bounded per address and per name overall."""
    for login in ("target", "other"):
        make.operator(make.agency(), login_name=login)
    assert _from(app, "198.51.100.7").log_in("target", PASSWORD).status_code == 200
    _wrong(make, key, count + 20)
    assert _from(app, "198.51.100.7").log_in("target", PASSWORD).status_code == 200
    stranger = ("other", "198.51.100.7") if key.startswith("address") else ("target", "203.0.113.9")
    refused = _from(app, stranger[1]).log_in(stranger[0], PASSWORD)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    clock.advance(61)
    assert _from(app, stranger[1]).log_in(stranger[0], PASSWORD).status_code == 200


def _failures_of_this_address(make: Make) -> None:
    _wrong(make, "address:127.0.0.1", FREE_PER_ADDRESS)


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
    perform(runtime, SWEEP_SESSIONS.name, [])
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
