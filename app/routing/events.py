"""Events of this package."""

from __future__ import annotations

from app.core.events import EVENTS
from app.routing.schemas import ServiceRequestChanged

MESSAGES_APPENDED = "messages_appended"
"""Signal: inbound messages joined conversations; carries their ids."""

OPENED = EVENTS.declare("service_request.opened", ServiceRequestChanged)
ASSIGNED = EVENTS.declare("service_request.assigned", ServiceRequestChanged)
STATUS_CHANGED = EVENTS.declare("service_request.status_changed", ServiceRequestChanged)
UPDATED = EVENTS.declare("service_request.updated", ServiceRequestChanged)
