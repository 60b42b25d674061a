"""Rules that wait for a moment: so many minutes, of the clock or of working time, before or after a field.

The moment is not stored: a field may change at any time. Each look asks for the requests whose moment has
come within the last day and since the rule was switched on, that the condition means, and upon which the rule
has not acted for this value of the field. So nothing is missed while no worker runs for less than a day, and
nothing is done twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select

from app.automation.acting import as_owner, owner_of
from app.automation.content import trigger_of
from app.automation.meeting import Reader, Wanted
from app.automation.schemas import TimeTrigger
from app.automation.triggers import TIMES
from app.automation.writing import write_runs
from app.calendars.clocks import moments_after
from app.conditions.matches import WorkedBeside
from app.core.context import Context
from app.core.permissions import Actor
from app.identity.scope import scope
from app.models import Account, AutomationRule, AutomationRun, ServiceRequest

LATE = timedelta(days=1)
"""A moment that is longer ago has passed unused."""
AT_ONCE = 200
"""Requests that one look takes on for each rule; the next takes those that are left."""
_R = ServiceRequest


def watch_time(ctx: Context) -> None:
    """Write down the runs of rules whose moment has come."""
    rows = ctx.session.scalars(
        select(AutomationRule)
        .where(AutomationRule.is_on, AutomationRule.trigger["kind"].as_string() == "time")
        .order_by(AutomationRule.id)
    ).all()
    wanted: list[Wanted] = []
    for rule in rows:
        trigger = trigger_of(rule)
        actor = owner_of(ctx, rule)
        if isinstance(trigger, TimeTrigger):
            wanted.extend(_come(ctx, rule, trigger, actor))
    write_runs(ctx, wanted)


def _come(ctx: Context, rule: AutomationRule, trigger: TimeTrigger, actor: Actor | None) -> list[Wanted]:
    bound = Reader(ctx, ()).bound(rule)
    if actor is None or bound is None or rule.on_since is None:
        return []
    column = TIMES[trigger.field]
    acted = (
        select(AutomationRun.id)
        .where(
            AutomationRun.rule_id == rule.id,
            AutomationRun.service_request_id == _R.id,
            AutomationRun.basis_at == column,
        )
        .correlate(_R)
        .exists()
    )
    within = scope(select(_R.id), actor, _R)
    floor = max(rule.on_since, ctx.now() - LATE)
    with as_owner(ctx, actor):
        due = _has_come(ctx, column, trigger, ctx.now()) & ~_has_come(ctx, column, trigger, floor)
    of_agency = _R.account_id.in_(select(Account.id).where(Account.agency_id == rule.agency_id))
    rows = within.where(due, of_agency, bound.sql(), ~acted).order_by(_R.id).limit(AT_ONCE)
    reader = Reader(ctx, list(ctx.session.scalars(rows)))
    return [one for number in reader.ids if (one := _wanted(reader, rule, trigger, number)) is not None]


def _wanted(reader: Reader, rule: AutomationRule, trigger: TimeTrigger, request_id: int) -> Wanted | None:
    meeting = reader.meet(rule, request_id, {})
    if meeting is None:
        return None
    basis: datetime = getattr(meeting.request, trigger.field)
    return Wanted(meeting, moment=f"{trigger.field}:{basis.isoformat()}"[:60], cause="time", basis_at=basis)


def _has_come(ctx: Context, column: Any, trigger: TimeTrigger, at: datetime) -> ColumnElement[bool]:
    """Whether the moment that a field stands for had come at a moment."""
    length = timedelta(minutes=trigger.minutes)
    away = length if trigger.side == "before" else -length
    if not trigger.working:
        come: ColumnElement[bool] = column <= at + away
        return come.is_(True)
    moments = moments_after(ctx, away, at)
    return WorkedBeside(_R.account_id, moments, is_earlier=True).sql(column).is_(True)
