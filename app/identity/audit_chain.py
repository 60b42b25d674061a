"""What makes the audit log hard to falsify: keyed hashes, and its length and end kept apart.

A row's hash covers its content, its place and its predecessor's hash, under a key that is not in the
database: whoever can write to the tables still cannot write a row that fits. How many rows there are and how
the last one ends stands in a row of its own, sealed with the same key, and once a minute in a file beside the
database: rows that are missing at the end are missed too.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import literal, select, tuple_
from sqlalchemy.orm import Session

from app.config import Settings
from app.core.tables import AuditHead, Counter
from app.models import AuditLog

GENESIS = bytes(32)
HEAD = "audit"
_FILE = "audit-head.json"
_ROWS_AT_ONCE = 1000


@dataclass(frozen=True)
class AuditKey:
    """`id` names the key in the rows it made."""

    secret: bytes
    id: str

    def sign(self, *parts: bytes) -> bytes:
        return hmac.new(self.secret, b"\0".join(parts), hashlib.sha256).digest()


def audit_keys(settings: Settings) -> list[AuditKey]:
    """The first makes new rows, all can check: AUDIT_KEYS, and what is derived from CREDENTIAL_KEYS."""
    named = [key.strip() for key in settings.audit_keys.get_secret_value().split(",") if key.strip()]
    secrets = [
        hmac.new(key.encode(), b"lingke audit log", hashlib.sha256).digest()
        for key in [*named, *settings.fernet_keys]
    ]
    return [AuditKey(secret, hashlib.sha256(secret).hexdigest()[:16]) for secret in secrets]


def row_hash(row: AuditLog, key: AuditKey | None) -> bytes:
    """With None as rows were hashed before they had a key and a number."""
    content = [
        row.created_at.isoformat(),
        row.actor,
        row.operator_id,
        row.agency_id,
        row.action,
        row.object_type,
        row.object_id,
        row.account_id,
        row.detail,
        row.address,
        row.request_id,
    ]
    if key is None:
        return hashlib.sha256(row.previous_hash + _text(content)).digest()
    return key.sign(row.previous_hash, _text([row.number, *content]))


def _text(content: Sequence[object]) -> bytes:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def seal_of(head: AuditHead, key: AuditKey) -> bytes:
    return key.sign(b"head", str(head.count).encode(), head.hash)


@dataclass(frozen=True)
class Break:
    """Where the log is not what it was. `number` is the place in the chain."""

    code: str
    """row_changed, rows_missing, key_unknown, head_missing, head_changed or end_missing."""
    number: int
    row_id: int | None = None


def verify_chain(session: Session, settings: Settings) -> Break | None:
    """The first thing that is wrong with the log, None when it is whole."""
    keys = {key.id: key for key in audit_keys(settings)}
    number, previous, keyed = 0, GENESIS, False
    checkpoint = read_checkpoint(settings)
    for row in _all_rows(session):
        number += 1
        problem = _problem(row, number, previous, keys, keyed=keyed)
        if problem is None and checkpoint and checkpoint.count == number:
            problem = None if checkpoint.hash == row.hash.hex() else "row_changed"
        if problem is not None:
            return Break(problem, number, row.id)
        previous, keyed = row.hash, keyed or bool(row.key_id)
    head = session.scalar(select(AuditHead).where(AuditHead.name == HEAD))
    if checkpoint is not None and checkpoint.count > number:
        return Break("end_missing", number + 1)
    if head is None and not number and _was_written(session):
        return Break("head_missing", 0)
    return _wrong_head(head, number, previous, keys, keyed=keyed)


def _was_written(session: Session) -> bool:
    """Whether rows have ever been made: who writes one takes the log's running number first."""
    return session.scalar(select(Counter.id).where(Counter.name == HEAD)) is not None


def _all_rows(session: Session) -> Iterator[AuditLog]:
    """By their place in the chain, a thousand at a time."""
    place = tuple_(AuditLog.number, AuditLog.id)
    ordered = select(AuditLog).order_by(AuditLog.number, AuditLog.id).limit(_ROWS_AT_ONCE)
    rows = session.scalars(ordered).all()
    while rows:
        yield from rows
        last = tuple_(literal(rows[-1].number), literal(rows[-1].id))
        rows = session.scalars(ordered.where(place > last)).all()


def _problem(
    row: AuditLog, number: int, previous: bytes, keys: dict[str, AuditKey], *, keyed: bool
) -> str | None:
    if row.number != number:
        return "rows_missing"
    key = keys.get(row.key_id)
    if row.key_id and key is None:
        return "key_unknown"
    # A row without a key behind one with a key was not written by us.
    unkeyed = keyed and key is None
    fits = row.previous_hash == previous and hmac.compare_digest(row.hash, row_hash(row, key))
    return None if fits and not unkeyed else "row_changed"


def _wrong_head(
    head: AuditHead | None, count: int, last: bytes, keys: dict[str, AuditKey], *, keyed: bool
) -> Break | None:
    if head is None:
        return Break("head_missing", count) if keyed else None
    key = keys.get(head.key_id)
    if key is None:
        return Break("key_unknown", head.count)
    if not hmac.compare_digest(head.seal, seal_of(head, key)):
        return Break("head_changed", head.count)
    if head.count != count or head.hash != last:
        return Break("end_missing", min(head.count, count) + 1)
    return None


@dataclass(frozen=True)
class Checkpoint:
    count: int
    hash: str


def read_checkpoint(settings: Settings) -> Checkpoint | None:
    """What the file beside the database says; None before there is one."""
    path = _path(settings)
    if not path.exists():
        return None
    written = json.loads(path.read_text(encoding="utf-8"))
    return Checkpoint(int(written["count"]), str(written["hash"]))


def write_checkpoint(session: Session, settings: Settings) -> bool:
    """Keep how far the log has come outside the database. It only ever grows: False when it has shrunk."""
    head = session.scalar(select(AuditHead).where(AuditHead.name == HEAD))
    before = read_checkpoint(settings)
    if before is not None and (head is None or head.count < before.count):
        return False
    if head is None or (before is not None and head.count == before.count):
        return True
    path = _path(settings)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps({"count": head.count, "hash": head.hash.hex()}), encoding="utf-8")
    fresh.replace(path)
    return True


def forget_checkpoint(settings: Settings) -> None:
    """An older database has been put back on purpose: its log ends earlier."""
    _path(settings).unlink(missing_ok=True)


def _path(settings: Settings) -> Path:
    return settings.data_dir / _FILE
