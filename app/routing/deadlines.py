"""What a request shows of its newest message, and until when it must be answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.core.context import Context
from app.models import (
    Account,
    Conversation,
    ServiceRequest,
)
from app.models.conversation import Direction
from app.routing.policies import due_at, urgent_at
from app.routing.windows import private_windows

PREVIEW_CHARS = 140


def preview(text: str, direction: Direction, at: datetime) -> dict[str, str]:
    return {"text": text[:PREVIEW_CHARS], "direction": direction.value, "at": at.isoformat()}


def set_deadlines(request: ServiceRequest) -> None:
    """Derive what is due when from how long the customer has been waiting."""
    request.due_at = due_at(request.priority, request.waiting_since)
    request.urgent_at = urgent_at(request.due_at, request.window_until)


def refresh_window(
    ctx: Context, request: ServiceRequest, account: Account, conversation: Conversation
) -> None:
    """Write the platform's private window onto the request, and what it means for its urgency."""
    refresh_windows(ctx, [(request, account, conversation)])


def refresh_windows(ctx: Context, entries: Sequence[tuple[ServiceRequest, Account, Conversation]]) -> None:
    """The same for many requests, with a fixed number of statements."""
    if not entries:
        return
    windows = private_windows(ctx, [(account, conversation) for _, account, conversation in entries])
    for request, _, conversation in entries:
        request.window_until = windows[conversation.id].until
        request.window_remaining = windows[conversation.id].remaining
        set_deadlines(request)
