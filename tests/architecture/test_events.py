"""One vocabulary: what is emitted, recorded and subscribed to is declared, and what is declared is used."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.api.event_document import build_event_document
from app.core.events import EVENTS, WITHDRAWN, Declared
from app.core.permissions import ANONYMOUS
from app.core.runtime import Runtime
from app.identity.scope import scope
from app.migrate import FOLDER
from app.models import OutboundState, RequestStatus

ROOT = FOLDER.parent
COMMITTED = ROOT / "docs" / "api" / "events.json"
SOURCES = sorted((ROOT / "app").rglob("*.py"))
# Calls that take a name of the vocabulary, with where it stands among their arguments.
TAKE_A_NAME = {
    "emit": 0,
    "record": 1,
    "announce": 1,
    "announce_one": 1,
    "announce_message": 1,
    "subscribe": 0,
}


@pytest.fixture
def empty_database(renewed_sqlite: str) -> str:
    return renewed_sqlite


@pytest.fixture(autouse=True)
def _everything_is_imported(app: Flask) -> None:
    """Every package has declared its names."""


def heard() -> list[Declared]:
    return [EVENTS.known(name) for name in EVENTS.all()]


def test_every_event_is_a_change_and_no_state() -> None:
    states = {state.value for kind in (OutboundState, RequestStatus) for state in kind}
    assert len(heard()) > 15
    assert {declared.name for declared in heard() if declared.name.partition(".")[2] in states} == set()


def test_every_event_that_browsers_hear_has_a_kind_and_a_payload() -> None:
    for declared in heard():
        assert declared.kind is not None, declared.name
        assert declared.payload is not None, declared.name
        assert declared.payload.__doc__ or declared.payload.model_fields, declared.name


def test_every_kind_that_is_a_table_has_a_visibility_rule() -> None:
    for kind in EVENTS.kinds():
        if kind.entity is not None:
            assert scope(select(kind.entity.id), ANONYMOUS, kind.entity) is not None


def test_a_withdrawal_is_no_event_of_its_own_but_how_one_is_heard() -> None:
    assert [name for name in EVENTS.all() if name.endswith(WITHDRAWN)] == []


def _calls() -> Iterator[tuple[Path, ast.Call, ast.expr]]:
    """Calls that take a name, each with the expression that stands there."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            position = TAKE_A_NAME.get(called)
            if position is not None and len(node.args) > position:
                yield path, node, node.args[position]


def test_nothing_is_emitted_recorded_or_subscribed_to_by_a_free_string() -> None:
    """The type of names forbids it, and this finds who silences the type."""
    calls = list(_calls())
    assert len(calls) > 40
    free = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, node, name in calls
        if isinstance(name, ast.Constant | ast.JoinedStr) and "realtime" not in path.parts
    ]
    assert [place for place in free if not place.startswith(NOT_OURS)] == []


# Calls of the same name that speak to a library: Redis channels and Socket.IO frames.
NOT_OURS = ("app/workbench/sockets.py",)


def _constants() -> dict[str, str]:
    """Each constant of an `events.py` that declares a name: constant → name."""
    found: dict[str, str] = {}
    for path in SOURCES:
        if path.name == "events.py" and path.parent.name != "core":
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                    first = node.value.args[0] if node.value.args else None
                    if isinstance(first, ast.Constant) and "." in str(first.value):
                        found[ast.unparse(node.targets[0])] = str(first.value)
    return found


def test_every_name_is_declared_in_an_events_module_and_used_somewhere_else() -> None:
    constants = _constants()
    assert set(constants.values()) == {declared.name for declared in EVENTS.everything()}
    used = {
        node.id
        for path in SOURCES
        if path.name != "events.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    assert {constant for constant in constants if constant not in used} == set()


def test_every_subscription_is_to_a_declared_event(runtime: Runtime) -> None:
    assert runtime.subscribers
    for name in runtime.subscribers:
        assert EVENTS.known(name).payload is not None


def test_the_committed_document_is_what_is_declared() -> None:
    committed = json.loads(COMMITTED.read_text(encoding="utf-8"))
    assert committed == json.loads(json.dumps(build_event_document())), "run `make openapi`"


def test_the_document_names_every_event_with_a_schema_that_is_there() -> None:
    document = build_event_document()
    assert sorted(document["events"]) == sorted(EVENTS.all())
    for name, entry in document["events"].items():
        assert entry["payload"]["$ref"].rpartition("/")[2] in document["$defs"], name
        assert entry["about"] in document["kinds"], name
