"""Rules that wait for a moment, in clock and working time; dry runs that find what was; calls that leave."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from sqlalchemy import func, select

from app.automation import hooks, running
from app.automation.acting import HAND
from app.core.clock import ManualClock
from app.core.permissions import Permission, RoleName
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.models import AutomationRule, Message, Operator, RequestStatus, RunState
from tests.automation.office import NOTED, Office, after, leaf, log_of, seen
from tests.calendars.office import WEEK, content
from tests.factories.browser import Browser
from tests.factories.make import Make

Open = Callable[[Operator | None], Browser]
WAITING = leaf("status", "any_of", ["new", "open"])


@pytest.fixture
def office(make: Make) -> Office:
    return Office(make)


def test_it_acts_once_when_the_moment_has_come(
    open_browser: Open, make: Make, office: Office, clock: ManualClock
) -> None:
    lead = open_browser(office.lead)
    old = make.request(office.account)
    clock.advance(3600)
    office.rule(lead, trigger=after("waiting_since", 30), condition=WAITING)
    request = make.request(office.account)
    office.watch_time()
    clock.advance(29 * 60)
    office.watch_time()
    assert office.runs() == []
    clock.advance(61)
    office.watch_time()
    office.watch_time()
    (run,) = office.runs()
    assert (run.service_request_id, run.cause, run.state) == (request.id, "time", RunState.DONE)
    assert old.id != request.id  # its moment had passed before the rule was switched on
    clock.advance(2 * 24 * 3600)
    office.watch_time()
    assert len(office.runs()) == 1


def test_a_moment_before_another_also_counts_for_what_is_due_at_once(
    open_browser: Open, make: Make, office: Office, clock: ManualClock
) -> None:
    lead = open_browser(office.lead)
    office.rule(
        lead,
        trigger={"kind": "time", "field": "due_at", "side": "before", "minutes": 60 * 24 * 3},
        condition=WAITING,
    )
    clock.advance(1)
    request = make.request(office.account)
    clock.advance(1)
    office.watch_time()
    assert [run.service_request_id for run in office.runs()] in ([], [request.id])
    clock.advance(3600)
    office.watch_time()
    assert len({run.service_request_id for run in office.runs()}) <= 1


def test_working_minutes_are_counted_on_the_accounts_calendar(
    open_browser: Open, make: Make, office: Office, clock: ManualClock
) -> None:
    """From 02:00 UTC on a Sunday nothing counts until Monday, 9 o'clock in the office."""
    admin = open_browser(make.operator(office.agency, role=RoleName.ADMINISTRATOR))
    made = admin.post(
        "/calendars", content(week=WEEK, account_ids=[office.account.id], agency_id=office.agency.id)
    )
    assert made.status_code == 201, made.get_json()
    lead = open_browser(office.lead)
    office.rule(lead, trigger=after("waiting_since", 30, working=True), condition=WAITING)
    clock.advance(1)
    make.request(office.account)
    clock.advance(20 * 3600)
    office.watch_time()
    assert office.runs() == []
    monday = datetime(2026, 11, 23, 1, 31, tzinfo=UTC)
    clock.advance((monday - clock.now()).total_seconds())
    office.watch_time()
    assert len(office.runs()) == 1


def test_what_was_answered_meanwhile_is_left_alone(
    open_browser: Open, make: Make, office: Office, clock: ManualClock
) -> None:
    lead = open_browser(office.lead)
    office.rule(lead, trigger=after("waiting_since", 30))
    request = make.request(office.account)
    clock.advance(20 * 60)
    version = office.request(request.id).version
    lead.put(f"/service-requests/{request.id}/status", {"status": "resolved", "version": version})
    clock.advance(3600)
    office.watch_time()
    assert office.runs() == []


def test_a_dry_run_finds_what_was_as_it_stood_then(
    open_browser: Open, make: Make, office: Office, clock: ManualClock
) -> None:
    lead = open_browser(office.lead)
    for priority in (1, 1, 3):
        request = make.request(office.account)
        for said in (priority, 2):
            clock.advance(60)
            body = {"priority": said, "version": office.request(request.id).version}
            lead.put(
                f"/service-requests/{request.id}/classification", {**body, "confirm": ["claimed_by_other"]}
            )
    rule = office.rule(
        lead,
        on=False,
        trigger={"kind": "event", "event": "request_classified"},
        condition={"all": [leaf("priority", "changed_to", 1), leaf("priority", "is", 1)]},
    )
    tried = office.tried(lead, rule)["dry_run"]
    assert (tried["matched"], tried["requests"], tried["per_hour"], tried["is_current"]) == (2, 2, 2, True)
    assert len(tried["samples"]) == 2
    assert office.runs() == []  # nothing was done

    silent = office.rule(
        lead,
        on=False,
        trigger=after("waiting_since", 2),
        condition=leaf("waiting", "longer_than", {"amount": 1, "unit": "minutes"}),
    )
    assert office.tried(lead, silent)["dry_run"]["matched"] == 3
    clock.advance(40 * 24 * 3600)
    lead = open_browser(office.lead)  # the session of before has idled out
    assert office.tried(lead, rule)["dry_run"]["matched"] == 0


