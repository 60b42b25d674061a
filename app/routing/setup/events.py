"""Events and acts of setting routing up."""

from __future__ import annotations

from app.core.events import EVENTS
from app.identity.events import OPERATOR
from app.models import RoutingQueue, RoutingRule, Skill
from app.routing.setup.schemas import OperatorSkilled, RoutingQueueChanged, RoutingRuleChanged, SkillChanged

ROUTING_QUEUE = EVENTS.kind("routing_queue", RoutingQueue)
ROUTING_RULE = EVENTS.kind("routing_rule", RoutingRule)
SKILL = EVENTS.kind("skill", Skill)

QUEUE_ADDED = EVENTS.declare("routing_queue.added", RoutingQueueChanged, ROUTING_QUEUE, audited=True)
QUEUE_EDITED = EVENTS.declare("routing_queue.edited", RoutingQueueChanged, ROUTING_QUEUE, audited=True)
QUEUE_MOVED = EVENTS.declare("routing_queue.moved", RoutingQueueChanged, ROUTING_QUEUE, audited=True)
QUEUE_REMOVED = EVENTS.declare("routing_queue.removed", RoutingQueueChanged, ROUTING_QUEUE, audited=True)
RULE_ADDED = EVENTS.declare("routing_rule.added", RoutingRuleChanged, ROUTING_RULE, audited=True)
RULE_EDITED = EVENTS.declare("routing_rule.edited", RoutingRuleChanged, ROUTING_RULE, audited=True)
RULE_MOVED = EVENTS.declare("routing_rule.moved", RoutingRuleChanged, ROUTING_RULE, audited=True)
RULE_SWITCHED = EVENTS.declare("routing_rule.switched", RoutingRuleChanged, ROUTING_RULE, audited=True)
RULE_REMOVED = EVENTS.declare("routing_rule.removed", RoutingRuleChanged, ROUTING_RULE, audited=True)
SKILL_ADDED = EVENTS.declare("skill.added", SkillChanged, SKILL, audited=True)
SKILL_EDITED = EVENTS.declare("skill.edited", SkillChanged, SKILL, audited=True)
SKILL_REMOVED = EVENTS.declare("skill.removed", SkillChanged, SKILL, audited=True)
OPERATOR_SKILLED = EVENTS.declare("operator.skilled", OperatorSkilled, OPERATOR, audited=True)
