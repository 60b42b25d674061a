"""Routes build their addresses as werkzeug's own do, from when somebody asks for one."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Map, Rule

from app.api.late_rules import LateRule
from app.api.paths import RowIdConverter
from app.config import Settings
from app.processes.web import create_app


def address(rule: Rule, values: dict[str, Any]) -> str:
    routes = Map([rule], converters={"int": RowIdConverter})
    return routes.bind("here").build("it", values)


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("/plain", {}),
        ("/plain", {"page": "2 & 3", "rule": "x"}),
        ("/rows/<int:row_id>", {"row_id": 7}),
        ("/rows/<int:row_id>/<path:rest>", {"row_id": 7, "rest": "a/宽带", "self": "x"}),
    ],
)
def test_an_address_is_built_as_werkzeug_does(path: str, values: dict[str, Any]) -> None:
    assert address(LateRule(path, endpoint="it"), values) == address(Rule(path, endpoint="it"), values)


def test_the_application_builds_none_until_it_is_asked(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled = []
    real = Rule._compile_builder

    def compile_it(rule: Rule, append_unknown: bool = True) -> Any:
        compiled.append(rule.rule)
        return real(rule, append_unknown)

    monkeypatch.setattr(Rule, "_compile_builder", compile_it)
    application: Flask = create_app(settings, commands=False)
    try:
        assert compiled == []
        with application.test_request_context():
            assert application.url_for("routing.get_request", request_id=5) == "/api/v1/service-requests/5"
        assert compiled == ["/api/v1/service-requests/<int:request_id>"]
    finally:
        application.extensions["lingke"].redis.close()
        application.extensions["lingke"].engine.dispose()
