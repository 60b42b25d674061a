"""The floor board: queues, people, what will be late next, what comes in; in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, CompoundSelect, Select, select, union_all
from sqlalchemy.orm import selectinload

from app.core.context import Context
from app.core.permissions import Permission
from app.identity.dealing import NOTHING, InHand, in_hand_of, load_of, shown
from app.identity.presence import WITH_SETTINGS
from app.identity.role_queries import may_with
from app.identity.schemas import TeamRef
from app.identity.scope import scope
from app.models import AssignmentDecision, Lane, Operator, Presence, RoutingQueue, ServiceRequest, Team
from app.models.unit import is_in_use
from app.routing.floor.arrivals import this_hour
from app.routing.floor.doors import SOON_MINUTES, door, due_soon, in_queue, leaf
from app.routing.floor.schemas import (
    CountView,
    FloorPersonView,
    FloorQueueView,
    FloorView,
    RisksView,
    WaitingView,
)
from app.routing.floor.work import NONE, Place, Standing, Work, standing, summed
from app.routing.narrowing import view_condition
from app.routing.policies import FAR_FUTURE
from app.routing.queries import WITH_RELATED, request_view

_Person = tuple[Operator, datetime | None]
NEXT = 20
"""Of what will be late, so many are shown by name."""


def floor(ctx: Context) -> FloorView:
    """All that the actor reaches; eleven statements."""
    ctx.require(Permission.OVERVIEW_READ)
    work = standing(ctx)
    rows = _people(ctx)
    in_hand = in_hand_of(ctx.session, [person.id for person, _ in rows])
    # Who is given nothing and has nothing stands on no floor.
    on_floor = [
        (person, at)
        for person, at in rows
        if person.capacity > 0 or person.id in in_hand or person.id in work.held
    ]
    return FloorView(
        counted_at=ctx.now(),
        all=_waiting(summed(work.waiting.values())),
        queues=_queues(ctx, work, [person for person, _ in on_floor]),
        people=_people_views(work, on_floor, in_hand),
        risks=_risks(ctx, work),
        arrivals=this_hour(ctx),
    )


def _waiting(work: Work, *where: dict[str, object]) -> WaitingView:
    def count(n: int, lane: Lane | None = None, *, overdue: bool = False) -> CountView:
        return CountView(n=n, door=door("unassigned", *where, overdue=overdue, lane=lane))

    return WaitingView(
        waiting=count(work.n),
        private=count(work.private, Lane.PRIVATE),
        public=count(work.n - work.private, Lane.PUBLIC),
        overdue=count(work.overdue, overdue=True),
        waits_since=work.waits_since,
        next_due_at=work.next_due_at,
    )


def _queues(ctx: Context, work: Standing, people: Sequence[Operator]) -> list[FloorQueueView]:
    """Each queue that stands, each team without one, and wherever else something waits; what has waited
    longest comes first. Two statements."""
    teams = {
        team.id: team
        for team in ctx.session.scalars(
            scope(select(Team), ctx.actor, Team).where(is_in_use(Team)).order_by(Team.id)
        )
    }
    queues = {
        queue.id: queue
        for queue in ctx.session.scalars(
            scope(select(RoutingQueue), ctx.actor, RoutingQueue).order_by(
                RoutingQueue.position, RoutingQueue.id
            )
        )
    }
    standing_queues = [queue for queue in queues.values() if queue.removed_at is None]
    with_queue = {queue.team_id for queue in standing_queues}
    places: dict[Place, Work] = {(queue.id, None): NONE for queue in standing_queues}
    places |= {(None, team_id): NONE for team_id in teams if team_id not in with_queue}
    places |= work.waiting
    views = [
        _queue(place, found, queues.get(place[0] or 0), teams, people) for place, found in places.items()
    ]
    return sorted(views, key=lambda view: (view.waits_since or FAR_FUTURE, -view.waiting.n))


def _queue(
    place: Place,
    work: Work,
    queue: RoutingQueue | None,
    teams: dict[int, Team],
    people: Sequence[Operator],
) -> FloorQueueView:
    team = teams.get((queue.team_id if queue else place[1]) or 0)
    serving = [person for person in people if team is None or any(own.id == team.id for own in person.teams)]
    return FloorQueueView(
        **dict(_waiting(work, *in_queue(*place))),
        queue_id=place[0],
        team=TeamRef(id=team.id, name=team.name) if team else None,
        name=queue.name if queue else team.name if team else None,
        online=sum(person.presence is Presence.ONLINE for person in serving),
    )


def _people(ctx: Context) -> list[_Person]:
    """Whoever serves and is within reach, with their settings and teams, and when they were given something
    last; two statements."""
    decided = AssignmentDecision
    given_at = (
        select(decided.created_at)
        .where(decided.chosen_operator_id == Operator.id)
        .order_by(decided.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = ctx.session.execute(
        scope(select(Operator, given_at), ctx.actor, Operator)
        .where(Operator.is_active, may_with(Permission.REPLIES_SEND))
        .options(WITH_SETTINGS, selectinload(Operator.teams))
        .order_by(Operator.id)
    )
    return [(person, at) for person, at in rows]


def _people_views(
    work: Standing, rows: Sequence[_Person], in_hand: Mapping[int, InHand]
) -> list[FloorPersonView]:
    def view(person: Operator, given_at: datetime | None) -> FloorPersonView:
        own = work.held.get(person.id, NONE)
        theirs = leaf("assignee", "is", person.id)
        return FloorPersonView(
            id=person.id,
            name=person.name,
            presence=person.presence,
            reason=person.presence_reason,
            since=person.presence_since,
            until=person.presence_until,
            teams=[TeamRef(id=team.id, name=team.name) for team in person.teams],
            load=shown(load_of(person, in_hand.get(person.id, NOTHING))),
            capacity=person.capacity,
            held=CountView(n=own.n, door=door("all", theirs)),
            overdue=CountView(n=own.overdue, door=door("all", theirs, overdue=True)),
            last_given_at=given_at,
        )

    return [view(*row) for row in rows]


def _risks(ctx: Context, work: Standing) -> RisksView:
    everything = summed([*work.waiting.values(), *work.held.values()])
    r = ServiceRequest
    following = _page(ctx, r.urgent_at >= ctx.now(), r.urgent_at < FAR_FUTURE)
    missed = _page(ctx, r.urgent_at < ctx.now(), newest=True)
    found = _rows(ctx, union_all(following, missed))
    coming = [row for row in found if row.urgent_at >= ctx.now()]
    late = [row for row in reversed(found) if row.urgent_at < ctx.now()]
    return RisksView(
        overdue=CountView(n=everything.overdue, door=door("all", overdue=True)),
        soon=CountView(n=everything.soon, door=due_soon()),
        soon_minutes=SOON_MINUTES,
        next=[request_view(row) for row in coming],
        missed=[request_view(row) for row in late[: NEXT - len(coming)]],
    )


def _page(ctx: Context, *conditions: ColumnElement[bool], newest: bool = False) -> Select[int]:
    """The ids of the first of what is not done, by when it will be too late."""
    r = ServiceRequest
    order = (r.urgent_at, r.priority, r.id)
    page = (
        scope(select(r), ctx.actor, r)
        .where(view_condition(ctx, "all"), *conditions)
        .with_only_columns(r.id, maintain_column_froms=True)
        .order_by(*(column.desc() if newest else column for column in order))
        .limit(NEXT)
        .subquery()
    )
    return select(page.c.id)


def _rows(ctx: Context, ids: CompoundSelect[int]) -> list[ServiceRequest]:
    """One statement: pages are chosen before what hangs on their rows is fetched, once for all of them."""
    page = ids.subquery("page")
    rows = ctx.session.scalars(
        select(ServiceRequest).join(page, page.c.id == ServiceRequest.id).options(*WITH_RELATED)
    )
    return sorted(rows, key=lambda row: (row.urgent_at, row.priority, row.id))
