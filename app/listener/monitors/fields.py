"""What conditions may ask about monitors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import Session

from app.adapters.types import ItemKind
from app.conditions.catalogue import CATALOGUE, FieldOf, FieldType
from app.core.json_members import has_entries, has_number, has_word
from app.core.permissions import Permission
from app.core.rows import rows_by_id
from app.identity.reference_kinds import ACCOUNT, OPERATOR, TEAM
from app.models import Monitor
from app.routing.fields import PRIORITIES

_M = Monitor
_T = FieldType


def _load(session: Session, ids: Sequence[int]) -> dict[int, Monitor]:
    return rows_by_id(session, Monitor, set(ids))


class _Entries:
    """The entries of a list that a column holds; none of them means all there are, and is no entry."""

    def __init__(self, column: Any, has: Any) -> None:
        self._column, self._has = column, has

    def has_any(self, values: tuple[Any, ...]) -> ColumnElement[bool]:
        return or_(*(self._has(self._column, value) for value in values))

    def has_some(self) -> ColumnElement[bool]:
        return has_entries(self._column)


def _own(key: str, type_: FieldType, name: str = "", **more: Any) -> FieldOf:
    name = name or key
    return FieldOf(key, type_, getattr(_M, name), lambda row: getattr(row, name), **more)


FIELDS = (
    _own("name", _T.TEXT),
    _own("is_active", _T.TRUTH),
    _own("is_competitor", _T.TRUTH),
    _own("priority", _T.CHOICE, choices=PRIORITIES, words="condition.choice.priority"),
    FieldOf(
        "accounts",
        _T.SET,
        _Entries(_M.account_ids, has_number),
        lambda row: frozenset(row.account_ids),
        optional=True,
        kind=ACCOUNT,
    ),
    FieldOf(
        "kinds",
        _T.SET,
        _Entries(_M.kinds, has_word),
        lambda row: frozenset(row.kinds),
        optional=True,
        choices=tuple(kind.value for kind in ItemKind),
        words="condition.choice.item_kind",
    ),
    _own("team", _T.REFERENCE, "team_id", kind=TEAM, optional=True),
    _own("created_by", _T.REFERENCE, "created_by_id", kind=OPERATOR, optional=True),
    _own("created_at", _T.TIME),
    _own("updated_at", _T.TIME),
)

MONITORS = CATALOGUE.declare(
    "monitor", Monitor, Permission.MONITORS_READ, _load, lambda row: row.name, FIELDS
)
