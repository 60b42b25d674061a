"""What hangs on rows of many tables, and so is seen by whoever sees the row: files, notifications.

A room whose rows carry files, or are what somebody is notified of, adds a line here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select

from app.core.db import Entity
from app.core.permissions import Actor, Permission
from app.models import (
    Account,
    Alert,
    Attachment,
    LongWork,
    Message,
    Notification,
    Operator,
    ServiceRequest,
    Shift,
    ShiftSwap,
    Team,
)

Visible = Callable[[Any, Actor], ColumnElement[bool]]
"""`app.identity.scope.visible`."""
Carriers = dict[str, tuple[type[Entity], Permission]]

CARRIERS: Carriers = {"message": (Message, Permission.CONVERSATIONS_READ)}
"""What files hang on, by the word of `Attachment.carrier`: its table, and the right to read it."""

NOTED: Carriers = {
    "service_request": (ServiceRequest, Permission.SERVICE_REQUESTS_READ),
    "message": (Message, Permission.CONVERSATIONS_READ),
    "alert": (Alert, Permission.TOPICS_READ),
    "account": (Account, Permission.ACCOUNTS_READ),
    "long_work": (LongWork, Permission.SESSION_USE),
    "team": (Team, Permission.SERVICE_REQUESTS_ASSIGN),
    "operator": (Operator, Permission.SESSION_USE),
    "shift": (Shift, Permission.SHIFTS_READ),
    "shift_swap": (ShiftSwap, Permission.SHIFTS_READ),
    "person": (Operator, Permission.PEOPLE_READ),
}
"""What notifications are about, by the word of `Notification.subject_kind`: its table, and the right to read
it. A team: its queue, for who hands out what waits there. An operator: oneself, about nothing else.
A person: a colleague, for who looks after people."""


def attachments_of(actor: Actor, visible: Visible) -> ColumnElement[bool]:
    """One's own while it lies ready; with what it hangs on, from then on."""
    own = and_(Attachment.carrier.is_(None), Attachment.operator_id == actor.operator_id)
    return or_(own, *_by_carrier(CARRIERS, Attachment.carrier, Attachment.carrier_id, actor, visible))


def notifications_of(actor: Actor, visible: Visible) -> ColumnElement[bool]:
    """One's own, for as long as one sees what it is about."""
    ways = _by_carrier(NOTED, Notification.subject_kind, Notification.subject_id, actor, visible)
    return and_(Notification.operator_id == actor.operator_id, or_(false(), *ways))


def _by_carrier(
    carriers: Carriers, kind: Any, number: Any, actor: Actor, visible: Visible
) -> Iterator[ColumnElement[bool]]:
    """What hangs on a row that the actor sees, a condition for each kind of row."""
    for word, (table, right) in carriers.items():
        if actor.may(right):
            carrier = select(1).select_from(table).where(table.id == number, visible(table, actor))
            yield and_(kind == word, carrier.correlate_except(table).exists())
