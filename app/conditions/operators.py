"""Operators by type of field: the form of their value, and the comparison that they come down to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

from app.conditions.catalogue import FieldOf, FieldType
from app.conditions.matches import (
    Begins,
    Between,
    Changed,
    Empty,
    HasAll,
    HasAny,
    HasNone,
    IsTrue,
    Match,
    OneOf,
    Reads,
    Says,
    WorkedBeside,
)
from app.conditions.related import Related, RelatedLeaf
from app.conditions.times import length_of, moment_of, span_of
from app.core.context import Context


class Takes(StrEnum):
    """The form of a value."""

    NOTHING = "nothing"
    TEXT = "text"
    NUMBER = "number"
    TWO_NUMBERS = "two_numbers"
    ONE = "one"
    """A choice, or the id of a reference."""
    SEVERAL = "several"
    MOMENT = "moment"
    LENGTH = "length"
    """`{"amount": 2, "unit": "hours"}`"""
    WORKING_LENGTH = "working_length"
    """The same in minutes or hours: a working day is not as long everywhere."""
    SPAN = "span"
    """`today`, `this_week` …"""
    TRUTH = "truth"
    RELATED = "related"
    """`{"count": 2, "within": length or null, "where": [leaf, …]}`"""


Made = Callable[[FieldOf, Any, Context], Match]
"""Of a field and a value whose form is right."""


@dataclass(frozen=True)
class Operator:
    key: str
    takes: Takes
    make: Made
    negated: bool = False
    for_optional: bool = False
    """Only where the field may have no value."""
    for_own: bool = False
    """Only of references of which some are the actor's own."""
    for_working: bool = False
    """Only where a calendar counts; asked of the moment together with the account."""
    of_object: bool = False
    """Asked of the object itself, not of a value of it."""
    of_change: bool = False
    """Asked of what an event changed: a pair of before and after, None where it left the field alone."""


def _ago(value: Any, ctx: Context) -> datetime:
    return ctx.now() - length_of(value)


def _from_now(value: Any, ctx: Context) -> datetime:
    return ctx.now() + length_of(value)


def _more_than(field: FieldOf, value: Any, ctx: Context) -> Match:
    if field.ahead:
        return Between(low=_from_now(value, ctx), low_open=True)
    return Between(high=_ago(value, ctx), high_open=True)


def _less_than(field: FieldOf, value: Any, ctx: Context) -> Match:
    if field.ahead:
        return Between(high=_from_now(value, ctx), high_open=True)
    return Between(low=_ago(value, ctx), low_open=True)


def _within(_field: FieldOf, value: Any, ctx: Context) -> Match:
    start, end = span_of(value, ctx.now())
    return Between(start, end, high_open=True)


def _own(field: FieldOf, _value: Any, ctx: Context) -> Match:
    own = field.kind.own(ctx) if field.kind is not None and field.kind.own is not None else ()
    return OneOf(tuple(sorted(own)))


def _empty(field: FieldOf, _value: Any, _ctx: Context) -> Match:
    return HasNone() if field.type is FieldType.SET else Empty(is_text=field.type is FieldType.TEXT)


def _one(_field: FieldOf, value: Any, _ctx: Context) -> Match:
    return OneOf((value,))


def _several(_field: FieldOf, value: Any, _ctx: Context) -> Match:
    return OneOf(tuple(value))


def _worked(field: FieldOf, value: Any, ctx: Context, *, is_longer: bool) -> Match:
    if field.working is None:
        raise TypeError(f"{field.key} knows no working time")
    length = length_of(value)
    moments = field.working.moments(ctx, length if field.ahead else -length)
    return WorkedBeside(field.working.account, moments, is_earlier=is_longer is not field.ahead)


def _counted(field: FieldOf, value: Any, ctx: Context, *, is_least: bool) -> Match:
    if field.relation is None:
        raise TypeError(f"{field.key} counts nothing")
    fields = field.relation.fields
    where = []
    for asked in value["where"]:
        about = fields[asked["field"]]
        operator = operators_of(about)[asked["op"]]
        made = operator.make(about, asked.get("value"), ctx)
        where.append(RelatedLeaf(about, made, operator.negated))
    within = value["within"]
    return Related(
        field.relation,
        where,
        None if within is None else ctx.now() - length_of(within),
        ctx.now(),
        ctx.session,
        low=value["count"] if is_least else None,
        high=None if is_least else value["count"],
    )


