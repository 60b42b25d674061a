"""Events of this package."""

from __future__ import annotations

from app.core.events import EVENTS
from app.topics.schemas import AlertChanged, TopicChanged

TOPIC_UPDATED = EVENTS.declare("topic.updated", TopicChanged)
ALERT_RAISED = EVENTS.declare("alert.raised", AlertChanged)
ALERT_ACKNOWLEDGED = EVENTS.declare("alert.acknowledged", AlertChanged)
