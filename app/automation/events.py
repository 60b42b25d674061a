"""Events and acts of this package."""

from __future__ import annotations

from app.automation.schemas import RuleChanged
from app.core.events import EVENTS
from app.models import AutomationRule

AUTOMATION_RULE = EVENTS.kind("automation_rule", AutomationRule)

RULE_ADDED = EVENTS.declare("automation_rule.added", RuleChanged, AUTOMATION_RULE, audited=True)
RULE_EDITED = EVENTS.declare("automation_rule.edited", RuleChanged, AUTOMATION_RULE, audited=True)
RULE_SWITCHED = EVENTS.declare("automation_rule.switched", RuleChanged, AUTOMATION_RULE, audited=True)
RULE_REMOVED = EVENTS.declare("automation_rule.removed", RuleChanged, AUTOMATION_RULE, audited=True)
RULE_JUDGED = EVENTS.declare("automation_rule.judged", RuleChanged, AUTOMATION_RULE, newest_wins=True)
"""It was found broken, or whole again, or it acted too often; or a dry run of it has ended."""
RULE_WORKED = EVENTS.declare("automation_rule.worked", RuleChanged, AUTOMATION_RULE, newest_wins=True)
"""A run of it began or ended."""
