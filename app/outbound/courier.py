"""The courier: one step of delivery of one row, whatever it carries."""

from __future__ import annotations

import structlog

from app.core.permissions import Permission, system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.outbound.cargo import Cargo
from app.outbound.ledger import note_prepared, take
from app.outbound.results import record
from app.outbound.steps import Outcome, Step, Task, perform, prepare

log = structlog.get_logger(__name__)
COURIER = system_actor("courier", Permission.OUTBOUND_DELIVER, Permission.ACCOUNTS_SYNC)


def deliver(runtime: Runtime, cargo: Cargo, outbound_id: int) -> None:
    """Take, call, record: each in a transaction of its own, the call in none."""
    with open_context(runtime, COURIER) as ctx:
        task = take(ctx, cargo, outbound_id)
    if task is not None and task.step is Step.PREPARE:
        task = _prepared(runtime, cargo, task)
    if task is None:
        return
    outcome = perform(runtime, task)
    if outcome is None:
        log.warning("delivery_lease_over", outbound=task.outbound_id)
        return
    with open_context(runtime, COURIER) as ctx:
        record(ctx, cargo, task, outcome)


def _prepared(runtime: Runtime, cargo: Cargo, task: Task) -> Task | None:
    """The task with everything made ready for the act; None when that failed, or took too long."""
    made = prepare(runtime, task)
    with open_context(runtime, COURIER) as ctx:
        if isinstance(made, Outcome):
            record(ctx, cargo, task, made)
            return None
        return note_prepared(ctx, task, dict(made))
