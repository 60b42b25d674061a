"""Units in conditions and figures: what lies in them, as the tree stands now."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, select
from sqlalchemy.orm import Session, aliased

from app.conditions.catalogue import ReferenceKind
from app.conditions.matches import Says
from app.core.context import Context
from app.core.db import among
from app.identity.scope import scope
from app.models import Agency, Team, Unit
from app.models.unit import OF_AGENCIES

_NAME = case(
    (Unit.kind.in_(OF_AGENCIES), Agency.name), (Unit.team_id.is_not(None), Team.name), else_=Unit.own_name
)


def _visible(ctx: Context) -> Select[Any]:
    named = select(Unit.id, _NAME).join(Agency, Agency.id == Unit.agency_id)
    return scope(named.outerjoin(Team, Team.id == Unit.team_id), ctx.actor, Unit)


def _names(ctx: Context, ids: Collection[int]) -> dict[int, str]:
    """The closed ones too: what happened in them stays theirs."""
    rows = ctx.session.execute(_visible(ctx).where(among(ctx.session, Unit.id, sorted(ids))))
    return {row[0]: row[1] for row in rows}


def _find(ctx: Context, words: str, most: int) -> dict[int, str]:
    named = (Says(words).sql(_NAME),) if words else ()
    rows = ctx.session.execute(
        _visible(ctx).where(Unit.closed_at.is_(None), *named).order_by(_NAME, Unit.id).limit(most)
    )
    return {row[0]: row[1] for row in rows}


UNIT = ReferenceKind("unit", _names, _find)


class UnitsOfTeam:
    """The unit of a team and all above it, as a field of several values; of no team, none."""

    def __init__(self, team_id: Any) -> None:
        self._team_id = team_id

    def has_any(self, values: tuple[Any, ...]) -> ColumnElement[bool]:
        # Paths are figures between slashes: nothing in them that LIKE takes for a wildcard.
        own, above = aliased(Unit), aliased(Unit)
        teams = select(own.team_id).join(above, own.path.like(above.path.concat("%")))
        within: ColumnElement[bool] = self._team_id.in_(
            teams.where(above.id.in_(values), own.team_id.is_not(None))
        )
        return within

    def has_some(self) -> ColumnElement[bool]:
        own = aliased(Unit)
        placed = select(own.team_id).where(own.team_id.is_not(None))
        # Of no team it is no, not null.
        return and_(self._team_id.is_not(None), self._team_id.in_(placed))


def units_of_teams(session: Session) -> dict[int, frozenset[int]]:
    """Of every team its unit and all above it; one statement."""
    rows = session.execute(select(Unit.team_id, Unit.path).where(Unit.team_id.is_not(None)))
    return {team_id: frozenset(ids_of(path)) for team_id, path in rows if team_id is not None}


def ids_of(path: str) -> list[int]:
    """The units that a path names, from the root down."""
    return [int(number) for number in path.strip("/").split("/")]
