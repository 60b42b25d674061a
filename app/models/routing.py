"""Where requests wait and what is wanted of whoever gets them: queues, rules, skills."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint, select, text, true
from sqlalchemy.orm import Mapped, column_property, mapped_column

from app.core.db import Entity, fk
from app.core.seen import ByAgency, ByRequest, Unscoped
from app.core.tables import Counter
from app.models.account import Account

_STANDS = text("removed_at IS NULL")


class Skill(Entity):
    """Something that some people can do and some requests need: a language, a product, a temper."""

    __tablename__ = "skills"
    __seen__ = ByAgency()
    __table_args__ = (UniqueConstraint("agency_id", "name"),)

    agency_id: Mapped[int] = fk("agencies.id")
    name: Mapped[str] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class OperatorSkill(Entity):
    """How well a person can do it: 1 (beginning) to 5."""

    __tablename__ = "operator_skills"
    __seen__ = Unscoped("joins people and skills, which are scoped each")
    __table_args__ = (UniqueConstraint("operator_id", "skill_id"),)

    operator_id: Mapped[int] = fk("operators.id", index=False)
    skill_id: Mapped[int] = fk("skills.id", ondelete="CASCADE")
    level: Mapped[int]


class RoutingQueue(Entity):
    """Where requests wait: a team's, or a pool of everybody who serves the account."""

    __tablename__ = "routing_queues"
    __seen__ = ByAgency()
    __table_args__ = (
        Index(
            "uq_routing_queues_name",
            "agency_id",
            "name",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
    )

    agency_id: Mapped[int] = fk("agencies.id")
    team_id: Mapped[int | None] = fk("teams.id")
    """Whose people alone get its requests; None: a pool, whose requests stay in sight of the team that they
    would have waited for."""
    name: Mapped[str] = mapped_column(String(80))
    position: Mapped[int]
    """A team's first queue is what a request joins that is moved to the team by hand."""
    strategy: Mapped[str] = mapped_column(String(40))
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Of the strategy."""
    ring_minutes: Mapped[int | None]
    """After so many working minutes of waiting the least important wanted skill falls away; None: never."""
    overflow_queue_id: Mapped[int | None] = fk("routing_queues.id")
    overflow_minutes: Mapped[int | None]
    """After so many working minutes of waiting a request moves on to that queue."""
    calendar_id: Mapped[int | None] = fk("calendars.id", index=False)
    """On which the time of what waits in it is counted; None: on that of the request's account."""
    nobody_text: Mapped[str | None] = mapped_column(String(500))
    """What a customer is told who writes outside the hours of that calendar; None: nothing."""
    nobody_address: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """From where that was written: a platform may want to know it of all that is said."""
    removed_at: Mapped[datetime | None]
    """It takes nothing any more; histories go on naming it."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class RoutingRule(Entity):
    """Requests that meet the condition wait in a queue, want skills, or have another priority."""

    __tablename__ = "routing_rules"
    __seen__ = ByAgency()

    agency_id: Mapped[int] = fk("agencies.id")
    position: Mapped[int]
    """They are asked in this order; the first whose condition holds wins."""
    name: Mapped[str] = mapped_column(String(80))
    condition: Mapped[dict[str, Any]]
    """app.conditions.tree as JSON, about service requests as they are opened."""
    queue_id: Mapped[int | None] = fk("routing_queues.id")
    skills: Mapped[list[Any]] = mapped_column(default=list)
    """`skill_id` and least `level` of each, the most important first."""
    priority: Mapped[int | None]
    is_on: Mapped[bool] = mapped_column(default=True, server_default=true())
    removed_at: Mapped[datetime | None]
    """Nobody asks it any more; histories go on naming it."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class NobodyAnswer(Entity):
    """That a request's customer was told, once, that nobody is there now; or why they were not."""

    __tablename__ = "nobody_answers"
    __seen__ = ByRequest()
    __table_args__ = (UniqueConstraint("service_request_id"),)

    service_request_id: Mapped[int] = fk("service_requests.id", index=False)
    account_id: Mapped[int] = fk("accounts.id", index=False)
    queue_id: Mapped[int] = fk("routing_queues.id", index=False)
    """The queue that was closed."""
    message_id: Mapped[int | None] = fk("messages.id", index=False)
    """What they were told; None: nothing."""
    refused: Mapped[str | None] = mapped_column(String(60))
    """The code of why nothing was sent: the lane's, the platform's, or `last_answer_kept`."""


ROUTING_SETUP = "routing-setup"
"""The number that every change of the setup raises."""

Account.routing_stamp = column_property(
    select(Counter.value).where(Counter.name == ROUTING_SETUP).correlate(None).scalar_subquery()
)
