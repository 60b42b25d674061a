"""The audit log: who did what, each row chained to the one before.

A row's hash covers its content and its predecessor's hash, so a changed, removed or inserted row breaks
every hash behind it. `verify_chain` finds the first break.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.context import Context
from app.core.numbers import lock_counter
from app.models import AuditLog, Operator

_GENESIS = bytes(32)


def record(
    ctx: Context,
    action: str,
    *,
    operator: Operator | None = None,
    object_type: str | None = None,
    object_id: int | str | None = None,
    account_id: int | None = None,
    detail: dict[str, Any] | None = None,
    address: str | None = None,
) -> AuditLog:
    """Append one act to the chain, in the transaction of the act itself."""
    lock_counter(
        ctx.session, "audit", ctx.now()
    )  # one writer at a time: two rows must not share a predecessor
    last = ctx.session.scalar(select(AuditLog.hash).order_by(AuditLog.id.desc()).limit(1))
    row = AuditLog(
        created_at=ctx.now(),
        actor=operator.login_name if operator else ctx.actor.label,
        operator_id=operator.id if operator else ctx.actor.operator_id,
        agency_id=operator.agency_id if operator else ctx.actor.agency_id,
        action=action,
        object_type=object_type,
        object_id=None if object_id is None else str(object_id),
        account_id=account_id,
        detail=detail or {},
        address=ctx.actor.address if address is None else address,
        request_id=ctx.request_id,
        previous_hash=last or _GENESIS,
    )
    row.hash = _hash(row)
    ctx.session.add(row)
    ctx.session.flush()
    return row


def _hash(row: AuditLog) -> bytes:
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
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(row.previous_hash + text.encode()).digest()


def verify_chain(session: Session) -> int | None:
    """The id of the first row that does not fit its predecessor or its own content; None when all fit."""
    previous = _GENESIS
    statement = select(AuditLog).order_by(AuditLog.id).execution_options(yield_per=1000)
    with session.scalars(statement) as rows:  # closed also when we leave in the middle
        for row in rows:
            if row.previous_hash != previous or row.hash != _hash(row):
                return row.id
            previous = row.hash
    return None
