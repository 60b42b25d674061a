"""Rules to begin with. They are content only: whoever keeps one owns it, and tries and switches it on."""

from __future__ import annotations

from typing import Any

from app.automation.schemas import ReadyMade, RuleContent
from app.core.i18n import translate

_CONTENTS: dict[str, dict[str, Any]] = {
    "close_silent": {
        "trigger": {"kind": "time", "field": "last_inbound_at", "side": "after", "minutes": 3 * 24 * 60},
        "condition": {"all": [{"field": "status", "op": "is", "value": "pending"}]},
        "actions": [{"kind": "set_status", "status": "resolved"}],
    },
    "urgent_unanswered": {
        "trigger": {
            "kind": "time",
            "field": "waiting_since",
            "side": "after",
            "minutes": 15,
            "working": True,
        },
        "condition": {
            "all": [
                {"field": "priority", "op": "is", "value": 1},
                {"field": "status", "op": "any_of", "value": ["new", "open"]},
                {"field": "first_replied_at", "op": "is_empty"},
            ]
        },
        "actions": [
            {"kind": "add_note", "text": "automation.ready.urgent_unanswered.note"},
            {"kind": "assign"},
        ],
    },
    "answer_failed": {
        "trigger": {"kind": "event", "event": "answer_failed"},
        "condition": {"all": [{"field": "priority", "op": "is_not", "value": 1}]},
        "actions": [{"kind": "set_priority", "priority": 2}],
    },
}


def ready_made(locale: str) -> list[ReadyMade]:
    return [
        ReadyMade(
            key=key,
            about=translate(f"automation.ready.{key}.about", locale),
            content=RuleContent.model_validate(
                {
                    **content,
                    "name": translate(f"automation.ready.{key}.name", locale),
                    "actions": [_in_words(action, locale) for action in content["actions"]],
                }
            ),
        )
        for key, content in _CONTENTS.items()
    ]


def _in_words(action: dict[str, Any], locale: str) -> dict[str, Any]:
    return {**action, "text": translate(action["text"], locale)} if "text" in action else action
