"""How work stands over all accounts within reach: the figures of the overview page.

Every figure is counted by the condition by which its list is filtered, so that the page and the list agree.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from app.accounts.condition import conditions_of, reading_pause
from app.accounts.schemas import AccountRefView
from app.core.context import Context
from app.core.db import not_by_index
from app.core.office import start_of_day
from app.core.permissions import Permission
from app.identity.dealing import NOTHING, in_hand_of, load_of, shown
from app.identity.presence import WITH_SETTINGS
from app.identity.role_queries import may_with
from app.identity.schemas import TeamRef
from app.identity.scope import scope, visible
from app.models import Account, AccountStatus, Operator, Presence, RequestStatus, ServiceRequest, Team
from app.models.unit import is_in_use
from app.routing.narrowing import overdue_condition, view_condition
from app.routing.overview_schemas import AccountFigures, OverviewView, TeamFigures, TotalFigures


def overview(ctx: Context) -> OverviewView:
    """Ten statements, however much there is; one more for an account whose pushes cannot be opened."""
    people = ctx.session.scalars(
        scope(select(Operator), ctx.actor, Operator)
        .where(Operator.is_active, may_with(Permission.REPLIES_SEND))
        .options(WITH_SETTINGS, selectinload(Operator.teams))
    ).all()
    work = _work(ctx)
    by_account = _by(work, 0)
    return OverviewView(
        counted_at=ctx.now(),
        totals=_totals(ctx, by_account.values()),
        teams=_teams(ctx, list(people), _by(work, 1)),
        accounts=_accounts(ctx, by_account),
        presence={state: sum(person.presence is state for person in people) for state in Presence},
    )


_Work = dict[str, int]
_NOTHING: _Work = {"active": 0, "unassigned": 0, "overdue": 0, "pending": 0}


def _work(ctx: Context) -> dict[tuple[int, int | None], _Work]:
    """What is to be done, by account and team. An index holds all of it; finished requests are not read."""
    conditions = (
        view_condition(ctx, "all"),
        view_condition(ctx, "unassigned"),
        overdue_condition(ctx),
        ServiceRequest.status == RequestStatus.PENDING,
    )
    whose = (ServiceRequest.account_id, ServiceRequest.team_id)
    rows = ctx.session.execute(
        scope(select(ServiceRequest), ctx.actor, ServiceRequest)
        .where(view_condition(ctx, "all"))
        .with_only_columns(
            *whose, *(func.count().filter(condition) for condition in conditions), maintain_column_froms=True
        )
        .group_by(*whose)
    )
    return {(row[0], row[1]): dict(zip(_NOTHING, row[2:], strict=True)) for row in rows}


def _by(work: dict[tuple[int, int | None], _Work], place: int) -> dict[int | None, _Work]:
    """Summed up by account (place 0) or by team (place 1)."""
    held: dict[int | None, list[_Work]] = defaultdict(list)
    for whose, figures in work.items():
        held[whose[place]].append(figures)
    return {owner: _summed(several) for owner, several in held.items()}


def _summed(several: Iterable[_Work]) -> _Work:
    sums = Counter(_NOTHING)
    for figures in several:
        sums.update(figures)
    return dict(sums)


def _totals(ctx: Context, work: Iterable[_Work]) -> TotalFigures:
    # Of a year's finished requests those of today are few, of an account's many.
    within = not_by_index(ctx.session, visible(ServiceRequest, ctx.actor), ServiceRequest.account_id)
    resolved_today = ctx.session.scalar(
        select(func.count()).where(
            within, view_condition(ctx, "resolved"), ServiceRequest.resolved_at >= start_of_day(ctx.now())
        )
    )
    return TotalFigures(**_summed(work), resolved_today=resolved_today or 0)


def _teams(ctx: Context, people: list[Operator], work: dict[int | None, _Work]) -> list[TeamFigures]:
    held = in_hand_of(ctx.session, [person.id for person in people])
    found = []
    for team in ctx.session.scalars(
        scope(select(Team), ctx.actor, Team).where(is_in_use(Team)).order_by(Team.id)
    ):
        members = [person for person in people if any(own.id == team.id for own in person.teams)]
        online = [person for person in members if person.presence is Presence.ONLINE]
        found.append(
            TeamFigures(
                team=TeamRef(id=team.id, name=team.name),
                **work.get(team.id, _NOTHING),
                in_hand=sum(held.get(person.id, NOTHING).open for person in members),
                load=shown(sum(load_of(person, held.get(person.id, NOTHING)) for person in members)),
                capacity=sum(person.capacity for person in online),
                online=len(online),
                people=len(members),
            )
        )
    return found


def _accounts(ctx: Context, work: dict[int | None, _Work]) -> list[AccountFigures]:
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
