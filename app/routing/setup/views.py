"""REST: queues, rules and skills."""

from __future__ import annotations

from flask import Blueprint

from app.api.endpoint import endpoint
from app.core.context import Context
from app.core.permissions import Permission
from app.routing.setup import queries, queues, rules, skills, trying
from app.routing.setup.schemas import (
    CheckRoutingCondition,
    CreateQueue,
    CreateRoutingRule,
    CreateSkill,
    EditQueue,
    EditRoutingRule,
    EditSkill,
    MoveInOrder,
    OperatorSkillsView,
    QueueView,
    RoutingConditionCheck,
    RoutingRuleView,
    RoutingSetup,
    RoutingTrial,
    SetSkills,
    SkillView,
    SwitchRoutingRule,
    TryRouting,
)

routing_setup = Blueprint("routing_setup", __name__)
_READ, _CONFIGURE = Permission.ROUTING_READ, Permission.ROUTING_CONFIGURE
_QUEUE, _RULE = "/routing/queues/<int:queue_id>", "/routing/rules/<int:rule_id>"
_SKILL, _OPERATOR = "/routing/skills/<int:skill_id>", "/routing/operators/<int:operator_id>/skills"
_STALE = "stale_version"


@endpoint(
    routing_setup,
    "GET",
    "/routing/setup",
    access=_READ,
    summary="Queues, rules and skills of one's agency, and what they can be made of",
    response=RoutingSetup,
)
def read_setup(ctx: Context) -> RoutingSetup:
    return queries.read_setup(ctx)


@endpoint(
    routing_setup,
    "POST",
    "/routing/queues",
    access=_CONFIGURE,
    summary="Make a queue; it is the last",
    body=CreateQueue,
    response=QueueView,
    status=201,
    errors=("too_many_queues",),
)
def create_queue(ctx: Context, body: CreateQueue) -> QueueView:
    return queries.queue_view(ctx, queues.create_queue(ctx, body).id)


@endpoint(
    routing_setup,
    "PUT",
    _QUEUE,
    access=_CONFIGURE,
    summary="Say what a queue is; what waits in it stays",
    body=EditQueue,
    response=QueueView,
    errors=(_STALE, "queue_has_requests"),
)
def edit_queue(ctx: Context, queue_id: int, body: EditQueue) -> QueueView:
    return queries.queue_view(ctx, queues.edit_queue(ctx, queue_id, body).id)


@endpoint(
    routing_setup,
    "PUT",
    f"{_QUEUE}/position",
    access=_CONFIGURE,
    summary="Put a queue to another place in the order",
    body=MoveInOrder,
    response=QueueView,
    errors=(_STALE,),
)
def move_queue(ctx: Context, queue_id: int, body: MoveInOrder) -> QueueView:
    return queries.queue_view(ctx, queues.move_queue(ctx, queue_id, body).id)


@endpoint(
    routing_setup,
    "DELETE",
    _QUEUE,
    access=_CONFIGURE,
    summary="Remove a queue to which nothing leads and in which nothing waits",
    errors=("queue_in_use", "queue_has_requests"),
)
def remove_queue(ctx: Context, queue_id: int) -> None:
    queues.remove_queue(ctx, queue_id)


@endpoint(
    routing_setup,
    "POST",
    "/routing/rules",
    access=_CONFIGURE,
    summary="Make a rule; it is the last, and on",
    body=CreateRoutingRule,
    response=RoutingRuleView,
    status=201,
    errors=("too_many_rules",),
)
def create_rule(ctx: Context, body: CreateRoutingRule) -> RoutingRuleView:
    return queries.rule_view(ctx, rules.create_rule(ctx, body).id)


@endpoint(
    routing_setup,
    "PUT",
    _RULE,
    access=_CONFIGURE,
    summary="Say what a rule does; what it sent somewhere stays there",
    body=EditRoutingRule,
    response=RoutingRuleView,
    errors=(_STALE,),
)
def edit_rule(ctx: Context, rule_id: int, body: EditRoutingRule) -> RoutingRuleView:
    return queries.rule_view(ctx, rules.edit_rule(ctx, rule_id, body).id)


