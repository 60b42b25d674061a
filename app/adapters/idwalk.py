"""Reading newest-first lists by numeric id without holes (Weibo's since_id / max_id).

The cursor knows the newest id seen and the ranges below it that were not read yet ("gaps"). Every poll reads
the head of the list, then fills the oldest gap with what is left of its budget, so a long outage is caught up
over several polls and nothing between is lost. Facts (weibo.md §3): `max_id` is inclusive; pages may be
short or empty although older items exist, because hidden items are filtered after paging; items can appear
late (20032).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from app.adapters import lenient
from app.adapters.types import Budget, Cursor, InboundPost, Page

# So many known ids are read again with each head page, and all that came in the last minutes: it proves that
# the page reaches what is known, and lets items through that became visible after younger ones.
_OVERLAP = 10
_APPEARS_WITHIN = timedelta(minutes=3)  # Weibo: "appears after 1-2 minutes" (20032)
_MOST_RECENT = 150


@dataclass(frozen=True, slots=True)
class Row:
    """One list entry. `number` None: the platform sent no usable id; such a row is passed on as it is."""

    number: int | None
    post: InboundPost


Fetch = Callable[[int, int, int], list[Row]]  # (since_id or 0, max_id or 0, page from 1) → rows, any order


@dataclass(slots=True)
class _Gap:
    """Ids in (low, high] are unread. `above` is the creation time just above; `page` counts empty answers."""

    low: int
    high: int
    above: datetime
    page: int = 1


@dataclass(slots=True)
class _State:
    newest: int | None = None
    recent: dict[int, datetime] = field(default_factory=dict)  # id → when it was first seen
    gaps: list[_Gap] = field(default_factory=list)
    head_read: bool = False


def walk(fetch: Fetch, cursor: Cursor | None, budget: Budget, history_from: datetime, now: datetime) -> Page:
    """One poll. On first contact the list is walked back to `history_from`, and no further.

    Whatever `fetch` raises is passed on; the caller's cursor is then still the right one.
    """
    state = _load(cursor)
    items: list[InboundPost] = []
    cost = 0
    calls = max(1, budget.calls)
    # With a budget of one call, head and gap take turns, or a busy head would starve the gap for ever.
    if not (calls == 1 and state.gaps and state.head_read):
        items += _read_head(fetch, state, history_from, now)
        cost += 1
        state.head_read = True
    else:
        state.head_read = False
    while state.gaps and cost < calls:
        found, progressed = _read_gap(fetch, state, history_from)
        items += found
        cost += 1
        if not progressed:
            break
    return Page(
        items=tuple(items),
        next_cursor=_dump(state),
        has_more=bool(state.gaps),
        cost=cost,
        behind_since=state.gaps[0].above if state.gaps else None,
    )


def _read_head(fetch: Fetch, state: _State, history_from: datetime, now: datetime) -> list[InboundPost]:
    floor = min(state.recent, default=state.newest or 0)
    rows = fetch(max(0, floor - 1), 0, 1)
    numbers = [row.number for row in rows if row.number is not None]
    if not numbers:
        return [row.post for row in rows]
    if state.newest is None:
        return _first_contact(state, rows, numbers, history_from, now)
    fresh = [row for row in rows if row.number is None or (row.number > floor and _is_news(row, state))]
    fresh_numbers = [row.number for row in fresh if row.number is not None]
    lowest = min(numbers)
    if lowest > state.newest + 1:
        state.gaps.append(_Gap(state.newest, lowest - 1, _created(rows, lowest)))
        state.recent = {}  # what lies below the gap must not widen the next head read over it
    _remember(state, fresh_numbers, now)
    return [row.post for row in fresh]


def _is_news(row: Row, state: _State) -> bool:
    """Not met before, or changed since (who takes it in knows whether the change is known)."""
    post = row.post
    changed = post.edited_at is not None or post.edit_count > 0 or post.deleted
    return row.number not in state.recent or changed


def _first_contact(
    state: _State, rows: list[Row], numbers: list[int], history_from: datetime, now: datetime
) -> list[InboundPost]:
    lowest = min(numbers)
    created = _created(rows, lowest)
    if created > history_from and lowest > 1:
        state.gaps.append(_Gap(0, lowest - 1, created))
    _remember(state, numbers, now)
    return [row.post for row in rows if row.post.created_at >= history_from]


def _read_gap(fetch: Fetch, state: _State, history_from: datetime) -> tuple[list[InboundPost], bool]:
    gap = state.gaps[0]
    rows = fetch(max(0, gap.low - 1), gap.high, gap.page)
    numbers = [row.number for row in rows if row.number is not None]
    if not numbers:
        # Hidden items leave empty pages: only the second empty page in a row ends the gap.
        gap.page += 1
        if gap.page > 2:
            state.gaps.pop(0)
        return [row.post for row in rows], True
    inside = [row for row in rows if row.number is None or gap.low < row.number <= gap.high]
    lowest = min(numbers)
    if lowest <= gap.low:
        state.gaps.pop(0)
    elif lowest > gap.high:
        return [], False  # a repeated page: keep the gap as it is and ask again at the next poll
    else:
        gap.high, gap.above, gap.page = lowest - 1, _created(rows, lowest), 1
        if gap.high <= gap.low or (gap.low == 0 and gap.above <= history_from):
            state.gaps.pop(0)
    if gap.low == 0:
        inside = [row for row in inside if row.post.created_at >= history_from]
    return [row.post for row in inside], True


def _created(rows: list[Row], number: int) -> datetime:
    return next(row.post.created_at for row in rows if row.number == number)


def _remember(state: _State, numbers: list[int], now: datetime) -> None:
    state.recent = dict.fromkeys(numbers, now) | state.recent
    newest_first = sorted(state.recent, reverse=True)
    kept = [
        number
        for place, number in enumerate(newest_first[:_MOST_RECENT])
        if place < _OVERLAP or now - state.recent[number] <= _APPEARS_WITHIN
    ]
    state.recent = {number: state.recent[number] for number in kept}
    state.newest = max(kept[0], state.newest or 0) if kept else state.newest


def _load(cursor: Cursor | None) -> _State:
    if not cursor:
        return _State()
    gaps = []
    for entry in lenient.objects(cursor.get("gaps")):
        above = lenient.iso_time(entry.get("above"))
        if above is not None:
            gaps.append(_Gap(int(entry["low"]), int(entry["high"]), above, int(entry.get("page", 1))))
    newest = cursor.get("newest")
    return _State(
        newest=int(newest) if newest is not None else None,
        recent=_recent(cursor),
        gaps=gaps,
        head_read=bool(cursor.get("head_read")),
    )


def _recent(cursor: Cursor) -> dict[int, datetime]:
    """Earlier versions kept ids alone: those count as seen long ago."""
    long_ago = datetime.min.replace(tzinfo=UTC)
    seen = lenient.obj(cursor.get("seen"))
    return {
        int(number): lenient.iso_time(seen.get(str(number))) or long_ago
        for number in cursor.get("recent", [])
    }


def _dump(state: _State) -> Cursor:
    """Ids as text: the cursor is JSON and must survive readers that know only 53-bit numbers."""
    gaps: list[dict[str, Any]] = [
        {"low": str(gap.low), "high": str(gap.high), "above": gap.above.isoformat(), "page": gap.page}
        for gap in state.gaps
    ]
    return {
        "newest": None if state.newest is None else str(state.newest),
        "recent": [str(number) for number in state.recent],
        "seen": {str(number): seen.isoformat() for number, seen in state.recent.items()},
        "gaps": gaps,
        "head_read": state.head_read,
    }
