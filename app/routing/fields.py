"""What conditions may ask about service requests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, case, false, null, or_, select, true
from sqlalchemy.orm import Session

from app.adapters import registry
from app.calendars.clocks import moments_after
from app.conditions.catalogue import CATALOGUE, FieldOf, FieldType, WorkingTime
from app.conditions.tree import AllOf, Leaf, leaves
from app.core.db import among
from app.core.json_members import has_member, has_members, words_of
from app.core.permissions import Permission
from app.identity.reference_kinds import ACCOUNT, OPERATOR, TEAM, named_kind
from app.identity.unit_fields import UNIT, UnitsOfTeam, units_of_teams
from app.models import (
    ACTIVE_STATUSES,
    DONE_STATUSES,
    Account,
    Contact,
    ContactIdentity,
    Conversation,
    Lane,
    RequestStatus,
    RoutingQueue,
    ServiceRequest,
    stands,
)
from app.nlp.serving.heads import INTENTS
from app.routing.related import relate
from app.routing.related_rows import LEVELS, MESSAGES, OTHER_REQUESTS, REOPENINGS

PLATFORMS = tuple(registry.all_adapters())
REQUEST_TYPES = tuple(intent for intent in INTENTS if intent != "spam")
PRIORITIES = (1, 2, 3, 4)
MOODS = (-1, 0, 1)
_PARTS = ("urgency", "type", "sentiment", "reach", "level", "repeat", "chosen", "rule")
_R = ServiceRequest
_CONTACTS = Permission.CONTACTS_READ
QUEUE = named_kind("queue", RoutingQueue)


def _load(session: Session, ids: Sequence[int]) -> dict[int, ServiceRequest]:
    rows = list(session.scalars(select(_R).where(among(session, _R.id, list(ids)))))
    relate(session, rows)
    tree = units_of_teams(session)
    for row in rows:
        row.units_of_teams = tree
    return {row.id: row for row in rows}


def _own(name: str) -> Callable[[ServiceRequest], Any]:
    return lambda request: getattr(request, name)


def _of_identity(name: str) -> dict[str, Any]:
    """A column of whoever wrote, as the account knows them."""
    column = getattr(ContactIdentity, name)
    return {
        "sql": select(column)
        .join(Conversation, Conversation.contact_identity_id == ContactIdentity.id)
        .where(Conversation.id == _R.conversation_id)
        .correlate(_R)
        .scalar_subquery(),
        "read": lambda request: getattr(request.conversation.contact_identity, name),
        "right": _CONTACTS,
    }


class _PriorityParts:
    def has_any(self, values: tuple[Any, ...]) -> ColumnElement[bool]:
        return or_(*(has_member(_R.priority_parts, name) for name in values))

    def has_some(self) -> ColumnElement[bool]:
        return has_members(_R.priority_parts)


def _preview(request: ServiceRequest) -> str | None:
    text = request.preview.get("text")
    return text if isinstance(text, str) else None


def _title(request: ServiceRequest) -> str:
    return f"{request.number} {_preview(request) or ''}".strip()


def _first_reply_late(request: ServiceRequest) -> bool | None:
    if request.first_replied_at is None:
        return None
    return request.first_due_at is not None and request.first_replied_at > request.first_due_at


FIRST_REPLY_LATE = case(
    (_R.first_replied_at.is_(None), null()),
    (_R.first_due_at.is_(None), false()),
    else_=_R.first_replied_at > _R.first_due_at,
)


def _column(key: str, type_: FieldType, name: str = "", **more: Any) -> FieldOf:
    """A column of the request itself."""
    name = name or key
    return FieldOf(key, type_, getattr(_R, name), _own(name), **more)


_T = FieldType
_WORKING = WorkingTime(_R.account_id, lambda request: request.account_id, moments_after)
FIELDS = (
    _column(
        "status",
        _T.CHOICE,
        choices=tuple(s.value for s in RequestStatus),
        words="condition.choice.status",
        tracked="status",
    ),
    _column("type", _T.CHOICE, choices=REQUEST_TYPES, words="condition.choice.type", tracked="type"),
    _column("priority", _T.CHOICE, choices=PRIORITIES, words="condition.choice.priority", tracked="priority"),
    FieldOf(
        "priority_parts",
        _T.SET,
        _PriorityParts(),
        lambda request: frozenset(request.priority_parts),
        optional=True,
        choices=_PARTS,
        words="condition.choice.priority_part",
    ),
    _column("judged_by_hand", _T.TRUTH),
    _column(
        "lane", _T.CHOICE, choices=(Lane.PUBLIC.value, Lane.PRIVATE.value), words="condition.choice.lane"
    ),
    _column("account", _T.REFERENCE, "account_id", kind=ACCOUNT),
    FieldOf(
        "platform",
        _T.CHOICE,
        select(Account.platform).where(Account.id == _R.account_id).correlate(_R).scalar_subquery(),
        lambda request: request.account.platform,
        choices=PLATFORMS,
        words="condition.choice.platform",
    ),
    FieldOf(
        "unit",
        _T.SET,
        UnitsOfTeam(_R.team_id),
        # By the team's id: a rule that is tried asks of requests as they stood then.
        lambda request: request.units_of_teams.get(request.team_id, frozenset()),
        optional=True,
        kind=UNIT,
    ),
    _column("team", _T.REFERENCE, "team_id", kind=TEAM, optional=True, tracked="team_id"),
    _column("queue", _T.REFERENCE, "queue_id", kind=QUEUE, optional=True),
    _column("assignee", _T.REFERENCE, "assignee_id", kind=OPERATOR, optional=True, tracked="assignee_id"),
    _column("sentiment", _T.CHOICE, choices=MOODS, words="condition.choice.sentiment", tracked="sentiment"),
    _column("sentiment_unsure", _T.TRUTH),
    _column("waiting", _T.DURATION, "waiting_since", optional=True, working=_WORKING),
    _column("due_in", _T.DURATION, "due_at", optional=True, ahead=True, working=_WORKING),
    _column("window_left", _T.DURATION, "window_until", optional=True, ahead=True),
    _column("due_at", _T.TIME, optional=True),
    _column("opened_at", _T.TIME),
    _column("last_inbound_at", _T.TIME),
    _column("first_replied_at", _T.TIME, optional=True),
    # By when it was due at that moment. Without a value until there is an answer.
    FieldOf("first_reply_late", _T.TRUTH, FIRST_REPLY_LATE, _first_reply_late, optional=True),
    _column("resolved_at", _T.TIME, optional=True),
    _column("unread_count", _T.NUMBER),
    _column("message_count", _T.NUMBER),
    FieldOf(
        "send_failed",
        _T.TRUTH,
        _R.send_failure.is_not(None),
        lambda request: request.send_failure is not None,
    ),
    _column("number", _T.TEXT),
    FieldOf("last_message", _T.TEXT, words_of(_R.preview, "text"), _preview, optional=True),
    FieldOf("contact_name", _T.TEXT, **_of_identity("name")),
    FieldOf("contact_verified", _T.TRUTH, **_of_identity("is_verified")),
    FieldOf("contact_followers", _T.NUMBER, optional=True, **_of_identity("followers_count")),
    FieldOf(
        "contact_level",
        _T.TEXT,
        select(Contact.level)
        .join(ContactIdentity, ContactIdentity.contact_id == Contact.id)
        .join(Conversation, Conversation.contact_identity_id == ContactIdentity.id)
        .where(Conversation.id == _R.conversation_id)
        .correlate(_R)
        .scalar_subquery(),
        lambda request: request.conversation.contact_identity.contact.level,
        optional=True,
        right=_CONTACTS,
    ),
    FieldOf("messages", _T.RELATION, None, lambda _request: None, relation=MESSAGES),
    FieldOf("other_requests", _T.RELATION, None, lambda _request: None, relation=OTHER_REQUESTS),
    FieldOf("service_levels", _T.RELATION, None, lambda _request: None, relation=LEVELS),
    FieldOf("reopenings", _T.RELATION, None, lambda _request: None, relation=REOPENINGS),
)


def standing(tree: Any) -> ColumnElement[bool]:
    """Requests that are not done, unless the tree asks about status; the narrowest of the lists that have an
    order of their own."""
    asked = [leaf for _, leaf in leaves(tree) if leaf.field == "status"]
    if not asked:
        return stands(ACTIVE_STATUSES)
    demanded = _demanded(tree)
    for statuses in (ACTIVE_STATUSES, DONE_STATUSES):
        if demanded is not None and demanded <= {status.value for status in statuses}:
            return stands(statuses)
    return true()


def _demanded(tree: Any) -> set[Any] | None:
    """The statuses that the tree demands outright; None where it does not."""
    if isinstance(tree, AllOf):
        return next((found for part in tree.all if (found := _demanded(part)) is not None), None)
    if isinstance(tree, Leaf) and tree.field == "status" and tree.op in ("is", "any_of"):
        return set(tree.value) if isinstance(tree.value, list) else {tree.value}
    return None


SERVICE_REQUESTS = CATALOGUE.declare(
    "service_request", ServiceRequest, Permission.SERVICE_REQUESTS_READ, _load, _title, FIELDS, standing
)
