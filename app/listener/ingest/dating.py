"""When something was said, as far as a platform's word for it can be true.

A server's clock may be ahead, and on open networks an author's server writes whatever date it likes. One post
of the year 9998 must neither wait until then nor lead deadlines out of the calendar.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.adapters.types import InboundPost
from app.core.inputs import LARGEST_NUMBER

_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""Older than every platform: an unset clock, or no date at all."""
_AHEAD = timedelta(days=1)
"""Two changes told by a clock that is ahead stay two; only what no clock shows is not believed."""
_READ_FROM_LISTS = ("status:", "comment:")


def in_order(posts: Iterable[InboundPost]) -> list[InboundPost]:
    """The earliest first; of one second (some platforms tell no less) by the ids that were given out in turn.

    Lists come newest first. What was pushed has ids of no order: of one second it stays as it came.
    """
    return sorted(posts, key=lambda post: (post.created_at, *_turn(post), post.edited_at or post.created_at))


def _turn(post: InboundPost) -> tuple[int, str]:
    if not post.external_id.startswith(_READ_FROM_LISTS):
        return 0, ""
    return len(post.external_id.partition(":")[2]), post.external_id.partition(":")[2]


def believed(post: InboundPost, now: datetime) -> InboundPost:
    """The same with the present moment where it cannot have been written or changed when it is said to be.

    Nothing is written after it is read: a date ahead of us is taken as now. Nor is anything changed more
    often than a column can count.
    """
    created_at = post.created_at if _EARLIEST <= post.created_at <= now else now
    edited_at = post.edited_at
    if edited_at is not None and not _EARLIEST <= edited_at <= now + _AHEAD:
        edited_at = now
    edit_count = min(post.edit_count, LARGEST_NUMBER)
    if (created_at, edited_at, edit_count) == (post.created_at, post.edited_at, post.edit_count):
        return post
    return replace(post, created_at=created_at, edited_at=edited_at, edit_count=edit_count)
