"""What happened to a service request: one row per change, for as long as the request is kept."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity, EnumText, fk
from app.core.seen import ByRequest


class ChangeKind(StrEnum):
    OPENED = "opened"
    JOINED = "joined"
    """The customer wrote again."""
    READ = "read"
    ASSIGNED = "assigned"
    RETURNED = "returned"
    """Put back into the queue."""
    ANSWERED = "answered"
    ANSWER_TAKEN_BACK = "answer_taken_back"
    ANSWER_FAILED = "answer_failed"
    """An answer did not go, or nobody knows whether it did."""
    ANSWER_RESUMED = "answer_resumed"
    """An answer that had failed is on its way again, or turned out to be there."""
    CLASSIFIED = "classified"
    """Type, priority or mood were judged anew."""
    COUNTED_ANEW = "counted_anew"
    """The working calendar was changed: when it is due was worked out anew."""
    CUSTOMER_RENAMED = "customer_renamed"
    NOT_TOLD = "not_told"
    """What a closed queue says to whoever writes was not sent; the reason is the code of why."""
    """Its customer is shown under another name."""
    REVISED = "revised"
    """Its customer changed what they had written."""
    RESUMED = "resumed"
    """Work goes on after waiting or a hold."""
    LEFT_WAITING = "left_waiting"
    """Somebody says that it is the customer's turn."""
    PUT_ON_HOLD = "put_on_hold"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    CLOSED = "closed"
    MERGED = "merged"
    """Put into another, which goes on in its place; `reason` is the other's number, here and below."""
    ABSORBED = "absorbed"
    """Another was put into it."""
    UNMERGED = "unmerged"
    """Both stand again for themselves."""
    SPLIT = "split"
    """Some of its messages have become a request of their own, or were put back."""
    LINKED = "linked"
    UNLINKED = "unlinked"


MOST_SAID = 200


class RequestChange(Entity):
    """One change of a service request: what it was before and after, who did it, when and why."""

    __tablename__ = "request_changes"
    __seen__ = ByRequest()
    __table_args__ = (UniqueConstraint("service_request_id", "version"),)

    service_request_id: Mapped[int] = fk("service_requests.id", index=False)
    account_id: Mapped[int] = fk("accounts.id")
    kind: Mapped[ChangeKind] = mapped_column(EnumText(ChangeKind))
    version: Mapped[int]
    """The request's version after the change: every version has exactly one row."""
    before: Mapped[dict[str, Any]]
    """The columns that changed, as they were; empty for the first row."""
    after: Mapped[dict[str, Any]]
    """The same columns afterwards; everything for the first row."""
    actor: Mapped[str] = mapped_column(String(120))
    operator_id: Mapped[int | None] = fk("operators.id")
    reason: Mapped[str | None] = mapped_column(String(60))
    said: Mapped[str | None] = mapped_column(String(MOST_SAID))
    """Why, in the words of whoever did it, where they are asked."""
    message_id: Mapped[int | None] = fk("messages.id")
    """The message that brought it about."""
