"""What comes from outside, bounded once: the numbers, moments and positions that commands and queries name.

A command or query declares its fields with these. What lies beyond them no row can hold, and a database that
is asked for it raises; so it is refused as wrong input before anything is asked.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

LARGEST_ID = 2**63 - 1
LARGEST_NUMBER = 2**31 - 1
MOST_IDS = 100
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def in_calendar(moment: datetime) -> datetime:
    """The moment, when it has a time zone and lies in years that people plan in. Raises ValueError."""
    if moment.tzinfo is None:
        raise ValueError("timezone_aware")
    # Compared as it is: to be brought to UTC, the last day of the calendar would need one more.
    if not _EARLIEST <= moment < _LATEST:
        raise ValueError("moment_out_of_range")
    return moment


def _an_int(value: object) -> object:
    """To Python, and so to a list of allowed numbers, `True` is 1."""
    if type(value) is not int:
        raise PydanticCustomError("int_type", "Input should be a valid integer")
    return value


def _a_bool(value: object) -> object:
    if type(value) is not bool:
        raise PydanticCustomError("bool_type", "Input should be a valid boolean")
    return value


def _few_enough(ids: str) -> str:
    # Not in the pattern: its hundred repetitions, compiled, took 15 MB of every process.
    if ids.count(",") >= MOST_IDS:
        raise ValueError("too_many_ids")
    return ids


def ids_in(ids: str) -> list[int]:
    return [int(number) for number in ids.split(",")]


OneOfNumbers = BeforeValidator(_an_int)
"""For `Annotated[Literal[1, 2], OneOfNumbers]`: these numbers and nothing that equals them."""
Yes = Annotated[Literal[True], BeforeValidator(_a_bool)]
"""What a person says yes to; nothing else will do."""
RowId = Annotated[int, Field(ge=1, le=LARGEST_ID)]
"""The id of a row."""
RowIds = Annotated[
    str, AfterValidator(_few_enough), Field(pattern=r"^[0-9]{1,18}(,[0-9]{1,18})*$", max_length=MOST_IDS * 19)
]
"""At most a hundred ids, between commas; `ids_in` reads them."""
Number = Annotated[int, Field(ge=0, le=LARGEST_NUMBER)]
"""A count, a version, a message's place: what a plain integer column holds."""
Sequence = Annotated[int, Field(ge=0, le=LARGEST_ID)]
"""A place in the event log."""
Label = Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True)]
"""What a person calls something: one line, never empty, no blanks around it."""
Moment = Annotated[datetime, AfterValidator(in_calendar)]
Cursor = Annotated[str, Field(max_length=1000)]
"""What a list gave as `next_cursor`."""
