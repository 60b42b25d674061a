"""Working calendars: when is work done, and how long is it from here to there in working time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.worktime.holidays import NONE, PublicDays, Turn
from app.worktime.spans import DAY, WHOLE_DAY, Span, Spans, merged, without
from app.worktime.timeline import MICROSECOND, Timeline, micros, moment

OFFICE = "Asia/Shanghai"
MOST_YEARS = 16
"""What a timeline covers at most: whoever asks beyond has made a mistake, or works a minute a week."""
_MINUTE = timedelta(minutes=1)
_MINUTE_MICROS = 60_000_000
_EPOCH_MINUTE = date(1970, 1, 1).toordinal() * DAY


class DayKind(StrEnum):
    """What decides a day's hours, the strongest first."""

    COMPANY = "company"
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"
    WEEK = "week"


@dataclass(frozen=True)
class Day:
    kind: DayKind
    spans: Spans
    name: str = ""
    """Of the company's day (its words), or of the holiday (a code or words)."""


@dataclass(frozen=True)
class CompanyDay:
    """A day of the company's own: closed, or with hours of its own; a half holiday is one with a morning."""

    name: str
    spans: Spans = ()


class OutOfReach(OverflowError):
    """Farther from where one began than a calendar counts."""


@dataclass(eq=False)
class WorkCalendar:
    """When work is done. Times of day are those of `zone`; moments are aware, and come out as UTC.

    A company's day goes before a holiday or make-up day, that before the week; a break cuts them all. Hours
    that run past midnight belong to the day on which they begin.
    """

    zone: str = OFFICE
    week: Sequence[Spans] = (WHOLE_DAY,) * 7
    """Seven days, Monday first."""
    breaks: Spans = ()
    """Of every day."""
    holiday_hours: Spans = ()
    make_up_hours: Spans = ()
    """A make-up day has hours of its own: it is often worked like no other day."""
    public: PublicDays | None = None
    """None: holidays are days like others."""
    company: Mapping[date, CompanyDay] = field(default_factory=dict)
    name: str = ""
    _line: Timeline | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        whole = all(merged(hours) == list(WHOLE_DAY) for hours in self.week)
        self.never_closes = whole and not self.breaks and self.public is None and not self.company
        """Clock time: nothing is looked up, and no moment is too far."""

    def day(self, day: date) -> Day:
        """What a day is, and the hours that begin on it."""
        own = self.company.get(day)
        if own is not None:
            return Day(DayKind.COMPANY, own.spans, own.name)
        public = (self.public or NONE).days.get(day)
        if public is None:
            return Day(DayKind.WEEK, self.week[day.weekday()])
        if public.turn is Turn.WORK:
            return Day(DayKind.MAKE_UP, self.make_up_hours, public.name)
        return Day(DayKind.HOLIDAY, self.holiday_hours, public.name)

    def knows(self, at: datetime) -> bool:
        """Whether the holidays of that year are known, where holidays count at all."""
        return self.public is None or self.local(at).year in self.public.years

    def local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.zone))

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """The earliest moment at which `duration` of working time has passed since `start`.

        Raises ValueError for less than nothing, OutOfReach.
        """
        if duration <= timedelta():
            if duration < timedelta():
                raise ValueError("a length of working time is not negative")
            return start.astimezone(UTC)
        if self.never_closes:
            return start.astimezone(UTC) + duration
        since, length = micros(start), duration // MICROSECOND
        line = self._covering(since, since)
        while (wanted := line.elapsed(since) + length) > line.total:
            line = self._longer(line, later=True)
        return moment(line.first_with(wanted))

    def back(self, end: datetime, duration: timedelta) -> datetime:
        """The latest moment from which on `duration` of working time passes until `end`.

        Raises as `add` does.
        """
        if duration <= timedelta():
            if duration < timedelta():
                raise ValueError("a length of working time is not negative")
            return end.astimezone(UTC)
        if self.never_closes:
            return end.astimezone(UTC) - duration
        until, length = micros(end), duration // MICROSECOND
        line = self._covering(until, until)
        while (wanted := line.elapsed(until) - length) < 0:
            line = self._longer(line, later=False)
        return moment(line.last_with(wanted))

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from `start` to `end`; less than nothing where `end` is the earlier one."""
        if self.never_closes:
            return end - start
        since, until = micros(start), micros(end)
        line = self._covering(min(since, until), max(since, until))
        return timedelta(microseconds=line.elapsed(until) - line.elapsed(since))

    def is_open(self, at: datetime) -> bool:
        since = micros(at)
        return self._covering(since, since).around(since) is not None

    def next_open(self, at: datetime) -> datetime:
        """`at` itself while work is done, else when it is done again. Raises OutOfReach."""
        since = micros(at)
        line = self._covering(since, since)
        if line.around(since) is not None:
            return at.astimezone(UTC)
        while (found := line.after(since)) is None:
            line = self._longer(line, later=True)
        return moment(found)

    def next_close(self, at: datetime) -> datetime | None:
        """When work ends that is done at `at`; None where none is, or it has no end in sight."""
        since = micros(at)
        line = self._covering(since, since)
        found = line.around(since)
        if found is None or found[1] >= line.ends:
            return None
        return moment(found[1])

    def stretches(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The hours of work between two moments, in order."""
        since, until = micros(start), micros(end)
        for opens, closes in self._covering(since, until).between(since, until):
            yield moment(opens), moment(closes)

    def _covering(self, since: int, until: int) -> Timeline:
        line = self._line
        if line is None or not line.starts <= since <= until < line.ends:
            line = self._line = self._built(self._year(since) - 1, self._year(until) + 1)
        return line

    def _longer(self, line: Timeline, *, later: bool) -> Timeline:
        """Twice as long, at least: whoever looks far is not to build a timeline for each year."""
        first, last = self._year(line.starts), self._year(line.ends - 1)
        years = last - first + 1
        self._line = self._built(first, last + years) if later else self._built(first - years, last)
        return self._line

    def _year(self, at: int) -> int:
        return self.local(moment(at)).year

    def _built(self, first: int, last: int) -> Timeline:
        if last - first >= MOST_YEARS or first < 2 or last > 9998:
            raise OutOfReach(f"a calendar does not count from {first} to {last}")
        begins, ends = date(first, 1, 1), date(last + 1, 1, 1)
        start, stop = _minute(begins), _minute(ends)
        inside = [(max(a, start), min(b, stop)) for a, b in self._local_spans(begins, ends) if b > start]
        at = _Clock(ZoneInfo(self.zone)).micros
        stretches = ((at(a), at(b)) for a, b in inside if b > a)
        return Timeline(((a, b) for a, b in stretches if b > a), at(start), at(stop))

    def _local_spans(self, begins: date, ends: date) -> list[Span]:
        """Hours of work in minutes of the local clock since the year 1."""
        worked: list[Span] = []
        cut: list[Span] = []
        day = begins - timedelta(days=1)  # its hours may run into the first day
        while day < ends:
            midnight = _minute(day)
            worked.extend((midnight + a, midnight + b) for a, b in self.day(day).spans)
            cut.extend((midnight + a, midnight + b) for a, b in self.breaks)
            day += timedelta(days=1)
        return without(merged(worked), merged(cut))


