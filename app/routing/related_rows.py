"""What hangs together with a service request and may be counted: its messages, its customer's other ones,
what became of its service times, how often it was taken up again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from app.conditions.catalogue import FieldOf, FieldType, RelationOf
from app.core.db import among
from app.models import (
    ChangeKind,
    Direction,
    Lane,
    Message,
    RequestChange,
    RequestStatus,
    ServiceClock,
    ServiceMark,
    ServiceRequest,
)

_R = ServiceRequest
_OTHER = aliased(ServiceRequest, name="other_request")
_T = FieldType


def _own(name: str) -> Callable[[Any], Any]:
    return lambda row: getattr(row, name)


def _column(entity: Any, key: str, type_: FieldType, **more: Any) -> FieldOf:
    return FieldOf(key, type_, getattr(entity, key), _own(key), **more)


def _messages_of(session: Session, ids: Sequence[int]) -> Mapping[int, Sequence[Message]]:
    found: dict[int, list[Message]] = defaultdict(list)
    within = among(session, Message.service_request_id, ids)
    for message in session.scalars(select(Message).where(within)):
        if message.service_request_id is not None:
            found[message.service_request_id].append(message)
    return found


def _others_of(session: Session, ids: Sequence[int]) -> Mapping[int, Sequence[ServiceRequest]]:
    found: dict[int, list[ServiceRequest]] = defaultdict(list)
    statement = select(_R.id, _OTHER).join(_OTHER, _OTHER.conversation_id == _R.conversation_id)
    for number, other in session.execute(statement.where(among(session, _R.id, ids), _OTHER.id != _R.id)):
        found[number].append(other)
    return found


def _of_requests(entity: Any, *conditions: Any) -> Callable[[Session, Sequence[int]], Mapping[int, Any]]:
    """Rows that name their request."""

    def load(session: Session, ids: Sequence[int]) -> Mapping[int, Sequence[Any]]:
        found: dict[int, list[Any]] = defaultdict(list)
        within = among(session, entity.service_request_id, ids)
        for row in session.scalars(select(entity).where(within, *conditions)):
            found[row.service_request_id].append(row)
        return found

    return load


MESSAGES = RelationOf(
    owner=_R,
    entity=Message,
    belongs=Message.service_request_id == _R.id,
    at=Message.occurred_at,
    read_at=_own("occurred_at"),
    id_of=_own("id"),
    load=_messages_of,
    key="related_message",
    fields={
        "direction": _column(
            Message,
            "direction",
            _T.CHOICE,
            choices=tuple(each.value for each in Direction),
            words="condition.choice.direction",
        ),
        "text": _column(Message, "text", _T.TEXT),
    },
)
OTHER_REQUESTS = RelationOf(
    owner=_R,
    entity=_OTHER,
    # Of the same customer on the same account: who sees the request sees their conversation.
    belongs=(_OTHER.conversation_id == _R.conversation_id) & (_OTHER.id != _R.id),
    at=_OTHER.opened_at,
    read_at=_own("opened_at"),
    id_of=_own("id"),
    load=_others_of,
    key="related_request",
    fields={
        "type": _column(
            _OTHER,
            "type",
            _T.CHOICE,
            choices=("complaint", "consult", "lead", "suggestion", "praise", "other"),
            words="condition.choice.type",
        ),
        "status": _column(
            _OTHER,
            "status",
            _T.CHOICE,
            choices=tuple(each.value for each in RequestStatus),
            words="condition.choice.status",
        ),
        "lane": _column(
            _OTHER,
            "lane",
            _T.CHOICE,
            choices=(Lane.PUBLIC.value, Lane.PRIVATE.value),
            words="condition.choice.lane",
        ),
        "sentiment": _column(
            _OTHER, "sentiment", _T.CHOICE, choices=(-1, 0, 1), words="condition.choice.sentiment"
        ),
    },
)
_M = ServiceMark
LEVELS = RelationOf(
    owner=_R,
    entity=_M,
    belongs=_M.service_request_id == _R.id,
    at=_M.began_at,
    read_at=_own("began_at"),
    id_of=_own("id"),
    load=_of_requests(_M),
    key="related_level",
    fields={
        "clock": FieldOf(
            "clock",
            _T.CHOICE,
            _M.kind,
            _own("kind"),
            choices=tuple(each.value for each in ServiceClock),
            words="condition.choice.service_clock",
        ),
        "warned": FieldOf(
            "warned", _T.TRUTH, _M.warned_at.is_not(None), lambda row: row.warned_at is not None
        ),
        "missed": FieldOf(
            "missed", _T.TRUTH, _M.missed_at.is_not(None), lambda row: row.missed_at is not None
        ),
        # Neither kept nor missed while it runs.
        "decided": FieldOf(
            "decided",
            _T.TRUTH,
            or_(_M.ended_at.is_not(None), _M.missed_at.is_not(None)),
            lambda row: row.ended_at is not None or row.missed_at is not None,
        ),
    },
)
_C = RequestChange
_IS_REOPENING = _C.kind == ChangeKind.REOPENED
REOPENINGS = RelationOf(
    owner=_R,
    entity=_C,
    belongs=(_C.service_request_id == _R.id) & _IS_REOPENING,
    at=_C.created_at,
    read_at=_own("created_at"),
    id_of=_own("id"),
    load=_of_requests(_C, _IS_REOPENING),
    key="related_reopening",
    fields={
        "by_colleague": FieldOf(
            "by_colleague", _T.TRUTH, _C.operator_id.is_not(None), lambda row: row.operator_id is not None
        ),
    },
)
