"""The audit chain tells of every edit, removal and insertion."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.core.permissions import system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.identity import audit
from app.models import AuditLog

ACTOR = system_actor("test")


def _act(runtime: Runtime, *actions: str) -> list[int]:
    ids = []
    for action in actions:
        with open_context(runtime, ACTOR) as ctx:
            ids.append(audit.record(ctx, action, detail={"值": 1, "b": [1, "二"]}, object_id=5).id)
    return ids


def _broken(runtime: Runtime) -> int | None:
    with open_context(runtime, ACTOR, write=False) as ctx:
        return audit.verify_chain(ctx.session)


def test_an_untouched_chain_is_whole(runtime: Runtime) -> None:
    assert _broken(runtime) is None
    _act(runtime, "a.b", "c.d", "e.f")
    assert _broken(runtime) is None


TAMPERINGS: dict[str, Callable[[Session, list[int]], object]] = {
    "actor": lambda s, ids: s.execute(update(AuditLog).where(AuditLog.id == ids[1]).values(actor="x")),
    "detail": lambda s, ids: s.execute(update(AuditLog).where(AuditLog.id == ids[1]).values(detail={})),
    "address": lambda s, ids: s.execute(update(AuditLog).where(AuditLog.id == ids[1]).values(address="9")),
    "hash": lambda s, ids: s.execute(update(AuditLog).where(AuditLog.id == ids[1]).values(hash=b"0" * 32)),
}


@pytest.mark.parametrize("tampering", TAMPERINGS.values(), ids=TAMPERINGS)
def test_an_edited_row_is_found(runtime: Runtime, tampering: Callable[[Session, list[int]], object]) -> None:
    ids = _act(runtime, "a.b", "c.d", "e.f")
    with open_context(runtime, ACTOR) as ctx:
        tampering(ctx.session, ids)
    assert _broken(runtime) == ids[1]


def test_a_removed_row_is_found(runtime: Runtime) -> None:
    ids = _act(runtime, "a.b", "c.d", "e.f")
    with open_context(runtime, ACTOR) as ctx:
        ctx.session.execute(delete(AuditLog).where(AuditLog.id == ids[1]))
    assert _broken(runtime) == ids[2]


def test_rows_written_at_once_still_form_one_chain(runtime: Runtime) -> None:
    threads = [Thread(target=_act, args=(runtime, "a.b", "c.d")) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _broken(runtime) is None
    with open_context(runtime, ACTOR, write=False) as ctx:
        assert len(ctx.session.scalars(select(AuditLog.previous_hash).distinct()).all()) == 8
