"""The thread with one person on one account, and its messages."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Entity, EnumText, fk
from app.core.lanes import Lane
from app.core.seen import ByConversation
from app.models.account import Account
from app.models.customer import ContactIdentity

if TYPE_CHECKING:
    pass


class Conversation(Entity):
    """Everything said between one contact identity and one account, in public and in private."""

    __tablename__ = "conversations"
    __seen__ = ByConversation("id")
    __table_args__ = (UniqueConstraint("account_id", "contact_identity_id"),)

    account_id: Mapped[int] = fk("accounts.id")
    contact_identity_id: Mapped[int] = fk("contact_identities.id")
    last_number: Mapped[int] = mapped_column(default=0)
    """The newest message's number; raised under the row's lock, so numbers are dense and in commit order."""
    version: Mapped[int] = mapped_column(default=1)

    account: Mapped[Account] = relationship(lazy="raise_on_sql")
    contact_identity: Mapped[ContactIdentity] = relationship(lazy="raise_on_sql")


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    NOTE = "note"
    SYSTEM = "system"


class Message(Entity):
    """One thing said (or noted) in a conversation; sorted by `number`, whatever order events arrive in."""

    __tablename__ = "messages"
    __seen__ = ByConversation()
    __table_args__ = (
        UniqueConstraint("conversation_id", "number"),
        UniqueConstraint("conversation_id", "idempotency_key"),
        UniqueConstraint("inbound_item_id"),
    )

    conversation_id: Mapped[int] = fk("conversations.id")
    account_id: Mapped[int] = fk("accounts.id")
    service_request_id: Mapped[int | None] = fk("service_requests.id")
    inbound_item_id: Mapped[int | None] = fk("inbound_items.id", index=False)
    operator_id: Mapped[int | None] = fk("operators.id")
    number: Mapped[int]
    direction: Mapped[Direction] = mapped_column(EnumText(Direction))
    lane: Mapped[Lane] = mapped_column(EnumText(Lane))
    kind: Mapped[str] = mapped_column(String(30))
    author_name: Mapped[str] = mapped_column(String(120), default="")
    text: Mapped[str] = mapped_column(Text)
    media: Mapped[list[Any]] = mapped_column(default=list)
    external_url: Mapped[str | None] = mapped_column(String(500))
    occurred_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    """When the customer changed it; `text` is what it says now."""
    deleted_at: Mapped[datetime | None]
    """When the customer took it back."""
    idempotency_key: Mapped[str | None] = mapped_column(String(64))
    command_digest: Mapped[str | None] = mapped_column(String(64))
    """Names the command that the key stands for, with its content and who gave it."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
