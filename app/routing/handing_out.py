"""Handing out what waits: each queue's most urgent requests to people who have become free."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select

from app.calendars.clocks import calendars_of
from app.core.context import Context
from app.core.permissions import Permission
from app.models import Account, RequestStatus, ServiceRequest, Team
from app.routing import lifecycle
from app.routing.roster import Roster, decision_of, lock_handing_out
from app.routing.setup.configuration import setup_for

_Place = tuple[int | None, int | None]
"""A team and a queue."""
_WAITS = (ServiceRequest.assignee_id.is_(None), ServiceRequest.status == RequestStatus.NEW)


def assign_waiting(ctx: Context, *, limit: int = 100) -> int:
    """Give unassigned requests, the most urgent first, to people who have become free; how many.

    A queue is one that was set up, or else what waits for an agency's team. Each is looked at for itself
    (`limit` requests of each): the long queue of a team that has gone home must not hide
    what others could do.
    """
    ctx.require(Permission.ROUTING_ASSIGN)
    queues: dict[int, set[_Place]] = defaultdict(set)
    agencies: set[int] = set()
    for agency_id, team_id, queue_id, of_team in ctx.session.execute(
        select(Account.agency_id, ServiceRequest.team_id, ServiceRequest.queue_id, Team.agency_id)
        .join(Account, Account.id == ServiceRequest.account_id)
        .outerjoin(Team, Team.id == ServiceRequest.team_id)
        .where(*_WAITS)
        .distinct()
    ):
        queues[agency_id].add((team_id, queue_id))
        agencies |= {agency_id, agency_id if of_team is None else of_team}
    # All at once: a queue may be that of another agency, to which the account was granted.
    lock_handing_out(ctx, agencies)
    return sum(_assign_agency(ctx, agency_id, places, limit) for agency_id, places in sorted(queues.items()))


def _assign_agency(ctx: Context, agency_id: int, places: set[_Place], limit: int) -> int:
    waiting = [request for place in places for request in _most_urgent(ctx, agency_id, place, limit)]
    waiting.sort(key=lambda request: (request.urgent_at, request.priority, request.id))
    ids = {request.account_id for request in waiting}
    accounts = {row.id: row for row in ctx.session.scalars(select(Account).where(Account.id.in_(ids)))}
    setup = setup_for(ctx, list(accounts.values()))
    if setup.queues:
        calendars_of(ctx, ids)  # all at once: rings count each request's working time
    roster = Roster(ctx, setup)
    choices = [
        (request, roster.decide(accounts[request.account_id], facts))
        for request, facts in zip(waiting, roster.waiting_facts(waiting), strict=True)
    ]
    # Where nobody is free, the first decision already says so.
    given = [
        (request, decision_of(choice, ctx.now())) for request, choice in choices if choice.chosen is not None
    ]
    lifecycle.assign_many(ctx, given)
    return len(given)


def _most_urgent(ctx: Context, agency_id: int, place: _Place, limit: int) -> list[ServiceRequest]:
    """Locked: nobody claims one while it is given out."""
    team_id, queue_id = place
    return list(
        ctx.session.scalars(
            select(ServiceRequest)
            .join(Account, Account.id == ServiceRequest.account_id)
            .where(
                *_WAITS,
                Account.agency_id == agency_id,
                ServiceRequest.team_id.is_not_distinct_from(team_id),
                ServiceRequest.queue_id.is_not_distinct_from(queue_id),
            )
            .order_by(ServiceRequest.urgent_at, ServiceRequest.priority, ServiceRequest.id)
            .limit(limit)
            .with_for_update(of=ServiceRequest)
        )
    )
