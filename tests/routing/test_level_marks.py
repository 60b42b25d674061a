"""What becomes of the time that policies give: warned, missed or met; told once, to whom a policy names."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.clock import ManualClock
from app.core.permissions import RoleName
from app.core.tables import EventLog
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER
from app.models import ServiceClock, ServiceMark
from app.routing.jobs import _ROUTER, tell_of_late_requests
from app.routing.lateness import tell_of_lateness
from tests.fakes.platforms import Remote
from tests.notifications.box import Box
from tests.routing.house import House
from tests.workbench.desk import Desk

LADDER = [
    {"at": "warning", "holder": True},
    {"at": "missed", "holder": True, "leads": True},
    {"at": "missed", "after_minutes": 30, "leads": True},
]
FIRST, NEXT, RESOLUTION = ServiceClock.FIRST, ServiceClock.NEXT, ServiceClock.RESOLUTION


class Shift(House):
    """The same house with a desk: who answers, who leads."""

    def __init__(self, app: Flask, desk: Desk, open_browser: Any) -> None:
        self.make, self.clock, self.desk = desk.make, desk.clock, desk
        self.agency, self.team, self.account = desk.agency, desk.team, desk.account
        self._open_browser = open_browser
        self._person = desk.make.operator(self.agency, self.team, role=RoleName.SUPERVISOR)
        self.lead = Box(app, desk.make, self._person)
        self.holder = Box(app, desk.make, desk.operator)
        self.log_in()

    def tell(self, *, minutes: float = 0) -> None:
        self.clock.advance(minutes * 60)
        for _ in range(2):
            tell_of_late_requests(self.make.runtime)

    def marks(self) -> list[ServiceMark]:
        with open_context(self.make.runtime, LISTENER, write=False) as ctx:
            rows = select(ServiceMark).where(ServiceMark.service_request_id == self.desk.request.id)
            return list(ctx.session.scalars(rows.order_by(ServiceMark.began_at, ServiceMark.kind)))

    def events(self) -> list[str]:
        with open_context(self.make.runtime, LISTENER, write=False) as ctx:
            names = ("service_request.warned", "service_request.missed")
            rows = select(EventLog).where(EventLog.name.in_(names)).order_by(EventLog.id)
            return [f"{row.name.split('.')[1]} {row.payload['clock']}" for row in ctx.session.scalars(rows)]

    def give(self) -> None:
        version = self.now(self.desk.request).version
        body = {"operator_id": self.desk.operator.id, "version": version}
        answer = self.admin.put(f"/service-requests/{self.desk.request.id}/assignee", body)
        assert answer.status_code == 200, answer.get_json()

    def set_status(self, status: str) -> None:
        body = {"status": status, "version": self.now(self.desk.request).version}
        body["confirm"] = ["claimed_by_other"]
        answer = self.admin.put(f"/service-requests/{self.desk.request.id}/status", body)
        assert answer.status_code == 200, answer.get_json()


@pytest.fixture
def shift(app: Flask, make: Any, clock: ManualClock, remote: Remote, open_browser: Any) -> Shift:
    shift = Shift(app, Desk(make, clock, remote), open_browser)
    shift.policy("全部", first_minutes=60, next_minutes=60, resolve_minutes=None, steps=LADDER)
    shift.desk.request = shift.asks("你们的宽带套餐怎么改？", author="c9")
    shift.give()
    return shift


def test_holder_and_leads_are_told_step_by_step_and_once(shift: Shift) -> None:
    shift.tell(minutes=40)
    assert (shift.holder.kinds().count("sla_near"), shift.marks()) == (0, [])
    shift.tell(minutes=6)
    assert shift.holder.kinds().count("sla_near") == 1
    assert "level_escalated" not in shift.lead.kinds()
    shift.tell(minutes=15)
    assert shift.holder.kinds().count("sla_missed") == 1
    assert shift.lead.kinds().count("level_escalated") == 1
    shift.tell(minutes=20)
    assert shift.lead.kinds().count("level_escalated") == 1
    shift.tell(minutes=15)
    (mark,) = shift.marks()
    assert mark.kind is FIRST
    assert mark.told == ["warning", "missed", "missed+30"]
    assert shift.events() == ["warned first", "missed first"]
    escalated = [row for row in shift.lead.read()["items"] if row["kind"] == "level_escalated"]
    assert sum(row["count"] for row in escalated if row["read_at"] is None) >= 2


def test_named_people_are_told_if_they_see_it_and_nobody_else(
    app: Flask, make: Any, clock: ManualClock, remote: Remote, open_browser: Any
) -> None:
    shift = Shift(app, Desk(make, clock, remote), open_browser)
    named = make.operator(shift.agency, shift.team)
    elsewhere = make.operator(shift.agency, make.team(shift.agency))
    steps = [{"at": "missed", "people": [named.id, elsewhere.id]}]
    shift.policy("全部", first_minutes=60, next_minutes=60, resolve_minutes=None, steps=steps)
    shift.desk.request = shift.asks("你们的宽带套餐怎么改？", author="c9")
    shift.give()
    shift.tell(minutes=59)
    boxes = {person.id: Box(app, make, person) for person in (named, elsewhere)}
    assert "level_escalated" not in boxes[named.id].kinds()
    shift.tell(minutes=2)
    assert boxes[named.id].kinds().count("level_escalated") == 1
    assert "level_escalated" not in [*boxes[elsewhere.id].kinds(), *shift.lead.kinds(), *shift.holder.kinds()]


def test_of_a_worker_that_is_killed_nothing_is_lost_and_nothing_told_twice(shift: Shift) -> None:
    shift.clock.advance(61 * 60)
    with pytest.raises(ZeroDivisionError):
        _killed(shift)
    assert (shift.marks(), shift.events()) == ([], [])
    shift.tell()
    shift.tell()
    assert len(shift.marks()) == 1
    assert shift.events() == ["missed first"]
    assert shift.lead.kinds().count("level_escalated") == 1


def _killed(shift: Shift) -> None:
    with open_context(shift.make.runtime, _ROUTER) as ctx:
        assert tell_of_lateness(ctx) > 0
        raise ZeroDivisionError


def test_what_is_answered_in_time_is_met(shift: Shift) -> None:
    shift.clock.advance(600)
    shift.desk.write()
    (mark,) = shift.marks()
    assert (mark.kind, mark.missed_at, mark.ended_at) == (FIRST, None, shift.clock.now())
    shift.clock.advance(600)
    shift.asks("还是没有收到短信", author="c9")
    shift.tell(minutes=61)
    shift.desk.write("给您补发了。")
    first, further = shift.marks()
    assert (further.kind, further.missed_at is not None) == (NEXT, True)
    assert further.ended_at == shift.clock.now()
    assert first.id == mark.id


def test_an_answer_that_is_taken_back_gives_the_time_back(shift: Shift) -> None:
    shift.clock.advance(600)
    message = shift.desk.write()
    answer = shift.holder.browser.post(f"/messages/{message.id}/cancel")
    assert answer.status_code in (200, 204), answer.get_json()
    (mark,) = shift.marks()
    assert (mark.kind, mark.ended_at, mark.missed_at) == (FIRST, None, None)
    shift.tell(minutes=55)
    (mark,) = shift.marks()
    assert mark.missed_at is not None


def test_the_clock_to_the_resolution_stands_still_while_we_wait(shift: Shift) -> None:
    (policy,) = shift.admin.get("/service-policies").get_json()["items"]
    steps = [{**step, "people": []} for step in policy["steps"]]
    body = {
        **{key: policy[key] for key in ("name", "condition", "first_minutes", "next_minutes", "warn_share")},
        "resolve_minutes": 120,
        "steps": steps,
        "version": policy["version"],
    }
    assert shift.admin.put(f"/service-policies/{policy['id']}", body).status_code == 200
    request = shift.asks("流量怎么查？", author="c10")
    shift.desk.request = request
    due = shift.now(request).resolve_due_at
    shift.give()
    shift.clock.advance(600)
    shift.desk.write(request=shift.now(request))
    stands = shift.now(request)
    assert (stands.stopped_at, stands.resolve_due_at) == (shift.clock.now(), due)
    shift.tell(minutes=300)
    assert RESOLUTION not in {mark.kind for mark in shift.marks()}
    shift.asks("查不到", author="c10")
    assert due is not None
    after = shift.now(request)
    assert after.resolve_due_at is not None
    assert (after.resolve_due_at - due).total_seconds() == 300 * 60
    shift.desk.write("好了", request=after)
    shift.set_status("resolved")
    mark = next(mark for mark in shift.marks() if mark.kind is RESOLUTION)
    assert (mark.missed_at, mark.ended_at) == (None, shift.clock.now())
    shift.set_status("open")
    mark = next(mark for mark in shift.marks() if mark.kind is RESOLUTION)
    assert mark.ended_at is None
    shift.tell(minutes=130)
    assert "resolve_missed" in shift.holder.kinds()
