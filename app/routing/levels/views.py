"""REST: service policies, in what order they are asked, and what one would have made of the past."""

from __future__ import annotations

from flask import Blueprint

from app.api.endpoint import endpoint
from app.core.context import Context
from app.core.permissions import Permission
from app.routing.levels import queries, services
from app.routing.levels.schemas import (
    CheckPolicyCondition,
    CreatePolicy,
    EditPolicy,
    OrderPolicies,
    PolicyConditionCheck,
    PolicyList,
    PolicyTrial,
    PolicyView,
    SwitchPolicy,
    TryPolicy,
)

levels = Blueprint("levels", __name__)
_READ, _MANAGE = Permission.ROUTING_READ, Permission.ROUTING_CONFIGURE
_POLICY = "/service-policies/<int:policy_id>"


@endpoint(
    levels,
    "GET",
    "/service-policies",
    access=_READ,
    summary="Service policies, in the order in which they are asked",
    response=PolicyList,
)
def list_policies(ctx: Context) -> PolicyList:
    return queries.list_policies(ctx)


@endpoint(
    levels,
    "POST",
    "/service-policies",
    access=_MANAGE,
    summary="Make a service policy; it is off, and comes last",
    body=CreatePolicy,
    response=PolicyView,
    status=201,
    errors=("too_many_policies",),
)
def create_policy(ctx: Context, body: CreatePolicy) -> PolicyView:
    return queries.policy_view(ctx, services.create_policy(ctx, body).id)


@endpoint(
    levels,
    "PUT",
    _POLICY,
    access=_MANAGE,
    summary="Say what a service policy is; what is open is counted anew",
    body=EditPolicy,
    response=PolicyView,
    errors=("stale_version",),
)
def edit_policy(ctx: Context, policy_id: int, body: EditPolicy) -> PolicyView:
    return queries.policy_view(ctx, services.edit_policy(ctx, policy_id, body).id)


@endpoint(
    levels,
    "PUT",
    f"{_POLICY}/switch",
    access=_MANAGE,
    summary="Switch a service policy on or off",
    body=SwitchPolicy,
    response=PolicyView,
    errors=("stale_version", "policy_broken"),
)
def switch_policy(ctx: Context, policy_id: int, body: SwitchPolicy) -> PolicyView:
    return queries.policy_view(ctx, services.switch_policy(ctx, policy_id, body).id)


@endpoint(
    levels,
    "PUT",
    "/service-policies/order",
    access=_MANAGE,
    summary="In which order the service policies of one's agency are asked",
    body=OrderPolicies,
    response=PolicyList,
    errors=("policies_changed",),
)
def order_policies(ctx: Context, body: OrderPolicies) -> PolicyList:
    services.order_policies(ctx, body)
    return queries.list_policies(ctx)


@endpoint(
    levels,
    "DELETE",
    _POLICY,
    access=_MANAGE,
    summary="Remove a service policy; what was counted by it stays so",
)
def remove_policy(ctx: Context, policy_id: int) -> None:
    services.remove_policy(ctx, policy_id)


@endpoint(
    levels,
    "POST",
    "/service-policies/condition-checks",
    access=_READ,
    summary="A policy's condition read aloud, what is wrong with it, and why nothing can come under it",
    body=CheckPolicyCondition,
    response=PolicyConditionCheck,
    write=False,
)
def check_condition(ctx: Context, body: CheckPolicyCondition) -> PolicyConditionCheck:
    return queries.check_condition(ctx, body)


@endpoint(
    levels,
    "POST",
    "/service-policies/trials",
    access=_READ,
    summary="What a service policy would have made of the last thirty days",
    body=TryPolicy,
    response=PolicyTrial,
    write=False,
)
def try_policy(ctx: Context, body: TryPolicy) -> PolicyTrial:
    return queries.try_policy(ctx, body)
