"""Overdue requests that nobody has: who hands out work in their queue is told, once for all of a queue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ScalarSelect, func, select

from app.core.context import Context
from app.core.db import among
from app.identity.scope import STANDS, rooms_of_row
from app.models import ACTIVE_STATUSES, Account, ChangeKind, Notification, RequestChange, ServiceRequest
from app.notifications.kinds import Cause, NoticeKind
from app.routing.leads import Lead, all_leads, leads_of
from app.routing.notices import ACCOUNT_QUEUE_LATE, QUEUE_LATE

NOT_AGAIN_FOR = timedelta(minutes=15)
"""So long after they were told of a queue nobody is told of it again, whatever else becomes late."""
STALE = timedelta(days=2)
AT_ONCE = 2000
Place = tuple[NoticeKind, int]
"""A team's queue; without a team, what waits on an account."""


@dataclass(frozen=True)
class _Late:
    place: Place
    team_id: int | None
    since: datetime
    """Since when it is overdue and nobody's."""
    rooms: frozenset[str]


def queue_causes(ctx: Context) -> list[Cause]:
    """What leads have to be told of queues now. One statement while nothing is late, three with people."""
    late = _late(ctx)
    if not late:
        return []
    news = _news(ctx, late)
    if not news:
        return []
    leads = all_leads(ctx)
    return [cause for place, waiting in news.items() for cause in _causes(place, waiting, leads)]


def _late(ctx: Context) -> list[_Late]:
    now = ctx.now()
    rows = ctx.session.execute(
        select(ServiceRequest.account_id, *STANDS, ServiceRequest.due_at, _returned().label("returned"))
        .join(Account, Account.id == ServiceRequest.account_id)
        .where(
            ServiceRequest.status.in_(ACTIVE_STATUSES),
            ServiceRequest.assignee_id.is_(None),
            ServiceRequest.waiting_since.is_not(None),
            ServiceRequest.due_at.between(now - STALE, now),
        )
        .order_by(ServiceRequest.due_at.desc())
        .limit(AT_ONCE)
    ).all()
    return [_as_late(row) for row in rows]


def _returned() -> ScalarSelect[datetime]:
    """When it came back to the queue last: what was late already is news there only then."""
    last = select(func.max(RequestChange.created_at)).where(
        RequestChange.service_request_id == ServiceRequest.id, RequestChange.kind == ChangeKind.RETURNED
    )
    return last.correlate(ServiceRequest).scalar_subquery()


def _as_late(row: Any) -> _Late:
    place = (QUEUE_LATE, row.team_id) if row.team_id is not None else (ACCOUNT_QUEUE_LATE, row.account_id)
    since = max(row.due_at, row.returned) if row.returned is not None else row.due_at
    return _Late(place, row.team_id, since, rooms_of_row(*row[:6]))


def _news(ctx: Context, late: Sequence[_Late]) -> dict[Place, list[_Late]]:
    """By queue, all that is late there, where something became so after people were told."""
    by_place: dict[Place, list[_Late]] = defaultdict(list)
    for each in late:
        by_place[each.place].append(each)
    kinds = {kind.key for kind, _ in by_place}
    rows = ctx.session.execute(
        select(Notification.kind, Notification.subject_id, func.max(Notification.created_at).label("told"))
        .where(
            among(ctx.session, Notification.subject_id, {number for _, number in by_place}),
            Notification.kind.in_(sorted(kinds)),
        )
        .group_by(Notification.kind, Notification.subject_id)
    )
    told = {(row.kind, row.subject_id): row.told for row in rows}
    rested = ctx.now() - NOT_AGAIN_FOR

    def is_news(place: Place, waiting: Iterable[_Late]) -> bool:
        before = told.get((place[0].key, place[1]))
        return before is None or (before <= rested and any(each.since > before for each in waiting))

    return {place: waiting for place, waiting in by_place.items() if is_news(place, waiting)}


def _causes(place: Place, waiting: Sequence[_Late], leads: Sequence[Lead]) -> Iterator[Cause]:
    """One for each lead, with how many *they* see."""
    kind, number = place
    rooms = frozenset[str]().union(*(each.rooms for each in waiting))
    key = f"{kind.key}:{number}:{max(each.since for each in waiting):%Y%m%d%H%M%S}"
    for lead in leads_of(leads, waiting[0].team_id, rooms):
        seen = [each for each in waiting if not lead.rooms.isdisjoint(each.rooms)]
        anybody = frozenset[str]().union(*(each.rooms for each in seen))
        yield Cause(kind, key, number, anybody, frozenset({lead.id}), detail={"n": str(len(seen))})
