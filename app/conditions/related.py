"""Counted relations, one level deep: how many related rows there are, of which kind, within which time.

A field of this kind asks about rows that hang together with the object: the messages of a request, what else
its author posted. Its value says how many are compared with, since when, and what must hold of each:
`{"count": 2, "within": {"amount": 30, "unit": "days"}, "where": [leaf, …]}`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from app.conditions.catalogue import FieldOf, RelationOf

MOST_WHERE = 5
MOST_COUNTED = 1000


@dataclass(frozen=True)
class RelatedLeaf:
    """What must hold of each related row."""

    field: FieldOf
    match: Any
    negated: bool

    def sql(self) -> ColumnElement[bool]:
        condition: ColumnElement[bool] = self.match.sql(self.field.sql)
        return condition.is_not(True) if self.negated else condition

    def holds(self, row: Any) -> bool:
        return self.match.holds(self.field.read(row)) is not self.negated


@dataclass
class Related:
    """How many there are up to now, compared with a bound; asked of the object itself."""

    relation: RelationOf
    where: Sequence[RelatedLeaf]
    since: datetime | None
    until: datetime
    session: Session
    low: int | None = None
    high: int | None = None
    _known: dict[int, Sequence[Any]] = field(default_factory=dict)

    def sql(self, _column: Any) -> ColumnElement[bool]:
        conditions = [
            self.relation.belongs,
            self.relation.at <= self.until,
            *(leaf.sql() for leaf in self.where),
        ]
        if self.since is not None:
            conditions.append(self.relation.at >= self.since)
        counted = select(func.count()).select_from(self.relation.entity).where(true(), *conditions)
        found: Any = counted.correlate(self.relation.owner).scalar_subquery()
        if self.low is not None:
            return found >= self.low  # type: ignore[no-any-return]
        return found <= self.high  # type: ignore[no-any-return]

    def prepare(self, facts: Sequence[Any]) -> None:
        """Read the related rows of many objects at once, in one statement."""
        ids = [self.relation.id_of(one) for one in facts]
        missing = [number for number in ids if number not in self._known]
        if missing:
            found = self.relation.load(self.session, missing)
            self._known.update({number: found.get(number, ()) for number in missing})

    def count(self, facts: Any) -> int:
        self.prepare([facts])
        return sum(self._is_meant(row) for row in self._known[self.relation.id_of(facts)])

    def _is_meant(self, row: Any) -> bool:
        at = self.relation.read_at(row)
        if at > self.until or (self.since is not None and at < self.since):
            return False
        return all(leaf.holds(row) for leaf in self.where)

    def holds(self, value: Any) -> bool:
        count = self.count(value)
        return count >= self.low if self.low is not None else self.high is not None and count <= self.high
