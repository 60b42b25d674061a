"""The audit log: who did what, each row chained to the one before (see app.identity.audit_chain)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from app.core.context import Context
from app.core.counters import lock_counter
from app.core.events import EVENTS, EventName, Subject
from app.core.tables import AuditHead
from app.identity.audit_chain import GENESIS, HEAD, audit_keys, row_hash, seal_of
from app.models import AuditLog, Operator


def record(
    ctx: Context,
    act: EventName,
    about: Subject | None = None,
    *,
    operator: Operator | None = None,
    detail: dict[str, Any] | None = None,
    address: str | None = None,
) -> AuditLog:
    """Append one act to the chain, in the transaction of the act itself.

    `operator` is who acts where the actor does not say so (at a login). Raises LookupError for an act that
    nobody declared.
    """
    declared = EVENTS.known(act)
    kind = declared.kind.name if declared.kind else None
    if not declared.is_audited or (about.kind if about else None) != kind:
        raise TypeError(f"{act} is not recorded, or not about {about}")
    # One writer at a time: two rows must not share a predecessor.
    lock_counter(ctx.session, HEAD, ctx.now())
    head = _head(ctx)
    row = AuditLog(
        created_at=ctx.now(),
        number=head.count + 1,
        actor=operator.login_name if operator else ctx.actor.label,
        operator_id=operator.id if operator else ctx.actor.operator_id,
        agency_id=operator.agency_id if operator else ctx.actor.agency_id,
        action=act,
        object_type=about.kind if about else None,
        object_id=str(about.id) if about else None,
        account_id=about.account_id if about else None,
        detail=detail or {},
        address=ctx.actor.address if address is None else address,
        request_id=ctx.request_id,
        previous_hash=head.hash,
    )
    key = audit_keys(ctx.runtime.settings)[0]
    row.key_id = head.key_id = key.id
    row.hash = head.hash = row_hash(row, key)
    head.count += 1
    head.seal = seal_of(head, key)
    ctx.session.add(row)
    ctx.session.flush()
    return row


def _head(ctx: Context) -> AuditHead:
    """How far the log has come; made behind what was written before there was one."""
    head = ctx.session.scalar(
        select(AuditHead).where(AuditHead.name == HEAD).execution_options(populate_existing=True)
    )
    if head is None:
        count = ctx.session.scalar(select(func.count()).select_from(AuditLog)) or 0
        last = ctx.session.scalar(select(AuditLog.hash).order_by(AuditLog.number.desc()).limit(1))
        head = AuditHead(
            created_at=ctx.now(), name=HEAD, count=count, hash=last or GENESIS, seal=GENESIS, key_id=""
        )
        ctx.session.add(head)
    return head
