"""What of a request's messages stands: read when an answer is withdrawn, so that nothing remembers it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import aliased

from app.core.context import Context
from app.core.rows import rows_by_id
from app.models import (
    HELD_UP,
    REPLY,
    ChangeKind,
    Direction,
    Message,
    OutboundMessage,
    OutboundState,
    RequestChange,
)
from app.routing.lifecycle.deadlines import PREVIEW_CHARS, is_planned, preview, with_plan

_UNSURE = "unknown_outcome"
_IS_PLANNED = and_(
    OutboundMessage.state == OutboundState.QUEUED,
    OutboundMessage.attempts == 0,
)


@dataclass(frozen=True)
class Said:
    """One message, and what became of it when it is an answer."""

    number: int
    direction: Direction
    text: str
    at: datetime
    media: Sequence[Any] = ()
    state: OutboundState | None = None
    error: str | None = None
    ended_at: datetime | None = None
    """When it ended, or since when it is held up."""
    planned_for: datetime | None = None
    """When it leaves, if somebody planned it for later and it has not been tried."""

    @property
    def is_answer(self) -> bool:
        return self.direction is Direction.OUTBOUND

    @property
    def stands(self) -> bool:
        """Whether it counts: a customer's word does, and an answer that goes or has gone."""
        return self.state is not OutboundState.CANCELLED and self.failure is None

    @property
    def failure(self) -> str | None:
        """Why the customer may not have it though nobody took it back; None while it goes or has gone."""
        if self.state is OutboundState.UNKNOWN:
            return _UNSURE
        if self.state is OutboundState.FAILED:
            return self.error or OutboundState.FAILED.value
        held_up = self.state is OutboundState.QUEUED and self.error in HELD_UP
        return self.error if held_up else None


@dataclass(frozen=True)
class Thread:
    """What a request shows of its messages, from those that stand: an answer that was taken back, did not go,
    is held up or may not have gone is none of them."""

    count: int
    last_number: int
    preview: dict[str, Any]
    """Of the newest message that stands; empty when none does."""
    first_replied_at: datetime | None
    failure: str | None
    """Why the newest answer that failed did; None when somebody has answered anew since."""
    is_answered: bool
    """An answer that goes, or has gone, is newer than the customer's last word, and none has failed."""
    waiting_since: datetime | None
    """The customer's first word that no answer follows; their last one when an answer failed."""


def read_thread(ctx: Context, request_id: int) -> Thread:
    """One statement: the messages of one request with what became of the answers among them."""
    rows = ctx.session.execute(
        select(
            Message.number,
            Message.direction,
            func.substr(Message.text, 1, PREVIEW_CHARS),
            Message.occurred_at,
            Message.media,
            OutboundMessage.state,
            OutboundMessage.error_code,
            func.coalesce(OutboundMessage.finished_at, OutboundMessage.not_before),
            case((_IS_PLANNED, OutboundMessage.undo_until)),
        )
        .outerjoin(OutboundMessage, OutboundMessage.carries(REPLY, Message.id))
        .where(
            Message.service_request_id == request_id,
            Message.direction.in_((Direction.INBOUND, Direction.OUTBOUND)),
        )
        .order_by(Message.number)
    )
    return summed_up([Said(*row) for row in rows])


def count_unread(ctx: Context, request_id: int, *, but: int | None = None) -> int:
    """How many of the customer's messages came after somebody last read or answered: what an act that is
    undone had made read. `but` is the message of an answer that is taken back. One statement.
    """
    read = and_(RequestChange.service_request_id == request_id, RequestChange.kind == ChangeKind.READ)
    all_seen = select(func.max(RequestChange.created_at)).where(
        RequestChange.service_request_id == request_id,
        or_(
            # Older rows do not say up to where somebody read: all that there was.
            and_(RequestChange.kind == ChangeKind.READ, RequestChange.message_id.is_(None)),
            and_(RequestChange.kind == ChangeKind.ANSWERED, RequestChange.message_id != but)
            if but is not None
            else RequestChange.kind == ChangeKind.ANSWERED,
        ),
    )
    last = aliased(Message)
    up_to = select(func.max(last.number)).join(RequestChange, RequestChange.message_id == last.id).where(read)
    since, number = all_seen.scalar_subquery(), up_to.scalar_subquery()
    count = ctx.session.scalar(
        select(func.count()).where(
            Message.service_request_id == request_id,
            Message.direction == Direction.INBOUND,
            or_(since.is_(None), Message.created_at > since),
            or_(number.is_(None), Message.number > number),
        )
    )
    return count or 0


def read_to(ctx: Context, request_ids: Sequence[int], number: int) -> dict[int, tuple[int, Message | None]]:
    """By request: how many of its customer's messages came after this number, and the last one up to it."""
    if not request_ids:
        return {}
    rows = ctx.session.execute(
        select(
            Message.service_request_id,
            func.sum(case((Message.number > number, 1), else_=0)),
            func.max(case((Message.number <= number, Message.id))),
        )
        .where(Message.service_request_id.in_(request_ids), Message.direction == Direction.INBOUND)
        .group_by(Message.service_request_id)
    ).all()
    seen = rows_by_id(ctx.session, Message, [row[2] for row in rows if row[2] is not None])
    return {row[0]: (row[1], seen.get(row[2])) for row in rows}


def summed_up(messages: Sequence[Said]) -> Thread:
    standing = [said for said in messages if said.stands]
    answers = [said for said in standing if said.is_answer]
    asked = [said for said in standing if not said.is_answer]
    last_answered = max((said.number for said in answers), default=0)
    last = standing[-1] if standing else None
    failure = _failure(messages)
    leaving = [(said.planned_for, said.at) for said in answers if said.planned_for is not None]
    planned = max((leaves for leaves, written in leaving if is_planned(leaves, written)), default=None)
    return Thread(
        count=len(standing),
        last_number=last.number if last else 0,
        preview=with_plan(preview(last.text, last.direction, last.at, last.media), planned) if last else {},
        first_replied_at=answers[0].at if answers else None,
        failure=failure,
        is_answered=failure is None and last_answered > (asked[-1].number if asked else 0),
        waiting_since=_waiting_since(asked, last_answered, failure),
    )


def _waiting_since(asked: Sequence[Said], last_answered: int, failure: str | None) -> datetime | None:
    unanswered = [said.at for said in asked if said.number > last_answered]
    if failure is not None and asked:
        return asked[-1].at
    return unanswered[0] if unanswered else None


def _failure(messages: Sequence[Said]) -> str | None:
    """An answer that was written after another had failed makes up for it; one written before does not."""
    failed = [said for said in messages if said.is_answer and said.failure is not None]
    if not failed:
        return None
    newest = max(failed, key=lambda said: said.number)
    made_up = any(
        said.is_answer and said.stands and said.at >= (newest.ended_at or said.at) for said in messages
    )
    return None if made_up else newest.failure
