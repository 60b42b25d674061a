"""What conditions may refer to: accounts, teams and people, as far as the actor sees them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import ColumnElement, select

from app.conditions.catalogue import ReferenceKind
from app.core.context import Context
from app.core.db import among
from app.identity.scope import scope
from app.models import Account, Operator, Team


def visible_names(
    entity: Any, *conditions: ColumnElement[bool]
) -> Callable[[Context, Collection[int]], dict[int, str]]:
    """Names of the rows of a table that the actor sees and that meet the conditions, by id."""

    def names(ctx: Context, ids: Collection[int]) -> dict[int, str]:
        statement = scope(select(entity.id, entity.name), ctx.actor, entity)
        wanted = among(ctx.session, entity.id, sorted(ids))
        rows = ctx.session.execute(statement.where(wanted, *conditions))
        return {row[0]: row[1] for row in rows}

    return names


def _oneself(ctx: Context) -> Collection[int]:
    return () if ctx.actor.operator_id is None else (ctx.actor.operator_id,)


def _own_teams(ctx: Context) -> Collection[int]:
    return ctx.actor.team_ids


ACCOUNT = ReferenceKind("account", visible_names(Account))
TEAM = ReferenceKind("team", visible_names(Team), _own_teams)
OPERATOR = ReferenceKind("operator", visible_names(Operator), _oneself)
