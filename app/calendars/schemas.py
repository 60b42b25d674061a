"""Commands and views of working calendars and public holidays."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.core.inputs import Label, Moment, Number, RowId
from app.identity.schemas import AgencyRef
from app.worktime.explaining import Closed
from app.worktime.holidays import Turn

MOST_INTERVALS = 8
"""In one day: four shifts with their pauses."""
MOST_COMPANY_DAYS = 400
MOST_ACCOUNTS = 500
LONGEST_TRIAL = 30 * 24 * 60
"""Minutes of working time that a trial adds at most: ninety days of eight hours."""

TimeOfDay = Annotated[str, Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
DayName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
YEARS = range(2000, 2100)
"""That anybody plans in."""
PlainDay = Annotated[date, Field(ge=date(YEARS.start, 1, 1), lt=date(YEARS.stop, 1, 1))]
Year = Annotated[int, Field(ge=YEARS.start, le=YEARS.stop - 1)]
PastedText = Annotated[str, Field(min_length=1, max_length=40_000)]


class Interval(BaseModel):
    """Hours of a day. An end that is not after the start is on the next day."""

    model_config = ConfigDict(extra="forbid")
    start: TimeOfDay
    end: TimeOfDay


Intervals = Annotated[list[Interval], Field(max_length=MOST_INTERVALS)]


class CompanyDayContent(BaseModel):
    model_config = ConfigDict(extra="forbid")
    day: PlainDay
    name: DayName
    intervals: Intervals
    """The hours of that day; none for a day without work."""


class CalendarHours(BaseModel):
    """What time is counted by."""

    model_config = ConfigDict(extra="forbid")
    zone: Annotated[str, Field(max_length=60)] = "Asia/Shanghai"
    week: Annotated[list[Intervals], Field(min_length=7, max_length=7)]
    """Monday first."""
    breaks: Intervals = Field(default_factory=list)
    """Of every day; they cut whatever hours they meet."""
    follows_holidays: bool = True
    holiday_intervals: Intervals = Field(default_factory=list)
    make_up_intervals: Intervals = Field(default_factory=list)
    company_days: Annotated[list[CompanyDayContent], Field(max_length=MOST_COMPANY_DAYS)] = Field(
        default_factory=list
    )


class CalendarContent(CalendarHours):
    """What a calendar is; the whole of it, also when it is changed."""

    name: Label
    is_default: bool = False
    account_ids: Annotated[list[RowId], Field(max_length=MOST_ACCOUNTS)] = Field(default_factory=list)
    """Accounts that count on it whatever their agency's does. One that counted on another leaves that."""


class CreateCalendar(CalendarContent):
    agency_id: RowId | None = None
    """Whose it is; without one it is everybody's."""


class EditCalendar(CalendarContent):
    version: Number


class CalendarView(BaseModel):
    zone: str
    week: list[list[Interval]]
    breaks: list[Interval]
    follows_holidays: bool
    holiday_intervals: list[Interval]
    make_up_intervals: list[Interval]
    company_days: list[CompanyDayContent]
    id: int
    name: str
    agency: AgencyRef | None
    """Null for one that is everybody's."""
    is_default: bool
    account_ids: list[int]
    """Of those that the asker reaches, the ones that were given it by hand."""
    used_by: int
    """How many accounts of those count on it, also as their default."""
    is_recounting: bool
    """It was changed, and when requests are due is being worked out anew."""
    version: int


class CalendarList(BaseModel):
    items: list[CalendarView]
    around_the_clock: int
    """How many accounts that the asker reaches have no calendar: their time is counted day and night."""


class CalendarChanged(BaseModel):
    calendar_id: int


class ClosedView(BaseModel):
    """Why no work is done: a code, and the name of the holiday (a code or words) or company's day."""

    closed: Closed
    name: str


class OpeningView(BaseModel):
    """How a calendar stands at one moment."""

    is_open: bool
    closed: Closed | None
    name: str
    opens_at: datetime | None
    closes_at: datetime | None
    is_known: bool
    """False where the holidays of that year are not known: days count by the week alone."""


class TryCalendar(BaseModel):
    """Hours as they are being edited, and what to count on them."""

    model_config = ConfigDict(extra="forbid")
    hours: CalendarHours
    start: Moment
    minutes: Annotated[int, Field(ge=0, le=LONGEST_TRIAL)]


class TrialStep(BaseModel):
    """A stretch of the way: worked, or closed for reasons."""

    start: datetime
    end: datetime
    minutes: int
    reasons: list[ClosedView]
    """Empty for what is worked."""


class CalendarTrial(BaseModel):
    end: datetime
    steps: list[TrialStep]
    more_worked: int
    """How many worked stretches there are beyond those that are shown."""
    at_start: OpeningView
    is_known: bool
    """False where the way leads through a year whose holidays are not known."""


class PublicDayView(BaseModel):
    day: date
    turn: Turn
    name: str
    """A code (`national_day`), or the words of who imported it."""


class HolidayYearView(BaseModel):
    year: int
    source: Literal["published", "imported"]
    """With the program, or imported by somebody."""
    days: list[PublicDayView]
    version: int
    """Of an import; 0 for what came with the program."""


class HolidayYearList(BaseModel):
    items: list[HolidayYearView]
    published_until: int
    """The last year up to which every year is known; nothing is guessed beyond."""


class ReadHolidays(BaseModel):
    """A notice as somebody pasted it: lines, CSV, an iCalendar file, or JSON of holiday-cn."""

    model_config = ConfigDict(extra="forbid")
    year: Year
    text: PastedText


class HolidayReading(BaseModel):
    """What would be imported."""

    days: list[PublicDayView]
    faults: dict[str, str]
    """By line (`text.3`), in words; with any of them nothing is imported."""


class ImportHolidays(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text: PastedText
    version: Number
    """Of the import that it takes the place of; 0 where there is none."""


class HolidayYearChanged(BaseModel):
    year: int
