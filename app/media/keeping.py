"""Giving a file in the store its row: both or neither, whatever happens in between."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from app.core.context import Context
from app.core.counters import lock_counter
from app.media.store import Incoming, file_store
from app.models import StoredFile

FILES_LOCK = "stored-files"
"""Held while a file gets its row or loses it, so that neither goes without the other."""


def keep_file(ctx: Context, incoming: Incoming, mime_type: str) -> int:
    """The stored file's id. Its content is in the store before its row is committed."""
    incoming.bring()
    lock_counter(ctx.session, FILES_LOCK, ctx.now())
    return _stored(ctx, incoming.keep(), incoming.size, mime_type)


def keep_file_at(ctx: Context, path: Path, mime_type: str) -> int:
    """The same for a file on DATA_DIR's disk, which moves into the store without being read into memory."""
    size, store = path.stat().st_size, file_store(ctx.runtime)
    name = store.name_of(path)
    store.bring(name, path)
    lock_counter(ctx.session, FILES_LOCK, ctx.now())
    store.take(name, path)
    return _stored(ctx, name, size, mime_type)


def _stored(ctx: Context, name: str, size: int, mime_type: str) -> int:
    found = ctx.session.scalar(select(StoredFile.id).where(StoredFile.sha256 == name))
    if found is not None:
        return found
    stored = StoredFile(created_at=ctx.now(), sha256=name, size=size, mime_type=mime_type)
    ctx.session.add(stored)
    ctx.session.flush()
    return stored.id
