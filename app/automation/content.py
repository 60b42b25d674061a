"""A rule's content: read from its row, held against its owner, and told apart from what it was before."""

from __future__ import annotations

import hashlib
from typing import Any

from pydantic import TypeAdapter

from app.automation.schemas import Action, EventTrigger, RuleContent, TimeTrigger, Trigger
from app.conditions.tree import Condition
from app.core.json_text import json_text
from app.models import AutomationRule

_TREE = TypeAdapter[Any](Condition)
_TRIGGER = TypeAdapter[EventTrigger | TimeTrigger](Trigger)
_ACTIONS = TypeAdapter[list[Any]](list[Action])


def trigger_of(rule: AutomationRule) -> EventTrigger | TimeTrigger:
    return _TRIGGER.validate_python(rule.trigger)


def condition_of(rule: AutomationRule) -> Any:
    return _TREE.validate_python(rule.condition)


def actions_of(kept: list[Any]) -> list[Any]:
    """The actions of a rule or a run, as their classes in `schemas`."""
    return _ACTIONS.validate_python(kept)


def waits_for_event(rule: AutomationRule) -> bool:
    return isinstance(trigger_of(rule), EventTrigger)


def columns_of(content: RuleContent) -> dict[str, Any]:
    return {
        "name": content.name,
        "trigger": content.trigger.model_dump(mode="json"),
        "condition": content.condition.model_dump(mode="json"),
        "actions": [action.model_dump(mode="json") for action in content.actions],
        "hourly_limit": content.hourly_limit,
    }


def digest_of(rule: AutomationRule) -> str:
    """Names what the rule does: a dry run is about it until any of that is changed."""
    said = json_text([rule.trigger, rule.condition, rule.actions])
    return hashlib.sha256(said.encode()).hexdigest()
