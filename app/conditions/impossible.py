"""Conditions that nothing can meet, as far as that can be read off them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.conditions.catalogue import FieldOf, FieldType, SubjectOf
from app.conditions.tree import AllOf, AnyOf, Leaf

_ONE_OF = {FieldType.CHOICE, FieldType.REFERENCE}
_WANTS = {"is": True, "any_of": True, "is_not": False, "none_of": False}


def is_impossible(subject: SubjectOf, tree: Any) -> bool:
    """Whether what it demands together excludes itself: two types at once, or none of all there are.

    False says nothing: it may still be that nothing meets it.
    """
    if isinstance(tree, AnyOf):
        return all(is_impossible(subject, part) for part in tree.any)
    if not isinstance(tree, AllOf | Leaf):
        return False
    demanded = list(_demanded(tree))
    if any(isinstance(part, AnyOf) and is_impossible(subject, part) for part in demanded):
        return True
    by_field: dict[str, list[Leaf]] = {}
    for part in demanded:
        if isinstance(part, Leaf):
            by_field.setdefault(part.field, []).append(part)
    return any(_excludes(subject.fields[key], found) for key, found in by_field.items())


def _demanded(tree: Any) -> Iterator[Any]:
    """What has to hold, through groups of which every part has to."""
    if isinstance(tree, AllOf):
        for part in tree.all:
            yield from _demanded(part)
    else:
        yield tree


def _excludes(about: FieldOf, found: list[Leaf]) -> bool:
    if about.type is FieldType.TRUTH:
        return len({leaf.value for leaf in found if leaf.op == "is"}) > 1
    if about.type is FieldType.NUMBER:
        return _out_of_bounds(found)
    if about.type not in _ONE_OF:
        return False
    left: set[Any] | None = set(about.choices) or None
    shut: set[Any] = set()
    for leaf in found:
        if leaf.op not in _WANTS:
            continue
        values = set(leaf.value) if isinstance(leaf.value, list) else {leaf.value}
        if _WANTS[leaf.op]:
            left = values if left is None else left & values
        else:
            shut |= values
    return left is not None and not left - shut


def _out_of_bounds(found: list[Leaf]) -> bool:
    bounds = [(leaf.op, leaf.value) for leaf in found if isinstance(leaf.value, int | float)]
    least = [value for op, value in bounds if op in ("at_least", "greater_than", "is")]
    most = [value for op, value in bounds if op in ("at_most", "less_than", "is")]
    return bool(least) and bool(most) and max(least) > min(most)
