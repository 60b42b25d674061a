"""What people are told of long work: that theirs is done, or has failed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from app.core.context import Context
from app.core.tables import EventLog
from app.longwork.events import LONG_WORK_CHANGED
from app.models import LongWork, LongWorkState
from app.notifications.kinds import KINDS, QUIET, About, Cause, Channel, NoticeKind, Words


def _words(ctx: Context, ids: Collection[int]) -> Mapping[int, Words]:
    rows = ctx.session.execute(select(LongWork.id, LongWork.label).where(LongWork.id.in_(ids)))
    return {number: {"label": label} for number, label in rows}


LONG_WORK = About("long_work", _words, lambda _number, _words: "/")
"""The tray, which the browser opens wherever one is."""
WORK_DONE = KINDS.declare(NoticeKind("long_work_done", LONG_WORK, QUIET))
WORK_FAILED = KINDS.declare(NoticeKind("long_work_failed", LONG_WORK, QUIET | {Channel.DESKTOP}))
_ENDS = {LongWorkState.DONE.value: WORK_DONE, LongWorkState.FAILED.value: WORK_FAILED}


def _outcome(work: Mapping[str, Any]) -> str:
    """Done is not well done: a code of `notification.outcome`."""
    if not work["failed"]:
        return "clean"
    return "some_failed" if work["done"] or work["skipped"] else "all_failed"


@KINDS.reads(LONG_WORK_CHANGED)
def read_long_work(_ctx: Context, events: Sequence[EventLog]) -> list[Cause]:
    """For its owner."""
    causes = []
    for event in events:
        work = event.payload["long_work"]
        kind, owner = _ENDS.get(work["state"]), work["owner"]
        if kind is not None and owner is not None:
            number, person = int(event.about_id), owner["id"]
            rooms = frozenset({f"operator{person}"})
            detail = {"work": work["kind"], "outcome": _outcome(work)}
            key = f"{kind.key}:{number}"
            causes.append(Cause(kind, key, number, rooms, frozenset({person}), detail=detail))
    return causes
