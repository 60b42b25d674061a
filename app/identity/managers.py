"""Somebody stays who manages people: the others could not be let in again, nor given anything."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from app.core.context import Context
from app.core.errors import Conflict
from app.core.permissions import Permission
from app.core.words import has_word
from app.identity.role_queries import may_with
from app.models import Operator, Role


def lock_who_manages(ctx: Context) -> None:
    """Two who take away at once wait for each other here, and the second sees what the first has left."""
    managing = has_word(Role.rights, Permission.OPERATORS_MANAGE)
    ctx.session.execute(select(Role.id).where(managing).order_by(Role.id).with_for_update())


def require_somebody_who_manages(ctx: Context) -> None:
    """After a change that is flushed. Raises Conflict when it left nobody."""
    if not _managing(ctx):
        raise Conflict("last_administrator")


def keep_somebody_who_manages(ctx: Context, losing: Operator) -> None:
    """Before a change to one person. Raises Conflict when nobody else manages people."""
    lock_who_manages(ctx)
    if _managing(ctx) == [losing.id]:
        raise Conflict("last_administrator")


def _managing(ctx: Context) -> Sequence[int]:
    statement = select(Operator.id).where(Operator.is_active, may_with(Permission.OPERATORS_MANAGE))
    return ctx.session.scalars(statement.order_by(Operator.id)).all()
