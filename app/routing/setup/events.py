"""Events and acts of setting routing up."""

from __future__ import annotations

from app.core.events import EVENTS
from app.identity.events import OPERATOR
from app.models import RoutingQueue, RoutingRule, Skill
from app.routing.setup.schemas import OperatorSkilled, RoutingQueueChanged, RoutingRuleChanged, SkillChanged

ROUTING_QUEUE = EVENTS.kind("routing_queue", RoutingQueue)
ROUTING_RULE = EVENTS.kind("routing_rule", RoutingRule)
SKILL = EVENTS.kind("skill", Skill)

_Q, _R, _S = RoutingQueueChanged, RoutingRuleChanged, SkillChanged

ROUTING_QUEUE_ADDED = EVENTS.declare("routing_queue.added", _Q, ROUTING_QUEUE, audited=True)
ROUTING_QUEUE_EDITED = EVENTS.declare("routing_queue.edited", _Q, ROUTING_QUEUE, audited=True)
ROUTING_QUEUE_MOVED = EVENTS.declare("routing_queue.moved", _Q, ROUTING_QUEUE, audited=True)
ROUTING_QUEUE_REMOVED = EVENTS.declare("routing_queue.removed", _Q, ROUTING_QUEUE, audited=True)
ROUTING_RULE_ADDED = EVENTS.declare("routing_rule.added", _R, ROUTING_RULE, audited=True)
ROUTING_RULE_EDITED = EVENTS.declare("routing_rule.edited", _R, ROUTING_RULE, audited=True)
ROUTING_RULE_MOVED = EVENTS.declare("routing_rule.moved", _R, ROUTING_RULE, audited=True)
ROUTING_RULE_SWITCHED = EVENTS.declare("routing_rule.switched", _R, ROUTING_RULE, audited=True)
ROUTING_RULE_REMOVED = EVENTS.declare("routing_rule.removed", _R, ROUTING_RULE, audited=True)
SKILL_ADDED = EVENTS.declare("skill.added", _S, SKILL, audited=True)
SKILL_EDITED = EVENTS.declare("skill.edited", _S, SKILL, audited=True)
SKILL_REMOVED = EVENTS.declare("skill.removed", _S, SKILL, audited=True)
OPERATOR_SKILLED = EVENTS.declare("operator.skilled", OperatorSkilled, OPERATOR, audited=True)
