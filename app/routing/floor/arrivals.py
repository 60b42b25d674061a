"""What has come in, beside what is usual: the median of the same hour and weekday of the weeks before.

Each hour is a span of an index; what is older than the weeks that are looked at is never read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import Select, func, literal_column, or_, select, union_all

from app.core.context import Context
from app.core.moments import place_among
from app.core.office import start_of_day
from app.core.permissions import Permission
from app.identity.scope import scope
from app.models import ServiceRequest
from app.routing.floor.doors import opened_between
from app.routing.floor.schemas import ArrivalHoursView, ArrivalHourView, ArrivalsView, CountView

WEEKS = 8
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
HOURS = 24


def this_hour(ctx: Context) -> ArrivalsView:
    """Two statements."""
    now = ctx.now()
    # To the second, so that the list of the same span has the same moments in its address.
    until = now.replace(microsecond=0)
    since = until.replace(minute=0, second=0)
    weeks = _weeks(ctx, since)
    so_far, later = _by_week(ctx, since, until, weeks)
    return ArrivalsView(
        since=since,
        so_far=CountView(n=so_far[0], door=opened_between(since, until)),
        usual_so_far=_usual(so_far[1:]),
        usual_hour=_usual([before + after for before, after in zip(so_far, later, strict=True)][1:]),
        weeks=weeks,
    )


def _by_week(ctx: Context, since: datetime, until: datetime, weeks: int) -> tuple[list[int], list[int]]:
    """What came in this hour, and in the same hour of each week before: up to now, and from then on. One
    statement of one part: a part for each span is planned longer than it runs."""
    backs = [WEEK * number for number in range(weeks + 1)]
    starts = sorted(edge - by for by in backs for edge in (since, until, since + HOUR))
    place = place_among(ctx.session, ServiceRequest.opened_at, starts)
    opened = ServiceRequest.opened_at
    hours = or_(*((opened >= since - by) & (opened < since - by + HOUR) for by in backs))
    rows = ctx.session.execute(
        scope(select(ServiceRequest), ctx.actor, ServiceRequest)
        .where(hours)
        .with_only_columns(place.label("place"), func.count(), maintain_column_froms=True)
        .group_by("place")
    )
    counts = dict(iter(rows))
    # Between two starts lies a place; of each week there are three, the newest week's last.
    firsts = [3 * (weeks - number) + 1 for number in range(weeks + 1)]
    return [counts.get(at, 0) for at in firsts], [counts.get(at + 1, 0) for at in firsts]


def arrival_hours(ctx: Context) -> ArrivalHoursView:
    """Today by the hour. Two statements."""
    ctx.require(Permission.OVERVIEW_READ)
    now = ctx.now()
    day = start_of_day(now).astimezone(UTC)
    weeks = _weeks(ctx, day)
    parts: list[Select[Any]] = []
    for back in range(weeks + 1):
        first = day - WEEK * back
        place = place_among(ctx.session, ServiceRequest.opened_at, [first + HOUR * at for at in range(HOURS)])
        parts.append(
            _opened(ctx, first, first + DAY)
            .with_only_columns(func.count().label("n"), place.label("place"), maintain_column_froms=True)
            .group_by(place)
            .add_columns(literal_column(str(back)).label("back"))
        )
    counts = [[0] * HOURS for _ in range(weeks + 1)]
    for n, place, back in ctx.session.execute(union_all(*parts)):
        counts[back][place - 1] = n
    return ArrivalHoursView(
        counted_at=now,
        hours=[
            _hour(day + HOUR * at, now, counts[0][at], [week[at] for week in counts[1:]])
            for at in range(HOURS)
        ],
        weeks=weeks,
    )


def _hour(since: datetime, now: datetime, n: int, before: Sequence[int]) -> ArrivalHourView:
    return ArrivalHourView(
        since=since,
        n=n if since <= now else None,
        usual=_usual(before),
        low=min(before, default=None),
        high=max(before, default=None),
    )


def _usual(counts: Sequence[int]) -> float | None:
    return float(median(counts)) if counts else None


def _weeks(ctx: Context, since: datetime) -> int:
    """Of how many weeks before `since` there is something to compare with: none of those before the first
    request that there ever was."""
    first = ctx.session.scalar(select(func.min(ServiceRequest.opened_at)))
    return 0 if first is None else max(0, min(WEEKS, (since - first) // WEEK))


def _opened(ctx: Context, since: datetime, until: datetime) -> Select[Any]:
    return scope(select(ServiceRequest), ctx.actor, ServiceRequest).where(
        ServiceRequest.opened_at >= since, ServiceRequest.opened_at < until
    )
