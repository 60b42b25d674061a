"""What became of the time that a policy gave: one row for each stretch of it, written once.

A stretch ends when its customer is answered, or its request resolved; taken back or failed, the answer's
stretch goes on. Whoever writes holds the request. That time is nearly over, or over, `watching` finds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, select

from app.core.context import Context
from app.core.db import among, upsert
from app.models import ACTIVE_STATUSES, DONE_STATUSES, ChangeKind, RequestStatus, ServiceClock, ServiceMark

if TYPE_CHECKING:
    from app.routing.lifecycle.recording import Change

_DONE = {status.value for status in DONE_STATUSES}
_ACTIVE = {status.value for status in ACTIVE_STATUSES}
_WITHDRAWN = (ChangeKind.ANSWER_TAKEN_BACK, ChangeKind.ANSWER_FAILED)
_MOVES_ON = (ChangeKind.MERGED, ChangeKind.UNMERGED)
"""Nobody was answered by these, and nothing was resolved: the time goes on with the other request."""
_ONE = ("service_request_id", "kind", "began_at")


def mark(ctx: Context, changes: Sequence[Change]) -> None:
    """What these changes, whose requests are stored, end or take up again. Nothing where no policy counts;
    one statement where stretches end, two more where answers are withdrawn or requests taken up again."""
    counted = [
        change
        for change in changes
        if change.before and change.request.policy_id is not None and change.kind not in _MOVES_ON
    ]
    take_up = [change for change in counted if goes_on(change)]
    if take_up:
        _take_up(ctx, take_up)
    ended = [row for change in counted for row in outcomes(change, ctx.now())]
    if ended:
        store_ended(ctx, ended)


def outcomes(change: Change, at: datetime) -> Iterator[dict[str, Any]]:
    """The stretches that a change ends, as rows."""
    request, before = change.request, change.before
    if request.policy_id is None or not before:
        return
    if before["waiting_since"] and before["due_at"] and request.waiting_since is None:
        kind = ServiceClock.FIRST if before["first_replied_at"] is None else ServiceClock.NEXT
        due = datetime.fromisoformat(before["due_at"])
        yield _row(change, kind, datetime.fromisoformat(before["waiting_since"]), due, at, at)
    is_done = before["status"] in _ACTIVE and request.status is RequestStatus.RESOLVED
    if is_done and request.resolve_due_at is not None:
        # Resolved while its clock stood still, it took no longer than until then.
        counted_to = request.stopped_at or at
        yield _row(change, ServiceClock.RESOLUTION, request.opened_at, request.resolve_due_at, at, counted_to)


def _row(
    change: Change, kind: ServiceClock, began: datetime, due: datetime, at: datetime, counted_to: datetime
) -> dict[str, Any]:
    request = change.request
    return {
        "created_at": at,
        "service_request_id": request.id,
        "account_id": request.account_id,
        "policy_id": request.policy_id,
        "kind": kind,
        "began_at": began,
        "due_at": due,
        "warned_at": None,
        "missed_at": at if counted_to > due else None,
        "ended_at": at,
        "told": [],
    }


def store_ended(ctx: Context, rows: Iterable[Mapping[str, Any]]) -> None:
    """One statement. What was noted before of the same stretch stays, as far as it is still true."""
    statement = upsert(ctx.session, ServiceMark).values([dict(row) for row in rows])
    new = statement.excluded
    late = case((new.missed_at.is_(None), None), else_=func.coalesce(ServiceMark.missed_at, new.missed_at))
    ctx.session.execute(
        statement.on_conflict_do_update(
            index_elements=list(_ONE),
            set_={
                "due_at": new.due_at,
                "policy_id": new.policy_id,
                "ended_at": new.ended_at,
                "missed_at": late,
            },
        )
    )


def goes_on(change: Change) -> bool:
    """Whether it undoes the end of a stretch: nothing new has begun."""
    was_done = change.before["status"] in _DONE and change.request.status in ACTIVE_STATUSES
    waits_again = change.before["waiting_since"] is None and change.request.waiting_since is not None
    return was_done or (change.kind in _WITHDRAWN and waits_again)


def _take_up(ctx: Context, changes: Sequence[Change]) -> None:
    requests = {change.request.id: change.request for change in changes}
    rows = ctx.session.scalars(
        select(ServiceMark)
        .where(
            among(ctx.session, ServiceMark.service_request_id, requests),
            ServiceMark.ended_at.is_not(None),
        )
        .order_by(ServiceMark.began_at)
        .execution_options(populate_existing=True)
    ).all()
    newest = {(row.service_request_id, row.kind is ServiceClock.RESOLUTION): row for row in rows}
    for (number, is_resolution), row in newest.items():
        request = requests[number]
        if is_resolution:
            _resume(row, request.opened_at, request.resolve_due_at, ctx.now())
        elif request.waiting_since is not None and (row.ended_at or ctx.now()) >= request.waiting_since:
            _resume(row, request.waiting_since, request.due_at, ctx.now())
    ctx.session.flush()


def _resume(row: ServiceMark, began: datetime, due: datetime | None, now: datetime) -> None:
    row.began_at, row.ended_at = began, None
    row.due_at = due or row.due_at
    if row.due_at > now:
        row.missed_at = None
