"""Events and acts of this package."""

from __future__ import annotations

from app.core.events import EVENTS, Subject
from app.models import ServicePolicy, ServiceRequest, Whisper
from app.routing.floor.whisper_schemas import WhisperAdded
from app.routing.levels.schemas import ServiceLevelMarked, ServicePolicyChanged
from app.routing.schemas import MessagesAppended, MessagesRevised, ServiceRequestChanged

SERVICE_REQUEST = EVENTS.kind("service_request", ServiceRequest)

OPENED = EVENTS.declare("service_request.opened", ServiceRequestChanged, SERVICE_REQUEST)
ASSIGNED = EVENTS.declare("service_request.assigned", ServiceRequestChanged, SERVICE_REQUEST)
STATUS_CHANGED = EVENTS.declare(
    "service_request.status_changed", ServiceRequestChanged, SERVICE_REQUEST, audited=True
)
UPDATED = EVENTS.declare("service_request.updated", ServiceRequestChanged, SERVICE_REQUEST, newest_wins=True)
ANSWER_FAILED = EVENTS.declare("service_request.answer_failed", ServiceRequestChanged, SERVICE_REQUEST)
"""An answer did not go: whoever has the request must look at it again."""
CLASSIFIED = EVENTS.declare(
    "service_request.classified", ServiceRequestChanged, SERVICE_REQUEST, audited=True
)
WARNED = EVENTS.declare("service_request.warned", ServiceLevelMarked, SERVICE_REQUEST)
"""The time that its policy gives is nearly over."""
MISSED = EVENTS.declare("service_request.missed", ServiceLevelMarked, SERVICE_REQUEST)
"""The time that its policy gives is over."""

MERGED = EVENTS.act("service_request.merged", SERVICE_REQUEST)
UNMERGED = EVENTS.act("service_request.unmerged", SERVICE_REQUEST)
SPLIT = EVENTS.act("service_request.divided", SERVICE_REQUEST)
LINKED = EVENTS.act("service_request.linked", SERVICE_REQUEST)
UNLINKED = EVENTS.act("service_request.unlinked", SERVICE_REQUEST)
WATCHED = EVENTS.act("service_request.watched", SERVICE_REQUEST)
"""Somebody looks on while a colleague serves."""
TAKEN_OVER = EVENTS.act("service_request.taken_over", SERVICE_REQUEST)
"""Somebody took what a colleague had, and said why."""
WHISPER = EVENTS.kind("whisper", Whisper)
WHISPERED = EVENTS.declare("whisper.added", WhisperAdded, WHISPER, audited=True)

MESSAGES_APPENDED = EVENTS.declare("message.appended", MessagesAppended)
"""Inside only: customers' messages have joined conversations."""
MESSAGES_REVISED = EVENTS.declare("message.revised", MessagesRevised)
"""Inside only: customers have changed messages or taken them back."""

SERVICE_POLICY = EVENTS.kind("service_policy", ServicePolicy)
POLICY_ADDED = EVENTS.declare("service_policy.added", ServicePolicyChanged, SERVICE_POLICY, audited=True)
POLICY_EDITED = EVENTS.declare("service_policy.edited", ServicePolicyChanged, SERVICE_POLICY, audited=True)
POLICY_SWITCHED = EVENTS.declare(
    "service_policy.switched", ServicePolicyChanged, SERVICE_POLICY, audited=True
)
POLICY_MOVED = EVENTS.declare("service_policy.moved", ServicePolicyChanged, SERVICE_POLICY, audited=True)
POLICY_REMOVED = EVENTS.declare("service_policy.removed", ServicePolicyChanged, SERVICE_POLICY, audited=True)
POLICY_EVENTS = (POLICY_ADDED, POLICY_EDITED, POLICY_SWITCHED, POLICY_MOVED, POLICY_REMOVED)


def about_request(request: ServiceRequest) -> Subject:
    """The request as what an event is about; its account has to be loaded."""
    return SERVICE_REQUEST.of(request, agency_id=request.account.agency_id)
