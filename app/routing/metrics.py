"""Figures about service requests."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import case

from app.conditions.tree import AllOf, AnyOf, Leaf
from app.core.moments import seconds_between
from app.core.permissions import RoleName
from app.figures.catalogue import (
    METRICS,
    Count,
    Good,
    Metric,
    Percentile,
    PerHolder,
    Share,
    Source,
    Standing,
    leaf,
)
from app.figures.sums import KEPT, TEAM, sum_of
from app.identity import summed_reach
from app.models import ACTIVE_STATUSES, WORKING_STATUSES, RequestStatus, ServiceClock, ServiceRequest
from app.routing.fields import FIRST_REPLY_LATE, SERVICE_REQUESTS
from app.routing.unit_split import by_unit

# A list shows what is not done unless it is asked about status.
REQUESTS = Source.of(
    SERVICE_REQUESTS,
    whole=(leaf("status", "any_of", [status.value for status in RequestStatus]),),
    parted={"unit": by_unit},
)
ACTIVE = Source.of(SERVICE_REQUESTS, parted={"unit": by_unit})
_ACTIVE = leaf("status", "any_of", [status.value for status in ACTIVE_STATUSES])
_WORKING = leaf("status", "any_of", [status.value for status in WORKING_STATUSES])
_SPLITS = ("type", "account", "platform", "unit", "team", "assignee", "priority", "sentiment", "lane")
_REPLIED = leaf("first_replied_at", "is_not_empty")
_LATE = leaf("first_reply_late", "is", True)
_OVERDUE = AllOf(all=[leaf("first_replied_at", "is_empty"), leaf("due_at", "is_past")])
_OWNER = RoleName.SUPERVISOR
_R = ServiceRequest
_BY_TEAM: dict[str, Any] = {
    "team": True,
    "reach": summed_reach.requests,
    "parted": {"unit": partial(by_unit, team=TEAM)},
}
# Lengths are not told apart by type: there are as many of them as requests.
_OPENED = KEPT.declare(
    sum_of(
        "opened",
        "opened",
        SERVICE_REQUESTS,
        time="opened_at",
        word="type",
        flag=("first_reply_late", case((FIRST_REPLY_LATE.is_(True), 1), else_=0)),
        flag_says=True,
        **_BY_TEAM,
    )
)
_ANSWERED = KEPT.declare(
    sum_of(
        "answered",
        "opened",
        SERVICE_REQUESTS,
        time="opened_at",
        where=_R.first_replied_at.is_not(None),
        presence="first_replied_at",
        took=seconds_between(_R.opened_at, _R.first_replied_at),
        **_BY_TEAM,
    )
)
_RESOLVED = KEPT.declare(
    sum_of("resolved", "resolved", SERVICE_REQUESTS, time="resolved_at", word="type", **_BY_TEAM)
)
_SETTLED = KEPT.declare(
    sum_of(
        "settled",
        "resolved",
        SERVICE_REQUESTS,
        time="resolved_at",
        took=seconds_between(_R.opened_at, _R.resolved_at),
        **_BY_TEAM,
    )
)

METRICS.declare(
    Metric(
        "arrivals",
        REQUESTS,
        Count(),
        Good.NEITHER,
        _OWNER,
        time="opened_at",
        splits=_SPLITS,
        sums=(_OPENED,),
    )
)
for _percent in (50, 90):
    METRICS.declare(
        Metric(
            f"first_response_p{_percent}",
            REQUESTS,
            Percentile(_percent, "opened_at", "first_replied_at"),
            Good.DOWN,
            _OWNER,
            time="opened_at",
            rows=(_REPLIED,),
            splits=_SPLITS,
            sums=(_ANSWERED,),
        )
    )
METRICS.declare(
    Metric(
        "window_misses",
        REQUESTS,
        Count(),
        Good.DOWN,
        _OWNER,
        time="opened_at",
        rows=(AnyOf(any=[_LATE, _OVERDUE]),),
        sums=(_OPENED,),
        summed=(_LATE,),
        besides=(_OVERDUE,),
        splits=_SPLITS,
        version=2,
    )
)
METRICS.declare(
    Metric(
        "waiting_now",
        ACTIVE,
        Count(),
        Good.DOWN,
        _OWNER,
        time=None,
        rows=(_ACTIVE, leaf("waiting", "is_not_empty")),
        splits=_SPLITS,
    )
)
METRICS.declare(
    Metric(
        "load_per_person",
        ACTIVE,
        PerHolder("assignee"),
        Good.NEITHER,
        _OWNER,
        time=None,
        rows=(_WORKING, leaf("assignee", "is_not_empty")),
        splits=_SPLITS,
    )
)
METRICS.declare(
    Metric(
        "backlog",
        REQUESTS,
        Standing("opened_at", "resolved_at"),
        Good.DOWN,
        _OWNER,
        time="opened_at",
        splits=_SPLITS,
        sums=(_OPENED, _RESOLVED),
    )
)
METRICS.declare(
    Metric(
        "resolution_p50",
        REQUESTS,
        Percentile(50, "opened_at", "resolved_at"),
        Good.DOWN,
        _OWNER,
        time="resolved_at",
        splits=_SPLITS,
        sums=(_SETTLED,),
    )
)


def _levels(op: str, count: int, *where: Leaf) -> Leaf:
    """So many of the times that policies gave a request."""
    return leaf(
        "service_levels", op, {"count": count, "within": None, "where": [one.model_dump() for one in where]}
    )


_MISSED, _DECIDED = leaf("missed", "is", True), leaf("decided", "is", True)
for _clock in ServiceClock:
    _OF_CLOCK = leaf("clock", "is", _clock.value)
    METRICS.declare(
        Metric(
            f"level_{_clock.value}_share",
            REQUESTS,
            Share((_levels("count_at_most", 0, _OF_CLOCK, _MISSED),)),
            Good.UP,
            _OWNER,
            time="opened_at",
            rows=(_levels("count_at_least", 1, _OF_CLOCK, _DECIDED),),
            splits=_SPLITS,
        )
    )
for _key, _which in (("level_warned", leaf("warned", "is", True)), ("level_missed", _MISSED)):
    METRICS.declare(
        Metric(
            _key,
            REQUESTS,
            Count(),
            Good.DOWN,
            _OWNER,
            time="opened_at",
            rows=(_levels("count_at_least", 1, _which),),
            splits=_SPLITS,
        )
    )
