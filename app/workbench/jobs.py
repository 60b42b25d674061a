"""Jobs of the workbench."""

from __future__ import annotations

from app.core.context import Context
from app.core.jobs import DeferredJob
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.jobs.job import job
from app.jobs.periodic import Periodic, at_once, seconds
from app.outbound.courier import COURIER, deliver_due
from app.outbound.ledger import due
from app.workbench.cargo import REPLIES
from app.workbench.held import held_replies
from app.workbench.held import hold_replies as hold
from app.workbench.job_names import DELIVER_REPLIES, HOLD_REPLIES


@job(DELIVER_REPLIES)
def deliver_replies(runtime: Runtime) -> None:
    """Carry away the replies that are due."""
    deliver_due(runtime, REPLIES)


@job(HOLD_REPLIES)
def hold_replies(runtime: Runtime) -> None:
    """Tell requests of replies that a paused account holds up."""
    with open_context(runtime, COURIER) as ctx:
        hold(ctx)


def _due_replies(ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(REPLIES.job)] if due(ctx, REPLIES, limit=1) else []


def _held_replies(ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(HOLD_REPLIES)] if held_replies(ctx) else []


PERIODIC = [
    Periodic("due replies", at_once, _due_replies),
    Periodic("held replies", seconds(2.0), _held_replies),
]
