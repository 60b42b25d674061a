"""What the last weeks of the history told its people: notifications as they would have come, mostly read.

Written with the last day, of the requests' changes as they stand: who was given what, whose answer did not
go, what became late, which alerts were raised. Causes are named as those of the present are, so that nobody
is told again. No e-mail and no event comes of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import select

from app.core.bulk import insert_rows
from app.core.context import Context
from app.core.permissions import Permission
from app.identity.actors import actors_of
from app.identity.scope import account_audience, rooms_of
from app.models import (
    ACTIVE_STATUSES,
    Alert,
    ChangeKind,
    Notification,
    RequestChange,
    RequestStatus,
    ServiceRequest,
)
from app.notifications.kinds import NoticeKind
from app.routing.notices import (
    ASSIGNED_TO_ME,
    HANDED_OVER,
    REPLY_FAILED,
    RETURNED,
    SLA_MISSED,
    TAKEN_OVER,
)
from app.topics.notices import ALERT_RAISED_NOTICE

KEPT = timedelta(days=14)
"""Of requests; alerts are few, and told for as long as notifications are kept."""
_SEEN_AFTER = timedelta(minutes=9)
"""How long a notification that nobody acted on stood before it was read."""


@dataclass
class _Request:
    """As far as the changes have told it."""

    number: int
    is_open: bool
    holder: int | None = None
    due: datetime | None = None
    waits: bool = False
    rows: list[dict[str, Any]] = field(default_factory=list)

    def tell(self, kind: NoticeKind, key: str, to: int | None, at: datetime, **detail: str) -> None:
        cause = f"{kind.key}:{self.number}:{key}"
        # As in the present: what has been told of a cause is not told again, like a deadline missed twice.
        if to is not None and all((row["cause"], row["operator_id"]) != (cause, to) for row in self.rows):
            self.rows.append(_row(kind, cause, to, self.number, at, detail))

    def take(self, change: RequestChange) -> None:
        """What the change told, and what had become late before it came."""
        self.watch(change.created_at)
        after, version = change.after, str(change.version)
        if change.kind is ChangeKind.ANSWER_FAILED:
            self.tell(REPLY_FAILED, version, self.holder, change.created_at, outcome="failed")
        if "assignee_id" in after:
            before, now = self.holder, after["assignee_id"]
            kind = ASSIGNED_TO_ME if before is None else HANDED_OVER
            if now != change.operator_id:
                self.tell(kind, version, now, change.created_at)
            if before not in (None, change.operator_id):
                lost = RETURNED if now is None else TAKEN_OVER
                self.tell(lost, version, before, change.created_at)
            self.holder = now
        self._see(change)
        if "due_at" in after:
            self.due = datetime.fromisoformat(after["due_at"]) if after["due_at"] else None
        self.waits = bool(after.get("waiting_since", self.waits))

    def watch(self, until: datetime) -> None:
        """It became late, if it did before this moment."""
        if self.waits and self.due is not None and self.due < until:
            self.tell(SLA_MISSED, f"{self.due:%Y%m%d%H%M%S}", self.holder, self.due)
            self.waits = False

    def _see(self, change: RequestChange) -> None:
        """Whoever does something with a request has seen what was told of it."""
        for row in self.rows:
            if row["read_at"] is None and row["operator_id"] == change.operator_id:
                row["read_at"] = max(change.created_at, row["created_at"])


def _row(
    kind: NoticeKind, cause: str, to: int, subject: int, at: datetime, detail: dict[str, str]
) -> dict[str, Any]:
    return {
        "created_at": at,
        "operator_id": to,
        "kind": kind.key,
        "cause": cause,
        "subject_kind": kind.about.word,
        "subject_id": subject,
        "detail": detail,
        "count": 1,
        "is_shown": True,
        "is_folded": False,
        "read_at": None,
    }


def tell_of_history(ctx: Context, until: datetime) -> int:
    """Write them, the oldest first; how many. A fixed number of statements."""
    rows = [*_of_requests(ctx, until), *_of_alerts(ctx, until)]
    rows.sort(key=lambda row: (row["created_at"], row["operator_id"], row["cause"]))
    insert_rows(ctx.session, Notification, rows)
    return len(rows)


def _of_requests(ctx: Context, until: datetime) -> Iterator[dict[str, Any]]:
    changes = ctx.session.execute(
        select(RequestChange, ServiceRequest.status)
        .join(ServiceRequest, ServiceRequest.id == RequestChange.service_request_id)
        .where(ServiceRequest.opened_at >= until - KEPT, RequestChange.created_at < until)
        .order_by(RequestChange.service_request_id, RequestChange.version)
    )
    for number, told in groupby(changes, key=lambda each: each[0].service_request_id):
        yield from _of_request(number, list(told), until)


def _of_request(number: int, told: Sequence[Any], until: datetime) -> Iterable[dict[str, Any]]:
    status: RequestStatus = told[0][1]
    request = _Request(number, status in ACTIVE_STATUSES)
    for change, _ in told:
        request.take(change)
    request.watch(until)
    for row in request.rows:
        if row["read_at"] is None and not (request.is_open and row["operator_id"] == request.holder):
            # What is no work of theirs any more has been seen and left.
            row["read_at"] = min(row["created_at"] + _SEEN_AFTER, until)
    return _folded(request.rows)


def _folded(rows: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    """Of what is unread of a kind the last stands for the others."""
    last: dict[tuple[int, str], dict[str, Any]] = {}
    for row in rows:
        if row["read_at"] is not None:
            continue
        earlier = last.get((row["operator_id"], row["kind"]))
        if earlier is not None:
            earlier["is_folded"], earlier["read_at"] = True, row["created_at"]
            row["count"] = earlier["count"] + 1
        last[row["operator_id"], row["kind"]] = row
    return rows


def _of_alerts(ctx: Context, until: datetime) -> Iterator[dict[str, Any]]:
    oldest = until - timedelta(days=ctx.runtime.settings.notification_days)
    alerts = ctx.session.scalars(
        select(Alert).where(Alert.created_at >= oldest, Alert.created_at < until).order_by(Alert.id)
    ).all()
    people = [(person, rooms_of(person)) for person in actors_of(ctx.session, None, until)]
    for alert in alerts:
        hearing = account_audience(alert.account_id, Permission.TOPICS_READ).rooms
        for person, rooms in people:
            if person.may(Permission.TOPICS_READ) and not rooms.isdisjoint(hearing):
                to, what = person.operator_id or 0, {"what": alert.kind.value}
                cause = f"{ALERT_RAISED_NOTICE.key}:{alert.id}"
                row = _row(ALERT_RAISED_NOTICE, cause, to, alert.id, alert.created_at, what)
                yield {**row, "read_at": min(alert.created_at + _SEEN_AFTER, until)}
