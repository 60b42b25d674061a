"""Every number, text, list and map that a command or query declares has an end (case E5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.api.endpoint import ENDPOINTS
from app.core.inputs import LARGEST_ID
from app.realtime.sockets import SOCKET_EVENTS

Schema = dict[str, Any]
# A text with a form of its own is as long as the form is.
FORMS = {"maxLength", "enum", "const", "pattern", "format"}


def _open_ends(path: str, schema: Schema, definitions: Schema) -> Iterator[str]:
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    for kind in schema.get("anyOf", ()):
        yield from _open_ends(path, kind, definitions)
    kind = schema.get("type")
    if kind == "integer" and "enum" not in schema and "const" not in schema:
        if not schema.get("maximum", LARGEST_ID + 1) <= LARGEST_ID:
            yield f"{path}: a number without an end"
    elif kind == "string" and not FORMS & set(schema):
        yield f"{path}: a text without an end"
    yield from _inside(path, schema, definitions)


def _inside(path: str, schema: Schema, definitions: Schema) -> Iterator[str]:
    if schema.get("type") == "array":
        if "maxItems" not in schema:
            yield f"{path}: a list without an end"
        yield from _open_ends(f"{path}[]", schema.get("items", {}), definitions)
    elif schema.get("type") == "object":
        for name, field in schema.get("properties", {}).items():
            yield from _open_ends(f"{path}.{name}", field, definitions)
        others = schema.get("additionalProperties", True)
        if others and "maxProperties" not in schema:
            yield f"{path}: takes fields without an end"
        if isinstance(others, dict):
            yield from _open_ends(f"{path}{{}}", others, definitions)


def test_no_command_and_no_query_has_an_open_end() -> None:
    models = {spec.name: (spec.body, spec.query) for spec in ENDPOINTS.values()}
    models |= {name: (spec.payload, None) for name, spec in SOCKET_EVENTS.items()}
    found = [
        end
        for name, declared in sorted(models.items())
        for model in declared
        if model is not None
        for end in _open_ends(name, model.model_json_schema(), model.model_json_schema().get("$defs", {}))
    ]
    assert found == []
