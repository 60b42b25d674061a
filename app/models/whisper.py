"""What whoever watches says to whoever has a request, and nobody else hears."""

from __future__ import annotations

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Entity, fk
from app.core.seen import ByRule
from app.models.identity import Operator

MOST_WHISPERED = 500


class Whisper(Entity):
    """No message of the conversation: it stands in no list of messages and no platform's adapter knows it."""

    __tablename__ = "whispers"
    __seen__ = ByRule("whisper")
    __table_args__ = (Index("ix_whispers_service_request_id_id", "service_request_id", "id"),)

    service_request_id: Mapped[int] = fk("service_requests.id", index=False)
    account_id: Mapped[int] = fk("accounts.id")
    author_id: Mapped[int] = fk("operators.id")
    holder_id: Mapped[int] = fk("operators.id")
    """Who had the request then."""
    text: Mapped[str] = mapped_column(String(MOST_WHISPERED))

    author: Mapped[Operator] = relationship(foreign_keys=author_id, lazy="raise_on_sql")
    holder: Mapped[Operator] = relationship(foreign_keys=holder_id, lazy="raise_on_sql")
