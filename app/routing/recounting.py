"""Counting anew what is open on accounts whose calendar, or whose policies, were changed.

In batches, each a transaction of its own. Killed anywhere, the next run begins again and finds little left to
change: a request whose due time stands as it should is not touched.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import or_, select, true

from app.calendars.recounts import counted, outdated_accounts
from app.core.context import Context
from app.core.permissions import Permission
from app.models import ACTIVE_STATUSES, ServiceRequest, stands
from app.routing import lifecycle
from app.routing.levels.stored import clock_of

BATCH = 200
OpenUnit = Callable[[], AbstractContextManager[Context]]


def recount_outdated(unit: OpenUnit) -> None:
    """All accounts that want it, one after another; `unit` opens a unit of work that may assign."""
    with unit() as ctx:
        accounts = outdated_accounts(ctx)
    for account_id in accounts:
        _recount(unit, account_id)


def _recount(unit: OpenUnit, account_id: int) -> None:
    with unit() as ctx:
        began = ctx.now()
    last: int | None = 0
    while last is not None:
        with unit() as ctx:
            last = recount_batch(ctx, account_id, last)
    with unit() as ctx:
        counted(ctx, account_id, began)


def recount_batch(ctx: Context, account_id: int, after: int) -> int | None:
    """The requests behind the id `after`: the last one's id, None when there are no more.

    A fixed number of statements.
    """
    ctx.require(Permission.ROUTING_ASSIGN)
    concerns = or_(ServiceRequest.waiting_since.is_not(None), ServiceRequest.policy_id.is_not(None))
    if clock_of(ctx, account_id).policies:
        concerns = true()
    rows = ctx.session.execute(
        select(ServiceRequest.id, ServiceRequest.conversation_id)
        .where(
            ServiceRequest.account_id == account_id,
            stands(ACTIVE_STATUSES),
            concerns,
            ServiceRequest.id > after,
        )
        .order_by(ServiceRequest.id)
        .limit(BATCH)
    ).all()
    if not rows:
        return None
    requests = lifecycle.hold_requests(ctx, [row[0] for row in rows], {row[1] for row in rows})
    lifecycle.counted_anew(ctx, [request for request in requests if request.status in ACTIVE_STATUSES])
    return int(rows[-1][0]) if len(rows) == BATCH else None
