"""What conditions may refer to: accounts, teams and people, as far as the actor sees them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from app.conditions.catalogue import ReferenceKind
from app.conditions.matches import Says
from app.core.context import Context
from app.core.db import among
from app.identity.scope import scope
from app.models import Account, Agency, Operator, Team


def named_kind(
    key: str,
    entity: Any,
    *conditions: ColumnElement[bool],
    own: Callable[[Context], Collection[int]] | None = None,
) -> ReferenceKind:
    """The rows of a table with names that the actor sees and that meet the conditions."""

    def visible(ctx: Context) -> Select[int, str]:
        return scope(select(entity.id, entity.name), ctx.actor, entity).where(*conditions)

    def names(ctx: Context, ids: Collection[int]) -> dict[int, str]:
        rows = ctx.session.execute(visible(ctx).where(among(ctx.session, entity.id, sorted(ids))))
        return {row[0]: row[1] for row in rows}

    def find(ctx: Context, words: str, most: int) -> dict[int, str]:
        named = (Says(words).sql(entity.name),) if words else ()
        rows = ctx.session.execute(visible(ctx).where(*named).order_by(entity.name, entity.id).limit(most))
        return {row[0]: row[1] for row in rows}

    return ReferenceKind(key, names, find, own)


def _oneself(ctx: Context) -> Collection[int]:
    return () if ctx.actor.operator_id is None else (ctx.actor.operator_id,)


def _own_teams(ctx: Context) -> Collection[int]:
    return ctx.actor.team_ids


ACCOUNT = named_kind("account", Account)
AGENCY = named_kind("agency", Agency)
TEAM = named_kind("team", Team, own=_own_teams)
OPERATOR = named_kind("operator", Operator, own=_oneself)
