"""Handing out what waits: each queue's most urgent requests to people who have become free."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import select

from app.calendars.clocks import calendars_of
from app.core.context import Context
from app.core.permissions import Permission
from app.models import Account, Grant
from app.models.grant import holds
from app.routing import lifecycle
from app.routing.orders import urgency
from app.routing.roster import Roster, decision_of, lock_handing_out
from app.routing.setup.configuration import setup_for
from app.routing.waiting import Place, most_urgent, places_waiting

AT_ONCE = 250
"""So many of each place are given out in one transaction; more would keep its locks for too long."""


def assign_waiting(ctx: Context, *, limit: int = AT_ONCE) -> int:
    """Give unassigned requests, the most urgent first, to people who have become free; how many.

    A place is an account's requests of one queue, or of one team where no queue was set up. Each is looked at
    for itself (`limit` requests of each): the long queue of a team that has gone home must not hide what
    others could do. The number of statements does not depend on how many requests there are.
    """
    ctx.require(Permission.ROUTING_ASSIGN)
    places = places_waiting(ctx)
    if not places:
        return 0
    ids = {account for account, _, _ in places}
    # All at once, and before anything else is read: an account's work is also that of those who serve it by a
    # grant, who may be given other agencies' at the same moment.
    owners = select(Account.agency_id).where(Account.id.in_(ids))
    helping = select(Grant.agency_id).where(Grant.account_id.in_(ids), holds(ctx.now()))
    lock_handing_out(ctx, set(ctx.session.scalars(owners.union(helping))))
    accounts = {row.id: row for row in ctx.session.scalars(select(Account).where(Account.id.in_(ids)))}
    by_agency: dict[int, list[Place]] = defaultdict(list)
    for place in places:
        by_agency[accounts[place[0]].agency_id].append(place)
    return sum(_assign_places(ctx, by_agency[agency], accounts, limit) for agency in sorted(by_agency))


def _assign_places(ctx: Context, places: Sequence[Place], accounts: Mapping[int, Account], limit: int) -> int:
    """Of one agency's accounts."""
    waiting = most_urgent(ctx, places, limit)
    waiting.sort(key=urgency)
    ids = {request.account_id for request in waiting}
    setup = setup_for(ctx, [accounts[number] for number in ids])
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
