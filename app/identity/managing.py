"""Making people and teams, and changing what they are. Who may do this gives nobody more than they have."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, or_, select

from app.core.context import Context
from app.core.edition import require_edition
from app.core.errors import Conflict, Invalid, NotFound
from app.core.permissions import AccountReach, Permission, together
from app.identity import audit
from app.identity.events import (
    OPERATOR,
    OPERATOR_CHANGED,
    PASSWORD_GIVEN,
    TEAM,
    TEAM_CREATED,
    TEAM_RENAMED,
)
from app.identity.managers import keep_somebody_who_manages
from app.identity.passwords import hash_password
from app.identity.people import find_person
from app.identity.people_queries import person_edition
from app.identity.people_schemas import ChangePerson, NewPerson, NewTeam, RenameTeam, TeamChanged
from app.identity.planting import lock_tree, new_team, require_free_name, unit_of_agency
from app.identity.role_queries import may_give
from app.identity.scope import agency_audience, scope
from app.identity.services import capacity_of, create_operator, end_sessions, tell_person
from app.models import Agency, AgencyKind, Operator, OperatorRole, Role, Team, TeamMember, Unit
from app.models.unit import is_in_use

# Without what is taken for something else when it is read out or copied by hand: 0 O 1 I l.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _IN_A_GROUP = 3, 4


def create_person(ctx: Context, command: NewPerson) -> tuple[Operator, str]:
    """Somebody new, and their first password, which is told once.

    Raises NotFound for an agency or a team out of reach, Conflict for a login name that is taken or a role
    that the agency's people cannot have (`role_beyond_own`, `role_beyond_agency`).
    """
    ctx.require(Permission.OPERATORS_MANAGE)
    agency = _agency(ctx, command.agency_id)
    roles = _roles_of(ctx, agency, command.role_ids)
    for role in roles:
        _check_role(ctx, role, agency)
    teams = _teams_of(ctx, agency.id, command.team_ids)
    password = _new_password()
    operator = create_operator(
        ctx,
        agency_id=agency.id,
        login_name=command.login_name,
        name=command.name,
        roles=roles,
        password=password,
        team_ids=[team.id for team in teams],
    )
    operator.password_is_given = True
    ctx.session.flush()
    return operator, password


def change_person(ctx: Context, operator_id: int, command: ChangePerson) -> Operator:
    """Another name, other roles or teams, from the next call of theirs on. Nothing changes: nothing is told.

    What they hold and may not serve any more goes back into its queue (`routing.holders`). Raises Conflict
    for a role that they cannot have, for one's own roles, for the last one who manages people, and where a
    colleague has changed the person since (`stale_version`).
    """
    ctx.require(Permission.OPERATORS_MANAGE)
    operator = find_person(ctx, operator_id)
    ctx.session.refresh(operator, ["roles", "teams"])
    require_edition(person_edition(operator.name, operator.roles, operator.teams), command.edition)
    agency = ctx.session.get_one(Agency, operator.agency_id)
    roles = _roles_of(ctx, agency, command.role_ids)
    wanted = {team.id for team in _teams_of(ctx, agency.id, command.team_ids)}
    held = set(ctx.session.scalars(select(TeamMember.team_id).where(TeamMember.operator_id == operator.id)))
    before = _detail(operator, operator.roles, held)
    _set_roles(ctx, operator, roles, agency)
    operator.name = command.name
    _set_teams(ctx, operator, held, wanted)
    after = _detail(operator, roles, wanted)
    if after != before:
        ctx.session.flush()
        tell_person(ctx, operator, OPERATOR_CHANGED, roles, sorted(wanted))
        audit.record(ctx, OPERATOR_CHANGED, OPERATOR.of(operator), detail={"before": before, "after": after})
    return operator


def _detail(operator: Operator, roles: Sequence[Role], team_ids: set[int]) -> dict[str, Any]:
    labels = sorted(role.label for role in roles)
    return {"name": operator.name, "roles": labels, "team_ids": sorted(team_ids)}


def give_password(ctx: Context, operator_id: int) -> str:
    """A new password for somebody who has lost theirs, told once; all their logins end.

    Raises Conflict for oneself, who knows the present one, and for somebody who is shut out.
    """
    ctx.require(Permission.OPERATORS_MANAGE)
    operator = find_person(ctx, operator_id)
    if operator.id == ctx.actor.operator_id:
        raise Conflict("own_password")
    if not operator.is_active:
        raise Conflict("person_shut_out")
    password = _new_password()
    operator.password_hash = hash_password(password)
    operator.password_is_given = True
    end_sessions(ctx, operator, "password_given")
    audit.record(ctx, PASSWORD_GIVEN, OPERATOR.of(operator))
    return password


def create_team(ctx: Context, command: NewTeam) -> Team:
    """Raises NotFound for an agency out of reach, Conflict for a name that it has already."""
    ctx.require(Permission.OPERATORS_MANAGE)
    agency = _agency(ctx, command.agency_id)
    lock_tree(ctx.session, ctx.now())
    return create_team_under(ctx, unit_of_agency(ctx.session, agency.id, ctx.now()), command.name)


def create_team_under(ctx: Context, parent: Unit, name: str) -> Team:
    """A team of the unit's agency; the caller has asked for the right and holds the tree."""
    _check_name(ctx, parent.agency_id, name)
    require_free_name(ctx.session, name, parent)
    team = new_team(ctx.session, parent.agency_id, name, ctx.now(), under=parent)
    _tell_team(ctx, team, created=True)
    return team


