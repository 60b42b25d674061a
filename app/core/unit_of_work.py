"""The one way a change happens: open a context, run a service, commit, then tell the world.

Events are written to the log inside the transaction. After the commit jobs are queued and the
publisher is woken; if either fails nothing is lost, because both can be found again in the database.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from app.core.bulk import insert_rows
from app.core.context import Context
from app.core.db import open_session
from app.core.events import Part
from app.core.ids import new_request_id
from app.core.json_text import RenderedJson
from app.core.own_eyes import require_own_eyes
from app.core.permissions import Actor
from app.core.runtime import QUEUE_AWAY, Runtime
from app.core.tables import EventLog

log = structlog.get_logger(__name__)
WAKE_CHANNEL = "events"


@contextmanager
def open_context(
    runtime: Runtime,
    actor: Actor,
    *,
    write: bool = True,
    request_id: str | None = None,
    locale: str | None = None,
) -> Iterator[Context]:
    """A unit of work. Commits when the block ends well, rolls back when it raises.

    One that writes is refused to whoever looks through somebody else's eyes.
    """
    if write:
        require_own_eyes(actor)
    session = open_session(runtime.sessions, write=write)
    context = Context(runtime, session, actor, request_id or new_request_id(), locale or actor.locale)
    try:
        yield context
        if write:
            _react(context)
            _record_events(context)
            session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.close()
    if write:
        _after_commit(context)


def _react(context: Context) -> None:
    """Let subscribers act on events; what they emit is heard by subscribers in turn."""
    done = 0
    while done < len(context.events):
        event = context.events[done]
        for subscriber in context.runtime.subscribers.get(event.name, ()):
            subscriber(context, event)
        done += 1


def _record_events(context: Context) -> None:
    context.session.flush()
    now = context.now()
    rows = [
        {
            "name": event.name,
            "about_kind": event.about.kind,
            "about_id": str(event.about.id),
            "account_id": event.about.account_id,
            "agency_id": event.about.agency_id,
            "actor": context.actor.label,
            "operator_id": context.actor.operator_id,
            "payload": RenderedJson(event.payload.model_dump_json()),
            "rooms": sorted(event.audience.rooms),
            "withdraw_rooms": sorted(event.audience.withdraw),
            "parts": {name: _part(part) for name, part in event.audience.parts.items()},
            "request_id": context.request_id,
            "created_at": now,
        }
        for event in context.events
        if event.about is not None
    ]
    if rows:
        insert_rows(context.session, EventLog, rows)


def _part(part: Part) -> dict[str, Any]:
    return {"kind": part.about.kind, "id": str(part.about.id), "rooms": sorted(part.rooms)}


def _after_commit(context: Context) -> None:
    runtime = context.runtime
    if any(event.about for event in context.events):
        wake_publisher(runtime)
    if context.deferred:
        runtime.queue.enqueue(context.deferred)


def wake_publisher(runtime: Runtime) -> None:
    """Ask the publisher to number new events now instead of at its next look."""
    try:
        runtime.redis.publish(runtime.redis_key(WAKE_CHANNEL, "written"), b"1")
    except QUEUE_AWAY as error:
        # The publisher looks by itself twice a second.
        log.warning("publisher_not_woken", error=str(error))