def test_a_dry_run_shows_no_request_that_the_reader_does_not_see(
    open_browser: Open, make: Make, office: Office
) -> None:
    make.request(make.account(office.agency, make.team(office.agency)))
    lead = open_browser(office.lead)
    rule = office.rule(lead, on=False)
    assert len(office.tried(lead, rule)["dry_run"]["samples"]) == 1
    watcher = make.operator(office.agency, office.team, role=make.role(*_reading()))
    view = seen(open_browser(watcher), rule["id"])
    assert (view["dry_run"]["matched"], view["dry_run"]["samples"]) == (1, [])


def _reading() -> list[Any]:
    return [Permission.AUTOMATION_READ, Permission.SERVICE_REQUESTS_READ]


@dataclass
class Listener:
    """A program elsewhere that takes calls."""

    address: str
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answer: int = 204


@pytest.fixture
def listener(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    found = Listener("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.heard.append((dict(self.headers.items()), body))
            self.send_response(found.answer)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    found.address = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setattr(runtime.settings, "private_fetch_hosts", f"127.0.0.1:{server.server_port}")
    yield found
    server.shutdown()
    server.server_close()


def test_a_call_is_signed_and_made_once(
    open_browser: Open, make: Make, office: Office, listener: Listener
) -> None:
    lead = open_browser(office.lead)
    rule = office.rule(lead, {"kind": "call_hook", "url": listener.address}, NOTED)
    request = make.request(office.account)
    office.settle()
    office.settle()
    ((headers, body),) = listener.heard
    signed = f"{headers['X-Lingke-Timestamp']}.".encode() + body
    expected = hmac.new(rule["hook_secret"].encode(), signed, hashlib.sha256).hexdigest()
    assert headers["X-Lingke-Signature"] == f"sha256={expected}"
    told = json.loads(body)
    assert (told["service_request"]["id"], told["delivery"]) == (request.id, f"{office.runs()[0].id}-0")
    listener.answer = 500
    make.request(office.account)
    office.settle()
    result = log_of(lead)[0]["results"]
    assert [(each["state"], each["code"]) for each in result] == [
        ("refused", "hook_answered"),
        ("done", None),
    ]


def test_an_address_within_our_own_network_is_not_called(
    open_browser: Open, make: Make, office: Office
) -> None:
    lead = open_browser(office.lead)
    rule = office.rule(lead, {"kind": "call_hook", "url": "http://example.com/hook"})
    # Saved as a name of the internet, it leads inside by now; an address that says so is not saved at all.
    inside = [{"kind": "call_hook", "url": "http://127.0.0.1/hook"}]
    with open_context(make.runtime, make.actor(office.lead)) as ctx:
        ctx.session.get_one(AutomationRule, rule["id"]).actions = inside
    make.request(office.account)
    office.settle()
    (result,) = log_of(lead)[0]["results"]
    assert (result["state"], result["code"]) == ("refused", "hook_address_not_allowed")


def test_a_call_that_was_broken_off_is_unknown_and_never_sent_again(
    open_browser: Open,
    make: Make,
    office: Office,
    listener: Listener,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The worker dies between the call and its record: nobody knows, and the next act is done."""
    lead = open_browser(office.lead)
    office.rule(lead, {"kind": "call_hook", "url": listener.address}, NOTED)
    make.request(office.account)
    original = hooks.make_call

    def dies(runtime: Runtime, call: hooks.Call) -> Any:
        original(runtime, call)
        raise SystemExit  # what `except Exception` does not hear, like a kill

    monkeypatch.setattr(running, "make_call", dies)
    with pytest.raises(SystemExit):
        office.settle()
    monkeypatch.setattr(running, "make_call", original)
    office.settle()
    assert len(listener.heard) == 1
    clock.advance(120)
    office.settle()
    assert len(listener.heard) == 1
    assert [each["state"] for each in log_of(lead)[0]["results"]] == ["unknown", "done"]


def test_killed_at_any_point_each_act_is_done_once(
    open_browser: Open, make: Make, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process ends right before, within or right after any commit of a run."""
    lead = open_browser(office.lead)
    office.rule(
        lead,
        {"kind": "set_priority", "priority": 1},
        {"kind": "send_reply", "text": "已收到"},
        NOTED,
        {"kind": "set_status", "status": "on_hold"},
    )
    request = make.request(office.account)
    deaths = iter(("_note", "tell", "_note", "_end", "_note", "_note", "_note"))
    for name in deaths:
        original = getattr(running, name)

        def dies(*_given: Any, **_more: Any) -> None:
            raise SystemExit

        monkeypatch.setattr(running, name, dies)
        with suppress(SystemExit):
            office.settle()
        monkeypatch.setattr(running, name, original)
        _one_step(office)
    office.settle()
    (run,) = office.runs()
    assert [result["state"] for result in run.results] == ["done"] * 4
    assert office.request(request.id).status is RequestStatus.ON_HOLD
    with open_context(make.runtime, HAND, write=False) as ctx:
        counted = select(Message.direction, func.count()).group_by(Message.direction)
        found = {row[0].value: row[1] for row in ctx.session.execute(counted)}
    assert found == {"inbound": 1, "outbound": 1, "note": 1}


def _one_step(office: Office) -> None:
    """A worker that does one act and is gone."""
    with open_context(office.make.runtime, HAND, write=False) as ctx:
        numbers = running.open_runs(ctx)
    for number in numbers:
        running._step(office.make.runtime, number)
