"""Tables of the kernel itself: the numbered event log, the audit chain, running numbers, process leases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity, Id, fk
from app.core.seen import ByAgency, Unscoped


class EventLog(Entity):
    """An event, written with the change it tells of. `seq` is given after commit by the one publisher."""

    __tablename__ = "event_log"
    __seen__ = Unscoped(
        "told by the rooms that each event carries; what was missed by the rule of what it is about"
    )
    __table_args__ = (Index("ix_event_log_unnumbered", "seq", "id"),)

    seq: Mapped[int | None] = mapped_column(Id, unique=True)
    name: Mapped[str] = mapped_column(String(60))
    about_kind: Mapped[str] = mapped_column(String(40))
    """With `about_id` the object it tells of. No reference: the log outlives what it speaks of."""
    about_id: Mapped[str] = mapped_column(String(80))
    account_id: Mapped[int | None] = mapped_column(Id)
    agency_id: Mapped[int | None] = mapped_column(Id)
    actor: Mapped[str] = mapped_column(String(120))
    operator_id: Mapped[int | None] = mapped_column(Id)
    payload: Mapped[dict[str, Any]]
    rooms: Mapped[list[str]] = mapped_column(default=list)
    """Who may hear it; the same rule that decides who may GET it."""
    withdraw_rooms: Mapped[list[str]] = mapped_column(default=list)
    """Who could see the object before and cannot any more: they hear only that it left."""
    parts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Fields of the payload that are objects of their own: kind, id, and the rooms that may hear them."""
    request_id: Mapped[str | None] = mapped_column(String(64))


class AuditLog(Entity):
    """One act, chained to the one before by its hash."""

    __tablename__ = "audit_log"
    __seen__ = ByAgency()

    number: Mapped[int] = mapped_column(Id, unique=True)
    """Its place in the chain, from 1 and without gaps."""
    actor: Mapped[str] = mapped_column(String(120))
    operator_id: Mapped[int | None] = fk("operators.id")
    agency_id: Mapped[int | None] = fk("agencies.id")
    action: Mapped[str] = mapped_column(String(60))
    object_type: Mapped[str | None] = mapped_column(String(40))
    object_id: Mapped[str | None] = mapped_column(String(60))
    account_id: Mapped[int | None] = fk("accounts.id")
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    address: Mapped[str] = mapped_column(String(64), default="")
    request_id: Mapped[str | None] = mapped_column(String(64))
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    key_id: Mapped[str] = mapped_column(String(16), default="")
    """Names the key of the hash, which is not in the database; empty for rows from before there was one."""


class AuditHead(Entity):
    """How long the audit log is and how it ends, sealed: what is missing at its end is missed."""

    __tablename__ = "audit_heads"
    __seen__ = Unscoped("the end of the audit chain, for those who verify it")

    name: Mapped[str] = mapped_column(String(60), unique=True)
    count: Mapped[int] = mapped_column(Id, default=0)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    seal: Mapped[bytes] = mapped_column(LargeBinary(32))
    key_id: Mapped[str] = mapped_column(String(16))


class Counter(Entity):
    """A named running number (the event sequence, a day's request numbers, the audit chain's end)."""

    __tablename__ = "counters"
    __seen__ = Unscoped("running numbers of our own processes")

    name: Mapped[str] = mapped_column(String(60), unique=True)
    value: Mapped[int] = mapped_column(Id, default=0)


class ProcessLease(Entity):
    """Which process holds a role that only one may have, and until when."""

    __tablename__ = "process_leases"
    __seen__ = Unscoped("which of our own processes leads")

    name: Mapped[str] = mapped_column(String(60), unique=True)
    holder: Mapped[str] = mapped_column(String(80))
    until: Mapped[datetime]
