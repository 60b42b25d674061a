"""What of the time before it began a grant opens: by default what is still worked on, without earlier notes.

Nobody else is concerned: an actor without such a grant has no condition more.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from app.core.grants import Granted, OpensPast
from app.core.lanes import Lane
from app.core.permissions import Actor
from app.models import ACTIVE_STATUSES, Grant, Message, OutboundMessage, RequestStatus, ServiceRequest
from app.models.account import read_grants


def _narrowed(actor: Actor) -> list[Granted]:
    return [one for one in actor.grants if one.opens_past is OpensPast.ACTIVE]


def is_narrowed(actor: Actor) -> bool:
    """Whether some of what they reach is closed to them for its age."""
    return bool(_narrowed(actor))


def outside(column: Any, actor: Actor) -> ColumnElement[bool]:
    """For a row by its account's column: no such grant is what opens it."""
    return column.not_in(sorted(one.account_id for one in _narrowed(actor)))  # type: ignore[no-any-return]


def _begun(account: Any, moment: Any, grants: list[Granted]) -> ColumnElement[bool]:
    """By the columns of a row's account and moment: one of these grants had begun by then.

    One look by the grant's account, where a condition for each grant would make a text of thousands of words.
    """
    begun = select(1).select_from(Grant)
    begun = begun.where(
        Grant.id.in_(sorted(one.id for one in grants)),
        Grant.account_id == account,
        Grant.holds_from <= moment,
    )
    return begun.correlate_except(Grant).exists()


def since(account: Any, moment: Any, actor: Actor) -> ColumnElement[bool]:
    """For a row by the columns of its account and its moment: it came after the grant began."""
    return or_(outside(account, actor), _begun(account, moment, _narrowed(actor)))


def request_since(actor: Actor) -> ColumnElement[bool]:
    """For a request: it was worked on when the grant began, or later."""
    return or_(
        outside(ServiceRequest.account_id, actor),
        ServiceRequest.status.in_(ACTIVE_STATUSES),
        _begun(ServiceRequest.account_id, ServiceRequest.resolved_at, _narrowed(actor)),
    )


def publication_since(publication: Any, account: Any, actor: Actor) -> ColumnElement[bool]:
    """For a publication by the columns of its id and its account: it was still under way when the grant
    began, or came later."""
    begun = _begun(account, OutboundMessage.finished_at, _narrowed(actor))
    sent = select(1).select_from(OutboundMessage)
    sent = sent.where(
        OutboundMessage.carries("publication", publication), or_(OutboundMessage.finished_at.is_(None), begun)
    )
    return or_(outside(account, actor), sent.correlate_except(OutboundMessage).exists())


def begins_of(actor: Actor) -> dict[int, datetime]:
    """From when on, of the accounts whose past is not open to an actor."""
    return {one.account_id: one.holds_from for one in _narrowed(actor)}


def notes_since(actor: Actor) -> list[ColumnElement[bool]]:
    """For a message: no note that colleagues wrote before the grant began."""
    silent = [one for one in actor.grants if not one.opens_notes]
    if not silent:
        return []
    elsewhere = Message.account_id.not_in(sorted(one.account_id for one in silent))
    begun = _begun(Message.account_id, Message.created_at, silent)
    return [or_(Message.lane != Lane.INTERNAL, elsewhere, begun)]


def opened_from(open_grants: str | None, moment: datetime) -> list[int]:
    """By the text of an account's grants, which of those that open little open what is as old as this."""
    return [
        one.id
        for one in read_grants(open_grants or "")
        if one.opens_past is OpensPast.ACTIVE and moment >= one.holds_from
    ]


def opened_to(open_grants: str | None, status: RequestStatus, resolved_at: datetime | None) -> list[int]:
    """By the text of an account's grants, which of those that open little open a request that stands like
    this: the same rule for a row at hand."""
    return [
        one.id
        for one in read_grants(open_grants or "")
        if one.opens_past is OpensPast.ACTIVE
        and (status in ACTIVE_STATUSES or (resolved_at is not None and resolved_at >= one.holds_from))
    ]
