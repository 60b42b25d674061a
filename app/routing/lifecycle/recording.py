"""Writing changes down: one row each, and telling those who see the request or have lost it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from app.core.bulk import insert_objects, insert_rows
from app.core.bulk_changes import write_changes
from app.core.context import Context
from app.core.events import EventName
from app.models import AssignmentDecision, ChangeKind, Message, RequestChange, ServiceRequest
from app.routing.announce import announce
from app.routing.events import ANSWER_FAILED, ASSIGNED, CLASSIFIED, OPENED, STATUS_CHANGED, UPDATED
from app.routing.levels.marks import mark
from app.routing.levels.stored import clock_of
from app.routing.lifecycle.deadlines import set_deadlines
from app.routing.related import relate

RECORDED = (
    "status",
    "team_id",
    "queue_id",
    "routed_by_id",
    "assignee_id",
    "type",
    "priority",
    "sentiment",
    "waiting_since",
    "due_at",
    "first_replied_at",
    "resolved_at",
    "policy_id",
    "resolve_due_at",
    "send_failure",
    "merged_into_id",
)
"""The columns that say where a request stands; the others count, show or are derived from these."""

_OWN_NAMES = {
    ChangeKind.OPENED: OPENED,
    ChangeKind.ANSWER_FAILED: ANSWER_FAILED,
    ChangeKind.CLASSIFIED: CLASSIFIED,
}


def state_of(request: ServiceRequest) -> dict[str, Any]:
    return {name: _plain(getattr(request, name)) for name in RECORDED}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


@dataclass
class Change:
    """A change of one request that is being made."""

    request: ServiceRequest
    kind: ChangeKind
    before: dict[str, Any]
    """Empty for a request that is being opened."""
    version: int
    reason: str | None = None
    message: Message | None = None
    decision: AssignmentDecision | None = None
    said: str | None = None

    @classmethod
    def of(cls, request: ServiceRequest, kind: ChangeKind, reason: str | None = None) -> Change:
        return cls(request, kind, state_of(request), request.version, reason)

    @property
    def holder_before(self) -> tuple[int | None, int | None] | None:
        return (self.before["team_id"], self.before["assignee_id"]) if self.before else None

    def differs(self, name: str) -> bool:
        return bool(self.before) and self.before[name] != _plain(getattr(self.request, name))


@contextmanager
def changing(
    ctx: Context, request: ServiceRequest, kind: ChangeKind, reason: str | None = None
) -> Iterator[Change]:
    """One change of one request: what the block does to it is derived from, written down and told."""
    change = Change.of(request, kind, reason)
    yield change
    set_deadlines(request, clock_of(ctx, request.account_id), ctx.now())
    record(ctx, [change])


def record(ctx: Context, changes: Sequence[Change]) -> None:
    """Write changes of stored requests down and tell of them; a fixed number of statements.

    A change that changed nothing leaves no row and is not told.
    """
    write_changes(ctx.session, [change.request for change in changes])
    ctx.session.flush()
    made = [change for change in changes if change.request.version != change.version]
    if made:
        write_down(ctx, made)
        relate(ctx.session, [change.request for change in made])
        tell(ctx, made)


def write_down(ctx: Context, changes: Sequence[Change]) -> None:
    """The rows of changes whose requests have been flushed, the decisions that hang on them, and what became
    of the time that policies gave them."""
    rows = [row_of(change, ctx.now(), ctx.actor.label, ctx.actor.operator_id) for change in changes]
    ids = insert_rows(ctx.session, RequestChange, rows)
    decisions = []
    for change, change_id in zip(changes, ids, strict=True):
        if change.decision is not None:
            change.decision.change_id = change_id
            decisions.append(change.decision)
    insert_objects(ctx.session, decisions)
    mark(ctx, changes)


def row_of(change: Change, at: datetime, actor: str, operator_id: int | None) -> dict[str, Any]:
    """A change that is done, as its row: what its request is now is what it led to."""
    after = state_of(change.request)
    changed = [name for name in RECORDED if not change.before or change.before[name] != after[name]]
    return {
        "created_at": at,
        "service_request_id": change.request.id,
        "account_id": change.request.account_id,
        "kind": change.kind,
        "version": change.request.version,
        "before": {name: change.before[name] for name in changed} if change.before else {},
        "after": {name: after[name] for name in changed},
        "actor": actor[:120],
        "operator_id": operator_id,
        "reason": change.reason,
        "said": change.said,
        "message_id": change.message.id if change.message else None,
    }


def tell(ctx: Context, changes: Sequence[Change]) -> None:
    """One event a change, to those who see the request (its related rows are loaded) and those who did."""
    for change in sorted(changes, key=lambda change: change.request.id):
        announce(ctx, _event_of(change), change.request, change.holder_before)


def _event_of(change: Change) -> EventName:
    if change.kind in _OWN_NAMES:
        return _OWN_NAMES[change.kind]
    if change.kind is ChangeKind.JOINED and (change.differs("type") or change.differs("priority")):
        return CLASSIFIED
    if change.differs("assignee_id") or change.differs("team_id"):
        return ASSIGNED
    # That a customer wrote again is told as such, whatever it makes of the status.
    if change.differs("status") and change.kind is not ChangeKind.JOINED:
        return STATUS_CHANGED
    return UPDATED
