"""Completing texts that Weibo's lists cut after 140 characters (weibo.md §5): one `statuses/show` each.

What the budget of a poll does not cover waits in the cursor and is given out by a later poll, whole. After
ten minutes, or when the account may not ask, it is given out as it is, marked `is_cut`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from app.adapters import lenient
from app.adapters.types import Cursor, InboundPost, Json, Page
from app.core.errors import PlatformError, PlatformErrorKind

_PATIENCE = timedelta(minutes=10)
_MOST_WAITING = 200
_KEPT_FIELDS = ("id", "idstr", "mid", "text", "created_at", "isLongText", "truncated", "pic_urls")

Complete = Callable[[InboundPost], InboundPost]  # raises PlatformError
Parse = Callable[[Json], InboundPost]


@dataclass(frozen=True, slots=True)
class _Waiting:
    post: InboundPost
    since: datetime


def completed(
    page: Page, cursor: Cursor | None, calls: int, now: datetime, *, complete: Complete, parse: Parse
) -> Page:
    """`page` with whole texts; `calls` bounds the single reads. `parse` reads a kept status back."""
    waiting = _load(cursor, parse) + [_Waiting(post, now) for post in page.items if post.is_cut]
    given = [post for post in page.items if not post.is_cut]
    used = 0
    may_ask = True
    left: list[_Waiting] = []
    for entry in waiting:
        if may_ask and used < calls:
            used += 1
            whole, may_ask = _try(entry.post, complete)
            if whole is not None:
                given.append(whole)
                continue
        if now - entry.since >= _PATIENCE or len(left) >= _MOST_WAITING:
            given.append(entry.post)
        else:
            left.append(entry)
    return replace(
        page,
        items=tuple(given),
        next_cursor={**page.next_cursor, "cut": [_dump(entry) for entry in left]},
        cost=page.cost + used,
        # After a failure the rest waits for the next regular poll.
        has_more=page.has_more or (bool(left) and may_ask and calls > 0),
    )


def _try(post: InboundPost, complete: Complete) -> tuple[InboundPost | None, bool]:
    """(what can be given out now, whether asking on makes sense)."""
    try:
        return complete(post), True
    except PlatformError as error:
        if error.kind is PlatformErrorKind.CAPABILITY_MISSING:
            return post, False
        return None, False


def _dump(entry: _Waiting) -> Json:
    """Enough of the status to give it out even if it is deleted meanwhile."""
    raw = entry.post.raw
    user = lenient.obj(raw.get("user"))
    kept: dict[str, Any] = {name: raw[name] for name in _KEPT_FIELDS if name in raw}
    kept["user"] = {name: user[name] for name in ("id", "idstr", "screen_name") if name in user}
    return {"since": entry.since.isoformat(), "status": kept}


def _load(cursor: Cursor | None, parse: Parse) -> list[_Waiting]:
    found = []
    for entry in lenient.objects((cursor or {}).get("cut")):
        since = lenient.iso_time(entry.get("since"))
        if since is not None:
            found.append(_Waiting(parse(lenient.obj(entry.get("status"))), since))
    return found
