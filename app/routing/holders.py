"""Requests whose holder can no longer serve them go back to the queue, with a decision that says why.

One rule for every cause: somebody was shut out, got another role, left the team, the account moved to
another agency or team or is granted to theirs no longer, the agency was closed, or nobody has seen the holder
for days while a customer waits. What waits in the queue of an agency that works with the account no longer
goes to the queue of the account's own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import and_, func, or_, select, tuple_

from app.core.context import Context
from app.core.permissions import Permission
from app.identity.presence import take_for_gone
from app.identity.queries import people_by_id, why_not_serving
from app.models import (
    ACTIVE_STATUSES,
    Account,
    Grant,
    Operator,
    Presence,
    RequestStatus,
    ServiceRequest,
    Team,
)
from app.models.grant import holds
from app.routing import lifecycle
from app.routing.roster import Roster, manual_decision
from app.routing.setup.configuration import setup_for

ABSENT = "holder_absent"
HANDED_BACK = "handed_back_on_leaving"
VANISHED = "holder_vanished"
GRANT_OVER = "grant_over"
NOBODY_STAYS: Mapping[int, int] = {}
AT_ONCE = 200


def misheld(ctx: Context) -> dict[tuple[int, int], str]:
    """(operator, account) → why that operator must not hold requests of that account; three statements.

    Of somebody absent only where a customer waits: there is nothing to return otherwise.
    """
    held = [
        (operator_id, account_id, waiting)
        for operator_id, account_id, waiting in ctx.session.execute(
            select(
                ServiceRequest.assignee_id,
                ServiceRequest.account_id,
                func.count(ServiceRequest.waiting_since),
            )
            .where(ServiceRequest.assignee_id.is_not(None), ServiceRequest.status.in_(ACTIVE_STATUSES))
            .group_by(ServiceRequest.assignee_id, ServiceRequest.account_id)
        )
        if operator_id is not None
    ]
    people = people_by_id(ctx.session, {operator_id for operator_id, _, _ in held})
    accounts = _accounts(ctx, {account_id for _, account_id, _ in held})
    found = {}
    for operator_id, account_id, waiting in held:
        person = people[operator_id]
        reason = why_not_serving(person, accounts[account_id], ctx.now())
        if reason is None and waiting and _is_away_for_days(ctx, person):
            reason = ABSENT
        if reason is not None:
            found[operator_id, account_id] = reason
    return found


def _accounts(ctx: Context, ids: set[int]) -> dict[int, Account]:
    return {row.id: row for row in ctx.session.scalars(select(Account).where(Account.id.in_(ids)))}


def _is_away_for_days(ctx: Context, person: Operator) -> bool:
    limit = timedelta(hours=ctx.runtime.settings.absent_hours)
    return person.presence is Presence.OFFLINE and person.presence_since < ctx.now() - limit


def return_misheld(ctx: Context) -> int:
    """Put such requests back into the queue; how many. Of somebody absent only those whose customer waits."""
    ctx.require(Permission.ROUTING_ASSIGN)
    reasons = misheld(ctx)
    if not reasons:
        return 0
    pair = tuple_(ServiceRequest.assignee_id, ServiceRequest.account_id)
    of_absent = [held for held, reason in reasons.items() if reason == ABSENT]
    requests = lifecycle.hold_chosen(
        ctx,
        select(ServiceRequest)
        .where(
            pair.in_(list(reasons)),
            # Asked of the database: what stays must not fill the batch and hide what has to go.
            or_(pair.not_in(of_absent), ServiceRequest.waiting_since.is_not(None)),
            ServiceRequest.status.in_(ACTIVE_STATUSES),
        )
        .order_by(ServiceRequest.urgent_at, ServiceRequest.id)
        .limit(AT_ONCE),
    )
    give_back(
        ctx,
        [(request, reasons[request.assignee_id or 0, request.account_id]) for request in requests],
    )
    return len(requests)


def stranded(ctx: Context, *, limit: int = AT_ONCE) -> list[int]:
    """Active requests in the queue of an agency that neither owns their account nor works with it now."""
    working = select(Grant.id).where(
        Grant.account_id == ServiceRequest.account_id, Grant.agency_id == Team.agency_id, holds(ctx.now())
    )
    return list(
        ctx.session.scalars(
            select(ServiceRequest.id)
            .join(Team, Team.id == ServiceRequest.team_id)
            .join(Account, Account.id == ServiceRequest.account_id)
            .where(
                ServiceRequest.status.in_(ACTIVE_STATUSES),
                Team.agency_id != Account.agency_id,
                ~working.exists(),
            )
            .order_by(ServiceRequest.urgent_at, ServiceRequest.id)
            .limit(limit)
        )
    )


def bring_home(ctx: Context) -> int:
    """Put these into the queue that new requests of their account join; how many."""
    ctx.require(Permission.ROUTING_ASSIGN)
    requests = ctx.session.scalars(
        select(ServiceRequest)
        .where(ServiceRequest.id.in_(stranded(ctx)))
        .order_by(ServiceRequest.id)
        .with_for_update(of=ServiceRequest)
    ).all()
    if not requests:
        return 0
    accounts = _accounts(ctx, {request.account_id for request in requests})
    setup = setup_for(ctx, list(accounts.values()))
    teams = {request.id: accounts[request.account_id].queue_at(ctx.now()) for request in requests}
    places = {number: lifecycle.Place(team, setup.first_queue_of(team)) for number, team in teams.items()}
    give_back(
        ctx, [(request, GRANT_OVER) for request in requests], places, _who_stays(ctx, requests, accounts)
    )
    return len(requests)


def _who_stays(
    ctx: Context, requests: Sequence[ServiceRequest], accounts: Mapping[int, Account]
) -> Mapping[int, int]:
    """By the request's id, whose holder serves the account all the same."""
    people = people_by_id(ctx.session, {one.assignee_id for one in requests if one.assignee_id is not None})
    return {
        one.id: one.assignee_id
        for one in requests
        if one.assignee_id is not None
        and why_not_serving(people[one.assignee_id], accounts[one.account_id], ctx.now()) is None
    }


