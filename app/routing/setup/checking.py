"""What is wrong with a rule's condition, and whether anything can meet it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import Any

from app.conditions.binding import Names, faults_of
from app.conditions.catalogue import FieldOf, FieldType
from app.conditions.tree import AllOf, Leaf, NotOf, leaves, parts
from app.core.context import Context
from app.routing.fields import SERVICE_REQUESTS

AT_OPENING = (
    "type",
    "priority",
    "priority_parts",
    "lane",
    "account",
    "platform",
    "unit",
    "team",
    "sentiment",
    "sentiment_unsure",
    "last_message",
    "contact_name",
    "contact_verified",
    "contact_followers",
    "contact_level",
)
"""What is known of a request when it is opened. None of it depends on the hour or on who asks."""
_OF_THE_ASKER = ("is_own", "is_not_own")
_MOST_WAYS = 256


def faults_of_condition(ctx: Context, tree: Any, names: Names | None = None) -> dict[str, str]:
    """Codes by the path of the leaf."""
    faults = faults_of(ctx, SERVICE_REQUESTS, tree, names=names)
    for path, leaf in leaves(tree):
        below = f"{path}." if path else ""
        if leaf.field not in AT_OPENING and leaf.field in SERVICE_REQUESTS.fields:
            faults[f"{below}field"] = "not_known_at_opening"
        elif leaf.op in _OF_THE_ASKER:
            faults[f"{below}op"] = "condition_op_unknown"
    return faults


def can_match(tree: Any) -> bool:
    """False where every way to meet it demands two things that exclude each other. Of a tree without faults.

    What would take very many ways to find out is taken for possible.
    """
    ways = _ways(tree, opposite=False)
    return ways is None or any(_is_possible(way) for way in ways)


_Way = tuple[tuple[Leaf, bool], ...]
"""Leaves that hold together, each with whether it is its opposite that does."""


def _ways(node: Any, *, opposite: bool) -> list[_Way] | None:
    if isinstance(node, Leaf):
        return [((node, opposite),)]
    if isinstance(node, NotOf):
        return _ways(node.inner, opposite=not opposite)
    below = [_ways(part, opposite=opposite) for _, part in parts(node)]
    if any(found is None for found in below):
        return None
    known: list[list[_Way]] = [found for found in below if found is not None]
    if isinstance(node, AllOf) is opposite:
        either = [way for found in known for way in found]
        return either if len(either) <= _MOST_WAYS else None
    size = 1
    for found in known:
        size *= len(found)
    if size > _MOST_WAYS:
        return None
    return [tuple(leaf for way in chosen for leaf in way) for chosen in product(*known)]


def _is_possible(way: _Way) -> bool:
    by_field: dict[str, list[tuple[Leaf, bool]]] = {}
    for leaf, opposite in way:
        by_field.setdefault(leaf.field, []).append((leaf, opposite))
    return all(_has_value(SERVICE_REQUESTS.fields[key], asked) for key, asked in by_field.items())


def _has_value(about: FieldOf, asked: Iterable[tuple[Leaf, bool]]) -> bool:
    """Whether one value of the field can meet all that is asked of it."""
    if about.type in (FieldType.CHOICE, FieldType.REFERENCE, FieldType.TRUTH):
        return _has_choice(about, asked)
    if about.type is FieldType.NUMBER:
        return _has_number(asked)
    return True


def _has_choice(about: FieldOf, asked: Iterable[tuple[Leaf, bool]]) -> bool:
    allowed: set[Any] | None = None
    if about.type is FieldType.TRUTH:
        allowed = {True, False}
    elif about.choices:
        allowed = {*about.choices, *([None] if about.optional else [])}
    barred: set[Any] = set()
    for leaf, opposite in asked:
        if leaf.op in ("is_empty", "is_not_empty"):
            meant: set[Any] = {None}
        else:
            meant = set(leaf.value) if isinstance(leaf.value, list) else {leaf.value}
        if (leaf.op in ("is_not", "none_of", "is_not_empty")) is not opposite:
            barred |= meant
        else:
            allowed = meant if allowed is None else allowed & meant
    return allowed is None or bool(allowed - barred)


def _has_number(asked: Iterable[tuple[Leaf, bool]]) -> bool:
    low, high = float("-inf"), float("inf")
    for leaf, opposite in asked:
        if opposite or leaf.op in ("is_not", "is_empty", "is_not_empty"):
            continue
        least, most = _bounds(leaf)
        low, high = max(low, least), min(high, most)
    return low <= high


def _bounds(leaf: Leaf) -> tuple[float, float]:
    """Of whole numbers."""
    value: Any = leaf.value
    if leaf.op == "between":
        return value[0], value[1]
    low, high = _BOUNDS.get(leaf.op, (None, None))
    return float("-inf") if low is None else value + low, float("inf") if high is None else value + high


_BOUNDS: dict[str, tuple[int | None, int | None]] = {
    "is": (0, 0),
    "at_least": (0, None),
    "at_most": (None, 0),
    "greater_than": (1, None),
    "less_than": (None, -1),
}
"""How far from the value a number may lie."""
