"""Jobs of the workbench."""

from __future__ import annotations

import structlog

from app.core.context import Context
from app.core.jobs import DeferredJob
from app.core.permissions import Permission, system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.jobs.job import job
from app.jobs.periodic import Periodic, at_once, seconds
from app.outbound.courier import COURIER, deliver_due
from app.outbound.ledger import due
from app.workbench.cargo import REPLIES
from app.workbench.held import held_replies
from app.workbench.held import hold_replies as hold
from app.workbench.job_names import DELIVER_REPLIES, HOLD_REPLIES, TELL_NOBODY_IS_THERE
from app.workbench.out_of_hours import tell_nobody_is_there, untold

log = structlog.get_logger(__name__)
_QUEUE_KEEPER = system_actor("queues", Permission.REPLIES_SEND, Permission.CONVERSATIONS_READ)


@job(DELIVER_REPLIES)
def deliver_replies(runtime: Runtime) -> None:
    """Carry away the replies that are due."""
    deliver_due(runtime, REPLIES)


@job(HOLD_REPLIES)
def hold_replies(runtime: Runtime) -> None:
    """Tell requests of replies that a paused account holds up."""
    with open_context(runtime, COURIER) as ctx:
        hold(ctx)


@job(TELL_NOBODY_IS_THERE)
def tell_customers_nobody_is_there(runtime: Runtime) -> None:
    """Each in a transaction of its own: what hinders one hinders no other."""
    with open_context(runtime, _QUEUE_KEEPER) as ctx:
        found = untold(ctx)
    for one in found:
        try:
            with open_context(runtime, _QUEUE_KEEPER) as ctx:
                tell_nobody_is_there(ctx, one)
        except Exception as error:
            log.warning("nobody_there_not_told", request=one.id, error=repr(error))


def _due_replies(ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(REPLIES.job)] if due(ctx, REPLIES, limit=1) else []


def _held_replies(ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(HOLD_REPLIES)] if held_replies(ctx) else []


def _customers_outside_hours(ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(TELL_NOBODY_IS_THERE)] if untold(ctx) else []


PERIODIC = [
    Periodic("due replies", at_once, _due_replies),
    Periodic("held replies", seconds(2.0), _held_replies),
    Periodic("customers outside hours", seconds(5.0), _customers_outside_hours),
]
