"""Moving a request into another team's queue, and which teams that can be."""

from __future__ import annotations

from sqlalchemy import select

from app.core.context import Context
from app.core.errors import Conflict, Invalid
from app.core.permissions import Permission
from app.identity.queries import operators_for
from app.identity.scope import scope
from app.models import ACTIVE_STATUSES, Account, ServiceRequest, Team
from app.routing import lifecycle
from app.routing.confirming import require_own
from app.routing.queries import get_request
from app.routing.roster import manual_decision
from app.routing.schemas import SetTeam
from app.routing.services import require_version
from app.routing.setup.configuration import Setup, setup_for

MOVED = "moved_to_team"


def set_team(ctx: Context, request_id: int, command: SetTeam) -> ServiceRequest:
    """Put a request into the queue of another team, its first or the one that is named. Whoever had it has
    it no more.

    One that is the team's already stays as it is, unless another queue is named. Raises
    Invalid(`team_cannot_serve`) for a team in which nobody serves the account, and for a queue that is gone
    or another team's: there it would wait for ever.
    """
    ctx.require(Permission.SERVICE_REQUESTS_ASSIGN)
    request = get_request(ctx, request_id)
    ctx.require(Permission.SERVICE_REQUESTS_ASSIGN, account_id=request.account_id)
    require_version(ctx, request, command.version)
    require_own(ctx, request, command.confirm)
    account = ctx.session.get_one(Account, request.account_id)
    if not _serves(ctx, account, command.team_id):
        raise Invalid("team_cannot_serve", fields={"team_id": "team_does_not_serve_account"})
    if request.status not in ACTIVE_STATUSES:
        raise Conflict("request_not_active")
    setup = setup_for(ctx, [account])
    if command.queue_id is None:
        if request.team_id == command.team_id:
            return request
        queue_id = setup.first_queue_of(command.team_id)
    else:
        queue_id = _named(setup, account, command.team_id, command.queue_id)
        if (request.team_id, request.queue_id, request.assignee_id) == (command.team_id, queue_id, None):
            return request
    decision = manual_decision(ctx, request, account, None, MOVED)
    place = lifecycle.Place(command.team_id, queue_id)
    lifecycle.assign_many(ctx, [(request, decision)], places={request.id: place})
    return request


def _named(setup: Setup, account: Account, team_id: int, queue_id: int) -> int:
    """The team's own queue of that number, or a pool of whoever owns the account."""
    queue = setup.queues.get(queue_id)
    if queue is None or queue.fault is not None or queue.team_id not in (None, team_id):
        raise Invalid("team_cannot_serve", fields={"queue_id": "queue_gone"})
    if queue.team_id is None and queue.agency_id != account.agency_id:
        raise Invalid("team_cannot_serve", fields={"queue_id": "not_of_this_agency"})
    return queue_id


def _serves(ctx: Context, account: Account, team_id: int) -> bool:
    seen = ctx.session.scalar(scope(select(Team.id), ctx.actor, Team).where(Team.id == team_id))
    people = operators_for(ctx, account)
    return seen is not None and any(team.id == team_id for person in people for team in person.teams)
