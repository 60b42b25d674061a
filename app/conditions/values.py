"""The form of a leaf's value, by what its operator takes. A fault is a code with a text (`field.<code>`)."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from app.conditions.catalogue import FieldOf
from app.conditions.operators import Takes, operators_of
from app.conditions.related import MOST_COUNTED, MOST_WHERE
from app.conditions.times import LONGEST, LONGEST_WORKED, SPANS, UNITS, WORKING_UNITS, length_of
from app.core.inputs import LARGEST_ID, in_calendar
from app.core.text import storable

LONGEST_TEXT = 200
MOST_VALUES = 100
_LARGEST = 2**53
"""Beyond that a number is not the same to every program."""


def fault_of(field: FieldOf, takes: Takes, value: Any) -> str | None:
    """What is wrong with a value; None for one of the right form."""
    return _CHECKS[takes](field, value)


def _nothing(_field: FieldOf, value: Any) -> str | None:
    return None if value is None else "condition_takes_no_value"


def _text(_field: FieldOf, value: Any) -> str | None:
    if not isinstance(value, str) or not value.strip():
        return "condition_needs_text"
    if storable(value) != value:
        return "control_character"
    return "condition_text_too_long" if len(value) > LONGEST_TEXT else None


def _number(_field: FieldOf, value: Any) -> str | None:
    is_number = type(value) in (int, float) and math.isfinite(value) and abs(value) <= _LARGEST
    return None if is_number else "condition_needs_number"


def _two_numbers(field: FieldOf, value: Any) -> str | None:
    if not isinstance(value, list) or len(value) != 2:
        return "condition_needs_two_numbers"
    return next((fault for each in value if (fault := _number(field, each))), None)


def _one(field: FieldOf, value: Any) -> str | None:
    if field.kind is not None:
        return None if type(value) is int and 1 <= value <= LARGEST_ID else "not_an_id"
    # By type too: to Python, `True` is 1.
    known = any(type(value) is type(choice) and value == choice for choice in field.choices)
    return None if known else "condition_choice_unknown"


def _several(field: FieldOf, value: Any) -> str | None:
    if not isinstance(value, list) or not value:
        return "condition_needs_several"
    if len(value) > MOST_VALUES:
        return "condition_too_many_values"
    return next((fault for each in value if (fault := _one(field, each))), None)


def _moment(_field: FieldOf, value: Any) -> str | None:
    try:
        in_calendar(datetime.fromisoformat(value))
    except (TypeError, ValueError, OverflowError) as error:
        return str(error) if str(error) in ("timezone_aware", "moment_out_of_range") else "datetime_parsing"
    return None


def _length(_field: FieldOf, value: Any) -> str | None:
    if not isinstance(value, dict) or set(value) != {"amount", "unit"}:
        return "condition_needs_length"
    amount, unit = value["amount"], value["unit"]
    if type(amount) is not int or not isinstance(unit, str) or unit not in UNITS:
        return "condition_needs_length"
    return None if 0 < amount <= LONGEST // UNITS[unit] else "condition_needs_length"


def _working_length(field: FieldOf, value: Any) -> str | None:
    if _length(field, value) is not None or value["unit"] not in WORKING_UNITS:
        return "condition_needs_working_length"
    return None if length_of(value) <= LONGEST_WORKED else "condition_needs_working_length"


def _related(field: FieldOf, value: Any) -> str | None:
    if not isinstance(value, dict) or set(value) != {"count", "within", "where"}:
        return "condition_needs_count"
    count, within, where = value["count"], value["within"], value["where"]
    if type(count) is not int or not 0 <= count <= MOST_COUNTED:
        return "condition_needs_count"
    if within is not None and (fault := _length(field, within)) is not None:
        return fault
    if not isinstance(where, list) or len(where) > MOST_WHERE:
        return "condition_too_large"
    return next((fault for asked in where if (fault := _asked(field, asked)) is not None), None)


def _asked(field: FieldOf, asked: Any) -> str | None:
    """What is wrong with a question about each related row."""
    if not isinstance(asked, dict) or not {"field", "op"} <= set(asked) <= {"field", "op", "value"}:
        return "condition_field_unknown"
    fields = field.relation.fields if field.relation is not None else {}
    about = fields.get(asked["field"]) if isinstance(asked["field"], str) else None
    if about is None:
        return "condition_field_unknown"
    operator = operators_of(about).get(asked["op"]) if isinstance(asked["op"], str) else None
    if operator is None:
        return "condition_op_unknown"
    return fault_of(about, operator.takes, asked.get("value"))


def _span(_field: FieldOf, value: Any) -> str | None:
    return None if value in SPANS and isinstance(value, str) else "condition_span_unknown"


def _truth(_field: FieldOf, value: Any) -> str | None:
    return None if isinstance(value, bool) else "bool_type"


_CHECKS = {
    Takes.NOTHING: _nothing,
    Takes.TEXT: _text,
    Takes.NUMBER: _number,
    Takes.TWO_NUMBERS: _two_numbers,
    Takes.ONE: _one,
    Takes.SEVERAL: _several,
    Takes.MOMENT: _moment,
    Takes.LENGTH: _length,
    Takes.WORKING_LENGTH: _working_length,
    Takes.RELATED: _related,
    Takes.SPAN: _span,
    Takes.TRUTH: _truth,
}