_EMPTINESS = (
    Operator("is_empty", Takes.NOTHING, _empty, for_optional=True),
    Operator("is_not_empty", Takes.NOTHING, _empty, negated=True, for_optional=True),
)
_CHOICE = (
    Operator("is", Takes.ONE, _one),
    Operator("is_not", Takes.ONE, _one, negated=True),
    Operator("any_of", Takes.SEVERAL, _several),
    Operator("none_of", Takes.SEVERAL, _several, negated=True),
    *_EMPTINESS,
)
_CHANGES = (
    Operator("changed", Takes.NOTHING, lambda _f, _value, _c: Changed(), of_change=True),
    Operator("changed_from", Takes.ONE, lambda _f, value, _c: Changed(before=(value,)), of_change=True),
    Operator("changed_to", Takes.ONE, lambda _f, value, _c: Changed(after=(value,)), of_change=True),
)
_BY_TYPE: dict[FieldType, tuple[Operator, ...]] = {
    FieldType.TEXT: (
        Operator("contains", Takes.TEXT, lambda _f, value, _c: Says(value)),
        Operator("not_contains", Takes.TEXT, lambda _f, value, _c: Says(value), negated=True),
        Operator("is", Takes.TEXT, lambda _f, value, _c: Reads(value)),
        Operator("is_not", Takes.TEXT, lambda _f, value, _c: Reads(value), negated=True),
        Operator("starts_with", Takes.TEXT, lambda _f, value, _c: Begins(value)),
        *_EMPTINESS,
    ),
    FieldType.NUMBER: (
        Operator("is", Takes.NUMBER, lambda _f, value, _c: Between(value, value)),
        Operator("is_not", Takes.NUMBER, lambda _f, value, _c: Between(value, value), negated=True),
        Operator("at_least", Takes.NUMBER, lambda _f, value, _c: Between(low=value)),
        Operator("at_most", Takes.NUMBER, lambda _f, value, _c: Between(high=value)),
        Operator("greater_than", Takes.NUMBER, lambda _f, value, _c: Between(low=value, low_open=True)),
        Operator("less_than", Takes.NUMBER, lambda _f, value, _c: Between(high=value, high_open=True)),
        Operator("between", Takes.TWO_NUMBERS, lambda _f, value, _c: Between(value[0], value[1])),
        *_EMPTINESS,
    ),
    FieldType.CHOICE: _CHOICE,
    FieldType.REFERENCE: (
        *_CHOICE,
        Operator("is_own", Takes.NOTHING, _own, for_own=True),
        Operator("is_not_own", Takes.NOTHING, _own, negated=True, for_own=True),
    ),
    FieldType.TIME: (
        Operator(
            "before", Takes.MOMENT, lambda _f, value, _c: Between(high=moment_of(value), high_open=True)
        ),
        Operator("after", Takes.MOMENT, lambda _f, value, _c: Between(low=moment_of(value))),
        Operator("is_past", Takes.NOTHING, lambda _f, _value, ctx: Between(high=ctx.now(), high_open=True)),
        Operator("is_ahead", Takes.NOTHING, lambda _f, _value, ctx: Between(low=ctx.now())),
        Operator("during", Takes.SPAN, _within),
        Operator("within_last", Takes.LENGTH, lambda _f, value, ctx: Between(_ago(value, ctx), ctx.now())),
        Operator(
            "before_last", Takes.LENGTH, lambda _f, value, ctx: Between(high=_ago(value, ctx), high_open=True)
        ),
        Operator(
            "within_next", Takes.LENGTH, lambda _f, value, ctx: Between(ctx.now(), _from_now(value, ctx))
        ),
        Operator(
            "beyond_next",
            Takes.LENGTH,
            lambda _f, value, ctx: Between(low=_from_now(value, ctx), low_open=True),
        ),
        *_EMPTINESS,
    ),
    FieldType.DURATION: (
        Operator("longer_than", Takes.LENGTH, _more_than),
        Operator("shorter_than", Takes.LENGTH, _less_than),
        Operator(
            "longer_than_working",
            Takes.WORKING_LENGTH,
            partial(_worked, is_longer=True),
            for_working=True,
        ),
        Operator(
            "shorter_than_working",
            Takes.WORKING_LENGTH,
            partial(_worked, is_longer=False),
            for_working=True,
        ),
        *_EMPTINESS,
    ),
    FieldType.SET: (
        Operator("has_any", Takes.SEVERAL, lambda _f, value, _c: HasAny(tuple(value))),
        Operator("has_all", Takes.SEVERAL, lambda _f, value, _c: HasAll(tuple(value))),
        Operator("has_none", Takes.SEVERAL, lambda _f, value, _c: HasAny(tuple(value)), negated=True),
        *_EMPTINESS,
    ),
    FieldType.RELATION: (
        Operator("count_at_least", Takes.RELATED, partial(_counted, is_least=True), of_object=True),
        Operator("count_at_most", Takes.RELATED, partial(_counted, is_least=False), of_object=True),
    ),
    FieldType.TRUTH: (
        Operator("is", Takes.TRUTH, lambda _f, value, _c: IsTrue(value)),
        *_EMPTINESS,
    ),
}


def operators_of(field: FieldOf, *, of_events: bool = False) -> dict[str, Operator]:
    """Those that may be asked of a field, in the order in which an editor offers them.

    `of_events`: also what only an event can tell, that it changed the field.
    """
    changes = _CHANGES if of_events and field.tracked else ()
    has_own = field.kind is not None and field.kind.own is not None
    return {
        operator.key: operator
        for operator in (*_BY_TYPE[field.type], *changes)
        if (field.optional or not operator.for_optional)
        and (has_own or not operator.for_own)
        and (field.working is not None or not operator.for_working)
    }


def every_operator() -> set[str]:
    return {operator.key for operators in (*_BY_TYPE.values(), _CHANGES) for operator in operators}
