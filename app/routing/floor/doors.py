"""Doors: the list behind each number of the board."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from app.models import Lane, RequestStatus
from app.routing.floor.schemas import DoorView
from app.routing.schemas import View

SOON_MINUTES = 30


def leaf(field: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "op": op} if value is None else {"field": field, "op": op, "value": value}


def door(view: View, *leaves: dict[str, Any], overdue: bool = False, lane: Lane | None = None) -> DoorView:
    when = json.dumps({"all": list(leaves)}, separators=(",", ":")) if leaves else None
    return DoorView(view=view, when=when, overdue=overdue, lane=lane)


def in_queue(queue_id: int | None, team_id: int | None) -> tuple[dict[str, Any], ...]:
    """What says that a request waits there."""
    if queue_id is not None:
        return (leaf("queue", "is", queue_id),)
    team = leaf("team", "is_empty") if team_id is None else leaf("team", "is", team_id)
    return (leaf("queue", "is_empty"), team)


def due_soon() -> DoorView:
    within = {"amount": SOON_MINUTES, "unit": "minutes"}
    return door("all", leaf("waiting", "is_not_empty"), leaf("due_at", "within_next", within))


def opened_between(since: datetime, until: datetime) -> DoorView:
    every = [status.value for status in RequestStatus]
    return door(
        "all",
        leaf("status", "any_of", every),
        leaf("opened_at", "after", since.isoformat()),
        leaf("opened_at", "before", until.isoformat()),
    )
