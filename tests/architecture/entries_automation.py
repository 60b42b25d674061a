"""Entries of automation: rules, their dry runs, the log of their runs."""

from __future__ import annotations

from typing import Any

from tests.architecture.asking import Ask, Entry, Reach, plain
from tests.architecture.organisation import Stage

_R = Reach
_RULE: dict[str, Any] = {
    "name": "规则",
    "trigger": {"kind": "event", "event": "request_opened"},
    "condition": {"all": []},
    "actions": [{"kind": "add_note", "text": "备注"}],
}


def _content(_stage: Stage) -> Ask:
    return Ask(body=_RULE)


def _nobodys(body: Any = None) -> Ask:
    return Ask({"rule_id": 10**9}, body)


AUTOMATION: dict[str, Entry] = {
    "automation.list_rules": Entry(_R.OWN, 200, plain),
    "automation.get_offer": Entry(_R.OWN, 200, plain),
    "automation.list_runs": Entry(_R.OWN, 200, plain),
    "automation.check_condition": Entry(
        _R.OWN, 200, lambda _stage: Ask(body={"condition": {"all": []}, "of_events": True})
    ),
    "automation.create_rule": Entry(_R.OWN, 201, _content),
    "automation.edit_rule": Entry(_R.OWN, 404, lambda _stage: _nobodys({**_RULE, "version": 1})),
    "automation.switch_rule": Entry(_R.OWN, 404, lambda _stage: _nobodys({"is_on": True, "version": 1})),
    "automation.try_rule": Entry(_R.OWN, 404, lambda _stage: _nobodys()),
    "automation.remove_rule": Entry(_R.OWN, 404, lambda _stage: _nobodys()),
}
