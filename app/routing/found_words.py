"""Which requests are found by what somebody types into the box above a list."""

from __future__ import annotations

import re

from sqlalchemy import ColumnElement, select, union

from app.core.context import Context
from app.models import Conversation, Message, ServiceRequest
from app.search.boxes import box_finds
from app.search.index import Indexed
from app.search.numbers import numbers_meant

_PART_OF_A_NUMBER = re.compile(r"[LKlk\d-]{2,}")


def found_by_words(ctx: Context, typed: str) -> ColumnElement[bool]:
    """By number, by who wrote, or by what was said in the conversation: what each way finds, put together.

    With `or` in between, every request of the list would be tried in each way.
    """
    ways = [select(ServiceRequest.id).where(ServiceRequest.number.in_(numbers_meant(typed, ctx.now())))]
    if _PART_OF_A_NUMBER.fullmatch(typed):
        ways.append(select(ServiceRequest.id).where(ServiceRequest.number.icontains(typed, autoescape=True)))
    named = box_finds(ctx.session, Indexed.CONTACTS, Conversation.contact_identity_id, typed)
    said = box_finds(ctx.session, Indexed.MESSAGES, Message.id, typed)
    if named is None or said is None:
        shown = ServiceRequest.preview["text"].as_string().contains(typed, autoescape=True)
        ways.append(select(ServiceRequest.id).where(shown))
    else:
        of_person = ServiceRequest.conversation_id == Conversation.id
        ways.append(select(ServiceRequest.id).join(Conversation, of_person).where(named))
        of_words = ServiceRequest.conversation_id == Message.conversation_id
        ways.append(select(ServiceRequest.id).join(Message, of_words).where(said))
    return ServiceRequest.id.in_(union(*ways).subquery().select())
