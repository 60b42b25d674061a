"""Requests on working time: when they are due, why, and what a changed calendar makes of those that wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.adapters.types import Lane
from app.calendars.clocks import calendar_of
from app.calendars.recounts import LONGEST_TRANSACTION
from app.core.clock import ManualClock
from app.core.permissions import RoleName
from app.core.tables import EventLog
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER
from app.models import ChangeKind, DeadlineRecount, RequestChange, ServiceRequest
from app.routing import recounting
from app.routing.jobs import _ROUTER, PERIODIC, recount_deadlines
from app.routing.recounting import recount_batch
from tests.calendars.office import SHORT, edited, made
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.support.request_changes import unrecorded
from tests.support.statements import counted
from tests.worktime.calendars import clock as at
from tests.worktime.calendars import shown

FRIDAY = at("2026-11-27 17:30")
"""Half an hour before the office closes for the weekend."""


class Counter:
    """An account, who answers on it, and a browser of whoever makes calendars."""

    def __init__(self, make: Make, clock: ManualClock, open_browser: Any) -> None:
        clock.advance((FRIDAY - clock.now()).total_seconds())
        self.make, self.clock = make, clock
        agency = make.agency()
        team = make.team(agency)
        self.account = make.account(agency, team)
        self._open_browser = open_browser
        self._person = make.operator(agency, team, role=RoleName.ADMINISTRATOR)
        self.log_in()

    def log_in(self) -> None:
        self.admin: Browser = self._open_browser(self._person)

    def asks(self, author: str = "u1", **more: Any) -> ServiceRequest:
        return self.make.request(self.account, f"{author}问：套餐怎么改？", author=author, **more)

    def now(self, request: ServiceRequest) -> ServiceRequest:
        with open_context(self.make.runtime, LISTENER, write=False) as ctx:
            return ctx.session.get_one(ServiceRequest, request.id)

    def due(self, request: ServiceRequest) -> str:
        due = self.now(request).due_at
        assert due is not None
        return shown(due)

    def changes(self, request: ServiceRequest) -> list[RequestChange]:
        with open_context(self.make.runtime, LISTENER, write=False) as ctx:
            assert unrecorded(ctx.session) == []
            rows = select(RequestChange).where(RequestChange.service_request_id == request.id)
            return list(ctx.session.scalars(rows.order_by(RequestChange.id)))

    def outdated(self) -> int:
        with open_context(self.make.runtime, LISTENER, write=False) as ctx:
            return len(ctx.session.scalars(select(DeadlineRecount)).all())


@pytest.fixture
def counter(make: Make, clock: ManualClock, open_browser: Any) -> Counter:
    return Counter(make, clock, open_browser)


def test_a_request_is_due_in_working_time(counter: Counter) -> None:
    made(counter.admin, is_default=True)
    request = counter.asks()
    assert request.priority == 3, "two hours"
    assert counter.due(request) == "2026-11-30 10:30"
    found = counter.admin.get(f"/service-requests/{request.id}/deadline").get_json()
    assert (found["calendar"], found["allowed_minutes"]) == ("工作时间", 120)
    assert found["working_seconds_left"] == 7200
    assert [reason["closed"] for reason in found["closed_between"]] == ["rest_day"]
    assert found["now"]["closes_at"] == "2026-11-27T10:00:00Z"


def test_nothing_is_overdue_by_the_weekend(counter: Counter, clock: ManualClock) -> None:
    made(counter.admin, is_default=True)
    request = counter.asks()
    clock.advance(timedelta(hours=40).total_seconds())
    counter.log_in()
    found = counter.admin.get(f"/service-requests/{request.id}/deadline").get_json()
    assert found["now"]["closed"] == "rest_day"
    assert found["now"]["opens_at"] == "2026-11-30T01:00:00Z"
    overdue = counter.admin.get("/service-requests", view="all", overdue="true").get_json()
    assert overdue["items"] == []
    clock.advance(timedelta(hours=26).total_seconds())
    counter.log_in()
    overdue = counter.admin.get("/service-requests", view="all", overdue="true").get_json()
    assert [row["id"] for row in overdue["items"]] == [request.id]


def test_around_the_clock_without_a_calendar(counter: Counter) -> None:
    request = counter.asks()
    assert counter.due(request) == "2026-11-27 19:30"
    found = counter.admin.get(f"/service-requests/{request.id}/deadline").get_json()
    assert (found["calendar"], found["closed_between"], found["now"]["is_open"]) == (None, [], True)


def test_the_platforms_window_stays_clock_time(counter: Counter, make: Make) -> None:
    agency = make.agency()
    account = make.account(agency, make.team(agency), platform="wechat")
    made(counter.admin, is_default=True)
    request = make.request(account, "套餐怎么改？", author="o1", lane=Lane.PRIVATE)
    window = counter.now(request).window_until
    assert window is not None
    assert window - FRIDAY <= timedelta(hours=48)


def test_what_waits_is_counted_anew_when_the_calendar_changes(counter: Counter) -> None:
    request, answered = counter.asks(), counter.asks("u2")
    view = made(counter.admin, is_default=True)
    recount_deadlines(counter.make.runtime)
    assert counter.due(request) == "2026-11-30 10:30"
    edited(counter.admin, view, week=[SHORT] * 7)
    recount_deadlines(counter.make.runtime)
    assert counter.due(request) == "2026-11-28 12:00"
    changes = counter.changes(request)
    assert [row.kind for row in changes[-2:]] == [ChangeKind.COUNTED_ANEW] * 2
    assert set(changes[-1].after) == {"due_at"}
    assert counter.now(request).urgent_at == counter.now(request).due_at
    assert counter.due(answered) == "2026-11-28 12:00"
    with open_context(counter.make.runtime, LISTENER, write=False) as ctx:
        of_request = select(EventLog).where(EventLog.about_id == str(request.id))
        told = ctx.session.scalars(of_request.order_by(EventLog.id)).all()
    assert told[-1].name == "service_request.updated"


def test_what_stands_as_it_should_is_not_touched(counter: Counter) -> None:
    request = counter.asks()
    view = made(counter.admin, is_default=True)
    recount_deadlines(counter.make.runtime)
    count = len(counter.changes(request))
    edited(counter.admin, view, company_days=[{"day": "2026-12-24", "name": "年会", "intervals": []}])
    recount_deadlines(counter.make.runtime)
    assert len(counter.changes(request)) == count


def test_it_is_looked_at_again_until_no_earlier_transaction_can_run(
    counter: Counter, clock: ManualClock
) -> None:
    """What had begun to be written before the change may have been written with the old calendar."""
    made(counter.admin, is_default=True)
    recount_deadlines(counter.make.runtime)
    assert counter.outdated() == 1
    due = next(entry.due for entry in PERIODIC if entry.name == "outdated deadlines")
    with open_context(counter.make.runtime, LISTENER, write=False) as ctx:
        assert len(due(ctx)) == 1
    clock.advance(LONGEST_TRANSACTION.total_seconds() + 1)
    recount_deadlines(counter.make.runtime)
    assert counter.outdated() == 0
    with open_context(counter.make.runtime, LISTENER, write=False) as ctx:
        assert due(ctx) == []


def test_batches_of_a_fixed_cost(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recounting, "BATCH", 4)
    for number in range(10):
        counter.asks(f"u{number}")
    made(counter.admin, is_default=True)
    costs: list[int] = []
    last: int | None = 0
    with open_context(counter.make.runtime, _ROUTER) as ctx:
        calendar_of(ctx, counter.account.id)  # which is built once
    while last is not None:
        with open_context(counter.make.runtime, _ROUTER) as ctx, counted(counter.make.runtime.engine) as sent:
            last = recount_batch(ctx, counter.account.id, last)
        costs.append(len(sent))
    assert len(costs) == 3
    assert costs[0] == costs[1]
    assert max(costs) <= 15


def test_killed_between_batches_it_begins_again(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recounting, "BATCH", 2)
    requests = [counter.asks(f"u{number}") for number in range(5)]
    made(counter.admin, is_default=True)
    with open_context(counter.make.runtime, _ROUTER) as ctx:
        recount_batch(ctx, counter.account.id, 0)
    recount_deadlines(counter.make.runtime)
    assert {counter.due(request) for request in requests} == {"2026-11-30 10:30"}
    for request in requests:
        kinds = [row.kind for row in counter.changes(request)]
        assert kinds.count(ChangeKind.COUNTED_ANEW) == 1


def test_a_bogus_moment_of_a_platform_breaks_nothing(counter: Counter, make: Make) -> None:
    made(counter.admin, is_default=True)
    request = make.request(
        counter.account, "套餐怎么改？", author="old", created_at=datetime(1971, 1, 1, tzinfo=UTC)
    )
    assert counter.admin.get(f"/service-requests/{request.id}/deadline").status_code == 200
