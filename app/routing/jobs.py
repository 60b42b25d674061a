"""Jobs of routing."""

from __future__ import annotations

import structlog
from sqlalchemy import select

from app.calendars.recounts import outdated_accounts
from app.core.context import Context
from app.core.errors import PlatformError
from app.core.events import Event
from app.core.jobs import DeferredJob
from app.core.names import is_stand_in
from app.core.permissions import Permission, system_actor
from app.core.rows import rows_by_id
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.identity.presence import idle_people, overrunning, send_away
from app.jobs.job import job
from app.jobs.periodic import Periodic, seconds, sweeping
from app.models import Conversation, RequestStatus, ServiceRequest
from app.routing import exporting, long_work  # noqa: F401 - kinds of long work that workers do
from app.routing.handing_out import assign_waiting
from app.routing.holders import bring_home, misheld, return_misheld, return_of_vanished, stranded
from app.routing.job_names import (
    ASSIGN_WAITING,
    FETCH_NAME,
    OVERFLOW_QUEUES,
    RECOUNT_DEADLINES,
    RETURN_MISHELD,
    RETURN_OF_VANISHED,
    RETURN_UNOPENED,
    TELL_OF_LATENESS,
    WATCH_PEOPLE,
)
from app.routing.lateness import anything_late, tell_of_lateness
from app.routing.naming import question_of, take_name
from app.routing.overflowing import may_overflow, overflow
from app.routing.recounting import recount_outdated
from app.routing.schemas import ServiceRequestChanged
from app.routing.setup.configuration import setup_changed
from app.routing.timers import anything_unopened, return_unopened, tell_of_overruns
from app.routing.whatif import replaying  # noqa: F401 - a kind of long work

log = structlog.get_logger(__name__)
_ROUTER = system_actor("router", Permission.ROUTING_ASSIGN)


@job(ASSIGN_WAITING)
def assign_waiting_requests(runtime: Runtime) -> None:
    with open_context(runtime, _ROUTER) as ctx:
        assign_waiting(ctx)


@job(OVERFLOW_QUEUES)
def overflow_queues(runtime: Runtime) -> None:
    with open_context(runtime, _ROUTER) as ctx:
        overflow(ctx)


@job(RETURN_MISHELD)
def return_misheld_requests(runtime: Runtime) -> None:
    with open_context(runtime, _ROUTER) as ctx:
        bring_home(ctx)
    with open_context(runtime, _ROUTER) as ctx:  # another unit: its rows are locked in their own order
        return_misheld(ctx)


@job(RETURN_UNOPENED)
def return_unopened_requests(runtime: Runtime) -> None:
    with open_context(runtime, _ROUTER) as ctx:
        return_unopened(ctx)


@job(RETURN_OF_VANISHED)
def return_requests_of_vanished(runtime: Runtime) -> None:
    with open_context(runtime, _ROUTER) as ctx:
        return_of_vanished(ctx)


@job(WATCH_PEOPLE)
def watch_people(runtime: Runtime) -> None:
    with open_context(runtime, _ROUTER) as ctx:
        send_away(ctx)
        tell_of_overruns(ctx)


def on_person_changed(ctx: Context, _event: Event) -> None:
    """Somebody came, left, was shut out, may hold more or serves others: look at queue and holders."""
    ctx.defer(ASSIGN_WAITING)
    ctx.defer(RETURN_MISHELD)


@job(RECOUNT_DEADLINES)
def recount_deadlines(runtime: Runtime) -> None:
    recount_outdated(lambda: open_context(runtime, _ROUTER))


@job(TELL_OF_LATENESS)
def tell_of_late_requests(runtime: Runtime) -> None:
    with open_context(runtime, _ROUTER) as ctx:
        tell_of_lateness(ctx)


def on_calendar_changed(ctx: Context, _event: Event) -> None:
    """What some requests' time is counted by has changed."""
    ctx.defer(RECOUNT_DEADLINES)


def on_unit_dissolved(ctx: Context, _event: Event) -> None:
    """A queue's team may be closed: what the router knows is another setup from now on."""
    setup_changed(ctx)


@job(FETCH_NAME)
def fetch_names(runtime: Runtime, *identity_ids: int) -> None:
    """Of those who came in one change. One that cannot be asked for hinders no other."""
    for identity_id in identity_ids:
        try:
            _fetch_name(runtime, identity_id)
        except Exception as error:
            log.warning("name_not_fetched", identity=identity_id, error=repr(error))


def _fetch_name(runtime: Runtime, identity_id: int) -> None:
    """Ask once; a platform that does not answer leaves the stand-in."""
    with open_context(runtime, _ROUTER) as ctx:
        question = question_of(ctx, identity_id)
    if question is None:
        return
    try:
        author = question.source.get_author(question.account, question.external_id)
    except PlatformError as error:
        log.info("name_not_told", identity=identity_id, code=error.code)
        return
    with open_context(runtime, _ROUTER) as ctx:
        take_name(ctx, identity_id, author.name or "")


def on_request_opened(ctx: Context, event: Event) -> None:
    """Somebody without a name has written: ask the platform who it is."""
    payload = event.payload
    if isinstance(payload, ServiceRequestChanged) and is_stand_in(payload.service_request.contact.name):
        number = payload.service_request.conversation_id
        conversation = rows_by_id(ctx.session, Conversation, [number]).get(number)
        if conversation is not None:
            ctx.defer_together(FETCH_NAME, conversation.contact_identity_id)


def _unassigned_requests(ctx: Context) -> list[DeferredJob]:
    waiting = ctx.session.scalar(
        select(ServiceRequest.id)
        .where(ServiceRequest.status == RequestStatus.NEW, ServiceRequest.assignee_id.is_(None))
        .limit(1)
    )
    return [] if waiting is None else [DeferredJob(ASSIGN_WAITING)]


def _overflowing_queues(ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(OVERFLOW_QUEUES)] if may_overflow(ctx) else []


def _misheld_requests(ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(RETURN_MISHELD)] if misheld(ctx) or stranded(ctx, limit=1) else []


def _outdated_deadlines(ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(RECOUNT_DEADLINES)] if outdated_accounts(ctx) else []


def _late_requests(ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(TELL_OF_LATENESS)] if anything_late(ctx) else []


def _unopened_requests(ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(RETURN_UNOPENED)] if anything_unopened(ctx) else []


def _resting_people(ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(WATCH_PEOPLE)] if idle_people(ctx) or overrunning(ctx) else []


PERIODIC = [
    Periodic("unassigned requests", sweeping, _unassigned_requests),
    Periodic("overflowing queues", seconds(20), _overflowing_queues),
    Periodic("misheld requests", sweeping, _misheld_requests),
    Periodic("outdated deadlines", sweeping, _outdated_deadlines),
    Periodic("late requests", seconds(10), _late_requests),
    Periodic("unopened requests", seconds(10), _unopened_requests),
    Periodic("resting people", seconds(10), _resting_people),
]
