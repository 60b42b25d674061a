"""Noting whether rules can do what they say, and telling who looks after them when that changes."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from app.automation.acting import judge
from app.automation.events import RULE_JUDGED
from app.automation.telling import tell
from app.core.context import Context
from app.models import AutomationRule, Standing


def note_standing(ctx: Context, rule: AutomationRule) -> None:
    """Judge it anew. One that acted too often stays so until somebody switches it on again."""
    if rule.standing is Standing.TOO_MANY:
        return
    standing, faults = judge(ctx, rule)
    if (standing, faults) != (rule.standing, rule.faults):
        rule.standing, rule.faults = standing, faults
        ctx.session.flush()
        tell(ctx, rule, RULE_JUDGED)


def any_to_look_over(ctx: Context) -> bool:
    return ctx.session.scalar(select(AutomationRule.id).where(_concerned()).limit(1)) is not None


def _concerned() -> ColumnElement[bool]:
    return AutomationRule.is_on | AutomationRule.standing.in_([Standing.BROKEN, Standing.OWNER_GONE])


def look_over(ctx: Context) -> None:
    """Every rule that is on, or was found wanting."""
    found = select(AutomationRule).where(_concerned()).order_by(AutomationRule.id).with_for_update()
    rows = ctx.session.scalars(found).all()
    for rule in rows:
        note_standing(ctx, rule)


def stop(ctx: Context, rule: AutomationRule) -> None:
    """It acted more often than it may: off until a person has looked."""
    rule.is_on = False
    rule.standing = Standing.TOO_MANY
    ctx.session.flush()
    tell(ctx, rule, RULE_JUDGED)
