"""Rules to begin with. They are content only: whoever keeps one owns it, and tries and switches it on."""

from __future__ import annotations

from typing import Any

from app.automation.schemas import ReadyMade, RuleContent
from app.core.i18n import translate

_WAITS = {"field": "status", "op": "any_of", "value": ["new", "open"]}
_LEADS = {"kind": "notify", "leads": True}
_CONTENTS: dict[str, dict[str, Any]] = {
    "close_silent": {
        "trigger": {"kind": "time", "field": "last_inbound_at", "side": "after", "minutes": 3 * 24 * 60},
        "condition": {"all": [{"field": "status", "op": "is", "value": "pending"}]},
        "actions": [{"kind": "set_status", "status": "resolved"}],
    },
    "window_closes": {
        "trigger": {"kind": "time", "field": "window_until", "side": "before", "minutes": 2 * 60},
        "condition": {"all": [_WAITS, {"field": "waiting", "op": "is_not_empty"}]},
        "actions": [{"kind": "notify"}, _LEADS],
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
                _WAITS,
                {"field": "first_replied_at", "op": "is_empty"},
            ]
        },
        "actions": [{"kind": "add_note", "text": "automation.ready.urgent_unanswered.note"}, _LEADS],
    },
    "thank_praise": {
        "trigger": {"kind": "event", "event": "request_opened"},
        "condition": {
            "all": [
                {"field": "type", "op": "is", "value": "praise"},
                {"field": "sentiment", "op": "is", "value": 1},
            ]
        },
        "actions": [
            {"kind": "send_reply", "text": "automation.ready.thank_praise.text"},
            {"kind": "set_status", "status": "resolved"},
        ],
    },
    "ask_back": {
        "trigger": {"kind": "event", "event": "request_opened"},
        "condition": {
            "all": [
                # Nobody is asked for their number where everybody reads it.
                {"field": "lane", "op": "is", "value": "private"},
                {"field": "type", "op": "any_of", "value": ["complaint", "consult"]},
                {"field": "last_message", "op": "not_contains", "value": "1"},
            ]
        },
        "actions": [{"kind": "send_reply", "text": "automation.ready.ask_back.text"}],
    },
    "level_missed": {
        "trigger": {"kind": "event", "event": "level_missed"},
        "condition": {"all": []},
        "actions": [_LEADS],
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
