"""Requests whose whole life is told afterwards, as the demo's history is.

Act by act, each with its moment and its doer, by the same table of transitions and the same derivations as
everything else here, but in memory and for the past: nobody is told and no job is asked for. A day's requests
are stored together, with a number of statements that does not depend on how many there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, inspect, update
from sqlalchemy.orm import Session

from app.adapters.capabilities import WindowRule
from app.adapters.types import ReplyWindow, Trigger
from app.adapters.window_rules import ContactEvent, PastSend, window_state
from app.core.bulk import insert_rows, take_ids
from app.models import (
    AssignmentDecision,
    ChangeKind,
    Direction,
    Lane,
    Message,
    RequestChange,
    ServiceClock,
    ServiceMark,
    ServiceRequest,
    Verdict,
)
from app.routing.levels.clock import Clock
from app.routing.levels.marks import goes_on, outcomes
from app.routing.lifecycle.acts import settled
from app.routing.lifecycle.answers import answer_given
from app.routing.lifecycle.arrivals import CLOSING, Opening, joined, new_request, shown, take_readable
from app.routing.lifecycle.deadlines import preview, set_deadlines, set_window
from app.routing.lifecycle.recording import Change, row_of
from app.routing.lifecycle.transitions import demand, follow


@dataclass(frozen=True)
class Doer:
    """Who did something: as the change names them, and their id if they are a person of ours."""

    label: str
    operator_id: int | None = None


@dataclass
class _Act:
    row: dict[str, Any]
    message: Message | None
    decision: AssignmentDecision | None


@dataclass
class Played:
    """One request that is being played. Acts come in the order of time."""

    request: ServiceRequest
    rules: Sequence[WindowRule]
    """The platform's windows for private answers."""
    clock: Clock
    """By which its deadlines count."""
    acts: list[_Act] = field(default_factory=list)
    marks: list[dict[str, Any]] = field(default_factory=list)
    """What became of the time that a policy gave, as rows."""
    _written: list[ContactEvent] = field(default_factory=list)
    _sent: list[PastSend] = field(default_factory=list)

    @classmethod
    def opened(
        cls,
        opening: Opening,
        at: datetime,
        by: Doer,
        said: tuple[Message, Verdict],
        decision: AssignmentDecision,
        rules: Sequence[WindowRule],
        clock: Clock,
    ) -> Played:
        """A request that its customer's first message opens; `decision` says whose it is, if anybody's."""
        played = cls(new_request(opening, at), rules, clock)
        request = played.request
        request.version = 0
        change = Change(request, ChangeKind.OPENED, {}, 0)
        joined(change, *said, clock)
        played._heard(said[0])
        played._give(change, decision)
        played._write(change, at, by)
        return played

    @classmethod
    def resumed(
        cls, request: ServiceRequest, heard: Message, rules: Sequence[WindowRule], clock: Clock
    ) -> Played:
        """One that is stored and goes on. It belongs to no session; `heard` is all that was said in it."""
        played = cls(request, rules, clock)
        played._heard(heard)
        return played

    @property
    def stood(self) -> Iterator[tuple[datetime, str | None]]:
        """When it changed, and where it stood from then on; None: where it had stood."""
        return ((act.row["created_at"], act.row["after"].get("status")) for act in self.acts)

    def wrote(self, at: datetime, by: Doer, message: Message, verdict: Verdict) -> None:
        """The customer writes again while the request is active."""
        with self._acting(at, by, ChangeKind.JOINED) as change:
            joined(change, message, verdict, self.clock)
            self._heard(message)

    def repeated(self, at: datetime, by: Doer, message: Message, verdict: Verdict, reason: str) -> None:
        """The customer says the same again after it was resolved: it is taken up again."""
        with self._acting(at, by, ChangeKind.REOPENED, reason) as change:
            demand(self.request, ChangeKind.REOPENED)
            self.request.resolved_at = None
            joined(change, message, verdict, self.clock)
            self._heard(message)

    def thanked(self, at: datetime, by: Doer, message: Message) -> None:
        """The customer thanks for an answer, which resolves what waited for them."""
        with self._acting(at, by, ChangeKind.RESOLVED, CLOSING) as change:
            change.message = message
            demand(self.request, ChangeKind.RESOLVED)
            self.request.resolved_at = at
            shown(self.request, message)
            self._heard(message)

    def assigned(self, at: datetime, by: Doer, decision: AssignmentDecision) -> None:
        with self._acting(at, by, ChangeKind.ASSIGNED, decision.reason) as change:
            self._give(change, decision)

    def read(self, at: datetime, by: Doer) -> None:
        with self._acting(at, by, ChangeKind.READ):
            self.request.unread_count = 0

    def answered(self, at: datetime, by: Doer, message: Message) -> None:
        with self._acting(at, by, ChangeKind.ANSWERED) as change:
            change.message = message
            self._sent.append(PastSend(at))
            answer_given(self.request, message, self._window(at))

    def failed(self, at: datetime, by: Doer, message: Message, last: Message, code: str) -> None:
        """The first answer did not go: `last` is what the request shows again; its customer waits."""
        with self._acting(at, by, ChangeKind.ANSWER_FAILED, code) as change:
            change.message = message
            request = self.request
            request.message_count -= 1
            request.last_number = last.number
            request.first_replied_at = None
            request.preview = preview(last.text, Direction.INBOUND, last.occurred_at, last.media)
            follow(request, ChangeKind.ANSWER_FAILED)
            request.waiting_since = request.last_inbound_at
            request.send_failure = code
            self._sent.pop()

    def resolved(self, at: datetime, by: Doer) -> None:
        with self._acting(at, by, ChangeKind.RESOLVED):
            demand(self.request, ChangeKind.RESOLVED)
            settled(self.request, at)

    def put_on_hold(self, at: datetime, by: Doer) -> None:
        with self._acting(at, by, ChangeKind.PUT_ON_HOLD):
            demand(self.request, ChangeKind.PUT_ON_HOLD)

    def closed(self, at: datetime, by: Doer) -> None:
        with self._acting(at, by, ChangeKind.CLOSED):
            demand(self.request, ChangeKind.CLOSED)

    @contextmanager
    def _acting(
        self, at: datetime, by: Doer, kind: ChangeKind, reason: str | None = None
    ) -> Iterator[Change]:
        change = Change.of(self.request, kind, reason)
        yield change
        self._write(change, at, by)

    def _write(self, change: Change, at: datetime, by: Doer) -> None:
        request = self.request
        if request.lane is Lane.PRIVATE:
            set_window(request, self._window(at))
        set_deadlines(request, self.clock, at)
        request.version += 1
        if change.before and goes_on(change):
            self._take_up()
        self.marks += outcomes(change, at)
        self.acts.append(_Act(row_of(change, at, by.label, by.operator_id), change.message, change.decision))

    def _take_up(self) -> None:
        """A stretch whose end is undone goes on."""
        waits = self.request.waiting_since
        self.marks = [
            row
            for row in self.marks
            if row["kind"] is not ServiceClock.RESOLUTION and (waits is None or row["ended_at"] < waits)
        ]

    def _give(self, change: Change, decision: AssignmentDecision) -> None:
        change.decision = decision
        if decision.chosen_operator_id is not None:
            self.request.assignee_id = decision.chosen_operator_id
            follow(self.request, ChangeKind.ASSIGNED)

    def _heard(self, message: Message) -> None:
        if message.lane is Lane.PRIVATE:
            self._written.append(ContactEvent(Trigger.MESSAGE, message.occurred_at))

    def _window(self, at: datetime) -> ReplyWindow:
        return window_state(self.rules, self._written, self._sent, at)


