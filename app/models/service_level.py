"""Service levels: by when requests are to be answered and resolved, and what became of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity, EnumText, fk
from app.core.seen import ByAgency, ByRequest


class ServiceClock(StrEnum):
    """What a request's time is counted for."""

    FIRST = "first"
    """The first answer."""
    NEXT = "next"
    """Each further answer."""
    RESOLUTION = "resolution"


class ServicePolicy(Entity):
    """How much working time requests that meet a condition may take, and who is told when it runs out."""

    __tablename__ = "service_policies"
    __seen__ = ByAgency()

    agency_id: Mapped[int] = fk("agencies.id")
    """It is about requests on accounts of this agency."""
    position: Mapped[int]
    """The first whose condition holds is taken."""
    name: Mapped[str] = mapped_column(String(80))
    condition: Mapped[dict[str, Any]]
    """app.conditions.tree as JSON, about service requests."""
    first_minutes: Mapped[int]
    next_minutes: Mapped[int]
    resolve_minutes: Mapped[int | None]
    """None: nothing is counted until it is resolved."""
    warn_share: Mapped[int]
    """After so many per cent of the time its people are warned."""
    steps: Mapped[list[Any]]
    """Who is told when: app.routing.levels.schemas.PolicyStep as JSON."""
    is_on: Mapped[bool] = mapped_column(default=False, server_default=false())
    removed_at: Mapped[datetime | None]
    """It is no more; the row stays for what was counted by it."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class ServicePolicyState(Entity):
    """That an agency has policies: raised with each change of any of them, and held while one is made."""

    __tablename__ = "service_policy_states"
    __seen__ = ByAgency()

    agency_id: Mapped[int] = fk("agencies.id", index=False, unique=True)
    version: Mapped[int] = mapped_column(default=1)


class ServiceMark(Entity):
    """One stretch of a request's time that a policy counts: whether people were warned, and how it ended.

    Written when something is to be said of it: it is nearly over, it is over, or what it was counted for was
    done. Of each stretch there is one.
    """

    __tablename__ = "service_marks"
    __seen__ = ByRequest()
    __table_args__ = (
        UniqueConstraint("service_request_id", "kind", "began_at"),
        Index("ix_service_marks_outcome", "service_request_id", "kind", "missed_at", "ended_at"),
    )

    service_request_id: Mapped[int] = fk("service_requests.id", index=False)
    account_id: Mapped[int] = fk("accounts.id")
    policy_id: Mapped[int] = fk("service_policies.id")
    kind: Mapped[ServiceClock] = mapped_column(EnumText(ServiceClock))
    began_at: Mapped[datetime]
    """Since when the customer waits; of a resolution when the request was opened."""
    due_at: Mapped[datetime]
    warned_at: Mapped[datetime | None]
    missed_at: Mapped[datetime | None]
    """When it was found late; what is done in time has none."""
    ended_at: Mapped[datetime | None]
    """When it was answered or resolved; empty while it goes on."""
    told: Mapped[list[Any]] = mapped_column(default=list)
    """The steps of the escalation that were gone, by their keys."""
    next_at: Mapped[datetime | None]
    """When the next step of the escalation is to be gone, as the policy said when this was noted."""
