"""The unit of work and who it was given to."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, ColumnElement, Index, String, and_, false, func, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Entity, EnumText, Id, fk
from app.core.lanes import Lane
from app.core.seen import ByRequest, ByRule
from app.models.account import Account
from app.models.conversation import Conversation
from app.models.identity import Operator, Team


class RequestStatus(StrEnum):
    NEW = "new"
    OPEN = "open"
    PENDING = "pending"
    ON_HOLD = "on_hold"
    RESOLVED = "resolved"
    CLOSED = "closed"


ACTIVE_STATUSES = (RequestStatus.NEW, RequestStatus.OPEN, RequestStatus.PENDING, RequestStatus.ON_HOLD)
WORKING_STATUSES = (RequestStatus.NEW, RequestStatus.OPEN)
"""What takes an operator's time now; a request that waits for its customer takes none."""
DONE_STATUSES = (RequestStatus.RESOLVED, RequestStatus.CLOSED)
_ACTIVE_SQL = text("status IN ('new', 'open', 'pending', 'on_hold')")
_DONE_SQL = text("status IN ('resolved', 'closed')")
_ANSWER_LEVEL_SQL = text("policy_id IS NOT NULL AND waiting_since IS NOT NULL")
_RESOLVE_LEVEL_SQL = text("resolve_due_at IS NOT NULL AND stopped_at IS NULL")
_OFFERED_SQL = text("offered_at IS NOT NULL")
_DONE_UNREAD_SQL = text("status IN ('resolved', 'closed') AND unread_count > 0")


_WAITS_SQL = text("assignee_id IS NULL AND status = 'new'")


def _partial(name: str, *columns: Any, where: Any) -> Index:
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


_COUNTED = ("account_id", "status", "assignee_id", "team_id", "unread_count")
_FIGURES = ("account_id", "team_id", "assignee_id", "type", "priority")