def number(session: Session, played: Sequence[Played], at: datetime) -> None:
    """Give requests that were opened on one day their ids and the numbers that people read."""
    ids = take_ids(session, ServiceRequest, len(played))
    for one, request_id, name in zip(played, ids, take_readable(session, len(played), at), strict=True):
        one.request.id, one.request.number = request_id, name


def store_requests(session: Session, played: Sequence[Played]) -> None:
    """The requests themselves, numbered; their messages come next."""
    insert_rows(session, ServiceRequest, [vars(one.request) for one in played])


def store_further(session: Session, played: Sequence[Played]) -> None:
    """What has become of stored requests that went on; their changes come later. One statement."""
    gone_on = [vars(one.request) for one in played if one.acts]
    if not gone_on:
        return
    table = inspect(ServiceRequest).local_table
    assert isinstance(table, Table)  # noqa: S101  every model of ours is a table
    names = [column.name for column in table.columns if column.name != "id"]
    rows = [{f"to_{name}": row[name] for name in names} | {"which": row["id"]} for row in gone_on]
    values: dict[str, Any] = {name: bindparam(f"to_{name}") for name in names}
    which = table.c.id == bindparam("which")
    session.connection().execute(update(table).where(which).values(values), rows)


def store_changes(session: Session, played: Sequence[Played]) -> None:
    """What happened to stored requests, in the order of time, once their messages are stored."""
    acts = sorted((act for one in played for act in one.acts), key=lambda act: act.row["created_at"])
    requests = {id(act): one.request.id for one in played for act in one.acts}
    for act in acts:
        act.row["service_request_id"] = requests[id(act)]
        act.row["message_id"] = act.message.id if act.message is not None else None
    ids = insert_rows(session, RequestChange, [act.row for act in acts])
    decided = [(act, change_id) for act, change_id in zip(acts, ids, strict=True) if act.decision is not None]
    rows = [
        {**vars(act.decision), "service_request_id": act.row["service_request_id"], "change_id": change_id}
        for act, change_id in decided
    ]
    insert_rows(session, AssignmentDecision, rows)
    marks = [{**row, "service_request_id": one.request.id} for one in played for row in one.marks]
    insert_rows(session, ServiceMark, marks)