def return_of_vanished(ctx: Context) -> int:
    """Whose browsers are all gone is offline, and what waits for their answer goes back; how many."""
    ctx.require(Permission.ROUTING_ASSIGN)
    gone = take_for_gone(ctx)
    if not gone:
        return 0
    requests = ctx.session.scalars(
        select(ServiceRequest)
        .where(ServiceRequest.assignee_id.in_(gone), ServiceRequest.status == RequestStatus.OPEN)
        .order_by(ServiceRequest.id)
        .with_for_update(of=ServiceRequest)
    ).all()
    give_back(ctx, [(request, VANISHED) for request in requests])
    return len(requests)


def hand_back(ctx: Context, request_ids: Collection[int] | None = None) -> int:
    """Whoever leaves gives back these of theirs, or, where they chose none, what waits for their answer; how
    many. What waits for the customer stays theirs unless they chose it."""
    ctx.require(Permission.SERVICE_REQUESTS_CLAIM)
    chosen = (
        ServiceRequest.status == RequestStatus.OPEN
        if request_ids is None
        else and_(ServiceRequest.id.in_(request_ids), ServiceRequest.status.in_(ACTIVE_STATUSES))
    )
    requests = ctx.session.scalars(
        select(ServiceRequest)
        .where(ServiceRequest.assignee_id == ctx.actor.operator_id, chosen)
        .order_by(ServiceRequest.id)
        .with_for_update(of=ServiceRequest)
    ).all()
    give_back(ctx, [(request, HANDED_BACK) for request in requests])
    return len(requests)


def give_back(
    ctx: Context,
    given: Sequence[tuple[ServiceRequest, str]],
    places: Mapping[int, lifecycle.Place] | None = None,
    stay: Mapping[int, int] = NOBODY_STAYS,
) -> None:
    """Put active requests back into the queue, each with the reason of its decision. Those in `places` join
    another queue; those in `stay` keep that holder. A fixed number of statements."""
    if not given:
        return
    roster = Roster(ctx)
    accounts = _accounts(ctx, {request.account_id for request, _ in given})
    lifecycle.assign_many(
        ctx,
        [
            (request, manual_decision(ctx, request, accounts[request.account_id], holder, reason, roster))
            for request, reason in given
            for holder in (stay.get(request.id),)
        ],
        places=places,
    )
