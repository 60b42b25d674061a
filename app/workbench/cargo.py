"""Replies as the ledger carries them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from app.accounts.platforms import platforms
from app.adapters.types import OutboundMedia, SendRequest
from app.core.context import Context
from app.core.errors import PlatformErrorKind
from app.core.permissions import Permission
from app.core.rows import rows_by_id
from app.models import REPLY, Account, Conversation, Lane, Message, OutboundMessage
from app.outbound.cargo import register
from app.routing.private_window import private_windows
from app.workbench.announce import announce_messages_alone
from app.workbench.attached import files_of_messages
from app.workbench.events import REPLY_STATE_CHANGED
from app.workbench.job_names import DELIVER_REPLIES
from app.workbench.lanes import KIND_OF, answers_a_post, deleted_targets, named_by
from app.workbench.messages import raise_versions
from app.workbench.outcomes import follow_outcomes
from app.workbench.queries import reply_views


class ReplyCargo:
    name = REPLY
    job = DELIVER_REPLIES
    right = Permission.REPLIES_SEND
    together = 20

    def requests(self, ctx: Context, rows: Sequence[OutboundMessage]) -> dict[int, SendRequest]:
        carried = carried_messages(ctx, rows)
        files = files_of_messages(ctx, carried.values())
        return {
            row.id: build_send_request(
                row.lane,
                carried[row.cargo_id].text,
                row.operation_key,
                row.target,
                row.actor_address,
                files.get(row.cargo_id, ()),
            )
            for row in rows
        }

    def not_allowed(self, ctx: Context, rows: Sequence[OutboundMessage]) -> Mapping[int, PlatformErrorKind]:
        """Private answers are legal for a while only, which may have passed; what is answered may be gone."""
        if not rows:
            return {}
        accounts = rows_by_id(ctx.session, Account, [row.account_id for row in rows])
        late = dict.fromkeys(_out_of_time(ctx, rows, accounts), PlatformErrorKind.WINDOW_CLOSED)
        return late | dict.fromkeys(_without_target(ctx, rows, accounts), PlatformErrorKind.NOT_FOUND)

    def authors(self, ctx: Context, rows: Sequence[OutboundMessage]) -> dict[int, int | None]:
        carried = carried_messages(ctx, rows)
        return {row.id: carried[row.cargo_id].operator_id for row in rows}

    def changed(self, ctx: Context, rows: Sequence[OutboundMessage]) -> None:
        carried = carried_messages(ctx, rows)
        messages = [carried[row.cargo_id] for row in rows]
        raise_versions(ctx, messages)
        follow_outcomes(ctx, list(zip(messages, rows, strict=True)))
        announce_messages_alone(ctx, REPLY_STATE_CHANGED, messages, reply_views(ctx, messages, rows))


REPLIES = register(ReplyCargo())


def order_key(conversation_id: int, lane: Lane) -> str:
    """Replies of one conversation and lane arrive in the order in which they were written."""
    return f"conversation-{conversation_id}-{lane.value}"


def carried_messages(ctx: Context, rows: Sequence[OutboundMessage]) -> dict[int, Message]:
    """By their own ids."""
    return rows_by_id(ctx.session, Message, [row.cargo_id for row in rows])


def build_send_request(
    lane: Lane,
    text: str,
    operation_key: str,
    target: Mapping[str, str] | None,
    address: str | None,
    files: Sequence[OutboundMedia] = (),
) -> SendRequest:
    return SendRequest(
        lane=lane,
        kind=KIND_OF[lane],
        text=text,
        operation_key=operation_key,
        target=target or {},
        actor_ip=address,
        media=tuple(files),
    )


def _out_of_time(
    ctx: Context, rows: Sequence[OutboundMessage], accounts: Mapping[int, Account]
) -> Iterator[int]:
    """Private ones whose window has closed."""
    private = [row for row in rows if row.lane is Lane.PRIVATE]
    if not private:
        return
    conversations = rows_by_id(ctx.session, Conversation, [row.conversation_id for row in private])
    windows = private_windows(
        ctx,
        [(accounts[conversation.account_id], conversation) for conversation in conversations.values()],
        apart_from=[row.id for row in private],
    )
    yield from (row.id for row in private if not windows[row.conversation_id or 0].is_open)


def _without_target(
    ctx: Context, rows: Sequence[OutboundMessage], accounts: Mapping[int, Account]
) -> Iterator[int]:
    """Those whose author took back the very post that they answer. One statement, none for private messages
    that go to the person.
    """
    parts = platforms(ctx.runtime)
    to_posts = [row for row in rows if answers_a_post(row.lane, parts.capabilities(accounts[row.account_id]))]
    gone = deleted_targets(ctx, [row.conversation_id for row in to_posts])
    yield from (row.id for row in to_posts if named_by(row.target) in gone.get(row.conversation_id or 0, ()))
