"""Events and acts of this package."""

from __future__ import annotations

from app.core.events import EVENTS
from app.models import Alert, Topic
from app.topics.schemas import AlertChanged, TopicChanged

TOPIC = EVENTS.kind("topic", Topic)
ALERT = EVENTS.kind("alert", Alert)
ALERT_RULE = EVENTS.kind("alert_rule")

TOPIC_UPDATED = EVENTS.declare("topic.updated", TopicChanged, TOPIC, newest_wins=True)
ALERT_RAISED = EVENTS.declare("alert.raised", AlertChanged, ALERT)
ALERT_UPDATED = EVENTS.declare("alert.updated", AlertChanged, ALERT)
ALERT_ACKNOWLEDGED = EVENTS.declare("alert.acknowledged", AlertChanged, ALERT, audited=True)

ALERT_RULE_CHANGED = EVENTS.act("alert_rule.changed", ALERT_RULE)
