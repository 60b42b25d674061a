"""Figures about service requests."""

from __future__ import annotations

from app.conditions.tree import AllOf, AnyOf
from app.core.permissions import RoleName
from app.figures.catalogue import (
    METRICS,
    Count,
    Good,
    Metric,
    Percentile,
    PerHolder,
    Source,
    Standing,
    leaf,
)
from app.models import ACTIVE_STATUSES, WORKING_STATUSES, RequestStatus
from app.routing.fields import SERVICE_REQUESTS
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
_OWNER = RoleName.SUPERVISOR

METRICS.declare(Metric("arrivals", REQUESTS, Count(), Good.NEITHER, _OWNER, time="opened_at", splits=_SPLITS))
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
        rows=(
            AnyOf(
                any=[
                    leaf("first_reply_late", "is", True),
                    AllOf(all=[leaf("first_replied_at", "is_empty"), leaf("due_at", "is_past")]),
                ]
            ),
        ),
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
    )
)
