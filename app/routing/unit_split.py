"""Requests parted by units: each lies in one of those right below the unit that one looks at.

Which that is, the condition says (the deepest unit in which all rows have to be); without it, the reader's
own agency. So one goes down the tree by narrowing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, null, select

from app.conditions.tree import AllOf, Leaf
from app.core.context import Context
from app.core.db import among
from app.figures.catalogue import Parted, Trees, leaf
from app.identity.unit_fields import ids_of
from app.models import ServiceRequest, Unit
from app.models.unit import OF_AGENCIES


@dataclass(frozen=True)
class _Row:
    id: int
    path: str
    team_id: int | None
    agency_id: int
    is_of_agency: bool


def by_unit(ctx: Context, condition: Trees, team: Any = ServiceRequest.team_id) -> Parted:
    """One statement, for the tree. `team` is the column by which rows, or sums of them, have their team."""
    rows = ctx.session.execute(select(Unit.id, Unit.path, Unit.team_id, Unit.agency_id, Unit.kind))
    tree = {row[0]: _Row(row[0], row[1], row[2], row[3], row[4] in OF_AGENCIES) for row in rows}
    above = _looked_at(ctx, tree, condition)
    if above is None:
        return Parted(null(), (leaf("unit", "is_empty"),))
    parts: dict[int, list[int]] = defaultdict(list)
    for row in tree.values():
        if row.team_id is not None and row.path.startswith(above.path):
            below = ids_of(row.path.removeprefix(above.path)) if row is not above else [above.id]
            parts[below[0]].append(row.team_id)
    of_part = [(among(ctx.session, team, teams), unit) for unit, teams in sorted(parts.items())]
    key: Any = case(*of_part) if of_part else null()
    return Parted(key, (leaf("unit", "has_none", [above.id]),), refers_to=above.id)


def _looked_at(ctx: Context, tree: dict[int, _Row], condition: Trees) -> _Row | None:
    """None where there is no tree."""
    asked = [tree[unit] for unit in _demanded(condition) if unit in tree]
    if asked:
        return max(asked, key=lambda row: len(ids_of(row.path)))
    own = [row for row in tree.values() if row.is_of_agency and row.agency_id == ctx.actor.agency_id]
    return next(iter(own), None) or next((row for row in tree.values() if row.path == f"/{row.id}/"), None)


def _demanded(trees: Sequence[Any]) -> Iterator[int]:
    """The units that every row has to be in."""
    for tree in trees:
        if isinstance(tree, AllOf):
            yield from _demanded(tree.all)
        elif isinstance(tree, Leaf) and tree.field == "unit" and isinstance(tree.value, list):
            is_outright = tree.op == "has_all" or (tree.op == "has_any" and len(tree.value) == 1)
            yield from (unit for unit in tree.value if is_outright and isinstance(unit, int))
