"""The parts of a split as an answer names them: their names, and what is asked of a row to be in one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from app.conditions.catalogue import FieldOf, FieldType
from app.conditions.sentences import choice_label, field_label
from app.conditions.tree import Leaf
from app.core.context import Context
from app.core.i18n import translate
from app.figures.catalogue import Metric, Parted, Trees, leaf
from app.figures.checking import GRAINS, Asked
from app.figures.spans import Grain, Span, label_of, parts


@dataclass(frozen=True)
class Place:
    value: Any
    """As `counting` gives it: the number of the part of time, or the field's value."""
    key: str
    label: str
    rows: Trees | None
    """None where the reader may not ask for it: it refers to what they do not see."""


def split_label(ctx: Context, metric: Metric, split: str) -> str:
    if split in GRAINS:
        return translate(f"figures.grain.{split}", ctx.locale)
    return field_label(metric.source.subject, metric.source.subject.fields[split], ctx.locale)


def places_of(
    ctx: Context, asked: Asked, metric: Metric, split: str, span: Span, values: Iterable[Any]
) -> list[Place]:
    """Of time every part that has begun; of a field the values that were found. One statement for names."""
    if split in GRAINS:
        return _parts(metric, Grain(split), span)
    about = metric.source.subject.fields[split]
    found = set(values)
    if split in asked.parted:
        return _parted(ctx, about, asked.parted[split], found)
    empty = [Place(None, "", translate("figures.none", ctx.locale), (leaf(split, "is_empty"),))]
    valued = _referred(ctx, about, found - {None}) if about.kind else _chosen(ctx, about, found - {None})
    return [*valued, *(empty if None in found else [])]


def _parts(metric: Metric, grain: Grain, span: Span) -> list[Place]:
    return [
        Place(
            at,
            since.isoformat().replace("+00:00", "Z"),
            label_of(since, grain),
            metric.during(since.isoformat(), until.isoformat()),
        )
        for at, (since, until) in enumerate(parts(span, grain))
    ]


def _chosen(ctx: Context, about: FieldOf, values: set[Any]) -> list[Place]:
    """In the order in which they are declared; a value that is no longer offered comes last."""
    if about.type is FieldType.TRUTH:
        says = {True: "condition.says.yes", False: "condition.says.no"}
        ordered: Sequence[Any] = [value for value in (True, False) if value in values]
        return [_place(about, value, translate(says[value], ctx.locale)) for value in ordered]
    offered = [choice for choice in about.choices if choice in values]
    others = sorted(values - set(offered), key=str)
    return [_place(about, value, choice_label(about, value, ctx.locale)) for value in offered] + [
        Place(value, str(value), str(value), None) for value in others
    ]


def _referred(ctx: Context, about: FieldOf, values: set[Any]) -> list[Place]:
    """By name; what the reader does not see has none, and cannot be asked for."""
    if about.kind is None or not values:
        return []
    names = about.kind.names(ctx, values)
    seen = [
        _place(about, value, name)
        for value, name in sorted(names.items(), key=lambda each: (each[1], each[0]))
    ]
    unseen = translate("figures.unseen", ctx.locale)
    return seen + [Place(value, str(value), unseen, None) for value in sorted(values - names.keys())]


def _parted(ctx: Context, about: FieldOf, parted: Parted, found: set[Any]) -> list[Place]:
    """The parts that have rows, and last the rows that lie in none."""
    valued = _referred(ctx, about, found - {None})
    if None not in found:
        return valued
    above = parted.refers_to
    known = about.kind is not None and above is not None and above in about.kind.names(ctx, [above])
    return [
        *valued,
        Place(
            None, "", translate("figures.none", ctx.locale), parted.apart if known or above is None else None
        ),
    ]


def _place(about: FieldOf, value: Any, label: str) -> Place:
    return Place(value, str(value), label, (_is(about, value),))


def _is(about: FieldOf, value: Any) -> Leaf:
    return (
        leaf(about.key, "has_any", [value]) if about.type is FieldType.SET else leaf(about.key, "is", value)
    )
