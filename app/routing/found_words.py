"""Which requests are found by what somebody types into the box above a list.

By number, by who wrote, or by what was said in the conversation. There are two ways to ask: from what is
typed to the requests that hold it (`found_by_words`), and of a request whether it holds it (`holds_words`).
The first costs by the hits, the second by the rows asked; `app/routing/word_pages.py` chooses.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, union

from app.core.context import Context
from app.models import Conversation, Message, ServiceRequest
from app.search.boxes import box_finds, box_finds_few, box_finds_in_row
from app.search.index import Indexed
from app.search.numbers import numbers_meant

_PART_OF_A_NUMBER = re.compile(r"(?!.*\d{7})[LKlk\d-]{2,}")
"""A longer run of digits is in no number."""

MANY_HITS = 3_000
"""Gathering takes some 10 µs for each."""
_LOOKED_UP = (Indexed.MESSAGES, Indexed.CONTACTS)


def found_by_words(ctx: Context, typed: str) -> ColumnElement[bool]:
    """What each way finds, put together.

    With `or` in between, every request of the list would be tried in each way.
    """
    return ServiceRequest.id.in_(union(*(select(ServiceRequest.id).where(way) for way in ways(ctx, typed))))


def ways(ctx: Context, typed: str) -> list[ColumnElement[bool]]:
    """The conditions of which any one will do, each with an index of its own."""
    named = box_finds(ctx.session, Indexed.CONTACTS, Conversation.contact_identity_id, typed)
    said = box_finds(ctx.session, Indexed.MESSAGES, Message.id, typed)
    if named is None or said is None:
        return [*_by_number(ctx, typed, ServiceRequest), _shown(typed, ServiceRequest)]
    found: Select[int] = select(Conversation.id).where(named)
    conversations = union(found, select(Message.conversation_id).where(said))
    return [*_by_number(ctx, typed, ServiceRequest), ServiceRequest.conversation_id.in_(conversations)]


def holds_words(ctx: Context, typed: str, request: Any = ServiceRequest) -> ColumnElement[bool]:
    """Asked of one request after another, `request` or what it is called there.

    OFFSET keeps PostgreSQL from gathering the hits after all.
    """
    named = box_finds_in_row(ctx.session, Indexed.CONTACTS, Conversation.contact_identity_id, typed)
    said = box_finds_in_row(ctx.session, Indexed.MESSAGES, Message.id, typed)
    if named is None or said is None:
        return or_(*_by_number(ctx, typed, request), _shown(typed, request))
    of_words = select(1).where(Message.conversation_id == request.conversation_id, said)
    of_person = select(1).where(Conversation.id == request.conversation_id, named)
    return or_(
        *_by_number(ctx, typed, request),
        of_words.correlate(request).offset(0).exists(),
        of_person.correlate(request).offset(0).exists(),
    )


def are_rare(ctx: Context, typed: str) -> bool:
    """Whether so few hits are expected that gathering them takes less than walking a list."""
    return all(box_finds_few(ctx.session, kind, typed, MANY_HITS) for kind in _LOOKED_UP)


def _by_number(ctx: Context, typed: str, request: Any) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    numbers = numbers_meant(typed, ctx.now())
    if numbers:
        found.append(request.number.in_(numbers))
    if _PART_OF_A_NUMBER.fullmatch(typed):
        found.append(request.number.icontains(typed, autoescape=True))
    return found


def _shown(typed: str, request: Any) -> ColumnElement[bool]:
    """Signs are in no index: they are looked for in what the list shows."""
    shown: ColumnElement[bool] = request.preview["text"].as_string().contains(typed, autoescape=True)
    return shown
