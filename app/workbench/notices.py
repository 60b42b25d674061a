"""What people are told of conversations: that a note names them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, select

from app.core.context import Context
from app.core.names import fold_at_signs
from app.core.tables import EventLog
from app.models import Contact, ContactIdentity, Conversation, Message, Operator, ServiceRequest
from app.notifications.kinds import KINDS, About, Cause, NoticeKind, Words
from app.workbench.events import NOTE_ADDED
from app.workbench.mentions import everybody, named_in, rooms_of_conversations


def _words(ctx: Context, ids: Collection[int]) -> Mapping[int, Words]:
    newest = select(func.max(ServiceRequest.id)).where(
        ServiceRequest.conversation_id == Message.conversation_id
    )
    rows = ctx.session.execute(
        select(
            Message.id,
            Operator.name,
            Contact.name,
            newest.correlate(Message).scalar_subquery().label("newest"),
        )
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(ContactIdentity, ContactIdentity.id == Conversation.contact_identity_id)
        .join(Contact, Contact.id == ContactIdentity.contact_id)
        .outerjoin(Operator, Operator.id == Message.operator_id)
        .where(Message.id.in_(ids))
    )
    return {
        number: {"author": author or "", "customer": customer, "request": str(request or "")}
        for number, author, customer, request in rows
    }


def _path(_number: int, words: Words) -> str:
    return f"/workbench/all/{words['request']}"


NOTE = About("message", _words, _path)
MENTIONED = KINDS.declare(NoticeKind("mentioned", NOTE))


@KINDS.reads(NOTE_ADDED)
def read_notes(ctx: Context, events: Sequence[EventLog]) -> list[Cause]:
    """For those whom a note names and who see it. Two statements, none where nobody is named."""
    notes = [
        (event, event.payload["message"])
        for event in events
        if "@" in fold_at_signs(event.payload["message"]["text"])
    ]
    if not notes:
        return []
    people = everybody(ctx)
    rooms = rooms_of_conversations(ctx, {note["conversation_id"] for _, note in notes})
    return [
        Cause(
            MENTIONED,
            f"mentioned:{note['id']}",
            note["id"],
            rooms.get(note["conversation_id"], frozenset()),
            named_in(note["text"], people),
            event.operator_id,
        )
        for event, note in notes
    ]
