"""What of the time before it began a grant opens: by default what is still worked on, without earlier notes.

Nobody else is concerned: an actor without such a grant has no condition more.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from app.core.grants import Granted, OpensPast
from app.core.lanes import Lane
from app.core.permissions import Actor
from app.models import ACTIVE_STATUSES, Message, RequestStatus, ServiceRequest
from app.models.account import read_grants


def _narrowed(actor: Actor) -> list[Granted]:
    return [one for one in actor.grants if one.opens_past is OpensPast.ACTIVE]


def is_narrowed(actor: Actor) -> bool:
    """Whether some of what they reach is closed to them for its age."""
    return bool(_narrowed(actor))


def outside(column: Any, actor: Actor) -> ColumnElement[bool]:
    """For a row by its account's column: no such grant is what opens it."""
    return column.not_in(sorted(one.account_id for one in _narrowed(actor)))  # type: ignore[no-any-return]


def since(account: Any, moment: Any, actor: Actor) -> ColumnElement[bool]:
    """For a row by the columns of its account and its moment: it came after the grant began."""
    within = [and_(account == one.account_id, moment >= one.holds_from) for one in _narrowed(actor)]
    return or_(outside(account, actor), *within)


def request_since(actor: Actor) -> ColumnElement[bool]:
    """For a request: it was worked on when the grant began, or later."""
    within = [
        and_(
            ServiceRequest.account_id == one.account_id,
            or_(
                ServiceRequest.status.in_(ACTIVE_STATUSES),
                ServiceRequest.resolved_at >= one.holds_from,
            ),
        )
        for one in _narrowed(actor)
    ]
    return or_(outside(ServiceRequest.account_id, actor), *within)


def notes_since(actor: Actor) -> list[ColumnElement[bool]]:
    """For a message: no note that colleagues wrote before the grant began."""
    silent = [one for one in actor.grants if not one.opens_notes]
    if not silent:
        return []
    elsewhere = Message.account_id.not_in(sorted(one.account_id for one in silent))
    within = [
        and_(Message.account_id == one.account_id, Message.created_at >= one.holds_from) for one in silent
    ]
    return [or_(Message.lane != Lane.INTERNAL, elsewhere, *within)]


def opened_to(open_grants: str | None, status: RequestStatus, resolved_at: datetime | None) -> list[int]:
    """By the text of an account's grants, which of those that open little open a request that stands like
    this: the same rule for a row at hand."""
    return [
        one.id
        for one in read_grants(open_grants or "")
        if one.opens_past is OpensPast.ACTIVE
        and (status in ACTIVE_STATUSES or (resolved_at is not None and resolved_at >= one.holds_from))
    ]
