"""Telling those who see rules that one is another than before."""

from __future__ import annotations

from app.automation.events import AUTOMATION_RULE
from app.automation.schemas import RuleChanged
from app.core.context import Context
from app.core.events import EventName
from app.core.permissions import Permission
from app.identity.scope import agency_readers
from app.models import AutomationRule


def tell(ctx: Context, rule: AutomationRule, name: EventName) -> None:
    """Once for each rule and unit of work."""
    about = AUTOMATION_RULE.of(rule)
    if any(event.name == name and event.about == about for event in ctx.events):
        return
    audience = agency_readers(rule.agency_id, Permission.AUTOMATION_READ)
    ctx.emit(name, RuleChanged(automation_rule_id=rule.id), audience, about=about)