def rename_team(ctx: Context, team_id: int, command: RenameTeam) -> Team:
    ctx.require(Permission.OPERATORS_MANAGE)
    lock_tree(ctx.session, ctx.now())
    team = ctx.session.scalars(
        scope(select(Team), ctx.actor, Team).where(Team.id == team_id).with_for_update()
    ).one_or_none()
    if team is None:
        raise NotFound
    if team.name != command.name:
        name_team(ctx, team, command.name)
    return team


def name_team(ctx: Context, team: Team, name: str) -> None:
    """Call a team otherwise; the caller has asked for the right and holds the tree."""
    _check_name(ctx, team.agency_id, name)
    unit = ctx.session.scalars(select(Unit).where(Unit.team_id == team.id)).one_or_none()
    if unit is not None and unit.parent_id is not None:
        require_free_name(ctx.session, name, ctx.session.get_one(Unit, unit.parent_id), but=unit)
    team.name = name
    ctx.session.flush()
    _tell_team(ctx, team, created=False)


def _tell_team(ctx: Context, team: Team, *, created: bool) -> None:
    name = TEAM_CREATED if created else TEAM_RENAMED
    told = TeamChanged(team_id=team.id, agency_id=team.agency_id, name=team.name)
    ctx.emit(name, told, agency_audience(team.agency_id), about=TEAM.of(team))
    audit.record(ctx, name, TEAM.of(team), detail={"name": team.name})


def _check_name(ctx: Context, agency_id: int, name: str) -> None:
    taken = select(Team.id).where(Team.agency_id == agency_id, Team.name == name)
    if ctx.session.scalar(taken) is not None:
        raise Conflict("team_name_taken", name=name)


def _agency(ctx: Context, agency_id: int) -> Agency:
    agency = ctx.session.scalars(
        scope(select(Agency), ctx.actor, Agency).where(Agency.id == agency_id)
    ).one_or_none()
    if agency is None:
        raise NotFound
    return agency


def _teams_of(ctx: Context, agency_id: int, ids: Sequence[int]) -> list[Team]:
    """The teams, all of this agency; raises Invalid when one is not."""
    teams = list(
        ctx.session.scalars(
            select(Team)
            .where(Team.agency_id == agency_id, Team.id.in_(ids), is_in_use(Team))
            .order_by(Team.id)
        )
    )
    if len(teams) != len(set(ids)):
        raise Invalid(fields={"team_ids": "team_of_another_agency"})
    return teams


def _roles_of(ctx: Context, agency: Agency, ids: Sequence[int]) -> list[Role]:
    """The roles, all of which the agency's people may have; raises Invalid when one is not.

    Locked: none of them is widened or removed while it is given.
    """
    roles = list(
        ctx.session.scalars(
            scope(select(Role), ctx.actor, Role)
            .where(Role.id.in_(ids), or_(Role.agency_id.is_(None), Role.agency_id == agency.id))
            .order_by(Role.id)
            .with_for_update()
        )
    )
    if len(roles) != len(set(ids)):
        raise Invalid(fields={"role_ids": "no_such_role"})
    return roles


def _check_role(ctx: Context, role: Role, agency: Agency) -> None:
    """Nobody gives a right that they lack, and an agency's people never reach another's accounts."""
    if not may_give(ctx, role.mandate):
        raise Conflict("role_beyond_own")
    if agency.kind is AgencyKind.THIRD_PARTY and role.account_reach is AccountReach.ALL:
        raise Conflict("role_beyond_agency")


def _set_roles(ctx: Context, operator: Operator, wanted: Sequence[Role], agency: Agency) -> None:
    held = {role.id for role in operator.roles}
    given = [role for role in wanted if role.id not in held]
    taken = held - {role.id for role in wanted}
    if not given and not taken:
        return
    if operator.id == ctx.actor.operator_id:
        raise Conflict("own_role")
    for role in given:
        _check_role(ctx, role, agency)
    if Permission.OPERATORS_MANAGE not in together([role.mandate for role in wanted]).permissions:
        keep_somebody_who_manages(ctx, operator)
    ctx.session.execute(
        delete(OperatorRole).where(OperatorRole.operator_id == operator.id, OperatorRole.role_id.in_(taken))
    )
    ctx.session.add_all(
        OperatorRole(created_at=ctx.now(), role_id=role.id, operator_id=operator.id) for role in given
    )
    ctx.session.flush()
    ctx.session.expire(operator, ["roles"])
    if operator.capacity == 0:
        operator.capacity = capacity_of(given)


def _set_teams(ctx: Context, operator: Operator, held: set[int], wanted: set[int]) -> None:
    if held - wanted:
        ctx.session.execute(
            delete(TeamMember).where(
                TeamMember.operator_id == operator.id, TeamMember.team_id.in_(held - wanted)
            )
        )
    ctx.session.add_all(
        TeamMember(created_at=ctx.now(), team_id=team_id, operator_id=operator.id)
        for team_id in sorted(wanted - held)
    )


def _new_password() -> str:
    """Sixty bits that can be read out: kmtx-7q2h-w9fd."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_IN_A_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)