class ServiceRequest(Entity):
    """What one person wants from one account in one lane, until it is resolved."""

    __tablename__ = "service_requests"
    __seen__ = ByRule("request")
    __table_args__ = (
        # Later posts of the same person join the open request: the database itself forbids a second one,
        # unless a person has split it.
        Index(
            "uq_service_requests_open",
            "conversation_id",
            "lane",
            "strand",
            unique=True,
            sqlite_where=_ACTIVE_SQL,
            postgresql_where=_ACTIVE_SQL,
        ),
        Index("ix_service_requests_account_id_status_urgent_at", "account_id", "status", "urgent_at"),
        # How much somebody holds, by lane: the rows themselves are not read.
        Index("ix_service_requests_assignee_id_status_lane", "assignee_id", "status", "lane"),
        # What was given and nobody has opened: few of very many.
        _partial("ix_service_requests_offered", "offered_at", where=_OFFERED_SQL),
        # What waits for a hand, place by place, the most urgent of each first.
        Index(
            "ix_service_requests_waiting",
            "account_id",
            text("coalesce(team_id, 0)"),
            text("coalesce(queue_id, 0)"),
            "urgent_at",
            "priority",
            "id",
            sqlite_where=_WAITS_SQL,
            postgresql_where=_WAITS_SQL,
        ),
        # The lists in their own orders, so that a page is read and nothing is sorted.
        _partial("ix_service_requests_active_urgent", "urgent_at", "priority", "id", where=_ACTIVE_SQL),
        _partial("ix_service_requests_active_newest", "last_inbound_at", "id", where=_ACTIVE_SQL),
        _partial("ix_service_requests_done_newest", "last_inbound_at", "id", where=_DONE_SQL),
        _partial("ix_service_requests_done_urgent", "urgent_at", "priority", "id", where=_DONE_SQL),
        _partial(
            "ix_service_requests_account_active",
            "account_id",
            "urgent_at",
            "priority",
            "id",
            where=_ACTIVE_SQL,
        ),
        _partial("ix_service_requests_account_done", "account_id", "last_inbound_at", "id", where=_DONE_SQL),
        # All that a count asks about: the rows themselves are not read.
        _partial(
            "ix_service_requests_active_counts",
            *_COUNTED,
            "waiting_since",
            "due_at",
            "queue_id",
            "lane",
            where=_ACTIVE_SQL,
        ),
        _partial("ix_service_requests_done_counts", *_COUNTED, where=_DONE_SQL),
        # What came in after the end and nobody has read: few of very many.
        _partial(
            "ix_service_requests_done_unread",
            "account_id",
            "status",
            "unread_count",
            "assignee_id",
            "team_id",
            where=_DONE_UNREAD_SQL,
        ),
        _partial("ix_service_requests_done_lately", "resolved_at", "account_id", "status", where=_DONE_SQL),
        # What policies count, by when it is due: empty while there is no policy.
        _partial("ix_service_requests_level_due", "due_at", where=_ANSWER_LEVEL_SQL),
        _partial("ix_service_requests_resolve_due", "resolve_due_at", where=_RESOLVE_LEVEL_SQL),
        # Figures of a span: what they count and by what they are narrowed, without the rows.
        Index(
            "ix_service_requests_by_opening",
            "opened_at",
            *_FIGURES,
            "first_replied_at",
            "first_due_at",
            "due_at",
        ),
        _partial(
            "ix_service_requests_unanswered",
            "opened_at",
            *_FIGURES,
            "due_at",
            where=text("first_replied_at IS NULL AND due_at IS NOT NULL"),
        ),
        Index("ix_service_requests_by_resolution", "resolved_at", "opened_at", *_FIGURES),
    )

    number: Mapped[str] = mapped_column(String(24), unique=True)
    account_id: Mapped[int] = fk("accounts.id", index=False)
    conversation_id: Mapped[int] = fk("conversations.id")
    team_id: Mapped[int | None] = fk("teams.id")
    assignee_id: Mapped[int | None] = fk("operators.id", index=False)
    queue_id: Mapped[int | None] = fk("routing_queues.id")
    """Where it waits, or waited last; None: in no queue that anybody set up, but where its team says."""
    queued_at: Mapped[datetime | None]
    """Since when it has been in that queue."""
    routed_by_id: Mapped[int | None] = fk("routing_rules.id")
    """The rule that said so; None: no rule did."""
    wanted_skills: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    """`skill_id` and least `level` of each, the most important first."""
    lane: Mapped[Lane] = mapped_column(EnumText(Lane))
    strand: Mapped[int] = mapped_column(default=0, server_default="0")
    """0, but for what was split off: several of one person and lane may be open then; new posts join the
    lowest."""
    merged_into_id: Mapped[int | None] = mapped_column(Id, index=True)
    """The request that goes on in its place; it is closed then. No foreign key: for one, the table would be
    rebuilt on SQLite and lose its triggers; and a request is never deleted."""
    status: Mapped[RequestStatus] = mapped_column(EnumText(RequestStatus), default=RequestStatus.NEW)
    type: Mapped[str] = mapped_column(String(20), default="other")
    priority: Mapped[int] = mapped_column(default=3)
    priority_parts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    judged_by_hand: Mapped[bool] = mapped_column(default=False, server_default=false())
    """A person said what it is: its type and priority no longer follow from its customer's messages."""
    sentiment: Mapped[int] = mapped_column(default=0)
    sentiment_score: Mapped[float] = mapped_column(default=0.5)
    sentiment_unsure: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime]
    waiting_since: Mapped[datetime | None]
    raised_at: Mapped[datetime | None]
    """From when on its time is counted if a message made it more urgent while its customer was waiting."""
    due_at: Mapped[datetime | None]
    urgent_at: Mapped[datetime]
    """The earliest of service times and platform window while something is due, else far in the future."""
    window_until: Mapped[datetime | None]
    window_remaining: Mapped[int | None]
    first_replied_at: Mapped[datetime | None]
    first_due_at: Mapped[datetime | None]
    """When the first answer was due, as it stood when that was written: a priority or calendar changed later
    does not make an answer late that came in time. Empty where nobody waited for it."""
    resolved_at: Mapped[datetime | None]
    policy_id: Mapped[int | None] = fk("service_policies.id", index=False)
    """By which service policy its time is counted; empty: as long as there is none, by its priority."""
    resolve_due_at: Mapped[datetime | None]
    """When it is to be resolved, if its policy says so. While its clock stands still, as it stood then."""
    stopped_at: Mapped[datetime | None]
    """Since when the clock to its resolution stands still: we wait for the customer, or it is done."""
    stopped_micros: Mapped[int] = mapped_column(BigInteger, default=0, server_default=literal_column("0"))
    """How much working time it has stood still before that, in microseconds."""
    send_failure: Mapped[str | None] = mapped_column(String(60))
    """Why the newest answer has not gone; empty while none has failed that no later answer made up for."""
    last_inbound_at: Mapped[datetime]
    message_count: Mapped[int] = mapped_column(default=0)
    offered_at: Mapped[datetime | None]
    """When the router gave it to its assignee, who has not opened it since."""
    unread_count: Mapped[int] = mapped_column(default=0)
    """Inbound messages that the assignee has not opened yet; all of them while there is none."""
    last_number: Mapped[int] = mapped_column(default=0)
    preview: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=1)

    account: Mapped[Account] = relationship(lazy="raise_on_sql")
    conversation: Mapped[Conversation] = relationship(lazy="raise_on_sql")
    assignee: Mapped[Operator | None] = relationship(lazy="raise_on_sql")
    team: Mapped[Team | None] = relationship(lazy="raise_on_sql")
    if TYPE_CHECKING:
        units_of_teams: dict[int, frozenset[int]]
        """Of every team its unit and all above it; there for whoever asks conditions of a request."""
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


