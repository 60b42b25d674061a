"""What a command holds is taken for what it is: `true` is no id, `"3"` no version, `"yes"` no truth value."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from pydantic import BaseModel, ValidationError

from app.api.endpoint import ENDPOINTS
from app.core.permissions import RoleName
from app.core.wire import parse_command
from app.models import Operator
from app.realtime.sockets import SOCKET_EVENTS
from app.workbench.schemas import SendReply
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.realtime.listening import connect
from tests.workbench.desk import Desk

Schema = dict[str, Any]
WRONG: dict[str, tuple[Any, ...]] = {
    "integer": (True, False, "3", 3.0),
    "number": (True, "3"),
    "boolean": (1, 0, "yes", "true"),
    "string": (1, True),
}
COMMANDS = {spec.name: spec.body for spec in ENDPOINTS.values() if spec.body is not None} | {
    name: spec.payload for name, spec in SOCKET_EVENTS.items()
}


def _places(schema: Schema, definitions: Schema, path: tuple[str, ...] = ()) -> Iterator[tuple[Any, str]]:
    """Where a plain value stands, and of what type it is; a list's first place is 0."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    kinds = [kind for kind in schema.get("anyOf", [schema]) if kind.get("type") != "null"]
    if len(kinds) != 1:
        return  # several types: what is no one of them may be another
    (kind,) = kinds
    if "$ref" in kind:
        yield from _places(kind, definitions, path)
    elif kind.get("type") == "array":
        yield from _places(kind.get("items", {}), definitions, (*path, "0"))
    elif kind.get("type") == "object":
        for name, field in kind.get("properties", {}).items():
            yield from _places(field, definitions, (*path, name))
    elif kind.get("type") in WRONG:
        yield path, kind["type"]


def _holding(path: tuple[str, ...], value: Any) -> Any:
    for part in reversed(path):
        value = [value] if part == "0" else {part: value}
    return value


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_no_command_takes_one_type_for_another(name: str) -> None:
    model = COMMANDS[name]
    schema = model.model_json_schema()
    for path, kind in _places(schema, schema.get("$defs", {})):
        for wrong in WRONG[kind]:
            if not path:
                continue
            if not any(fault[: len(path)] == path for fault in _taken(model, path, wrong)):
                pytest.fail(f"{name}: {'.'.join(path)} takes {wrong!r}")


def _taken(model: type[BaseModel], path: tuple[str, ...], wrong: Any) -> set[tuple[str, ...]]:
    try:
        parse_command(model, json.dumps(_holding(path, wrong)))
    except ValidationError as error:
        return {tuple(str(part) for part in fault["loc"]) for fault in error.errors()}
    return set()


def test_the_walk_sees_numbers_truth_values_and_texts() -> None:
    kinds = {
        kind
        for model in COMMANDS.values()
        for _, kind in _places(model.model_json_schema(), model.model_json_schema().get("$defs", {}))
    }
    assert kinds == set(WRONG)


def test_moments_and_names_of_a_list_come_as_texts() -> None:
    said = {
        "service_request_id": 1,
        "lane": "private",
        "text": "好",
        "idempotency_key": "12345678",
        "send_at": "2026-11-22T10:00:00+08:00",
    }
    command = parse_command(SendReply, json.dumps(said))
    assert isinstance(command.send_at, datetime)


@pytest.mark.parametrize("wrong", [True, "1", 1.0])
@pytest.mark.parametrize("field", ["operator_id", "version"])
def test_the_answer_names_the_field(
    desk: Desk, open_browser: Callable[[Operator | None], Browser], field: str, wrong: Any
) -> None:
    body = {"operator_id": None, "version": desk.request.version, field: wrong}
    answer = open_browser(desk.operator).put(f"/service-requests/{desk.request.id}/assignee", body)
    assert (answer.status_code, list(answer.get_json()["fields"])) == (422, [field])


def test_a_socket_takes_no_truth_value_for_an_id(
    desk: Desk, app: Flask, open_browser: Callable[[Operator | None], Browser]
) -> None:
    client = connect(app, open_browser(desk.operator))
    for wrong in (True, "1", 1.0):
        answer = client.emit("conversation.watch", {"conversation_id": wrong}, callback=True)
        assert list(answer["error"]["fields"]) == ["conversation_id"]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("user_calls_per_day", True),
        ("user_calls_per_day", "500"),
        ("user_calls_per_day", 500.0),
        ("posts_are_moderated", 1),
        ("posts_are_moderated", "yes"),
        ("bound_domain", 1),
    ],
)
def test_an_accounts_own_form_takes_no_other_type_either(
    make: Make, open_browser: Callable[[Operator | None], Browser], name: str, wrong: Any
) -> None:
    agency = make.agency()
    account = make.account(agency, make.team(agency), platform="weibo")
    admin = open_browser(make.operator(agency, role=RoleName.ADMINISTRATOR))
    body = {"name": "客服号", "kind": "official", "team_id": None, "owner_operator_id": None}
    answer = admin.put(f"/accounts/{account.id}", {**body, "settings": {name: wrong}})
    assert (answer.status_code, list(answer.get_json()["fields"])) == (422, [f"settings.{name}"])
