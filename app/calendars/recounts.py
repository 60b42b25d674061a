"""Accounts whose requests are to be counted anew because a calendar was changed, until it has been done.

Whoever works out a due time reads the calendar as it stood when their transaction read it. One that had
begun before a calendar was changed may still write what follows from the old one, after everything was
counted anew. So an account stays here until a count has begun well after the change.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select

from app.core.context import Context
from app.core.db import among
from app.models import ACTIVE_STATUSES, DeadlineRecount, RoutingQueue, ServiceRequest, stands

LONGEST_TRANSACTION = timedelta(minutes=1)
"""What began before a change has ended by then."""


def want_recount(ctx: Context, account_ids: Collection[int]) -> None:
    """A fixed number of statements."""
    if not account_ids:
        return
    rows = ctx.session.scalars(
        select(DeadlineRecount).where(among(ctx.session, DeadlineRecount.account_id, account_ids))
    ).all()
    for row in rows:
        row.wanted_at = ctx.now()
    ctx.session.add_all(
        DeadlineRecount(created_at=ctx.now(), account_id=number, wanted_at=ctx.now())
        for number in sorted(set(account_ids) - {row.account_id for row in rows})
    )
    ctx.session.flush()


def waiting_in_queues(ctx: Context, *which: ColumnElement[bool]) -> list[int]:
    """The accounts that have active requests in such queues; one statement."""
    rows = ctx.session.scalars(
        select(ServiceRequest.account_id)
        .join(RoutingQueue, RoutingQueue.id == ServiceRequest.queue_id)
        .where(stands(ACTIVE_STATUSES), *which)
        .distinct()
    )
    return list(rows)


def outdated_accounts(ctx: Context) -> list[int]:
    """Those that are to be counted, in order."""
    rows = ctx.session.scalars(select(DeadlineRecount.account_id).order_by(DeadlineRecount.account_id))
    return list(rows)


def counted(ctx: Context, account_id: int, began: datetime) -> None:
    """All requests of the account were counted by a run that began then."""
    ctx.session.execute(
        delete(DeadlineRecount).where(
            DeadlineRecount.account_id == account_id,
            DeadlineRecount.wanted_at < began - LONGEST_TRANSACTION,
        )
    )