@endpoint(
    routing_setup,
    "PUT",
    f"{_RULE}/switch",
    access=_CONFIGURE,
    summary="Switch a rule on or off",
    body=SwitchRoutingRule,
    response=RoutingRuleView,
    errors=(_STALE,),
)
def switch_rule(ctx: Context, rule_id: int, body: SwitchRoutingRule) -> RoutingRuleView:
    return queries.rule_view(ctx, rules.switch_rule(ctx, rule_id, body).id)


@endpoint(
    routing_setup,
    "PUT",
    f"{_RULE}/position",
    access=_CONFIGURE,
    summary="Put a rule to another place in the order",
    body=MoveInOrder,
    response=RoutingRuleView,
    errors=(_STALE,),
)
def move_rule(ctx: Context, rule_id: int, body: MoveInOrder) -> RoutingRuleView:
    return queries.rule_view(ctx, rules.move_rule(ctx, rule_id, body).id)


@endpoint(routing_setup, "DELETE", _RULE, access=_CONFIGURE, summary="Remove a rule")
def remove_rule(ctx: Context, rule_id: int) -> None:
    rules.remove_rule(ctx, rule_id)


@endpoint(
    routing_setup,
    "POST",
    "/routing/condition-checks",
    access=_READ,
    summary="A rule's condition read aloud, what is wrong with it, and what lately met it",
    body=CheckRoutingCondition,
    response=RoutingConditionCheck,
    write=False,
)
def check_condition(ctx: Context, body: CheckRoutingCondition) -> RoutingConditionCheck:
    return queries.check_condition(ctx, body)


@endpoint(
    routing_setup,
    "POST",
    "/routing/trials",
    access=_READ,
    summary="Which way a request or a text would go now, and why; nothing is written",
    body=TryRouting,
    response=RoutingTrial,
    write=False,
)
def try_routing(ctx: Context, body: TryRouting) -> RoutingTrial:
    return trying.try_routing(ctx, body)


@endpoint(
    routing_setup,
    "POST",
    "/routing/skills",
    access=_CONFIGURE,
    summary="Make a skill",
    body=CreateSkill,
    response=SkillView,
    status=201,
    errors=("too_many_skills",),
)
def create_skill(ctx: Context, body: CreateSkill) -> SkillView:
    return queries.skill_view(ctx, skills.create_skill(ctx, body).id)


@endpoint(
    routing_setup,
    "PUT",
    _SKILL,
    access=_CONFIGURE,
    summary="Call a skill something else",
    body=EditSkill,
    response=SkillView,
    errors=(_STALE,),
)
def edit_skill(ctx: Context, skill_id: int, body: EditSkill) -> SkillView:
    return queries.skill_view(ctx, skills.edit_skill(ctx, skill_id, body).id)


@endpoint(
    routing_setup,
    "DELETE",
    _SKILL,
    access=_CONFIGURE,
    summary="Remove a skill that no rule wants, from everybody who has it",
    errors=("skill_in_use",),
)
def remove_skill(ctx: Context, skill_id: int) -> None:
    skills.remove_skill(ctx, skill_id)


@endpoint(
    routing_setup,
    "GET",
    _OPERATOR,
    access=_READ,
    summary="What a person can do",
    response=OperatorSkillsView,
)
def get_operator_skills(ctx: Context, operator_id: int) -> OperatorSkillsView:
    return queries.operator_skills(ctx, operator_id)


@endpoint(
    routing_setup,
    "PUT",
    _OPERATOR,
    access=_CONFIGURE,
    summary="Say all that a person can do",
    body=SetSkills,
    response=OperatorSkillsView,
)
def set_operator_skills(ctx: Context, operator_id: int, body: SetSkills) -> OperatorSkillsView:
    skills.set_skills(ctx, operator_id, body)
    return queries.operator_skills(ctx, operator_id)
