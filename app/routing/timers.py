"""What runs out: what was given and not opened, breaks that last too long, people of whom nothing is heard.

Each is found by the scheduler and done by a worker, from rows alone: a process that dies forgets none.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import selectinload

from app.core.context import Context
from app.core.permissions import Permission
from app.identity.dealing import spans_of
from app.identity.presence import overrunning, told_of_overrun
from app.identity.scope import rooms_of_row
from app.models import Account, Operator, RequestStatus, RoutingSettings, ServiceRequest
from app.notifications.kinds import Cause
from app.notifications.writing import write
from app.routing import lifecycle
from app.routing.exclusions import declined_by_all
from app.routing.holders import give_back
from app.routing.leads import all_leads, leads_of, leads_of_teams
from app.routing.notices import DECLINED_BY_ALL, PRESENCE_OVERRUN
from app.routing.roster import NOT_OPENED, Roster
from app.routing.setup.configuration import setup_for

AT_ONCE = 200


def unopened(ctx: Context) -> Select[ServiceRequest] | None:
    """What somebody was given and has not opened within what their agency allows. One statement."""
    spans = spans_of(ctx.session, RoutingSettings.accept_minutes)
    if not spans:
        return None
    over: list[ColumnElement[bool]] = [
        and_(Operator.agency_id.in_(ids), ServiceRequest.offered_at <= ctx.now() - span)
        for span, ids in spans.items()
    ]
    return (
        select(ServiceRequest)
        .join(Operator, Operator.id == ServiceRequest.assignee_id)
        .where(
            ServiceRequest.offered_at.is_not(None), ServiceRequest.status == RequestStatus.OPEN, or_(*over)
        )
        .order_by(ServiceRequest.offered_at, ServiceRequest.id)
        .limit(AT_ONCE)
    )


def anything_unopened(ctx: Context) -> bool:
    """One statement where no agency asks for it, else two."""
    found = unopened(ctx)
    return found is not None and ctx.session.scalars(found.limit(1)).first() is not None


def return_unopened(ctx: Context) -> int:
    """Put these back into the queue, and say so where nobody is left to offer it to; how many.

    The number of statements does not depend on how many there are.
    """
    ctx.require(Permission.ROUTING_ASSIGN)
    found = unopened(ctx)
    if found is None:
        return 0
    requests = lifecycle.hold_chosen(ctx, found)
    if requests:
        give_back(ctx, [(request, NOT_OPENED) for request in requests])
        write(ctx, _declined_causes(ctx, requests))
    return len(requests)


def _declined_causes(ctx: Context, requests: Sequence[ServiceRequest]) -> list[Cause]:
    ids = {request.account_id for request in requests}
    accounts = {row.id: row for row in ctx.session.scalars(select(Account).where(Account.id.in_(ids)))}
    roster = Roster(ctx, setup_for(ctx, list(accounts.values())))
    refused = [
        request
        for request, facts in zip(requests, roster.waiting_facts(requests), strict=True)
        if declined_by_all(facts, roster.serving(accounts[request.account_id]))
    ]
    leads = all_leads(ctx) if refused else []
    causes = []
    for request in refused:
        rooms = rooms_of_row(
            request.account_id,
            request.team_id,
            None,
            request.status,
            None,
            accounts[request.account_id].open_grants,
        )
        to = frozenset(lead.id for lead in leads_of(leads, request.team_id, rooms))
        key = f"{DECLINED_BY_ALL.key}:{request.id}:{request.version}"
        causes.append(Cause(DECLINED_BY_ALL, key, request.id, rooms, to))
    return causes


def tell_of_overruns(ctx: Context) -> int:
    """Tell whoever leads them that people are on a break, or busy, for longer than allowed; once for each."""
    ctx.require(Permission.ROUTING_ASSIGN)
    people = overrunning(ctx, lock=True)
    if not people:
        return 0
    ids = [person.id for person in people]
    teams = ctx.session.scalars(
        select(Operator).where(Operator.id.in_(ids)).options(selectinload(Operator.teams))
    )
    team_ids = {person.id: [team.id for team in person.teams] for person in teams}
    leads = all_leads(ctx)
    causes = []
    for person in people:
        rooms = frozenset({f"agency{person.agency_id}"})
        told = leads_of_teams(leads, team_ids[person.id], rooms)
        to = frozenset(lead.id for lead in told) - {person.id}
        key = f"{PRESENCE_OVERRUN.key}:{person.id}:{person.presence_until:%Y%m%d%H%M%S}"
        detail = {"presence": person.presence.value}
        causes.append(Cause(PRESENCE_OVERRUN, key, person.id, rooms, to, detail=detail))
    told_of_overrun(people)
    return write(ctx, causes)
