"""Work waits and nobody is there whom it could be given to: who leads is told, hourly for each queue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select

from app.core.context import Context
from app.core.db import among
from app.identity.dealing import spans_of
from app.identity.scope import rooms_of_row
from app.models import Account, Notification, Presence, RequestStatus, RoutingSettings, ServiceRequest, Team
from app.notifications.kinds import Cause
from app.routing.leads import all_leads, leads_of_teams
from app.routing.notices import ACCOUNT_NOBODY_THERE, QUEUE_NOBODY_THERE
from app.routing.queue_lateness import Place
from app.routing.roster import Roster
from app.routing.special_lists import is_withheld

NOT_AGAIN_FOR = timedelta(hours=1)


@dataclass(frozen=True)
class _Waiting:
    account: Account
    team_id: int | None
    since: datetime
    count: int

    @property
    def place(self) -> Place:
        if self.team_id is not None:
            return QUEUE_NOBODY_THERE, self.team_id
        return ACCOUNT_NOBODY_THERE, self.account.id

    @property
    def rooms(self) -> frozenset[str]:
        row = self.account
        return rooms_of_row(row.id, self.team_id, None, RequestStatus.NEW, None, row.open_grants)


def nobody_there_causes(ctx: Context) -> list[Cause]:
    """What leads have to be told now. One statement where no agency asks for it, two while nothing waits."""
    spans = spans_of(ctx.session, RoutingSettings.alone_minutes)
    waiting = _waiting(ctx, spans) if spans else []
    if not waiting:
        return []
    told = _told(ctx, waiting)
    roster = Roster(ctx)
    alone = [one for one in waiting if one.place not in told and not _is_somebody_there(roster, one)]
    if not alone:
        return []
    leads, by_place = all_leads(ctx), dict[Place, list[_Waiting]]()
    for one in alone:
        by_place.setdefault(one.place, []).append(one)
    return [_cause(ctx, place, several, leads) for place, several in by_place.items()]


def _waiting(ctx: Context, spans: Mapping[timedelta, list[int]]) -> list[_Waiting]:
    """What nobody has, by account and queue, as far as something has waited for long enough there."""
    whose = func.coalesce(Team.agency_id, Account.agency_id)
    long_enough = [
        whose.in_(ids) & (ServiceRequest.waiting_since <= ctx.now() - span) for span, ids in spans.items()
    ]
    rows = ctx.session.execute(
        select(
            ServiceRequest.account_id,
            ServiceRequest.team_id,
            func.min(ServiceRequest.waiting_since),
            func.count(),
        )
        .join(Account, Account.id == ServiceRequest.account_id)
        .outerjoin(Team, Team.id == ServiceRequest.team_id)
        .where(
            ServiceRequest.status == RequestStatus.NEW,
            ServiceRequest.assignee_id.is_(None),
            or_(*long_enough),
            ~is_withheld(ctx.now()),
        )
        .group_by(ServiceRequest.account_id, ServiceRequest.team_id)
    ).all()
    if not rows:
        return []
    found = ctx.session.scalars(select(Account).where(Account.id.in_({row[0] for row in rows})))
    accounts = {row.id: row for row in found}
    return [
        _Waiting(accounts[number], team_id, since or ctx.now(), count)
        for number, team_id, since, count in rows
    ]


def _told(ctx: Context, waiting: list[_Waiting]) -> set[Any]:
    """Of which queues people have been told lately."""
    rows = ctx.session.execute(
        select(Notification.kind, Notification.subject_id).where(
            among(ctx.session, Notification.subject_id, {one.place[1] for one in waiting}),
            Notification.kind.in_([QUEUE_NOBODY_THERE.key, ACCOUNT_NOBODY_THERE.key]),
            Notification.created_at > ctx.now() - NOT_AGAIN_FOR,
        )
    )
    known = {(row.kind, row.subject_id) for row in rows}
    return {one.place for one in waiting if (one.place[0].key, one.place[1]) in known}


def _is_somebody_there(roster: Roster, waiting: _Waiting) -> bool:
    return any(
        person.presence is Presence.ONLINE and person.capacity > 0 and not person.off_shift
        for person in roster.serving(waiting.account)
        if waiting.team_id is None or waiting.team_id in person.team_ids
    )


def _cause(ctx: Context, place: Place, several: list[_Waiting], leads: Any) -> Cause:
    kind, number = place
    rooms = frozenset[str]().union(*(one.rooms for one in several))
    team_ids = [one.team_id for one in several if one.team_id is not None]
    to = frozenset(lead.id for lead in leads_of_teams(leads, team_ids, rooms))
    since = min(one.since for one in several)
    detail = {
        "n": str(sum(one.count for one in several)),
        "minutes": str(int((ctx.now() - since).total_seconds() // 60)),
    }
    return Cause(kind, f"{kind.key}:{number}:{ctx.now():%Y%m%d%H%M}", number, rooms, to, detail=detail)
