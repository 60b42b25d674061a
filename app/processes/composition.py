"""Where the parts are put together, for every process: settings, logs, runtime, reactions."""

from __future__ import annotations

import sys

from app.calendars.events import (
    CALENDAR_ADDED,
    CALENDAR_EDITED,
    HOLIDAYS_IMPORTED,
    HOLIDAYS_REMOVED,
)
from app.config import ConfigurationError, Settings, load_settings
from app.core.clock import Clock
from app.core.logging import configure_logging
from app.core.runtime import Runtime, build_runtime
from app.grants import acting  # noqa: F401 - what is asked before somebody acts by a grant
from app.grants.events import MOVES_PEOPLE
from app.identity.events import (
    CAPACITY_CHANGED,
    OPERATOR_CHANGED,
    PRESENCE_CHANGED,
    ROLE_CHANGED,
    UNIT_DISSOLVED,
)
from app.jobs.queue import RedisQueue
from app.media.events import MEDIA_COPIED
from app.routing import jobs as routing_jobs
from app.routing.events import MESSAGES_APPENDED, MESSAGES_REVISED, OPENED
from app.workbench.announce import (
    copy_media_of_messages,
    on_media_copied,
    on_messages_appended,
    on_messages_revised,
)


def compose(settings: Settings, *, clock: Clock | None = None) -> Runtime:
    """A runtime with the queue and every reaction of one package to another."""
    runtime = build_runtime(settings, clock=clock)
    runtime.queue = RedisQueue(runtime.redis, settings.installation)
    runtime.subscribe(PRESENCE_CHANGED, routing_jobs.on_person_changed)
    runtime.subscribe(CAPACITY_CHANGED, routing_jobs.on_person_changed)
    runtime.subscribe(OPERATOR_CHANGED, routing_jobs.on_person_changed)
    runtime.subscribe(ROLE_CHANGED, routing_jobs.on_person_changed)
    for moved in MOVES_PEOPLE:
        runtime.subscribe(moved, routing_jobs.on_person_changed)
    for changed in (CALENDAR_ADDED, CALENDAR_EDITED, HOLIDAYS_IMPORTED, HOLIDAYS_REMOVED):
        runtime.subscribe(changed, routing_jobs.on_calendar_changed)
    runtime.subscribe(UNIT_DISSOLVED, routing_jobs.on_unit_dissolved)
    runtime.subscribe(OPENED, routing_jobs.on_request_opened)
    runtime.subscribe(MESSAGES_APPENDED, on_messages_appended)
    runtime.subscribe(MESSAGES_APPENDED, copy_media_of_messages)
    runtime.subscribe(MEDIA_COPIED, on_media_copied)
    runtime.subscribe(MESSAGES_REVISED, on_messages_revised)
    return runtime


def start_process(name: str) -> Runtime:
    """Settings, logs and runtime of a worker or scheduler; unusable settings end it with one clear text."""
    try:
        settings = load_settings()
    except ConfigurationError as error:
        sys.stderr.write(f"lingke: {error}\n")
        raise SystemExit(1) from None
    configure_logging(name, settings.log_level)
    return compose(settings)
