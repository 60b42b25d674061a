"""Entries of service policies."""

from __future__ import annotations

from typing import Any

from tests.architecture.asking import Ask, Entry, Reach, plain
from tests.architecture.organisation import Stage

_R = Reach
_POLICY: dict[str, Any] = {
    "name": "全部",
    "condition": {"all": []},
    "first_minutes": 30,
    "next_minutes": 60,
    "steps": [{"at": "missed", "leads": True}],
}


def _content(_stage: Stage) -> Ask:
    return Ask(body=_POLICY)


def _nobodys(body: Any = None) -> Ask:
    return Ask({"policy_id": 10**9}, body)


LEVELS: dict[str, Entry] = {
    "levels.list_policies": Entry(_R.OWN, 200, plain),
    "levels.create_policy": Entry(_R.OWN, 201, _content),
    "levels.edit_policy": Entry(_R.OWN, 404, lambda _stage: _nobodys({**_POLICY, "version": 1})),
    "levels.switch_policy": Entry(_R.OWN, 404, lambda _stage: _nobodys({"is_on": True, "version": 1})),
    "levels.order_policies": Entry(_R.OWN, 409, lambda _stage: Ask(body={"ids": [10**9]})),
    "levels.remove_policy": Entry(_R.OWN, 404, lambda _stage: _nobodys()),
    "levels.check_condition": Entry(_R.OWN, 200, lambda _stage: Ask(body={"condition": {"all": []}})),
    "levels.try_policy": Entry(_R.OWN, 200, lambda _stage: Ask(body={"content": _POLICY})),
}
