"""One's own page: how one is called, what one sees and may do, when one has logged in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.core.context import Context
from app.core.permissions import Permission
from app.identity import audit
from app.identity.events import OPERATOR, OPERATOR_CHANGED, SESSION_CLOSED, SESSION_OPENED
from app.identity.people_schemas import PersonName
from app.identity.proof import PersonProof, prove_oneself
from app.identity.services import tell_person
from app.models import AuditLog, Operator

MOST_LOGINS = 20


class LoginAct(StrEnum):
    OPENED = "opened"
    CLOSED = "closed"


_ACTS: dict[str, LoginAct] = {SESSION_OPENED: LoginAct.OPENED, SESSION_CLOSED: LoginAct.CLOSED}


class LoginView(BaseModel):
    act: LoginAct
    at: datetime
    address: str


class ProfileView(BaseModel):
    login_name: str
    proof: PersonProof
    """What one sees and may do."""
    logins: list[LoginView]
    """The newest first, as the audit log has them; none to whoever looks through somebody's eyes."""


class ChangeName(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: PersonName


def own_profile(ctx: Context) -> ProfileView:
    """Five statements."""
    ctx.require(Permission.SESSION_USE)
    person = ctx.session.get_one(Operator, ctx.actor.operator_id)
    return ProfileView(login_name=person.login_name, proof=prove_oneself(ctx), logins=_logins(ctx))


def _logins(ctx: Context) -> list[LoginView]:
    if ctx.actor.own is not None:
        return []
    rows = ctx.session.scalars(
        select(AuditLog)
        .where(AuditLog.operator_id == ctx.actor.operator_id, AuditLog.action.in_(list(_ACTS)))
        .order_by(AuditLog.number.desc())
        .limit(MOST_LOGINS)
    )
    return [LoginView(act=_ACTS[row.action], at=row.created_at, address=row.address) for row in rows]


def change_own_name(ctx: Context, command: ChangeName) -> None:
    """How colleagues see one from now on; on the audit log. The same name: nothing is told."""
    ctx.require(Permission.SESSION_USE)
    person = ctx.session.get_one(
        Operator,
        ctx.actor.operator_id,
        options=[selectinload(Operator.roles), selectinload(Operator.teams)],
        with_for_update=True,
    )
    if person.name == command.name:
        return
    before, person.name = person.name, command.name
    ctx.session.flush()
    tell_person(ctx, person, OPERATOR_CHANGED, person.roles, [team.id for team in person.teams])
    detail = {"before": {"name": before}, "after": {"name": person.name}}
    audit.record(ctx, OPERATOR_CHANGED, OPERATOR.of(person), detail=detail)
