"""The audit chain tells of every edit, removal and insertion."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from threading import Thread

import pytest
from pydantic import SecretStr
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.core.events import EVENTS, EventName, Subject
from app.core.permissions import system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.identity import audit
from app.identity.audit_chain import GENESIS, AuditKey, Break, audit_keys, row_hash, verify_chain
from app.identity.job_names import KEEP_AUDIT_HEAD
from app.jobs.job import perform
from app.models import AuditHead, AuditLog

ACTOR = system_actor("test")
ACTS = ("test.made", "test.seen", "test.lost")


@pytest.fixture(autouse=True)
def _acts() -> Iterator[None]:
    """Acts on a kind of their own, for these tests only."""
    with EVENTS.trial():
        for name in ACTS:
            EVENTS.act(name, EVENTS.kind("test"))
        yield


def _act(runtime: Runtime, *actions: str) -> list[int]:
    ids = []
    for action in actions:
        with open_context(runtime, ACTOR) as ctx:
            row = audit.record(ctx, EventName(action), Subject("test", 5), detail={"值": 1, "b": [1, "二"]})
            ids.append(row.id)
    return ids


def _broken(runtime: Runtime) -> Break | None:
    with open_context(runtime, ACTOR, write=False) as ctx:
        return verify_chain(ctx.session, runtime.settings)


def _code(runtime: Runtime) -> str | None:
    found = _broken(runtime)
    return found.code if found else None


def test_an_untouched_chain_is_whole(runtime: Runtime) -> None:
    assert _broken(runtime) is None
    _act(runtime, *ACTS)
    assert _broken(runtime) is None


def _change(session: Session, row_id: int, **values: object) -> None:
    session.execute(update(AuditLog).where(AuditLog.id == row_id).values(**values))


TAMPERINGS: dict[str, dict[str, object]] = {
    "actor": {"actor": "x"},
    "detail": {"detail": {}},
    "address": {"address": "9"},
    "hash": {"hash": b"0" * 32},
    "key": {"key_id": ""},
}


@pytest.mark.parametrize("values", TAMPERINGS.values(), ids=TAMPERINGS)
def test_an_edited_row_is_found(runtime: Runtime, values: dict[str, object]) -> None:
    ids = _act(runtime, *ACTS)
    with open_context(runtime, ACTOR) as ctx:
        _change(ctx.session, ids[1], **values)
    assert _broken(runtime) == Break("row_changed", 2, ids[1])


def test_a_row_that_was_rewritten_with_all_that_follow_is_found(runtime: Runtime) -> None:
    """Case E11: whoever writes to the tables knows how rows are hashed, but not the key."""
    ids = _act(runtime, *ACTS)
    stranger = AuditKey(b"guessed", audit_keys(runtime.settings)[0].id)
    with open_context(runtime, ACTOR) as ctx:
        rows = list(ctx.session.scalars(select(AuditLog).order_by(AuditLog.number)))
        rows[1].actor = "somebody else"
        for before, row in pairwise(rows):
            row.previous_hash = before.hash
            row.hash = row_hash(row, stranger)
    assert _broken(runtime) == Break("row_changed", 2, ids[1])


def test_a_removed_row_is_found(runtime: Runtime) -> None:
    ids = _act(runtime, *ACTS)
    with open_context(runtime, ACTOR) as ctx:
        ctx.session.execute(delete(AuditLog).where(AuditLog.id == ids[1]))
    assert _broken(runtime) == Break("rows_missing", 2, ids[2])


@pytest.mark.parametrize("kept", [0, 5])
def test_missing_newest_rows_are_found(runtime: Runtime, kept: int) -> None:
    """Case E11: the newest 20 rows, or all, deleted: "whole"."""
    ids = _act(runtime, *ACTS * 8, ACTS[0])
    assert len(ids) == 25
    with open_context(runtime, ACTOR) as ctx:
        ctx.session.execute(delete(AuditLog).where(AuditLog.id.in_(ids[kept:])))
    assert _broken(runtime) == Break("end_missing", kept + 1)
    _act(runtime, ACTS[0])
    assert _code(runtime) == "rows_missing", "what is written afterwards does not hide it"


def test_the_record_of_the_length_cannot_be_turned_back_or_removed(runtime: Runtime) -> None:
    """Case E11."""
    ids = _act(runtime, *ACTS)
    with open_context(runtime, ACTOR) as ctx:
        second = ctx.session.get_one(AuditLog, ids[1])
        ctx.session.execute(delete(AuditLog).where(AuditLog.id == ids[2]))
        ctx.session.execute(update(AuditHead).values(count=2, hash=second.hash))
    assert _code(runtime) == "head_changed"
    with open_context(runtime, ACTOR) as ctx:
        ctx.session.execute(delete(AuditHead))
    assert _code(runtime) == "head_missing"


def test_what_is_kept_beside_the_database_misses_even_an_emptied_log(runtime: Runtime) -> None:
    """Case E11: everything in the database is gone or set back to an older sealed state."""
    _act(runtime, *ACTS)
    with open_context(runtime, ACTOR, write=False) as ctx:
        older = ctx.session.scalars(select(AuditHead)).one()
        values = {name: getattr(older, name) for name in ("count", "hash", "seal", "key_id")}
    ids = _act(runtime, *ACTS)
    perform(runtime, KEEP_AUDIT_HEAD.name, [])
    assert _broken(runtime) is None
    with open_context(runtime, ACTOR) as ctx:
        ctx.session.execute(delete(AuditLog).where(AuditLog.id.in_(ids)))
        ctx.session.execute(update(AuditHead).values(**values))
    perform(runtime, KEEP_AUDIT_HEAD.name, [])
    assert _broken(runtime) == Break("end_missing", 4)
    with open_context(runtime, ACTOR) as ctx:
        ctx.session.execute(delete(AuditLog))
        ctx.session.execute(delete(AuditHead))
    assert _broken(runtime) == Break("end_missing", 1)
    _act(runtime, *ACTS * 3)
    assert _code(runtime) == "row_changed"


def test_a_log_emptied_before_anything_was_kept_beside_it_is_found(runtime: Runtime) -> None:
    assert _broken(runtime) is None, "nothing has been written yet"
    _act(runtime, *ACTS)
    with open_context(runtime, ACTOR) as ctx:
        ctx.session.execute(delete(AuditLog))
        ctx.session.execute(delete(AuditHead))
    assert _code(runtime) == "head_missing"


def test_keys_rotate(runtime: Runtime) -> None:
    _act(runtime, ACTS[0])
    runtime.settings.audit_keys = SecretStr("a second secret of the log")
    _act(runtime, ACTS[1])
    assert _broken(runtime) is None
    runtime.settings.audit_keys = SecretStr("")
    assert _code(runtime) == "key_unknown"


def test_rows_from_before_there_was_a_key_stay_whole(runtime: Runtime) -> None:
    ids = _act(runtime, *ACTS)
    with open_context(runtime, ACTOR) as ctx:
        previous = GENESIS
        for row in ctx.session.scalars(select(AuditLog).order_by(AuditLog.number)):
            row.previous_hash, row.key_id = previous, ""
            row.hash = previous = row_hash(row, None)
        ctx.session.execute(delete(AuditHead))
    assert _broken(runtime) is None
    _act(runtime, *ACTS)
    assert _broken(runtime) is None
    with open_context(runtime, ACTOR) as ctx:
        _change(ctx.session, ids[0], actor="x")
    assert _code(runtime) == "row_changed"


def test_rows_written_at_once_still_form_one_chain(runtime: Runtime) -> None:
    threads = [Thread(target=_act, args=(runtime, *ACTS[:2])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _broken(runtime) is None
    with open_context(runtime, ACTOR, write=False) as ctx:
        assert len(ctx.session.scalars(select(AuditLog.previous_hash).distinct()).all()) == 8
