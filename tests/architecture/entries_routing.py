"""Entries of setting routing up: queues, rules, skills."""

from __future__ import annotations

from typing import Any

from tests.architecture.asking import Ask, Entry, Reach, plain
from tests.architecture.organisation import Stage

_R = Reach
_QUEUE: dict[str, Any] = {"name": "投诉", "strategy": "least_loaded"}
_RULE: dict[str, Any] = {"name": "投诉先办", "condition": {"all": []}, "priority": 2}
_MOVE = {"position": 0, "version": 1}


def _content(body: Any) -> Any:
    return lambda _stage: Ask(body=body)


def _nobodys(which: str, body: Any = None) -> Any:
    return lambda _stage: Ask({f"{which}_id": 10**9}, body)


def _skills(body: Any = None) -> Any:
    return lambda stage: Ask({"operator_id": stage.operator.id}, body)


def _tried(stage: Stage) -> Ask:
    return Ask(body={"text": {"account_id": stage.account.id, "text": "宽带坏了"}})


def _what_if(_stage: Stage) -> Ask:
    return Ask(body={"name": "多一个人", "days": 7, "tried": {}})


ROUTING_SETUP: dict[str, Entry] = {
    "what_ifs.list_what_ifs": Entry(_R.OWN, 200, plain),
    "what_ifs.begin_what_if": Entry(_R.OWN, 201, _what_if),
    "what_ifs.get_what_if": Entry(_R.OWN, 404, _nobodys("what_if")),
    "what_ifs.export": Entry(_R.OWN, 404, _nobodys("what_if")),
    "what_ifs.remove_what_if": Entry(_R.OWN, 404, _nobodys("what_if")),
    "routing_setup.read_setup": Entry(_R.OWN, 200, plain),
    "routing_setup.check_condition": Entry(_R.OWN, 200, _content({"condition": {"all": []}})),
    "routing_setup.try_routing": Entry(_R.ACCOUNT, 200, _tried),
    "routing_setup.create_queue": Entry(_R.OWN, 201, _content(_QUEUE)),
    "routing_setup.edit_queue": Entry(_R.OWN, 404, _nobodys("queue", {**_QUEUE, "version": 1})),
    "routing_setup.move_queue": Entry(_R.OWN, 404, _nobodys("queue", _MOVE)),
    "routing_setup.remove_queue": Entry(_R.OWN, 404, _nobodys("queue")),
    "routing_setup.create_rule": Entry(_R.OWN, 201, _content(_RULE)),
    "routing_setup.edit_rule": Entry(_R.OWN, 404, _nobodys("rule", {**_RULE, "version": 1})),
    "routing_setup.switch_rule": Entry(_R.OWN, 404, _nobodys("rule", {"is_on": True, "version": 1})),
    "routing_setup.move_rule": Entry(_R.OWN, 404, _nobodys("rule", _MOVE)),
    "routing_setup.remove_rule": Entry(_R.OWN, 404, _nobodys("rule")),
    "routing_setup.create_skill": Entry(_R.OWN, 201, _content({"name": "宽带"})),
    "routing_setup.edit_skill": Entry(_R.OWN, 404, _nobodys("skill", {"name": "宽带", "version": 1})),
    "routing_setup.remove_skill": Entry(_R.OWN, 404, _nobodys("skill")),
    "routing_setup.get_operator_skills": Entry(_R.AGENCY, 200, _skills()),
    "routing_setup.set_operator_skills": Entry(_R.AGENCY, 200, _skills({"skills": []})),
}
