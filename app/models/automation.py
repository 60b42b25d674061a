"""Automation: rules that act when something happens, and what each of their runs did."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Entity, EnumText, Id, fk
from app.core.seen import ByAgency, ByRule
from app.models.identity import Operator

_OPEN = text("done_at IS NULL")


class Standing(StrEnum):
    """Whether a rule can do what it says."""

    FINE = "fine"
    BROKEN = "broken"
    """Something that its condition or an action names is gone."""
    OWNER_GONE = "owner_gone"
    """Whoever it acts for has been shut out, or lacks a right that it needs."""
    TOO_MANY = "too_many"
    """It acted more often in an hour than it may, and was switched off."""


class RunState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
    """At least one of its acts was refused; the row says which and why."""
    SKIPPED = "skipped"
    """When its turn came the condition held no more, or the rule was off or another one."""
    CUT = "cut"
    """Rules had set each other off for too many rounds: nothing was done."""


class AutomationRule(Entity):
    """When something happens and a condition holds, do these things in order, for whoever owns the rule."""

    __tablename__ = "automation_rules"
    __seen__ = ByAgency()

    agency_id: Mapped[int] = fk("agencies.id")
    """It acts upon this agency's accounts only."""
    owner_id: Mapped[int] = fk("operators.id")
    """Who said last what it does. It never does what they may not do themselves."""
    address: Mapped[str] = mapped_column(String(64), default="")
    """From where they said it: platforms want to know where an answer comes from."""
    name: Mapped[str] = mapped_column(String(80))
    trigger: Mapped[dict[str, Any]]
    """app.automation.schemas.Trigger as JSON."""
    condition: Mapped[dict[str, Any]]
    """app.conditions.tree as JSON, about service requests."""
    actions: Mapped[list[Any]]
    """app.automation.schemas.Action as JSON, in their order."""
    hourly_limit: Mapped[int]
    """How many runs an hour it may have; one more switches it off."""
    is_on: Mapped[bool] = mapped_column(default=False)
    on_since: Mapped[datetime | None]
    """What happened before is none of its business."""
    standing: Mapped[Standing] = mapped_column(EnumText(Standing), default=Standing.FINE)
    faults: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What is broken: codes by the path of the leaf or the action."""
    dry_run: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What it would have done (app.automation.dry_run), of the content named in `dry_run_of`."""
    dry_run_of: Mapped[str] = mapped_column(String(64), default="")
    dry_run_at: Mapped[datetime | None]
    dry_run_work_id: Mapped[int | None] = fk("long_works.id", ondelete="SET NULL")
    hook_secret: Mapped[bytes] = mapped_column(LargeBinary)
    """Sealed; what its calls are signed with."""
    last_run_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    """Raised by hand: that it has acted makes nobody's sight of it stale."""

    owner: Mapped[Operator] = relationship(lazy="raise_on_sql")


SIGNED = "automation:"
"""How what a run did is signed, before the run's number."""


class AutomationRun(Entity):
    """One rule's answer to one moment of one object: why, what it did, and what was refused."""

    __tablename__ = "automation_runs"
    __seen__ = ByRule("automation_run")
    __table_args__ = (
        UniqueConstraint("rule_id", "service_request_id", "moment"),
        Index("ix_automation_runs_by_rule", "rule_id", "id"),
        Index("ix_automation_runs_lately", "rule_id", "created_at"),
        Index("ix_automation_runs_open", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    rule_id: Mapped[int] = fk("automation_rules.id", ondelete="CASCADE", index=False)
    rule_version: Mapped[int]
    agency_id: Mapped[int] = fk("agencies.id")
    account_id: Mapped[int] = fk("accounts.id")
    service_request_id: Mapped[int] = fk("service_requests.id")
    moment: Mapped[str] = mapped_column(String(60))
    """What makes it the only one: the number of the event, or the moment that was waited for."""
    basis_at: Mapped[datetime | None]
    """Of a rule that waits for a time: the field's value that its moment was counted from."""
    cause: Mapped[str] = mapped_column(String(60))
    """What set it off: a key of app.automation.triggers, or `time`."""
    caused_by_id: Mapped[int | None] = mapped_column(Id)
    """The run whose act was its cause. No reference: rows go after their time."""
    round: Mapped[int] = mapped_column(default=1)
    """How many runs, this one among them, led one to the other."""
    change: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the event changed: `{column: [before, after]}`."""
    matched: Mapped[list[Any]] = mapped_column(default=list)
    """The leaves that decided, each with the value that the object had then."""
    actions: Mapped[list[Any]] = mapped_column(default=list)
    """The rule's actions as they were then."""
    results: Mapped[list[Any]] = mapped_column(default=list)
    """One a finished action: `{state, code, detail, at}`; committed with what the action did."""
    state: Mapped[RunState] = mapped_column(EnumText(RunState), default=RunState.WAITING)
    reason: Mapped[str | None] = mapped_column(String(60))
    """Why nothing was done: a code."""
    calling_since: Mapped[datetime | None]
    """A call to an outside address is under way since then."""
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
