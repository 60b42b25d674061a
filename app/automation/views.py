"""REST: rules, their dry runs, and the log of their runs."""

from __future__ import annotations

from flask import Blueprint

from app.api.endpoint import endpoint
from app.automation import queries, run_queries, services
from app.automation.schemas import (
    AutomationOffer,
    CheckRuleCondition,
    CreateRule,
    EditRule,
    RuleConditionCheck,
    RuleList,
    RuleView,
    RunList,
    RunQuery,
    SwitchRule,
)
from app.core.context import Context
from app.core.permissions import Permission

automation = Blueprint("automation", __name__)
_READ, _MANAGE = Permission.AUTOMATION_READ, Permission.AUTOMATION_MANAGE
_RULE = "/automation/rules/<int:rule_id>"
_STANDING = ("rule_broken", "rule_owner_gone")


@endpoint(
    automation,
    "GET",
    "/automation/rules",
    access=_READ,
    summary="Rules of one's agency",
    response=RuleList,
)
def list_rules(ctx: Context) -> RuleList:
    return queries.list_rules(ctx)


@endpoint(
    automation,
    "GET",
    "/automation/offer",
    access=_READ,
    summary="What rules can be made of, and rules to begin with",
    response=AutomationOffer,
)
def get_offer(ctx: Context) -> AutomationOffer:
    return queries.offer(ctx)


@endpoint(
    automation,
    "POST",
    "/automation/condition-checks",
    access=_READ,
    summary="A rule's condition read aloud, and what is wrong with it",
    body=CheckRuleCondition,
    response=RuleConditionCheck,
    write=False,
)
def check_condition(ctx: Context, body: CheckRuleCondition) -> RuleConditionCheck:
    return queries.check_condition(ctx, body)


@endpoint(
    automation,
    "POST",
    "/automation/rules",
    access=_MANAGE,
    summary="Make a rule; it is off",
    body=CreateRule,
    response=RuleView,
    status=201,
    errors=("too_many_rules",),
)
def create_rule(ctx: Context, body: CreateRule) -> RuleView:
    return queries.rule_view(ctx, services.create_rule(ctx, body).id)


@endpoint(
    automation,
    "PUT",
    _RULE,
    access=_MANAGE,
    summary="Say what a rule does; its owner is whoever said so last",
    body=EditRule,
    response=RuleView,
    errors=("stale_version",),
)
def edit_rule(ctx: Context, rule_id: int, body: EditRule) -> RuleView:
    return queries.rule_view(ctx, services.edit_rule(ctx, rule_id, body).id)


@endpoint(
    automation,
    "PUT",
    f"{_RULE}/switch",
    access=_MANAGE,
    summary="Switch a rule on, once it has been tried as it stands, or off",
    body=SwitchRule,
    response=RuleView,
    errors=("stale_version", "dry_run_wanted", *_STANDING),
)
def switch_rule(ctx: Context, rule_id: int, body: SwitchRule) -> RuleView:
    return queries.rule_view(ctx, services.switch_rule(ctx, rule_id, body).id)


@endpoint(
    automation,
    "POST",
    f"{_RULE}/dry-runs",
    access=_MANAGE,
    summary="Find out what a rule would have done in the last thirty days, as long work",
    response=RuleView,
    status=202,
    errors=("dry_run_under_way", "too_many_long_works", *_STANDING),
)
def try_rule(ctx: Context, rule_id: int) -> RuleView:
    return queries.rule_view(ctx, services.try_rule(ctx, rule_id).id)


@endpoint(automation, "DELETE", _RULE, access=_MANAGE, summary="Remove a rule, with the log of its runs")
def remove_rule(ctx: Context, rule_id: int) -> None:
    services.remove_rule(ctx, rule_id)


@endpoint(
    automation,
    "GET",
    "/automation/runs",
    access=_READ,
    summary="What rules did: why, each act, and what was refused",
    query=RunQuery,
    response=RunList,
)
def list_runs(ctx: Context, query: RunQuery) -> RunList:
    return run_queries.list_runs(ctx, query)
