"""What becomes of an answer is what becomes of its request.

An answer counts from the moment it is written down, because nobody else should begin to answer then. If it
is taken back, does not go, is held up or may not have gone, everything that it changed is derived anew from
what stands: what the list shows, how many messages there are, when the customer was first answered, and
whether they still wait.
"""

from __future__ import annotations

from datetime import datetime

from app.adapters.types import ReplyWindow
from app.core.context import Context
from app.models import (
    ACTIVE_STATUSES,
    Account,
    ChangeKind,
    Conversation,
    Direction,
    Lane,
    Message,
    RequestStatus,
    ServiceRequest,
)
from app.routing.job_names import ASSIGN_WAITING
from app.routing.lifecycle.acts import newer_active
from app.routing.lifecycle.deadlines import keep_plan, preview, set_window, with_plan, write_windows
from app.routing.lifecycle.recording import changing
from app.routing.lifecycle.thread import Thread, count_unread, read_thread
from app.routing.lifecycle.transitions import follow
from app.routing.roster import manual_decision


def answered(
    ctx: Context,
    request: ServiceRequest,
    account: Account,
    message: Message,
    window: ReplyWindow,
    *,
    planned_for: datetime | None = None,
) -> None:
    """An answer is on its way: nobody waits any more, and what nobody had is whose who answered.

    `window` is that of private answers in its conversation from now on; `planned_for` is when it leaves, if
    somebody wants it to leave later.
    """
    stood = request.status
    with changing(ctx, request, ChangeKind.ANSWERED) as change:
        change.message = message
        if request.assignee_id is None and request.status in ACTIVE_STATUSES:
            change.decision = manual_decision(ctx, request, account, ctx.actor.operator_id, "answered")
            request.assignee_id = ctx.actor.operator_id
        answer_given(request, message, window, planned_for)
    if request.status is not stood:
        ctx.defer(ASSIGN_WAITING)  # whoever has answered has a hand free


def answer_given(
    request: ServiceRequest, message: Message, window: ReplyWindow, planned_for: datetime | None = None
) -> None:
    """What an answer makes of a request that somebody has."""
    follow(request, ChangeKind.ANSWERED)
    request.waiting_since = None
    request.send_failure = None
    if request.first_replied_at is None:
        request.first_replied_at, request.first_due_at = message.occurred_at, request.due_at
    request.unread_count = 0
    request.message_count += 1
    request.last_number = message.number
    shown = preview(message.text, Direction.OUTBOUND, message.occurred_at, message.media)
    if planned_for is None:
        keep_plan(request, shown)
    else:
        request.preview = with_plan(shown, planned_for)
    if request.lane is Lane.PRIVATE:
        set_window(request, window)


def answer_taken_back(ctx: Context, message: Message) -> None:
    """The answer will not go because somebody thought better of it; a resolved request stays resolved."""
    _derive_anew(ctx, message, ChangeKind.ANSWER_TAKEN_BACK, None)


def answer_failed(ctx: Context, message: Message, reason: str) -> None:
    """The answer did not go, cannot go now, or may not have gone: somebody must look at the request again.

    One that was resolved meanwhile opens again, unless a newer one of the customer's has taken its place.
    """
    _derive_anew(ctx, message, ChangeKind.ANSWER_FAILED, reason)


def answer_resumed(ctx: Context, message: Message) -> None:
    """An answer that had failed is on its way again, or it is there after all."""
    _derive_anew(ctx, message, ChangeKind.ANSWER_RESUMED, None)


def _derive_anew(ctx: Context, message: Message, kind: ChangeKind, reason: str | None) -> None:
    ctx.session.flush()
    request = _held(ctx, message)
    if request is None:
        return
    thread = read_thread(ctx, request.id)
    with changing(ctx, request, kind, reason) as change:
        change.message = message
        _show(request, thread)
        if thread.is_answered:
            _set_answered(request, kind)
        else:
            _set_unanswered(ctx, request, kind)
            if kind is ChangeKind.ANSWER_TAKEN_BACK and request.status in ACTIVE_STATUSES:
                request.unread_count = count_unread(ctx, request.id, but=message.id)
        request.send_failure = thread.failure if _is_worked_on(request, kind) else None
        if request.lane is Lane.PRIVATE:
            _refresh_window(ctx, request)


def _held(ctx: Context, message: Message) -> ServiceRequest | None:
    """The request of the message, locked behind its conversation as everybody locks them."""
    if message.service_request_id is None:
        return None
    ctx.session.get_one(Conversation, message.conversation_id, with_for_update=True)
    return ctx.session.get_one(
        ServiceRequest, message.service_request_id, with_for_update={"of": ServiceRequest}
    )


def _show(request: ServiceRequest, thread: Thread) -> None:
    request.message_count = thread.count
    request.last_number = thread.last_number
    request.first_replied_at = thread.first_replied_at
    if thread.preview:
        request.preview = thread.preview


def _set_answered(request: ServiceRequest, kind: ChangeKind) -> None:
    """Another answer stands, or this one goes after all: nobody waits."""
    if kind is ChangeKind.ANSWER_RESUMED:
        follow(request, kind)
    request.waiting_since = None


def _set_unanswered(ctx: Context, request: ServiceRequest, kind: ChangeKind) -> None:
    if kind is ChangeKind.ANSWER_RESUMED:
        return  # the customer has written since: it is still our turn
    stands_aside = request.status is RequestStatus.RESOLVED and newer_active(ctx, request) is not None
    if not (kind is ChangeKind.ANSWER_FAILED and stands_aside):
        follow(request, kind)
    if request.status in ACTIVE_STATUSES:
        request.resolved_at = None
        request.waiting_since = request.waiting_since or request.last_inbound_at
    if request.assignee_id is None:
        ctx.defer(ASSIGN_WAITING)


def _is_worked_on(request: ServiceRequest, kind: ChangeKind) -> bool:
    """What a person resolved in spite of a failed answer keeps no mark; what fails later brings it back."""
    return request.status in ACTIVE_STATUSES or kind is ChangeKind.ANSWER_FAILED


def _refresh_window(ctx: Context, request: ServiceRequest) -> None:
    account = ctx.session.get_one(Account, request.account_id)
    conversation = ctx.session.get_one(Conversation, request.conversation_id)
    write_windows(ctx, [(request, account, conversation)])
