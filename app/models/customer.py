"""The people who write to us."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Entity, Id, fk
from app.core.seen import ByAccount, ByRule, Unscoped


class Contact(Entity):
    """A person, possibly known on several platforms."""

    __tablename__ = "contacts"
    __seen__ = ByRule("contact")

    agency_id: Mapped[int] = fk("agencies.id")
    name: Mapped[str] = mapped_column(String(120))
    level: Mapped[str | None] = mapped_column(String(20))
    phone: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Encrypted; shown masked unless a role of whoever looks shows it (`MaskedField.CONTACT_PHONE`)."""
    version: Mapped[int] = mapped_column(default=1)

    identities: Mapped[list[ContactIdentity]] = relationship(back_populates="contact", lazy="raise_on_sql")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Avatar(Entity):
    """A picture copied from the platform: loading it from there would show outsiders who looks when."""

    __tablename__ = "avatars"
    __seen__ = Unscoped("a picture of identities, served with one that is in reach")

    contact_identity_id: Mapped[int] = fk("contact_identities.id", unique=True)
    source_url: Mapped[str] = mapped_column(String(500))
    mime_type: Mapped[str] = mapped_column(String(40))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ContactIdentity(Entity):
    """A person as one account of ours knows them (WeChat's openid differs from account to account)."""

    __tablename__ = "contact_identities"
    __seen__ = ByAccount()
    __table_args__ = (UniqueConstraint("account_id", "external_id"),)

    contact_id: Mapped[int] = fk("contacts.id")
    account_id: Mapped[int] = fk("accounts.id")
    platform: Mapped[str] = mapped_column(String(30))
    external_id: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(120))
    avatar_url: Mapped[str | None] = mapped_column(String(500))
    avatar_id: Mapped[int | None] = mapped_column(Id)
    """The stored copy's id, once there is one; the picture is served from our own address."""
    is_verified: Mapped[bool] = mapped_column(default=False)
    followers_count: Mapped[int | None]
    profile: Mapped[dict[str, Any]] = mapped_column(default=dict)
    last_seen_at: Mapped[datetime]
    former_names: Mapped[list[Any]] = mapped_column(default=list)
    """What the person was called before, newest first; found by search until `former_until`."""
    former_until: Mapped[datetime | None] = mapped_column(index=True)

    contact: Mapped[Contact] = relationship(back_populates="identities", lazy="raise_on_sql")
