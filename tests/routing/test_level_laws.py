"""What holds of the clocks of policies, whatever the calendar: found by machine."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.models import RequestStatus, ServiceRequest
from app.routing.levels.clock import Clock, Terms, warns_at
from app.routing.lifecycle.deadlines import choose_policy, set_deadlines
from app.worktime import WorkCalendar
from tests.worktime.test_laws import calendars, law, lengths, moments

minutes = st.integers(2, 60 * 24 * 5)
S = RequestStatus


def clock_of(calendar: WorkCalendar, first: int, resolve: int | None) -> Clock:
    length = None if resolve is None else timedelta(minutes=resolve)
    span = timedelta(minutes=first)
    return Clock(calendar, (Terms(1, "x", lambda _request: True, span, span, length, 75),))


def request_of(at: datetime, clock: Clock) -> ServiceRequest:
    request = ServiceRequest(priority=3, status=S.OPEN, opened_at=at, waiting_since=at, stopped_micros=0)
    choose_policy(request, clock)
    set_deadlines(request, clock, at)
    return request


@law
@given(calendars(), moments, minutes, minutes)
def test_it_is_due_when_the_working_time_is_over(
    calendar: WorkCalendar, at: datetime, first: int, resolve: int
) -> None:
    request = request_of(at, clock_of(calendar, first, resolve))
    assert request.due_at == calendar.add(at, timedelta(minutes=first))
    assert request.resolve_due_at == calendar.add(at, timedelta(minutes=resolve))
    assert request.urgent_at == min(request.due_at, request.resolve_due_at)


@law
@given(calendars(), moments, lengths, minutes, minutes)
def test_later_or_longer_is_never_due_earlier(
    calendar: WorkCalendar, at: datetime, later: timedelta, first: int, more: int
) -> None:
    due = request_of(at, clock_of(calendar, first, first)).due_at
    assert due is not None
    for other in (
        request_of(at + later, clock_of(calendar, first, first)).due_at,
        request_of(at, clock_of(calendar, first + more, first)).due_at,
    ):
        assert other is not None
        assert other >= due


@law
@given(calendars(), moments, minutes, st.lists(st.tuples(lengths, lengths), max_size=4))
def test_standing_still_adds_exactly_its_working_time(
    calendar: WorkCalendar, at: datetime, resolve: int, rests: list[tuple[timedelta, timedelta]]
) -> None:
    clock = clock_of(calendar, 30, resolve)
    request = request_of(at, clock)
    stood, now = timedelta(), at
    for works, rest in rests:
        now += works
        request.status = S.PENDING
        before = request.resolve_due_at
        set_deadlines(request, clock, now)
        assert request.resolve_due_at == before, "it stands as it stood"
        assert request.urgent_at == request.due_at, "and is not urgent"
        stood += calendar.between(now, now + rest)
        now += rest
        request.status = S.OPEN
        set_deadlines(request, clock, now)
        assert request.resolve_due_at == calendar.add(at, timedelta(minutes=resolve) + stood)


@law
@given(calendars(), moments, minutes, st.integers(1, 99))
def test_the_warning_leaves_its_share_of_the_time(
    calendar: WorkCalendar, at: datetime, first: int, share: int
) -> None:
    length = timedelta(minutes=first)
    due = calendar.add(at, length)
    warned = warns_at(calendar, due, length, share)
    assert at <= warned <= due
    assert calendar.between(warned, due) == length * (100 - share) / 100
