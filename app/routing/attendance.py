"""Whose browsers are connected: each web process says so of its own, four times a minute, if an agency asks.

The same process looks for people of whom no process has said so for long: as long as it lives, a missing word
means a missing browser. When it has only just started it waits, since browsers take a while to come back.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from app.core.permissions import Permission, system_actor
from app.core.unit_of_work import open_context
from app.identity.dealing import spans_of
from app.identity.presence import connected, vanished_people
from app.models import RoutingSettings
from app.realtime.sockets import Hub
from app.routing.job_names import RETURN_OF_VANISHED

log = structlog.get_logger(__name__)
EVERY_SECONDS = 15.0
_ROUTER = system_actor("router", Permission.ROUTING_ASSIGN)


def start_attendance(hub: Hub) -> None:
    """For as long as the process lives."""
    hub.socketio.start_background_task(_keep, hub, hub.runtime.clock.now())


def _keep(hub: Hub, began: datetime) -> None:
    while True:
        hub.socketio.sleep(EVERY_SECONDS)
        try:
            keep_attendance(hub, hub.runtime.clock.now() - began)
        except Exception as error:
            log.warning("attendance_not_kept", error=repr(error))


def keep_attendance(hub: Hub, alive_for: timedelta) -> None:
    """Who looks through somebody else's eyes is there themselves, not that person. One statement where no
    agency asks for it."""
    actors = [connection.actor.own or connection.actor for connection in hub.connections.all()]
    ids = {actor.operator_id for actor in actors if actor.operator_id is not None}
    with open_context(hub.runtime, _ROUTER) as ctx:
        spans = spans_of(ctx.session, RoutingSettings.vanish_minutes)
        if not spans:
            return
        connected(ctx, ids)
        if alive_for >= max(spans) and vanished_people(ctx):
            ctx.defer(RETURN_OF_VANISHED)