@cache
def stands(statuses: tuple[RequestStatus, ...]) -> ColumnElement[bool]:
    """`status IN (…)` with the values as text, in their order: a partial index serves only the condition that
    it was made with, and SQLite does not look behind a bound value. Put together once: every list asks it."""
    return ServiceRequest.status.in_([literal_column(f"'{status.value}'") for status in statuses])


def waits(row: Any) -> ColumnElement[bool]:
    """Whether it waits for a hand, as the partial index has it; `row` is the model or an alias of it."""
    return and_(row.assignee_id.is_(None), row.status == literal_column("'new'"))


def in_place(row: Any) -> tuple[Any, Any, Any]:
    """Account, team and queue as the index of what waits holds them; 0: none."""
    nothing: ColumnElement[int] = literal_column("0")
    return row.account_id, func.coalesce(row.team_id, nothing), func.coalesce(row.queue_id, nothing)


def is_unread() -> ColumnElement[bool]:
    """`unread_count > 0` as its partial index has it, which SQLite compares by the letter."""
    return ServiceRequest.unread_count > literal_column("0")


MANUAL = "manual"
"""The strategy of a decision that no strategy made."""


class AssignmentDecision(Entity):
    """Why a request went to whom: the candidates as they stood, who was left out, and the reason."""

    __tablename__ = "assignment_decisions"
    __seen__ = ByRequest()
    __table_args__ = (
        # When somebody was last given work: one step in the index for each person.
        Index("ix_assignment_decisions_chosen_operator_id", "chosen_operator_id", "id"),
        # Who has been given how much lately.
        Index("ix_assignment_decisions_chosen_operator_id_created_at", "chosen_operator_id", "created_at"),
    )

    service_request_id: Mapped[int] = fk("service_requests.id")
    account_id: Mapped[int] = fk("accounts.id")
    strategy: Mapped[str] = mapped_column(String(40))
    chosen_operator_id: Mapped[int | None] = fk("operators.id", index=False)
    decided_by_id: Mapped[int | None] = fk("operators.id")
    reason: Mapped[str] = mapped_column(String(60))
    candidates: Mapped[list[Any]] = mapped_column(default=list)
    others: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """Of very many: the ids of those who are not in `candidates`, by why they were passed over."""
    queue_id: Mapped[int | None] = fk("routing_queues.id", index=False)
    """In which queue it was decided."""
    ring: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many of the wanted skills had fallen away by then."""
    change_id: Mapped[int | None] = fk("request_changes.id")
    """The change that came of it; empty only in rows older than the changes."""

    @property
    def offers(self) -> bool:
        """Whether somebody was chosen who did not take it themselves, nor was handed it by a person."""
        return self.chosen_operator_id is not None and self.strategy != MANUAL
