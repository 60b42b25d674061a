"""How work stands over all accounts within reach: the figures of the overview page.

Every figure is counted by the condition by which its list is filtered, so that the page and the list agree.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import selectinload

from app.accounts.condition import conditions_of, reading_pause
from app.accounts.schemas import AccountRefView
from app.core.context import Context
from app.core.office import start_of_day
from app.core.permissions import ROLES, Permission
from app.identity.queries import open_requests_by_operator
from app.identity.schemas import TeamRef
from app.identity.scope import scope
from app.models import Account, AccountStatus, Operator, Presence, RequestStatus, ServiceRequest, Team
from app.routing.overview_schemas import AccountFigures, OverviewView, TeamFigures, TotalFigures
from app.routing.queries import overdue_condition, view_condition

_SERVING = frozenset(name for name, role in ROLES.items() if Permission.REPLIES_SEND in role.permissions)


def overview(ctx: Context) -> OverviewView:
    """Eleven statements, however much there is; one more for an account whose pushes cannot be opened."""
    people = ctx.session.scalars(
        scope(select(Operator), ctx.actor, Operator)
        .where(Operator.is_active, Operator.role.in_(_SERVING))
        .options(selectinload(Operator.teams))
    ).all()
    return OverviewView(
        counted_at=ctx.now(),
        totals=_totals(ctx),
        teams=_teams(ctx, list(people)),
        accounts=_accounts(ctx),
        presence={state: sum(person.presence is state for person in people) for state in Presence},
    )


def _figures(ctx: Context) -> list[ColumnElement[int]]:
    conditions = (
        view_condition(ctx, "all"),
        view_condition(ctx, "unassigned"),
        overdue_condition(ctx),
        ServiceRequest.status == RequestStatus.PENDING,
    )
    return [func.count().filter(condition) for condition in conditions]


def _counted(ctx: Context, *columns: Any) -> Select[Any]:
    return scope(select(ServiceRequest), ctx.actor, ServiceRequest).with_only_columns(
        *columns, maintain_column_froms=True
    )


def _work(row: Any) -> dict[str, int]:
    return dict(zip(("active", "unassigned", "overdue", "pending"), row, strict=True))


def _totals(ctx: Context) -> TotalFigures:
    today = func.count().filter(
        view_condition(ctx, "resolved"), ServiceRequest.resolved_at >= start_of_day(ctx.now())
    )
    row = ctx.session.execute(_counted(ctx, *_figures(ctx), today)).one()
    return TotalFigures(**_work(row[:-1]), resolved_today=row[-1])


def _by(ctx: Context, column: Any) -> dict[int, dict[str, int]]:
    rows = ctx.session.execute(_counted(ctx, column, *_figures(ctx)).group_by(column)).all()
    return {row[0]: _work(row[1:]) for row in rows}


_NOTHING = {"active": 0, "unassigned": 0, "overdue": 0, "pending": 0}


def _teams(ctx: Context, people: list[Operator]) -> list[TeamFigures]:
    work = _by(ctx, ServiceRequest.team_id)
    held = open_requests_by_operator(ctx.session, [person.id for person in people])
    found = []
    for team in ctx.session.scalars(scope(select(Team), ctx.actor, Team).order_by(Team.id)):
        members = [person for person in people if any(own.id == team.id for own in person.teams)]
        online = [person for person in members if person.presence is Presence.ONLINE]
        found.append(
            TeamFigures(
                team=TeamRef(id=team.id, name=team.name),
                **work.get(team.id, _NOTHING),
                in_hand=sum(held.get(person.id, 0) for person in members),
                capacity=sum(person.capacity for person in online),
                online=len(online),
                people=len(members),
            )
        )
    return found


def _accounts(ctx: Context) -> list[AccountFigures]:
    work = _by(ctx, ServiceRequest.account_id)
    accounts = ctx.session.scalars(
        scope(select(Account), ctx.actor, Account)
        .where(Account.status != AccountStatus.REMOVED)
        .order_by(Account.id)
    ).all()
    conditions = conditions_of(ctx, accounts)
    return [
        AccountFigures(
            account=AccountRefView.model_validate(row),
            status=row.status,
            status_since=row.status_since,
            reading_pause=reading_pause(ctx, row, conditions[row.id]),
            unreachable_since=row.unreachable_since,
            push_fault=row.push_fault,
            **work.get(row.id, _NOTHING),
        )
        for row in accounts
    ]
