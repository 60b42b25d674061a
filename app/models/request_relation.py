"""How service requests belong together: merged into one, or related to each other."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity, EnumText, fk
from app.core.seen import ByRequest


class RequestMerge(Entity):
    """One request was put into another; what is needed to take both apart again exactly."""

    __tablename__ = "request_merges"
    __seen__ = ByRequest()

    service_request_id: Mapped[int] = fk("service_requests.id")
    """Into which."""
    account_id: Mapped[int] = fk("accounts.id", index=False)
    merged_id: Mapped[int] = fk("service_requests.id")
    """Which was closed for it."""
    message_ids: Mapped[list[Any]]
    """What was put under the other; none where the two are of different conversations."""
    kept: Mapped[dict[str, Any]]
    """`into` and `merged`: every column of both as it stood before."""
    into_version: Mapped[int]
    """The version of the other right after."""
    operator_id: Mapped[int | None] = fk("operators.id", index=False)
    undo_until: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class LinkKind(StrEnum):
    SAME_MATTER = "same_matter"
    CAUSED_BY = "caused_by"
    """The first came of the second."""
    DUPLICATE = "duplicate"
    """The first says again what the second says."""


class RequestLink(Entity):
    """Two requests have to do with each other; each goes its own way."""

    __tablename__ = "request_links"
    __seen__ = ByRequest()
    __table_args__ = (UniqueConstraint("service_request_id", "other_id", name="uq_request_links_pair"),)

    service_request_id: Mapped[int] = fk("service_requests.id", index=False)
    other_id: Mapped[int] = fk("service_requests.id")
    account_id: Mapped[int] = fk("accounts.id", index=False)
    """Of the first."""
    kind: Mapped[LinkKind] = mapped_column(EnumText(LinkKind))
    operator_id: Mapped[int | None] = fk("operators.id", index=False)
