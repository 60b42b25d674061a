"""What a route declares is what holds: every rule has an access, every view's service asks for that right."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import textwrap
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import TypeGuard

import pytest
from flask import Flask

from app.api.endpoint import ENDPOINTS, Public
from app.api.openapi import build_openapi
from app.api.public import PUBLIC_ROUTES
from app.cli.documents import access_of
from app.core.events import EVENTS
from app.core.permissions import Permission
from app.migrate import FOLDER
from app.realtime.sockets import SOCKET_EVENTS
from tests.factories.browser import Browser

ROOT = FOLDER.parent
COMMITTED = ROOT / "docs" / "api" / "openapi.json"
# What a view calls here carries it; everything else of ours is a service that asks for its own right.
CARRIERS = ("app.api", "app.core", "app.models")


@pytest.fixture
def empty_database(renewed_sqlite: str) -> str:
    return renewed_sqlite


def test_every_rule_is_an_endpoint_or_public_with_a_reason(app: Flask) -> None:
    bare = {rule.endpoint for rule in app.url_map.iter_rules() if access_of(rule.endpoint) is None}
    assert bare == set()


def test_no_public_reason_outlives_its_route(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert set(PUBLIC_ROUTES) - endpoints == set()
    assert set(PUBLIC_ROUTES) & set(ENDPOINTS) == set()


def test_every_public_reason_is_a_sentence() -> None:
    reasons = [spec.access.reason for spec in ENDPOINTS.values() if isinstance(spec.access, Public)]
    assert [reason for reason in [*reasons, *PUBLIC_ROUTES.values()] if len(reason.split()) < 4] == []


def test_no_two_rules_answer_the_same_request(app: Flask) -> None:
    seen: dict[tuple[str, str], str] = {}
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            assert seen.setdefault((rule.rule, method), rule.endpoint) == rule.endpoint


def _used_modules(view: Callable[..., object]) -> Iterator[tuple[ModuleType, str]]:
    """(module, function) of each service function that a view calls."""
    home = importlib.import_module(view.__module__)
    for node in ast.walk(_tree(view)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = getattr(home, node.value.id, None)
            if isinstance(module, ModuleType) and _is_service(getattr(module, node.attr, None)):
                yield module, node.attr
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            called = getattr(home, node.func.id, None)
            if inspect.isfunction(called) and called.__module__ == home.__name__:
                yield from _used_modules(called)
            elif _is_service(called):
                yield importlib.import_module(called.__module__), called.__name__


def _is_service(thing: object) -> TypeGuard[FunctionType]:
    if not inspect.isfunction(thing):
        return False
    return thing.__module__.startswith("app.") and not thing.__module__.startswith(CARRIERS)


def _tree(function: Callable[..., object]) -> ast.AST:
    return ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(function))))


def _required(module: ModuleType, name: str, seen: frozenset[str] = frozenset()) -> set[Permission]:
    """The rights that a service function asks for, itself or through helpers of its module."""
    found: set[Permission] = set()
    for node in ast.walk(_tree(getattr(module, name))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id == "Permission":
                found.add(Permission[node.attr])
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            helper = getattr(module, node.func.id, None)
            if (
                inspect.isfunction(helper)
                and helper.__module__ == module.__name__
                and helper.__name__ not in seen
            ):
                found |= _required(module, helper.__name__, seen | {name})
    return found


def test_a_writing_endpoint_declares_a_right_that_its_service_requires(app: Flask) -> None:
    wrong: dict[str, object] = {}
    for name, spec in ENDPOINTS.items():
        if spec.method == "GET" or isinstance(spec.access, Public):
            continue
        services = list(_used_modules(app.view_functions[name]))
        required = set[Permission]().union(*(_required(module, function) for module, function in services))
        if spec.access not in required:
            wrong[name] = (spec.access, sorted(required))
    assert wrong == {}


def test_every_declared_error_code_has_a_text() -> None:
    texts = json.loads((ROOT / "app" / "locales" / "en.json").read_text(encoding="utf-8"))
    codes = {code for spec in ENDPOINTS.values() for code in spec.errors}
    assert {code for code in codes if f"errors.{code}" not in texts} == set()


def test_every_event_has_a_schema_in_the_document() -> None:
    document = build_openapi()
    assert sorted(document["x-events"]) == sorted(EVENTS.all())
    for reference in document["x-events"].values():
        assert reference["$ref"].rpartition("/")[2] in document["components"]["schemas"]


def test_every_socket_event_has_a_right() -> None:
    assert all(isinstance(spec.permission, Permission) for spec in SOCKET_EVENTS.values())


def test_the_committed_document_is_what_the_endpoints_say() -> None:
    committed = json.loads(COMMITTED.read_text(encoding="utf-8"))
    assert committed == json.loads(json.dumps(build_openapi(), ensure_ascii=False)), "run `make openapi`"


def test_every_answer_carries_the_security_headers(app: Flask) -> None:
    client = Browser(app).client
    for path in (
        "/",
        "/healthz",
        "/metrics",
        "/api/v1/session",
        "/api/v1/nothing",
        "/callbacks/x/y",
        "/login",
    ):
        answer = client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["X-Request-ID"]


def test_a_nonce_is_used_once(app: Flask) -> None:
    client = Browser(app).client
    policies = {client.get("/healthz").headers["Content-Security-Policy"] for _ in range(3)}
    assert len(policies) == 3
