"""Which requests are about to be late, and which are: their holders are told once for each deadline.

What is late and nobody's is told to leads (`queue_lateness`). What a service policy counts, its marks tell of
(`levels.watching`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ScalarSelect, func, select

from app.calendars.clocks import calendar_for, calendars_of
from app.core.context import Context
from app.identity.scope import STANDS, rooms_of_row
from app.models import ACTIVE_STATUSES, Account, Notification, ServiceRequest
from app.notifications.kinds import Cause, NoticeKind
from app.notifications.writing import write
from app.routing.levels.watching import anything_to_mark, watch
from app.routing.nobody_there import nobody_there_causes
from app.routing.notices import SLA_MISSED, SLA_NEAR
from app.routing.policies import ANSWER_WITHIN
from app.routing.queue_lateness import queue_causes
from app.worktime import WorkCalendar

NEAR = 0.25
"""Of the time that an answer may take: so much before its end the holder is told."""
FARTHEST = timedelta(days=12)
"""No quarter of a deadline's working time begins farther before it, however long the holidays are."""
STALE = timedelta(days=2)
"""What has been late for longer was told of, or was late before anybody could be told."""
AT_ONCE = 5000


def anything_late(ctx: Context) -> bool:
    """Whether somebody has to be told. Six statements."""
    return bool(_causes(ctx) or queue_causes(ctx) or nobody_there_causes(ctx) or anything_to_mark(ctx))


def tell_of_lateness(ctx: Context) -> int:
    """Tell holders of what is about to be late, or is, leads of what is nobody's, and those whom policies
    name; how many rows."""
    return write(ctx, [*watch(ctx), *_causes(ctx), *queue_causes(ctx), *nobody_there_causes(ctx)])


def _causes(ctx: Context) -> list[Cause]:
    now = ctx.now()
    rows = ctx.session.execute(
        select(
            ServiceRequest.id,
            ServiceRequest.account_id,
            *STANDS,
            ServiceRequest.priority,
            ServiceRequest.queue_id,
            ServiceRequest.due_at,
            _told_last(SLA_NEAR).label("near_told"),
            _told_last(SLA_MISSED).label("missed_told"),
        )
        .join(Account, Account.id == ServiceRequest.account_id)
        .where(
            ServiceRequest.status.in_(ACTIVE_STATUSES),
            ServiceRequest.assignee_id.is_not(None),
            ServiceRequest.policy_id.is_(None),
            ServiceRequest.waiting_since.is_not(None),
            ServiceRequest.due_at.between(now - STALE, now + FARTHEST),
        )
        .order_by(ServiceRequest.due_at)
        .limit(AT_ONCE)
    ).all()
    calendars_of(ctx, {row.account_id for row in rows})  # all at once
    calendars = {row.id: calendar_for(ctx, row.account_id, row.queue_id) for row in rows}
    return list(_due(rows, calendars, now))


def _told_last(kind: NoticeKind) -> ScalarSelect[datetime]:
    """When the holder was told so of the request last."""
    last = select(func.max(Notification.created_at)).where(
        Notification.subject_id == ServiceRequest.id,
        Notification.kind == kind.key,
        Notification.operator_id == ServiceRequest.assignee_id,
    )
    return last.correlate(ServiceRequest).scalar_subquery()


def _due(rows: Sequence[Any], calendars: Mapping[int, WorkCalendar], now: datetime) -> Iterator[Cause]:
    for row in rows:
        kind, since, told = SLA_MISSED, row.due_at, row.missed_told
        if now < row.due_at:
            since = calendars[row.id].back(row.due_at, ANSWER_WITHIN[row.priority] * NEAR)
            kind, told = SLA_NEAR, row.near_told
        if since <= now and (told is None or told < since):
            key = f"{kind.key}:{row.id}:{row.due_at:%Y%m%d%H%M%S}"
            rooms = rooms_of_row(*row[1:7])
            yield Cause(kind, key, row.id, rooms, frozenset({row.assignee_id}))
