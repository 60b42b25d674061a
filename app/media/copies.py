"""Writes of copies: which there are, which is being made, what came of it.

What was said to us in private is copied at once: platforms forget it within days. What stands in public is
copied when it is kept for an operator, or when somebody asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import joinedload

from app.adapters.types import InboundPost, Lane, Media
from app.core.bulk import insert_rows
from app.core.context import Context
from app.core.db import among
from app.core.errors import NotFound
from app.core.permissions import Permission
from app.core.text import storable
from app.media.described import COPIED_KINDS, web_address
from app.media.events import MEDIA_COPIED
from app.media.job_names import COPY_MEDIUM
from app.media.keeping import keep_file
from app.media.limits import LEASE, next_try
from app.media.queries import can_ask, visible_copy
from app.media.schemas import MediaCopied
from app.media.store import file_store
from app.models import CopyState, MediaCopy, MediaPart

_MOST_PER_ITEM = 20
_AT_ONCE = 20
_DUE = 40


def note_media(ctx: Context, account_id: int, posts: Sequence[tuple[int, InboundPost]]) -> None:
    """One row for each thing of new items (by id) that can be copied."""
    ctx.require(Permission.LISTENER_INGEST)
    rows = [row for item_id, post in posts for row in _rows(ctx.now(), account_id, item_id, post)]
    ids = insert_rows(ctx.session, MediaCopy, rows)
    waiting = [i for i, row in zip(ids, rows, strict=True) if row["state"] is CopyState.WAITING]
    _defer(ctx, waiting)


def renew_media(ctx: Context, account_id: int, posts: Sequence[tuple[int, InboundPost]]) -> None:
    """What hangs on these items is something else now: the copies of what hung there before go."""
    ids = [item_id for item_id, _ in posts]
    if ids:
        ctx.session.execute(delete(MediaCopy).where(among(ctx.session, MediaCopy.inbound_item_id, ids)))
        note_media(ctx, account_id, posts)


def want_copies(ctx: Context, item_ids: Iterable[int]) -> None:
    """Copy the media of these items: a person is going to see them.

    A reaction to what somebody with the right for it did; a copy shows nobody more than before.
    """
    wanted = among(ctx.session, MediaCopy.inbound_item_id, item_ids)
    _defer(ctx, _make_due(ctx, and_(wanted, MediaCopy.state == CopyState.IDLE)))


def ask_for_copy(ctx: Context, copy_id: int) -> MediaCopy:
    """Copy this one now: somebody looks at it, or tries again what failed."""
    ctx.require(Permission.CONVERSATIONS_READ)
    copy = visible_copy(ctx, copy_id)
    if copy is None:
        raise NotFound
    if can_ask(copy):
        copy.attempts = 0
        _defer(ctx, _make_due(ctx, MediaCopy.id == copy_id))
        ctx.session.refresh(copy)
    return copy


def _make_due(ctx: Context, condition: Any) -> list[int]:
    statement = (
        update(MediaCopy)
        .where(condition)
        .values(state=CopyState.WAITING, reason=None, due_at=ctx.now(), lease_until=None)
        .returning(MediaCopy.id)
        .execution_options(synchronize_session=False)
    )
    return list(ctx.session.scalars(statement))


def _defer(ctx: Context, ids: Sequence[int]) -> None:
    """Hint at some of them; the scheduler finds the rest."""
    for number in ids[:_AT_ONCE]:
        ctx.defer(COPY_MEDIUM, number)


def due_copies(ctx: Context) -> list[int]:
    """Copies whose turn has come."""
    now = ctx.now()
    return list(
        ctx.session.scalars(
            select(MediaCopy.id)
            .where(
                MediaCopy.state == CopyState.WAITING,
                MediaCopy.due_at <= now,
                or_(MediaCopy.lease_until.is_(None), MediaCopy.lease_until < now),
            )
            # What is forgotten soonest first; what is held for good can wait.
            .order_by(MediaCopy.expires_at.is_(None), MediaCopy.expires_at, MediaCopy.due_at)
            .limit(_DUE)
        )
    )


def lease_copy(ctx: Context, copy_id: int) -> MediaCopy | None:
    """Take on one copy; None when it is not due or another worker has it.

    No token: two workers that copy the same thing come to the same end.
    """
    ctx.require(Permission.LISTENER_INGEST)
    now = ctx.now()
    statement = (
        update(MediaCopy)
        .where(
            MediaCopy.id == copy_id,
            MediaCopy.state == CopyState.WAITING,
            MediaCopy.due_at <= now,
            or_(MediaCopy.lease_until.is_(None), MediaCopy.lease_until < now),
        )
        .values(lease_until=now + LEASE, attempts=MediaCopy.attempts + 1)
        .returning(MediaCopy.id)
        .execution_options(synchronize_session=False)
    )
    if ctx.session.scalar(statement) is None:
        return None
    return ctx.session.get_one(MediaCopy, copy_id, populate_existing=True)


def record_copied(ctx: Context, copy_id: int, content: bytes, mime_type: str) -> None:
    """Give the copy its file."""
    ctx.require(Permission.LISTENER_INGEST)
    copy = _locked(ctx, copy_id)
    if copy is None or copy.state is CopyState.READY:
        return
    with file_store(ctx.runtime).begin() as incoming:
        incoming.write(content)
        copy.file_id = keep_file(ctx, incoming, mime_type)
    _end(ctx, copy, CopyState.READY, None)


def record_not_copied(
    ctx: Context, copy_id: int, reason: str, *, final: CopyState | None, retry_at: datetime | None = None
) -> None:
    """A try failed: with `final` for good, else it is tried again (not before `retry_at`) while that makes
    sense."""
    ctx.require(Permission.LISTENER_INGEST)
    copy = _locked(ctx, copy_id)
    if copy is None or copy.state is not CopyState.WAITING:
        return
    again = None if final else next_try(ctx.now(), copy.attempts, copy.expires_at)
    if again is None:
        ended = CopyState.EXPIRED if copy.expires_at and copy.expires_at <= ctx.now() else CopyState.FAILED
        _end(ctx, copy, final or ended, reason)
        return
    is_news = copy.reason is None
    copy.reason = reason[:60]
    copy.lease_until = None
    copy.due_at = max(again, retry_at) if retry_at else again
    ctx.session.flush()
    if is_news:  # tries go on for days: people need not look at "on its way" meanwhile
        ctx.emit(MEDIA_COPIED, MediaCopied(inbound_item_ids=[copy.inbound_item_id]))


def _locked(ctx: Context, copy_id: int) -> MediaCopy | None:
    return ctx.session.scalar(
        select(MediaCopy)
        .where(MediaCopy.id == copy_id)
        .options(joinedload(MediaCopy.file))
        .with_for_update(of=MediaCopy)
        .execution_options(populate_existing=True)
    )


def _end(ctx: Context, copy: MediaCopy, state: CopyState, reason: str | None) -> None:
    copy.state = state
    copy.reason = reason[:60] if reason else None
    copy.lease_until = None
    ctx.session.flush()
    ctx.emit(MEDIA_COPIED, MediaCopied(inbound_item_ids=[copy.inbound_item_id]))


@dataclass(frozen=True)
class _Source:
    """Where one thing can be had."""

    kind: str
    part: MediaPart
    position: int
    url: str | None
    ref: str | None
    expires_at: datetime | None = None


def _rows(now: datetime, account_id: int, item_id: int, post: InboundPost) -> list[dict[str, Any]]:
    private = post.lane is Lane.PRIVATE
    return [
        {
            "created_at": now,
            "account_id": account_id,
            "inbound_item_id": item_id,
            "part": source.part,
            "position": source.position,
            "kind": source.kind,
            "source_url": storable(source.url)[:2000] if source.url else None,
            "source_ref": storable(source.ref)[:512] if source.ref else None,
            "expires_at": source.expires_at,
            "state": CopyState.WAITING if private or source.expires_at else CopyState.IDLE,
            "due_at": now,
        }
        for source in _sources(post)
    ]


def _sources(post: InboundPost) -> list[_Source]:
    found: list[_Source] = []
    for position, medium in enumerate(post.media[:_MOST_PER_ITEM]):
        found += _sources_of(position, medium)
    if post.origin is not None and web_address(post.origin.picture_url):
        found.append(_Source("image", MediaPart.ORIGIN, 0, post.origin.picture_url, None))
    return found


def _sources_of(position: int, medium: Media) -> list[_Source]:
    sources: list[_Source] = []
    url = web_address(medium.url)
    if medium.kind in COPIED_KINDS and (url or medium.source_ref):
        attachment = MediaPart.ATTACHMENT
        sources.append(_Source(medium.kind, attachment, position, url, medium.source_ref, medium.expires_at))
    preview = web_address(medium.preview_url)
    # A picture is its own preview: pages are small, and one copy costs half of two.
    if medium.kind != "image" and (preview or medium.preview_ref):
        part = MediaPart.PREVIEW
        sources.append(_Source("image", part, position, preview, medium.preview_ref, medium.expires_at))
    return sources
