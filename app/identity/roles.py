"""Making, changing and removing roles. Who does it allows nobody more than they may themselves."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from app.core.context import Context
from app.core.errors import Conflict, NotFound
from app.core.events import EventName
from app.core.i18n import LOCALES, translate
from app.core.permissions import AccountReach, Mandate, Permission, RoleName
from app.identity import audit
from app.identity.events import ROLE, ROLE_CHANGED, ROLE_CREATED, ROLE_DELETED
from app.identity.managers import lock_who_manages, require_somebody_who_manages
from app.identity.role_queries import find_role, is_shared_beyond, may_give
from app.identity.role_schemas import ChangeRole, NewRole, RoleChanged, RoleContent
from app.identity.scope import role_audience, scope
from app.models import Agency, AgencyKind, Operator, OperatorRole, Role


def create_role(ctx: Context, command: NewRole) -> Role:
    """A role of one agency or of all. A copy is one with another's content.

    Raises NotFound for an agency out of reach, Conflict for a name that is taken (`role_name_taken`), for
    rights or reach beyond one's own (`role_beyond_own`, `shared_role`), and for every account to people who
    serve for others (`role_beyond_agency`).
    """
    ctx.require(Permission.OPERATORS_MANAGE)
    _require_care(ctx, command.agency_id)
    agency = _agency(ctx, command.agency_id) if command.agency_id is not None else None
    _require_name(ctx, command.name, command.agency_id)
    role = Role(created_at=ctx.now(), name=command.name, agency_id=command.agency_id, **_content(command))
    role.agency = agency
    _require_givable(ctx, role)
    ctx.session.add(role)
    ctx.session.flush()
    _tell(ctx, role, ROLE_CREATED, {"after": _detail(role)})
    return role


def change_role(ctx: Context, role_id: int, command: ChangeRole) -> Role:
    """What a role allows from the next call of its people on; their open screens follow.

    Nothing changes: nothing is told. Raises Conflict as `create_role` does, and for one's own role, for a
    version that is not the newest, and for the last role by which somebody manages people.
    """
    ctx.require(Permission.OPERATORS_MANAGE)
    lock_who_manages(ctx)
    role = _changeable(ctx, role_id)
    if role.version != command.version:
        raise Conflict("stale_version", version=role.version)
    before = _detail(role)
    if command.name is not None and command.name != role.name:
        if role.key is not None:
            raise Conflict("role_is_built_in")
        _require_name(ctx, command.name, role.agency_id)
        role.name = command.name
    for name, value in _content(command).items():
        if getattr(role, name) != value:
            setattr(role, name, value)
    _require_givable(ctx, role)
    ctx.session.flush()
    require_somebody_who_manages(ctx)
    after = _detail(role)
    if after != before:
        _tell(ctx, role, ROLE_CHANGED, {"before": before, "after": after})
    return role


def delete_role(ctx: Context, role_id: int) -> None:
    """Raises Conflict for a role that somebody has, who may log in or not, and for a built-in one."""
    ctx.require(Permission.OPERATORS_MANAGE)
    role = _changeable(ctx, role_id)
    if role.key is not None:
        raise Conflict("role_is_built_in")
    count = ctx.session.scalar(select(func.count()).where(OperatorRole.role_id == role.id)) or 0
    if count:
        raise Conflict("role_in_use", count=count)
    _tell(ctx, role, ROLE_DELETED, {"before": _detail(role)})
    ctx.session.delete(role)
    ctx.session.flush()


def _changeable(ctx: Context, role_id: int) -> Role:
    role = find_role(ctx, role_id, locked=True)
    if role.id in ctx.actor.role_ids:
        raise Conflict("own_role")
    _require_care(ctx, role.agency_id)
    if not may_give(ctx, role.mandate):
        raise Conflict("role_beyond_own")
    return role


def _require_care(ctx: Context, agency_id: int | None) -> None:
    if is_shared_beyond(ctx, agency_id):
        raise NotFound if agency_id is not None else Conflict("shared_role")


def _require_givable(ctx: Context, role: Role) -> None:
    if not may_give(ctx, role.mandate):
        raise Conflict("role_beyond_own")
    if role.account_reach is AccountReach.ALL and _is_served_by_others(ctx, role):
        raise Conflict("role_beyond_agency")


def _is_served_by_others(ctx: Context, role: Role) -> bool:
    """Whether it is, or would be, a role of people who serve for others."""
    if role.agency is not None:
        return role.agency.kind is AgencyKind.THIRD_PARTY
    theirs = (
        select(OperatorRole.id)
        .join(Operator, Operator.id == OperatorRole.operator_id)
        .join(Agency, Agency.id == Operator.agency_id)
        .where(OperatorRole.role_id == role.id, Agency.kind == AgencyKind.THIRD_PARTY)
        .limit(1)
    )
    with ctx.session.no_autoflush:
        return ctx.session.scalar(theirs) is not None


def _agency(ctx: Context, agency_id: int) -> Agency:
    statement = scope(select(Agency), ctx.actor, Agency).where(Agency.id == agency_id)
    agency = ctx.session.scalars(statement).one_or_none()
    if agency is None:
        raise NotFound
    return agency


def _require_name(ctx: Context, name: str, agency_id: int | None) -> None:
    taken = select(Role.id).where(Role.agency_id.is_not_distinct_from(agency_id), Role.name == name)
    built_in = {translate(f"role.{role.value}", locale).casefold() for role in RoleName for locale in LOCALES}
    if name.casefold() in built_in or ctx.session.scalar(taken) is not None:
        raise Conflict("role_name_taken", name=name)


def _content(command: RoleContent) -> dict[str, Any]:
    rights = {Permission.SESSION_USE, *command.rights}
    return {
        "rights": frozenset(right.value for right in rights),
        "account_reach": command.account_reach,
        "request_reach": command.request_reach,
        "masked": frozenset(masked.value for masked in command.masked),
        "capacity": command.capacity,
    }


def _detail(role: Role) -> dict[str, Any]:
    mandate: Mandate = role.mandate
    return {
        "name": role.label,
        "rights": sorted(mandate.permissions),
        "account_reach": role.account_reach.value,
        "request_reach": role.request_reach.value,
        "masked": sorted(mandate.masked),
        "capacity": role.capacity,
    }


def _tell(ctx: Context, role: Role, name: EventName, detail: dict[str, Any]) -> None:
    ctx.emit(name, RoleChanged(role_id=role.id), role_audience(role), about=ROLE.of(role))
    audit.record(ctx, name, ROLE.of(role), detail=detail)
