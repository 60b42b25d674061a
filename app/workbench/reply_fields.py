"""What conditions may ask about replies, sent and on their way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.conditions.catalogue import CATALOGUE, FieldOf, FieldType
from app.core.db import among
from app.core.permissions import Permission
from app.core.rows import rows_by_id
from app.identity.reference_kinds import ACCOUNT, OPERATOR, TEAM
from app.models import REPLY, Account, Lane, Message, OutboundMessage, OutboundState, ServiceRequest
from app.routing.fields import PLATFORMS

_O = OutboundMessage
_T = FieldType


@dataclass(frozen=True)
class ReplyFacts:
    """A reply's row in the ledger with what it carries."""

    outbound: OutboundMessage
    message: Message
    platform: str
    team_id: int | None


def _load(session: Session, ids: Sequence[int]) -> dict[int, ReplyFacts]:
    rows = list(session.scalars(select(_O).where(among(session, _O.id, list(ids)), _O.cargo == REPLY)))
    messages = rows_by_id(session, Message, {row.cargo_id for row in rows})
    accounts = rows_by_id(session, Account, {row.account_id for row in rows})
    requests = rows_by_id(session, ServiceRequest, {each.service_request_id for each in messages.values()})
    return {
        row.id: ReplyFacts(
            row,
            message := messages[row.cargo_id],
            accounts[row.account_id].platform,
            requests[message.service_request_id].team_id if message.service_request_id else None,
        )
        for row in rows
    }


def _own(key: str, type_: FieldType, name: str = "", **more: Any) -> FieldOf:
    """A column of the ledger's row."""
    name = name or key
    return FieldOf(key, type_, getattr(_O, name), lambda facts: getattr(facts.outbound, name), **more)


_AUTHOR = select(Message.operator_id).where(Message.id == _O.cargo_id).correlate(_O).scalar_subquery()
_TEAM = (
    select(ServiceRequest.team_id)
    .join(Message, Message.service_request_id == ServiceRequest.id)
    .where(Message.id == _O.cargo_id)
    .correlate(_O)
    .scalar_subquery()
)
FIELDS = (
    _own(
        "state", _T.CHOICE, choices=tuple(s.value for s in OutboundState), words="condition.choice.send_state"
    ),
    _own("account", _T.REFERENCE, "account_id", kind=ACCOUNT),
    FieldOf(
        "platform",
        _T.CHOICE,
        select(Account.platform).where(Account.id == _O.account_id).correlate(_O).scalar_subquery(),
        lambda facts: facts.platform,
        choices=PLATFORMS,
        words="condition.choice.platform",
    ),
    _own("lane", _T.CHOICE, choices=(Lane.PUBLIC.value, Lane.PRIVATE.value), words="condition.choice.lane"),
    FieldOf(
        "author", _T.REFERENCE, _AUTHOR, lambda facts: facts.message.operator_id, kind=OPERATOR, optional=True
    ),
    FieldOf("team", _T.REFERENCE, _TEAM, lambda facts: facts.team_id, kind=TEAM, optional=True),
    _own("written_at", _T.TIME, "created_at"),
    _own("finished_at", _T.TIME, optional=True),
    _own("attempts", _T.NUMBER),
    _own("error", _T.TEXT, "error_code", optional=True),
)


def _replies(_tree: Any) -> ColumnElement[bool]:
    """The ledger carries other things too."""
    return _O.cargo == REPLY


def _title(facts: ReplyFacts) -> str:
    return facts.message.text


REPLIES = CATALOGUE.declare(
    "reply", OutboundMessage, Permission.CONVERSATIONS_READ, _load, _title, FIELDS, _replies
)
