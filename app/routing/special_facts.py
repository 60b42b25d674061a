"""Facts that are read only where a queue's strategy or a rule asks for them; each in one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from app.calendars.clocks import calendar_for
from app.core.context import Context
from app.core.db import among
from app.models import AssignmentDecision, Direction, Message, Operator, OperatorSkill, ServiceRequest
from app.routing.setup.configuration import QueueSetup, Setup, Wanted
from app.routing.strategies import Fact

_MINUTE = timedelta(minutes=1)
Answered = tuple[int, datetime]
"""Who answered, and when."""


def skills_of(ctx: Context, operator_ids: Collection[int]) -> Mapping[int, dict[int, int]]:
    """By person: each skill with its level."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    rows = ctx.session.execute(
        select(OperatorSkill.operator_id, OperatorSkill.skill_id, OperatorSkill.level).where(
            among(ctx.session, OperatorSkill.operator_id, operator_ids)
        )
    )
    for operator_id, skill_id, level in rows:
        found[operator_id][skill_id] = level
    return found


def turns_of(ctx: Context, operator_ids: Collection[int]) -> Mapping[int, int]:
    """By person: the number of the last decision that gave them something; numbers only grow."""
    last = (
        select(func.max(AssignmentDecision.id))
        .where(AssignmentDecision.chosen_operator_id == Operator.id)
        .correlate(Operator)
        .scalar_subquery()
    )
    rows = ctx.session.execute(select(Operator.id, last).where(among(ctx.session, Operator.id, operator_ids)))
    return {row[0]: row[1] or 0 for row in rows}


def last_answers(ctx: Context, setup: Setup, requests: Sequence[ServiceRequest]) -> Mapping[int, Answered]:
    """By the request's id, who of ours answered its customer last; of those whose queue asks for it."""
    asking = {
        one.id: one.conversation_id
        for one in requests
        for queue in (setup.queues.get(one.queue_id or 0),)
        if queue is not None and Fact.LAST_ANSWER in queue.strategy.needs
    }
    found = answers_in(ctx, set(asking.values()))
    return {number: found[one] for number, one in asking.items() if one in found}


def answers_in(ctx: Context, conversation_ids: Collection[int]) -> Mapping[int, Answered]:
    """By conversation, who of ours answered last; no statement for none."""
    if not conversation_ids:
        return {}
    earlier = aliased(Message)
    last = (
        select(earlier.conversation_id, func.max(earlier.number).label("number"))
        .where(
            among(ctx.session, earlier.conversation_id, conversation_ids),
            earlier.direction == Direction.OUTBOUND,
            earlier.operator_id.is_not(None),
            earlier.deleted_at.is_(None),
        )
        .group_by(earlier.conversation_id)
        .subquery()
    )
    rows = ctx.session.execute(
        select(Message.conversation_id, Message.operator_id, Message.occurred_at).join(
            last,
            (last.c.conversation_id == Message.conversation_id) & (last.c.number == Message.number),
        )
    )
    return {row[0]: (row[1], row[2]) for row in rows if row[1] is not None}


def wanted_now(
    ctx: Context, setup: Setup, requests: Sequence[ServiceRequest]
) -> dict[int, tuple[Wanted, int]]:
    """By the request's id: the skills still wanted, and how many have fallen away by waiting.

    No statement where the accounts' calendars have been asked for in this unit of work.
    """
    return {one.id: _wanted_of(ctx, setup, one) for one in requests}


def _wanted_of(ctx: Context, setup: Setup, request: ServiceRequest) -> tuple[Wanted, int]:
    wanted = tuple(
        (one["skill_id"], one["level"]) for one in request.wanted_skills if one["skill_id"] in setup.skills
    )
    queue = setup.queues.get(request.queue_id or 0)
    ring = min(len(wanted), _rings(ctx, request, queue)) if wanted and queue is not None else 0
    return wanted[: len(wanted) - ring], ring


def _rings(ctx: Context, request: ServiceRequest, queue: QueueSetup) -> int:
    if queue.ring_minutes is None or request.queued_at is None or request.queued_at >= ctx.now():
        return 0
    calendar = calendar_for(ctx, request.account_id, request.queue_id)
    waited: timedelta = calendar.between(request.queued_at, ctx.now())
    return waited // (queue.ring_minutes * _MINUTE)
