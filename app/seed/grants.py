"""The demo's grants: the brand's account is run by an agency while a department of the brand's watches.

One grant is over and one begins later, so that each kind is seen. Made once, after the days before today.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select

from app.core.context import Context
from app.core.grants import Allowed, OpensPast
from app.core.office import OFFICE_ZONE, start_of_day
from app.core.permissions import RoleName
from app.grants.bounds import bind
from app.identity.planting import new_agency
from app.models import (
    Account,
    Agency,
    AgencyKind,
    Contract,
    Grant,
    Operator,
    OperatorRole,
    Presence,
    Role,
    StoredCalendar,
    Team,
)
from app.seed.demo import BLUEBRIDGE, CAMPUS

DEPARTMENT = "服务监督部"
WATCHER = ("shenjian", "沈鉴")
RUN, ENDED, COMING = "wechat-hall", "weibo-broadband", "mastodon-broadband"
_A = Allowed
_CAP = 300


def seed_grants(ctx: Context) -> bool:
    """True when they were made; False where a contract is there already."""
    if ctx.session.scalar(select(Contract.id).limit(1)) is not None:
        return False
    agency = ctx.session.scalars(select(Agency).where(Agency.name == BLUEBRIDGE)).one()
    team = ctx.session.scalars(select(Team).where(Team.agency_id == agency.id, Team.name == CAMPUS)).one()
    accounts = {row.callback_key: row for row in ctx.session.scalars(select(Account))}
    contract = _contract(ctx, agency)
    today = start_of_day(ctx.now())
    made = _Granting(ctx, accounts)
    for key, days, allows in (
        (RUN, (-21, 160), (_A.LISTEN, _A.PUBLIC_REPLY, _A.PRIVATE_REPLY, _A.FANS)),
        (ENDED, (-80, -30), (_A.LISTEN, _A.PUBLIC_REPLY)),
        (COMING, (14, None), (_A.LISTEN, _A.PUBLIC_REPLY, _A.PUBLISH)),
    ):
        made.grant(key, agency, team, contract, tuple(today + _days(n) if n else None for n in days), allows)
    department = _department(ctx)
    made.grant(RUN, department, None, None, (today - _days(21), None), (_A.LISTEN, _A.FANS))
    ctx.session.flush()
    return True


def _days(number: int) -> timedelta:
    return timedelta(days=number)


def _contract(ctx: Context, agency: Agency) -> Contract:
    hours = ctx.session.scalars(select(StoredCalendar).where(StoredCalendar.agency_id == agency.id)).first()
    today = ctx.now().astimezone(OFFICE_ZONE).date()
    contract = Contract(
        created_at=ctx.now(),
        agency_id=agency.id,
        first_day=today - _days(100),
        last_day=today + _days(200),
        calendar_id=hours.id if hours else None,
        daily_cap=_CAP,
        note="校园与营业厅公众号代运营，按月结算。",
    )
    ctx.session.add(contract)
    ctx.session.flush()
    return contract


def _department(ctx: Context) -> Agency:
    """Of the brand's own, with somebody who watches; the password is everybody's."""
    department = new_agency(ctx.session, DEPARTMENT, AgencyKind.IN_HOUSE, ctx.now())
    role = ctx.session.scalars(select(Role).where(Role.key == RoleName.SUPERVISOR)).one()
    login, name = WATCHER
    watcher = Operator(
        created_at=ctx.now(),
        agency_id=department.id,
        login_name=login,
        name=name,
        password_hash=ctx.session.scalars(select(Operator.password_hash).order_by(Operator.id)).first() or "",
        presence=Presence.OFFLINE,
        presence_since=ctx.now(),
        capacity=0,
    )
    ctx.session.add(watcher)
    ctx.session.flush()
    ctx.session.add(OperatorRole(created_at=ctx.now(), operator_id=watcher.id, role_id=role.id))
    return department


class _Granting:
    """As people would have granted it at the time."""

    def __init__(self, ctx: Context, accounts: Mapping[str, Account]) -> None:
        self._ctx, self._accounts = ctx, accounts

    def grant(
        self,
        key: str,
        agency: Agency,
        team: Team | None,
        contract: Contract | None,
        span: tuple[datetime | None, ...],
        allows: tuple[Allowed, ...],
    ) -> None:
        begins, ends = span
        now = self._ctx.now()
        grant = Grant(
            created_at=now,
            account_id=self._accounts[key].id,
            agency_id=agency.id,
            team_id=team.id if team else None,
            begins_at=begins,
            ends_at=ends,
            allows=frozenset(one.value for one in allows),
            takes_new=False,
            opens_past=OpensPast.ALL if team is None else OpensPast.ACTIVE,
            opens_notes=team is None,
            note="",
        )
        grant.contract = contract
        bind(grant)
        grant.has_begun = grant.holds_from <= now
        grant.is_over = grant.holds_until is not None and grant.holds_until <= now
        self._ctx.session.add(grant)
