"""Two agencies, twelve operators of all roles, three accounts a platform. Seeding again changes nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.adapters import registry
from app.core.context import Context
from app.core.permissions import RoleName
from app.identity.dealing import STANDARD
from app.identity.passwords import hash_password
from app.identity.planting import new_agency, new_team, plant, unit_of_agency
from app.identity.services import capacity_of
from app.models import (
    Account,
    AccountStatus,
    Agency,
    AgencyKind,
    Operator,
    OperatorRole,
    Presence,
    Role,
    RoutingSettings,
    Stream,
    Team,
    TeamMember,
    Unit,
    UnitKind,
)
from app.seed.hours import seed_calendars
from app.seed.listening import seed_monitors
from app.seed.routing import seed_routing
from app.seed.shifts import seed_shifts

DEMO_PASSWORD = "lingke-demo"  # noqa: S105  printed at start; the demo only
SANDBOX_ACCOUNTS = Path(__file__).resolve().parents[2] / "sandbox" / "accounts.json"
# Where a demo's customer is waited for, and where somebody only drops in.
POLL_SECONDS = {"mentions": 1, "comments": 1}
OTHER_POLL_SECONDS = 5
_SERVED_BY_AGENCY = ("云岭校园", "云岭会员俱乐部")


@dataclass(frozen=True)
class Person:
    login_name: str
    name: str
    roles: tuple[RoleName, ...]
    agency: str
    teams: tuple[str, ...] = ()


YUNLING = "云岭通信"
BLUEBRIDGE = "蓝桥代运营"
CARE, BROADBAND, CAMPUS = "客服组", "宽带组", "校园组"
CENTRE = "客户服务中心"
DEPARTMENTS = (("综合客服部", CARE), ("宽带支撑部", BROADBAND))
"""With the team that each holds."""
LEADS_CENTRE, LEADS = ("jiangnan",), ("weilan", "bb.lead")
TEAMS = ((YUNLING, CARE), (YUNLING, BROADBAND), (BLUEBRIDGE, CAMPUS))
PEOPLE = (
    Person("hexiaotang", "何晓棠", (RoleName.OPERATOR,), YUNLING, (CARE, BROADBAND)),
    Person("zhouqiming", "周启明", (RoleName.OPERATOR,), YUNLING, (CARE,)),
    Person("sunian", "苏念", (RoleName.OPERATOR,), YUNLING, (CARE,)),
    Person("luyao", "陆遥", (RoleName.OPERATOR,), YUNLING, (BROADBAND,)),
    Person("tangyuan", "唐远", (RoleName.OPERATOR,), YUNLING, (BROADBAND,)),
    Person("jiangnan", "江楠", (RoleName.SUPERVISOR,), YUNLING, (CARE, BROADBAND)),
    Person("weilan", "魏岚", (RoleName.MANAGER,), YUNLING),
    Person("admin", "管理员", (RoleName.ADMINISTRATOR,), YUNLING),
    Person("bb.lin", "林小满", (RoleName.AGENCY_OPERATOR,), BLUEBRIDGE, (CAMPUS,)),
    Person("bb.qiao", "乔一帆", (RoleName.AGENCY_OPERATOR,), BLUEBRIDGE, (CAMPUS,)),
    Person("bb.xu", "许知远", (RoleName.AGENCY_OPERATOR,), BLUEBRIDGE, (CAMPUS,)),
    Person("bb.lead", "方晴", (RoleName.SUPERVISOR,), BLUEBRIDGE, (CAMPUS,)),
)


def seed_demo(ctx: Context) -> bool:
    """Make what is missing of the demo organisation; True when anything was made."""
    if ctx.session.scalar(select(Agency.id).where(Agency.name == YUNLING)) is not None:
        return False
    agencies = _agencies(ctx)
    teams = _teams(ctx, agencies)
    people = _people(ctx, agencies, teams)
    _dealing(ctx, agencies[YUNLING])
    accounts = _accounts(ctx, agencies, teams)
    seed_routing(ctx, agencies[YUNLING], people, accounts, teams[CARE], teams[BROADBAND])
    seed_calendars(ctx, agencies[BLUEBRIDGE])
    seed_shifts(ctx, agencies[YUNLING], people)
    ctx.session.flush()
    seed_monitors(ctx, agencies, teams)
    return True


def _agencies(ctx: Context) -> dict[str, Agency]:
    kinds = {YUNLING: AgencyKind.IN_HOUSE, BLUEBRIDGE: AgencyKind.THIRD_PARTY}
    return {name: new_agency(ctx.session, name, kind, ctx.now()) for name, kind in kinds.items()}


def _teams(ctx: Context, agencies: dict[str, Agency]) -> dict[str, Team]:
    """The brand's stand in a centre with two departments, the agency's directly in it."""
    places = _departments(ctx, agencies[YUNLING])
    return {
        name: new_team(ctx.session, agencies[agency].id, name, ctx.now(), under=places.get(name))
        for agency, name in TEAMS
    }


def _departments(ctx: Context, agency: Agency) -> dict[str, Unit]:
    """By the team that each holds."""
    centre = _below(ctx, unit_of_agency(ctx.session, agency.id, ctx.now()), UnitKind.CENTRE, CENTRE)
    return {team: _below(ctx, centre, UnitKind.DEPARTMENT, name) for name, team in DEPARTMENTS}


def _below(ctx: Context, parent: Unit, kind: UnitKind, name: str) -> Unit:
    unit = Unit(created_at=ctx.now(), agency_id=parent.agency_id, kind=kind, own_name=name)
    plant(ctx.session, unit, parent)
    return unit


def _place(ctx: Context, person: Person, operator: Operator, teams: dict[str, Team]) -> None:
    """People stand where their first team does, unless they lead more than that."""
    unit = None
    if person.login_name in LEADS_CENTRE:
        unit = ctx.session.scalars(select(Unit).where(Unit.own_name == CENTRE)).one()
    elif person.teams:
        unit = ctx.session.scalars(select(Unit).where(Unit.team_id == teams[person.teams[0]].id)).one()
    operator.unit_id = None if unit is None else unit.id
    operator.leads_unit = person.login_name in (*LEADS_CENTRE, *LEADS)


def _people(ctx: Context, agencies: dict[str, Agency], teams: dict[str, Team]) -> dict[str, Operator]:
    """By login name."""
    people = {}
    password = hash_password(DEMO_PASSWORD)
    roles = {role.key: role for role in ctx.session.scalars(select(Role).where(Role.key.is_not(None)))}
    for person in PEOPLE:
        operator = Operator(
            created_at=ctx.now(),
            agency_id=agencies[person.agency].id,
            login_name=person.login_name,
            name=person.name,
            password_hash=password,
            presence=Presence.OFFLINE,
            presence_since=ctx.now(),
            capacity=capacity_of([roles[key] for key in person.roles]),
        )
        ctx.session.add(operator)
        people[person.login_name] = operator
        ctx.session.flush()
        ctx.session.add_all(
            OperatorRole(created_at=ctx.now(), role_id=roles[key].id, operator_id=operator.id)
            for key in person.roles
        )
        _place(ctx, person, operator, teams)
        for team in person.teams:
            ctx.session.add(TeamMember(created_at=ctx.now(), team_id=teams[team].id, operator_id=operator.id))
    return people


def _dealing(ctx: Context, agency: Agency) -> None:
    """What its lead said of breaks, of what nobody opens, and of hours in which nobody is there."""
    weights = STANDARD.weights
    ctx.session.add(
        RoutingSettings(
            created_at=ctx.now(),
            agency_id=agency.id,
            private_weight=weights.private,
            public_weight=weights.public,
            waiting_weight=weights.waiting,
            accept_minutes=10,
            away_minutes=15,
            alone_minutes=20,
            return_days=14,
            limits={Presence.BREAK.value: 20, Presence.TRAINING.value: 90},
        )
    )


def _accounts(ctx: Context, agencies: dict[str, Agency], teams: dict[str, Team]) -> list[Account]:
    accounts = []
    for entry in json.loads(SANDBOX_ACCOUNTS.read_text(encoding="utf-8")):
        account = _account(ctx, entry, agencies, teams)
        ctx.session.add(account)
        accounts.append(account)
        ctx.session.flush()
        adapter = registry.get(account.platform)
        for stream in adapter.streams:
            if stream.startswith("own_"):
                continue
            ctx.session.add(
                Stream(
                    created_at=ctx.now(),
                    account_id=account.id,
                    name=stream,
                    is_active=True,
                    every_seconds=POLL_SECONDS.get(stream, OTHER_POLL_SECONDS),
                    cursor={},
                    due_at=ctx.now(),
                )
            )
    return accounts


def _account(
    ctx: Context, entry: dict[str, Any], agencies: dict[str, Agency], teams: dict[str, Team]
) -> Account:
    by_agency = entry["name"] in _SERVED_BY_AGENCY
    team = teams[CAMPUS if by_agency else BROADBAND if "宽带" in entry["name"] else CARE]
    return Account(
        created_at=ctx.now(),
        agency_id=agencies[BLUEBRIDGE if by_agency else YUNLING].id,
        platform=entry["platform"],
        external_id=entry["external_id"],
        name=entry["name"],
        team_id=team.id,
        base_urls=entry["base_urls"],
        settings={**entry.get("settings", {}), **_generous(entry["platform"])},
        credentials=ctx.runtime.vault.seal(entry["credentials"]),
        callback_key=entry["callback_key"],
        status=AccountStatus.ACTIVE,
        status_since=ctx.now(),
    )


def _generous(platform: str) -> dict[str, Any]:
    """The stand-in's demo profile allows more than the real platform, so that a demo moves."""
    return {"user_calls_per_day": 1_000_000} if platform == "weibo" else {}


def logins_table() -> str:
    """The demo logins, one a line."""
    lines = [
        f"{person.login_name:<12} {', '.join(person.roles):<16} {person.name}  {person.agency}"
        for person in PEOPLE
    ]
    return "\n".join([*lines, f"password for all: {DEMO_PASSWORD}"])
