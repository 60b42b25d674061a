"""REST: conversations, replies, notes."""

from __future__ import annotations

from flask import Blueprint

from app.api.endpoint import endpoint
from app.core.context import Context
from app.core.permissions import Permission
from app.identity.web_session import client_address
from app.routing.services import mark_read
from app.workbench import mentions, queries, replies, sent_replies, services
from app.workbench.schemas import (
    ColleagueList,
    ConversationView,
    MarkRead,
    MessageList,
    MessageQuery,
    MessageView,
    SendAgainQuery,
    SendReply,
    SentReplyList,
    SentReplyQuery,
    SettleOutcome,
    TakeBackQuery,
    WriteNote,
)
from app.workbench.viewers import viewers_of

workbench = Blueprint("workbench", __name__)


@endpoint(
    workbench,
    "GET",
    "/conversations/<int:conversation_id>",
    access=Permission.CONVERSATIONS_READ,
    summary="A conversation: contact, requests, and what may be sent",
    response=ConversationView,
)
def get_conversation(ctx: Context, conversation_id: int) -> ConversationView:
    return queries.conversation_view(ctx, conversation_id, viewers_of(ctx.runtime, conversation_id))


@endpoint(
    workbench,
    "GET",
    "/conversations/<int:conversation_id>/messages",
    access=Permission.CONVERSATIONS_READ,
    summary="Messages, ascending, ending before a number",
    query=MessageQuery,
    response=MessageList,
)
def list_messages(ctx: Context, conversation_id: int, query: MessageQuery) -> MessageList:
    return queries.list_messages(ctx, conversation_id, query)


@endpoint(
    workbench,
    "POST",
    "/conversations/<int:conversation_id>/replies",
    access=Permission.REPLIES_SEND,
    summary="Send a reply (queued; it can be taken back until undo_until)",
    body=SendReply,
    response=MessageView,
    status=202,
    errors=(
        "reply_empty",
        "reply_too_long",
        "personal_data_in_public_reply",
        "private_reply_names_others",
        "reply_window_closed",
    ),
)
def send_reply(ctx: Context, conversation_id: int, body: SendReply) -> MessageView:
    return replies.send_reply(ctx, conversation_id, body, address=client_address())


@endpoint(
    workbench,
    "POST",
    "/conversations/<int:conversation_id>/notes",
    access=Permission.NOTES_WRITE,
    summary="Write a note for colleagues",
    body=WriteNote,
    response=MessageView,
    status=201,
    errors=("reply_empty",),
)
def write_note(ctx: Context, conversation_id: int, body: WriteNote) -> MessageView:
    return services.write_note(ctx, conversation_id, body)


@endpoint(
    workbench,
    "GET",
    "/conversations/<int:conversation_id>/colleagues",
    access=Permission.NOTES_WRITE,
    summary="Who may be named in a note: whoever sees the conversation",
    response=ColleagueList,
)
def list_colleagues(ctx: Context, conversation_id: int) -> ColleagueList:
    return mentions.list_colleagues(ctx, conversation_id)


@endpoint(
    workbench,
    "PUT",
    "/conversations/<int:conversation_id>/read",
    access=Permission.CONVERSATIONS_READ,
    summary="I have seen it up to a number",
    body=MarkRead,
)
def put_read(ctx: Context, conversation_id: int, body: MarkRead) -> None:
    queries.get_conversation(ctx, conversation_id)
    mark_read(ctx, conversation_id, body.number)


@endpoint(
    workbench,
    "POST",
    "/messages/<int:message_id>/cancel",
    access=Permission.REPLIES_SEND,
    summary="Take a reply back before it goes",
    query=TakeBackQuery,
    response=MessageView,
    errors=("too_late", "did_not_go", "may_have_gone", "claimed_by_other"),
)
def cancel_reply(ctx: Context, message_id: int, query: TakeBackQuery) -> MessageView:
    return services.cancel_reply(ctx, message_id, query.confirm)


@endpoint(
    workbench,
    "POST",
    "/messages/<int:message_id>/release",
    access=Permission.REPLIES_SEND,
    summary="Let a reply go whose author has been shut out",
    query=SendAgainQuery,
    response=MessageView,
    errors=("not_held", "claimed_by_other", "second_reply"),
)
def release_reply(ctx: Context, message_id: int, query: SendAgainQuery) -> MessageView:
    return services.release_reply(ctx, message_id, query.confirm)


@endpoint(
    workbench,
    "POST",
    "/messages/<int:message_id>/retry",
    access=Permission.REPLIES_SEND,
    summary="Send a failed reply again",
    query=SendAgainQuery,
    response=MessageView,
    errors=("not_failed", "claimed_by_other", "second_reply"),
)
def retry_reply(ctx: Context, message_id: int, query: SendAgainQuery) -> MessageView:
    return services.retry_reply(ctx, message_id, query.confirm)


@endpoint(
    workbench,
    "POST",
    "/messages/<int:message_id>/outcome",
    access=Permission.REPLIES_SEND,
    summary="Say whether a reply with an unknown outcome is there",
    body=SettleOutcome,
    response=MessageView,
    errors=("outcome_known", "claimed_by_other"),
)
def settle_outcome(ctx: Context, message_id: int, body: SettleOutcome) -> MessageView:
    return services.settle_outcome(ctx, message_id, body)


@endpoint(
    workbench,
    "GET",
    "/replies",
    access=Permission.CONVERSATIONS_READ,
    summary="Replies, sent and on their way, that meet a condition",
    query=SentReplyQuery,
    response=SentReplyList,
    errors=("invalid_cursor",),
)
def list_replies(ctx: Context, query: SentReplyQuery) -> SentReplyList:
    return sent_replies.list_replies(ctx, query)
