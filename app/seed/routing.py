"""The demo's routing: what its people can do, a queue for each team, rules, and policies to switch on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.core.context import Context
from app.models import (
    Account,
    Agency,
    Operator,
    OperatorSkill,
    RoutingQueue,
    RoutingRule,
    ServicePolicy,
    ServicePolicyState,
    Skill,
    Team,
)
from app.routing.setup.configuration import setup_changed
from app.routing.strategies.least_loaded import LeastLoaded
from app.routing.strategies.skill_first import SkillFirst

WIDE_REACH = 100_000
"""Followers from which on what somebody says is the most urgent."""
_FAULTS, _BILLS, _CALMING = "宽带排障", "资费核查", "投诉安抚"
_SKILLS: Mapping[str, Mapping[str, int]] = {
    _FAULTS: {"hexiaotang": 3, "luyao": 5, "tangyuan": 4},
    _BILLS: {"hexiaotang": 4, "zhouqiming": 5, "sunian": 3},
    _CALMING: {"hexiaotang": 4, "zhouqiming": 2, "sunian": 5, "luyao": 2},
}
"""By skill: who has it, by login names, and how well."""


def seed_routing(
    ctx: Context,
    agency: Agency,
    people: Mapping[str, Operator],
    accounts: list[Account],
    care: Team,
    broadband: Team,
) -> None:
    """For an agency that has no routing of its own yet."""
    skills = _skills(ctx, agency, people)
    queue = _queues(ctx, agency, care, broadband)
    faults = [account.id for account in accounts if account.team_id == broadband.id]
    reach = {"all": [{"field": "contact_followers", "op": "at_least", "value": WIDE_REACH}]}
    of_accounts = {"all": [{"field": "account", "op": "any_of", "value": faults}]}
    _rule(ctx, agency, 1, "大 V 提到最急", reach, priority=1)
    wanted = [{"skill_id": skills[_FAULTS].id, "level": 1}]
    _rule(ctx, agency, 2, "宽带账号给会排障的人", of_accounts, queue_id=queue.id, skills=wanted)
    _policies(ctx, agency)
    ctx.session.flush()
    setup_changed(ctx)


def _skills(ctx: Context, agency: Agency, people: Mapping[str, Operator]) -> dict[str, Skill]:
    found = {}
    for name, levels in _SKILLS.items():
        found[name] = Skill(created_at=ctx.now(), agency_id=agency.id, name=name)
        ctx.session.add(found[name])
        ctx.session.flush()
        for login_name, level in levels.items():
            had = OperatorSkill(
                created_at=ctx.now(),
                operator_id=people[login_name].id,
                skill_id=found[name].id,
                level=level,
            )
            ctx.session.add(had)
    return found


def _queues(ctx: Context, agency: Agency, care: Team, broadband: Team) -> RoutingQueue:
    """That of the broadband team; of whom it wants skills it lets go of after half an hour."""
    common: dict[str, Any] = {"created_at": ctx.now(), "agency_id": agency.id}
    faults = RoutingQueue(
        **common,
        team_id=broadband.id,
        name="宽带排障",
        position=1,
        strategy=SkillFirst.name,
        ring_minutes=30,
    )
    general = RoutingQueue(**common, team_id=care.id, name="综合客服", position=2, strategy=LeastLoaded.name)
    ctx.session.add_all([faults, general])
    ctx.session.flush()
    return faults


def _rule(
    ctx: Context, agency: Agency, position: int, name: str, condition: dict[str, Any], **does: Any
) -> None:
    ctx.session.add(
        RoutingRule(
            created_at=ctx.now(),
            agency_id=agency.id,
            position=position,
            name=name,
            condition=condition,
            **does,
        )
    )


def _policies(ctx: Context, agency: Agency) -> None:
    """Off, as every new one is: whoever leads looks at what they would have made of the past first."""
    late = [
        {"at": "warning", "after_minutes": 0, "holder": True, "leads": False, "people": []},
        {"at": "missed", "after_minutes": 0, "holder": True, "leads": True, "people": []},
    ]
    for position, (name, field, value, first, further, resolution) in enumerate(
        (
            ("投诉", "type", "complaint", 15, 30, 24 * 60),
            ("咨询", "type", "consult", 30, 60, 48 * 60),
        ),
        start=1,
    ):
        ctx.session.add(
            ServicePolicy(
                created_at=ctx.now(),
                agency_id=agency.id,
                position=position,
                name=name,
                condition={"all": [{"field": field, "op": "is", "value": value}]},
                first_minutes=first,
                next_minutes=further,
                resolve_minutes=resolution,
                warn_share=75,
                steps=late,
            )
        )
    ctx.session.add(ServicePolicyState(created_at=ctx.now(), agency_id=agency.id))