def _minute(day: date) -> int:
    return day.toordinal() * DAY


class _Clock:
    """Minutes of a zone's clock as moments. On all days but a few the zone keeps one distance from UTC."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._shifts: dict[int, int | None] = {}
        """Microseconds from UTC by day; None for a day on which the clock is changed."""

    def micros(self, minute: int) -> int:
        day = minute // DAY
        if day not in self._shifts:
            today, tomorrow = self._shift(day), self._shift(day + 1)
            self._shifts[day] = today if today == tomorrow else None
        shift = self._shifts[day]
        if shift is None:
            return micros(_instant(minute, self._zone))
        return (minute - _EPOCH_MINUTE) * _MINUTE_MICROS - shift

    def _shift(self, day: int) -> int:
        midnight = datetime.combine(date.fromordinal(day), time(), tzinfo=self._zone)
        return (midnight.utcoffset() or timedelta()) // MICROSECOND


def _instant(minute: int, zone: ZoneInfo) -> datetime:
    """The first moment at which the clock of the zone shows that minute or a later one.

    A minute that the clock skips is that of its jump; of one that comes twice it is the first.
    """
    day, of_day = divmod(minute, DAY)
    clock = datetime.combine(date.fromordinal(day), time(of_day // 60, of_day % 60))
    found = clock.replace(tzinfo=zone).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) > clock:
        while (found - _MINUTE).astimezone(zone).replace(tzinfo=None) >= clock:
            found -= _MINUTE
    return found


ALWAYS = WorkCalendar()
"""Around the clock: what holds where nobody has made a calendar."""
