"""What holds of every calendar, at every moment: found by machine, on random weeks, zones and exceptions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app.worktime import CompanyDay, WorkCalendar
from app.worktime.holidays import published
from app.worktime.spans import DAY, Spans, merged, overlapping, overlapping_day, without

ZONES = ["Asia/Shanghai", "Asia/Kathmandu", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]
minutes = st.integers(0, DAY - 1)
spans = st.lists(st.tuples(minutes, st.integers(1, DAY)), max_size=3).map(
    lambda found: tuple((start, start + length) for start, length in found)
)
moments = st.datetimes(datetime(2024, 6, 1), datetime(2027, 6, 1)).map(lambda at: at.replace(tzinfo=UTC))
lengths = st.timedeltas(timedelta(), timedelta(days=8))
days = st.dates(date(2025, 1, 1), date(2026, 12, 31))


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    """Any week in which at least an hour is worked, whatever overlaps in it."""
    breaks = draw(st.lists(st.tuples(minutes, st.integers(1, 120)), max_size=2))
    calendar = WorkCalendar(
        zone=draw(st.sampled_from(ZONES)),
        week=tuple(draw(spans) for _ in range(7)),
        breaks=tuple((start, start + length) for start, length in breaks),
        holiday_hours=draw(spans),
        make_up_hours=draw(spans),
        public=draw(st.sampled_from([None, published()])),
        company={day: CompanyDay("x", draw(spans)) for day in draw(st.lists(days, max_size=3))},
    )
    open_minutes = merged(span for hours in calendar.week for span in hours)
    left = without(open_minutes, merged((a + d, b + d) for a, b in calendar.breaks for d in (-DAY, 0, DAY)))
    assume(sum(b - a for a, b in left) >= 60)
    return calendar


law = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])


@law
@given(calendars(), moments, lengths)
def test_what_was_added_is_between(calendar: WorkCalendar, start: datetime, length: timedelta) -> None:
    end = calendar.add(start, length)
    assert end >= start
    assert calendar.between(start, end) == length
    assert calendar.between(end, start) == -length


@law
@given(calendars(), moments, lengths, lengths)
def test_lengths_add_up(calendar: WorkCalendar, start: datetime, first: timedelta, second: timedelta) -> None:
    assert calendar.add(calendar.add(start, first), second) == calendar.add(start, first + second)


@law
@given(calendars(), moments, moments, lengths, lengths)
def test_later_and_longer_end_later(
    calendar: WorkCalendar, one: datetime, other: datetime, first: timedelta, second: timedelta
) -> None:
    early, late = sorted((one, other))
    short, long = sorted((first, second))
    assert calendar.add(early, short) <= calendar.add(late, short)
    assert calendar.add(early, short) <= calendar.add(early, long)
    assert timedelta() <= calendar.between(early, late) <= late - early


@law
@given(calendars(), moments, lengths)
def test_back_finds_the_latest_beginning(calendar: WorkCalendar, start: datetime, length: timedelta) -> None:
    end = calendar.add(start, length)
    begun = calendar.back(end, length)
    assert start <= begun <= end or length == timedelta()
    assert calendar.add(begun, length) == end


@law
@given(calendars(), moments)
def test_open_and_closed(calendar: WorkCalendar, at: datetime) -> None:
    opens = calendar.next_open(at)
    tick = timedelta(microseconds=1)
    assert calendar.is_open(opens)
    assert (opens == at) is calendar.is_open(at)
    assert calendar.between(at, opens) == timedelta()
    assert calendar.between(at, at + tick) == (tick if calendar.is_open(at) else timedelta())
    closes = calendar.next_close(opens)
    assert closes is None or not calendar.is_open(closes)


@law
@given(calendars(), moments, lengths)
def test_the_minutes_themselves_agree(calendar: WorkCalendar, start: datetime, length: timedelta) -> None:
    """Counted one by one, by the day's own rule, without the timeline."""
    start = start.replace(second=0, microsecond=0)
    at = start + timedelta(minutes=length // timedelta(minutes=8))
    passed = (timedelta(minutes=m) for m in range((at - start) // timedelta(minutes=1)))
    counted = sum(by_hand(calendar, start + later) for later in passed)
    assert calendar.between(start, at) == timedelta(minutes=counted)


def by_hand(calendar: WorkCalendar, at: datetime) -> bool:
    local = calendar.local(at)
    day, minute = local.date(), local.hour * 60 + local.minute
    before = day - timedelta(days=1)

    def within(spans: Spans, later: int) -> bool:
        return any(start <= minute + later < end for start, end in spans)

    worked = within(calendar.day(day).spans, 0) or within(calendar.day(before).spans, DAY)
    return worked and not (within(calendar.breaks, 0) or within(calendar.breaks, DAY))


@given(spans, spans)
def test_cutting(kept: Spans, cut: Spans) -> None:
    left = without(merged(kept), merged(cut))
    inside = {m for a, b in kept for m in range(a, b)} - {m for a, b in cut for m in range(a, b)}
    assert {m for a, b in left for m in range(a, b)} == inside
    assert left == merged(left)


@given(spans)
def test_overlaps_are_found(found: Spans) -> None:
    minutes_in_all = sum(end - start for start, end in found)
    assert (overlapping(found) is not None) is (sum(b - a for a, b in merged(found)) != minutes_in_all)


def test_overlaps_across_midnight_are_found_also_from_sunday_to_monday() -> None:
    free: Spans = ()
    assert overlapping_day([((540, 1080),), free, free, free, free, free, ((1320, 1320 + 661),)]) == 0
    assert overlapping_day([free, ((1320, 1800),), ((300, 600),), free, free, free, free]) == 2
    assert overlapping_day([free, ((1320, 1800),), ((360, 600),), free, free, free, free]) is None
