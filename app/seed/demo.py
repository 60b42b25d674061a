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
from app.identity.passwords import hash_password
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
    Stream,
    Team,
    TeamMember,
)
from app.seed.hours import seed_calendars
from app.seed.listening import seed_monitors

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
    _people(ctx, agencies, teams)
    _accounts(ctx, agencies, teams)
    seed_calendars(ctx, agencies[BLUEBRIDGE])
    ctx.session.flush()
    seed_monitors(ctx, agencies, teams)
    return True


def _agencies(ctx: Context) -> dict[str, Agency]:
    kinds = {YUNLING: AgencyKind.IN_HOUSE, BLUEBRIDGE: AgencyKind.THIRD_PARTY}
    agencies = {
        name: Agency(created_at=ctx.now(), name=name, kind=kind, is_active=True)
        for name, kind in kinds.items()
    }
    ctx.session.add_all(agencies.values())
    ctx.session.flush()
    return agencies


def _teams(ctx: Context, agencies: dict[str, Agency]) -> dict[str, Team]:
    teams = {
        name: Team(created_at=ctx.now(), agency_id=agencies[agency].id, name=name) for agency, name in TEAMS
    }
    ctx.session.add_all(teams.values())
    ctx.session.flush()
    return teams


def _people(ctx: Context, agencies: dict[str, Agency], teams: dict[str, Team]) -> None:
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
        ctx.session.flush()
        ctx.session.add_all(
            OperatorRole(created_at=ctx.now(), role_id=roles[key].id, operator_id=operator.id)
            for key in person.roles
        )
        for team in person.teams:
            ctx.session.add(TeamMember(created_at=ctx.now(), team_id=teams[team].id, operator_id=operator.id))


def _accounts(ctx: Context, agencies: dict[str, Agency], teams: dict[str, Team]) -> None:
    for entry in json.loads(SANDBOX_ACCOUNTS.read_text(encoding="utf-8")):
        account = _account(ctx, entry, agencies, teams)
        ctx.session.add(account)
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
