"""The ledger of what we send: intents, and the calls made to fulfil them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Index, String, UniqueConstraint, and_
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity, EnumText, Id, fk
from app.core.lanes import Lane
from app.core.seen import ByConversation, Unscoped


class OutboundState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


REPLY = "reply"
"""The kind of cargo that a message of a conversation is; what stands below the workbench asks for it too."""
AUTHOR_LEFT = "author_left"
HELD_UP = frozenset({"account_paused", "address_refused", AUTHOR_LEFT})
"""Why a queued row does not go although its time has come; until somebody sees to it the customer waits."""


class OutboundMessage(Entity):
    """The intent to send one thing: written before the first attempt, closed by its outcome.

    What it carries is named by kind and id; `app.outbound.cargo` knows the kinds. A new one needs no column.
    """

    __tablename__ = "outbound_messages"
    __seen__ = ByConversation()
    __table_args__ = (
        UniqueConstraint("cargo", "cargo_id"),
        Index("ix_outbound_messages_state_not_before", "state", "not_before"),
        Index("ix_outbound_messages_order_key_state", "order_key", "state"),
        # Figures of a span, without the rows.
        Index(
            "ix_outbound_messages_by_end", "finished_at", "account_id", "cargo", "state", "conversation_id"
        ),
    )

    cargo: Mapped[str] = mapped_column(String(40))
    """What kind of thing it carries (`reply`, `publication`)."""
    cargo_id: Mapped[int] = mapped_column(Id)
    """Which one. No reference: it may be a row of any table."""
    account_id: Mapped[int] = fk("accounts.id")
    conversation_id: Mapped[int | None] = fk("conversations.id")
    """In which it is said, for what is part of one."""
    lane: Mapped[Lane] = mapped_column(EnumText(Lane))
    order_key: Mapped[str] = mapped_column(String(80))
    """Rows with the same key go one after another, in the order in which they were written."""
    target: Mapped[dict[str, Any]]
    """The reply context of the item that is answered, or names what is reposted."""
    operation_key: Mapped[str] = mapped_column(String(64), unique=True)
    actor_address: Mapped[str | None] = mapped_column(String(64))
    """The operator's network address; Weibo demands it (`rip`)."""
    state: Mapped[OutboundState] = mapped_column(EnumText(OutboundState), default=OutboundState.QUEUED)
    not_before: Mapped[datetime]
    undo_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    prepared: Mapped[dict[str, Any] | None]
    """What was made ready on the platform, unseen by anybody (WeChat's draft): a repeat uses the same."""
    accepted_at: Mapped[datetime | None]
    """When the platform took a publication on whose end it tells later; `external_id` names its job."""
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[str | None] = mapped_column(String(32))
    external_id: Mapped[str | None] = mapped_column(String(160))
    released_by_id: Mapped[int | None] = fk("operators.id")
    """Who lets it go although its author has been shut out meanwhile."""
    error_code: Mapped[str | None] = mapped_column(String(60))
    error_detail: Mapped[str | None] = mapped_column(String(300))
    finished_at: Mapped[datetime | None]

    @classmethod
    def carries(cls, cargo: str, number: Any) -> ColumnElement[bool]:
        """The row that carries this one: for selects and joins, `number` an id or a column of ids."""
        return and_(cls.cargo == cargo, cls.cargo_id == number)


class OutboundAttempt(Entity):
    """One call to the platform: the row is committed before the call, its outcome after."""

    __tablename__ = "outbound_attempts"
    __seen__ = Unscoped("hangs on an outbound message, which is scoped")
    __table_args__ = (UniqueConstraint("outbound_message_id", "number"),)

    outbound_message_id: Mapped[int] = fk("outbound_messages.id")
    number: Mapped[int]
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(30))
    error: Mapped[str | None] = mapped_column(String(300))
    response: Mapped[dict[str, Any] | None]
