"""Collecting files that nothing names any more: rows first, then what lies in the folder without a row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, select

from app.core.context import Context
from app.core.counters import lock_counter
from app.core.permissions import Permission
from app.core.runtime import Runtime
from app.media.keeping import FILES_LOCK
from app.media.store import file_store
from app.models import Attachment, LongWork, MediaCopy, StoredFile

KEPT_FOR = timedelta(days=1)
"""A file may be younger than the row that is about to name it."""
NEAR_FOR = timedelta(days=7)
"""What is in a bucket too lies near for so long after it was last read."""
_MOST = 500
# Every column that names a stored file; a new one has its place here.
OWNERS = (MediaCopy.file_id, LongWork.result_file_id, Attachment.file_id)


def old_files(runtime: Runtime) -> list[str]:
    """What has lain in the store for a day, named by a row or not. A long list: asked without a lock."""
    store, before = file_store(runtime), (runtime.clock.now() - KEPT_FOR).timestamp()
    store.forget_near((runtime.clock.now() - NEAR_FOR).timestamp())
    return [name for name, written in store.names() if written < before]


def collect(ctx: Context, old: Sequence[str]) -> int:
    """Remove what has had no owner for a day; how many files. `old` as of a moment ago."""
    ctx.require(Permission.LISTENER_INGEST)
    lock_counter(ctx.session, FILES_LOCK, ctx.now())
    return _unowned_rows(ctx) + _without_row(ctx, old)


def _unowned_rows(ctx: Context) -> int:
    owned = [StoredFile.id.not_in(select(column).where(column.is_not(None))) for column in OWNERS]
    old = select(StoredFile).where(StoredFile.created_at < ctx.now() - KEPT_FOR, *owned)
    files = list(ctx.session.scalars(old.order_by(StoredFile.id).limit(_MOST)))
    if files:
        ctx.session.execute(delete(StoredFile).where(StoredFile.id.in_([file.id for file in files])))
    return len(files)


def _without_row(ctx: Context, old: Sequence[str]) -> int:
    """Under the lock that a new row needs: whoever keeps the same content next writes it anew."""
    store = file_store(ctx.runtime)
    known: set[str] = set()
    for start in range(0, len(old), _MOST):
        part = old[start : start + _MOST]
        known.update(ctx.session.scalars(select(StoredFile.sha256).where(StoredFile.sha256.in_(part))))
    removed = 0
    for name in old:
        if name.startswith("part-"):
            store.remove_beginning(name)
        elif name not in known:
            store.remove(name)
            removed += 1
    return removed
