"""What a request shows of its newest message, and until when it must be answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from app.adapters.types import ReplyWindow
from app.core.context import Context
from app.models import (
    Account,
    Conversation,
    RequestStatus,
    ServiceRequest,
)
from app.models.conversation import Direction
from app.routing.levels.clock import Clock
from app.routing.policies import due_within, urgent_at
from app.routing.private_window import private_windows

PREVIEW_CHARS = 140
PLANNED_FROM = timedelta(minutes=1)


def preview(text: str, direction: Direction, at: datetime, media: Sequence[Any]) -> dict[str, Any]:
    """What a list shows of a message: its words, and what kind of thing hangs on it, which may be all."""
    medium = str(media[0].get("kind", "unknown")) if media else None
    return {
        "text": text[:PREVIEW_CHARS],
        "medium": medium,
        "direction": direction.value,
        "at": at.isoformat(),
    }


def is_planned(leaves_at: datetime | None, written_at: datetime) -> bool:
    """Whether an answer leaves later than the moment in which it may be undone."""
    return leaves_at is not None and leaves_at - written_at > PLANNED_FROM


def with_plan(shown: dict[str, Any], leaves_at: datetime | None) -> dict[str, Any]:
    """The same with when an answer that is still to go leaves: planned for later, not about to go."""
    return shown if leaves_at is None else shown | {"planned_for": leaves_at.isoformat()}


def keep_plan(request: ServiceRequest, shown: dict[str, Any]) -> None:
    """Show another message: an answer that is planned stays so, whatever comes in meanwhile."""
    planned = request.preview.get("planned_for")
    request.preview = shown | {"planned_for": planned} if planned else shown


def choose_policy(request: ServiceRequest, clock: Clock) -> None:
    """Count its time by the policy that fits what it is now."""
    request.policy_id = clock.chosen(request)


def set_deadlines(request: ServiceRequest, clock: Clock, at: datetime) -> None:
    """Derive what is due when from how long the customer has been waiting, in the working time of `clock`
    (of its queue, where that has hours of its own),
    and from how long its clock to the resolution stands still (`at`: of the change that is being made).

    A resolved request keeps since when it counts as raised: it may be taken up again.
    """
    if request.waiting_since is None and request.status is not RequestStatus.RESOLVED:
        request.raised_at = None
    clock = clock.on(request.queue_id)
    request.stopped_at, request.stopped_micros = clock.standstill(request, at)
    length = clock.within(request)
    request.due_at = due_within(clock.calendar, length, request.waiting_since, request.raised_at)
    request.resolve_due_at = clock.resolve_due(request)
    resolve_due = request.resolve_due_at if request.stopped_at is None else None
    request.urgent_at = urgent_at(request.due_at, request.window_until, resolve_due)


def write_windows(ctx: Context, entries: Sequence[tuple[ServiceRequest, Account, Conversation]]) -> None:
    """Write the platform's private windows onto requests, with a fixed number of statements."""
    if not entries:
        return
    windows = private_windows(ctx, [(account, conversation) for _, account, conversation in entries])
    for request, _, conversation in entries:
        set_window(request, windows[conversation.id])


def set_window(request: ServiceRequest, window: ReplyWindow) -> None:
    request.window_until = window.until
    request.window_remaining = window.remaining
