"""Random people, accounts and monitors, beside those of the organisation: all that there are come back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from app.adapters.types import ItemKind
from app.core.bulk import insert_rows
from app.core.context import Context
from app.models import (
    Account,
    AccountKind,
    AccountStatus,
    Monitor,
    Operator,
    OperatorRole,
    Presence,
    Role,
    ServiceRequest,
    TeamMember,
)
from tests.conditions.rows import Organisation, Random, insert_requests


def _all(ctx: Context, entity: Any) -> list[int]:
    return list(ctx.session.scalars(select(entity.id)))


def insert_people(ctx: Context, org: Organisation, draw: Random, count: int) -> list[int]:
    more = count - len(_all(ctx, Operator))
    people = insert_rows(ctx.session, Operator, [_person(draw, org, at) for at in range(more)])
    roles = _all(ctx, Role)
    teams = [team.id for team in org.teams]
    for entity, key, others in ((TeamMember, "team_id", teams), (OperatorRole, "role_id", roles)):
        pairs = [(person, other) for person in people for other in others if draw.one(True, False, False)]
        rows = [{"created_at": draw.now, "operator_id": person, key: other} for person, other in pairs]
        insert_rows(ctx.session, entity, rows)
    for number in insert_requests(ctx, org, draw, count // 2):
        given = update(ServiceRequest).where(ServiceRequest.id == number)
        ctx.session.execute(given.values(assignee_id=draw.maybe(draw.one(*people[: count // 5]))))
    ctx.session.expire_all()
    return _all(ctx, Operator)


def _person(draw: Random, org: Organisation, at: int) -> dict[str, Any]:
    return {
        "created_at": draw.moment(),
        "agency_id": org.accounts[0].agency_id,
        "unit_id": draw.maybe(draw.one(*org.units[1:])),
        "leads_unit": draw.one(True, False),
        "login_name": f"{draw.text()}{at}",
        "name": draw.text(),
        "password_hash": "",
        "is_active": draw.one(True, False),
        "capacity": draw.number(),
        "presence": draw.one(*Presence),
        "presence_since": draw.moment(),
    }


def insert_accounts(ctx: Context, org: Organisation, draw: Random, count: int) -> list[int]:
    more = count - len(_all(ctx, Account))
    insert_rows(ctx.session, Account, [_account(draw, org, at) for at in range(more)])
    return _all(ctx, Account)


def _account(draw: Random, org: Organisation, at: int) -> dict[str, Any]:
    return {
        "created_at": draw.moment(),
        "agency_id": org.accounts[0].agency_id,
        "platform": draw.one("weibo", "wechat", "mastodon"),
        "server": draw.text(),
        "external_id": f"{draw.text()}{at}",
        "name": draw.text(),
        "kind": draw.one(*AccountKind),
        "owner_operator_id": draw.maybe(draw.one(*org.people).id),
        "team_id": draw.maybe(draw.one(*org.teams).id),
        "credentials": b"",
        "callback_key": f"key-{at}",
        "status": draw.one(*(status for status in AccountStatus if status is not AccountStatus.REMOVED)),
        "status_since": draw.moment(),
        "token_expires_at": draw.maybe(draw.moment()),
        "last_poll_at": draw.maybe(draw.moment()),
        "last_push_at": draw.maybe(draw.moment()),
        "error_streak": draw.number(),
        "unreachable_since": draw.maybe(draw.moment()),
    }


def insert_monitors(ctx: Context, org: Organisation, draw: Random, count: int) -> list[int]:
    more = count - len(_all(ctx, Monitor))
    insert_rows(ctx.session, Monitor, [_monitor(draw, org) for _ in range(more)])
    return _all(ctx, Monitor)


def _monitor(draw: Random, org: Organisation) -> dict[str, Any]:
    accounts = [account.id for account in org.accounts]
    return {
        "created_at": draw.moment(),
        "updated_at": draw.moment(),
        "agency_id": org.accounts[0].agency_id,
        "name": draw.text(),
        "account_ids": [account for account in accounts if draw.one(True, False)],
        "kinds": [kind.value for kind in ItemKind if draw.one(True, False, False)],
        "is_active": draw.one(True, False),
        "is_competitor": draw.one(True, False),
        "priority": draw.one(1, 2, 3, 4),
        "team_id": draw.maybe(draw.one(*org.teams).id),
        "created_by_id": draw.maybe(draw.one(*org.people).id),
    }
