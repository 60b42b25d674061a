"""Reads of roles: what there is to give, who has it, and what rights there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import joinedload

from app.core.context import Context
from app.core.errors import NotFound
from app.core.permissions import GIVABLE, AccountReach, ActorKind, Mandate, Permission, together
from app.core.words import has_word
from app.identity.role_schemas import MOST_NAMED, RightGroup, RoleList, RoleView
from app.identity.schemas import AgencyRef, PersonRef, RoleRef
from app.identity.scope import scope
from app.models import Agency, Operator, OperatorRole, Role

# Which room of the product the rights over a resource belong to, in the order of the menu.
ROOMS = {
    "service": (
        "service_requests",
        "conversations",
        "replies",
        "notes",
        "files",
        "saved_views",
    ),
    "customers": ("contacts",),
    "listening": ("inbound_items", "monitors", "models", "topics", "alerts"),
    "publishing": ("publications",),
    "overview": ("overview", "figures", "exports"),
    "administration": (
        "accounts",
        "people",
        "operators",
        "grants",
        "calendars",
        "shifts",
        "automation",
        "routing",
        "audit",
        "operation",
        "long_work",
    ),
}
_OF_ALL = frozenset({Permission.SESSION_USE})


def right_groups() -> list[RightGroup]:
    """Rights by room. A resource that no room names stands last, under its own name."""
    known = [resource for resources in ROOMS.values() for resource in resources]
    of_resource: dict[str, list[Permission]] = defaultdict(list)
    for permission in Permission:
        if permission in GIVABLE - _OF_ALL:
            of_resource[permission.partition(":")[0]].append(permission)
    rooms = {**ROOMS, **{resource: (resource,) for resource in of_resource if resource not in known}}
    return [
        RightGroup(room=room, rights=[right for resource in resources for right in of_resource[resource]])
        for room, resources in rooms.items()
    ]


def may_with(permission: Permission) -> ColumnElement[bool]:
    """Whether the person (`Operator`) of a statement has a role with the right."""
    having = (
        select(OperatorRole.operator_id)
        .join(Role, Role.id == OperatorRole.role_id)
        .where(has_word(Role.rights, permission))
    )
    return Operator.id.in_(having)


def reaching_everything() -> Select[int]:
    """The ids of people with a role that reaches every account."""
    return (
        select(OperatorRole.operator_id)
        .join(Role, Role.id == OperatorRole.role_id)
        .where(Role.account_reach == AccountReach.ALL)
    )


def mandate_of(person: Operator) -> Mandate:
    """What somebody's roles, which are loaded, allow together."""
    return together([role.mandate for role in person.roles])


def role_refs(person: Operator) -> list[RoleRef]:
    return [RoleRef(id=role.id, key=role.key, name=role.name) for role in person.roles]


def list_roles(ctx: Context) -> RoleList:
    """Every role within reach; two statements. An installation has some, so there are no pages."""
    ctx.require(Permission.PEOPLE_READ)
    statement = scope(select(Role), ctx.actor, Role).options(joinedload(Role.agency)).order_by(Role.id)
    return RoleList(items=_views(ctx, ctx.session.scalars(statement).all()), groups=right_groups())


def get_role(ctx: Context, role_id: int) -> RoleView:
    return _views(ctx, [find_role(ctx, role_id)])[0]


def find_role(ctx: Context, role_id: int, *, locked: bool = False) -> Role:
    """A role within reach with its agency; raises NotFound."""
    statement = scope(select(Role), ctx.actor, Role).where(Role.id == role_id)
    if locked:
        statement = statement.with_for_update(of=Role)
    role = ctx.session.scalars(statement.options(joinedload(Role.agency))).one_or_none()
    if role is None:
        raise NotFound
    return role


def may_change(ctx: Context, role: Role) -> bool:
    """Nobody changes a role that they have, that allows more than they may, or that is not theirs alone."""
    return (
        ctx.actor.may(Permission.OPERATORS_MANAGE)
        and role.id not in ctx.actor.role_ids
        and may_give(ctx, role.mandate)
        and not is_shared_beyond(ctx, role.agency_id)
    )


def may_give(ctx: Context, mandate: Mandate) -> bool:
    return ctx.actor.kind is not ActorKind.OPERATOR or mandate.within(ctx.actor.mandate)


def is_shared_beyond(ctx: Context, agency_id: int | None) -> bool:
    """Whether a role of this agency (None: of all) reaches people whom the actor does not look after."""
    return ctx.actor.account_ids is not None and agency_id != ctx.actor.agency_id


def _views(ctx: Context, roles: Sequence[Role]) -> list[RoleView]:
    people = _people(ctx, [role.id for role in roles])
    return [
        RoleView(
            id=role.id,
            key=role.key,
            name=role.name,
            agency=_agency_ref(role.agency) if role.agency is not None else None,
            rights=sorted(role.mandate.permissions),
            account_reach=role.account_reach,
            request_reach=role.request_reach,
            masked=sorted(role.mandate.masked),
            capacity=role.capacity,
            people_count=len(people[role.id]),
            people=people[role.id][:MOST_NAMED],
            may_give=may_give(ctx, role.mandate),
            may_change=may_change(ctx, role),
            version=role.version,
        )
        for role in roles
    ]


def _agency_ref(agency: Agency) -> AgencyRef:
    return AgencyRef(id=agency.id, name=agency.name, kind=agency.kind)


def _people(ctx: Context, ids: Sequence[int]) -> dict[int, list[PersonRef]]:
    """Who of those within reach has each role and may log in."""
    rows = ctx.session.execute(
        scope(select(OperatorRole.role_id, Operator.id, Operator.name), ctx.actor, Operator)
        .join(Operator, Operator.id == OperatorRole.operator_id)
        .where(OperatorRole.role_id.in_(ids), Operator.is_active)
        .order_by(Operator.id)
    )
    found: dict[int, list[PersonRef]] = defaultdict(list)
    for role_id, operator_id, name in rows:
        found[role_id].append(PersonRef(id=operator_id, name=name))
    return found
