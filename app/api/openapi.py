"""The OpenAPI document, made from the declared endpoints and events."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.api.endpoint import ENDPOINTS, EndpointSpec, Public
from app.core.events import EVENTS

_REF = "#/components/schemas/{model}"
_PATH_VARIABLE = re.compile(r"<(?:(\w+):)?(\w+)>")


def build_openapi() -> dict[str, Any]:
    """The whole document, in a stable order, so that a committed copy can be compared."""
    specs = sorted(ENDPOINTS.values(), key=lambda spec: (spec.rule, spec.method))
    refs, schemas = _schemas(specs)
    paths: dict[str, Any] = {}
    for spec in specs:
        path = _PATH_VARIABLE.sub(r"{\2}", spec.rule)
        paths.setdefault(path, {})[spec.method.lower()] = _operation(spec, refs)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Lingke",
            "version": "1",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {"schemas": dict(sorted(schemas.items()))},
        "x-events": {name: refs[model, "serialization"] for name, model in EVENTS.all().items()},
    }


Refs = dict[tuple[type[BaseModel], str], dict[str, Any]]


def _schemas(specs: list[EndpointSpec]) -> tuple[Refs, dict[str, Any]]:
    wanted: list[tuple[type[BaseModel], Any]] = []
    for spec in specs:
        wanted += [(model, "validation") for model in (spec.body,) if model]
        wanted += [(spec.response, "serialization")] if spec.response else []
    wanted += [(model, "serialization") for model in EVENTS.all().values()]
    unique = list(dict.fromkeys(wanted))
    mapping, definitions = models_json_schema(unique, ref_template=_REF)
    schemas: dict[str, Any] = definitions.get("$defs", {})
    for spec in specs:
        if spec.query is not None:
            schemas |= spec.query.model_json_schema(ref_template=_REF).get("$defs", {})
    schemas["Problem"] = _PROBLEM
    return {(model, mode): schema for (model, mode), schema in mapping.items()}, schemas  # type: ignore[misc]


_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "request_id": {"type": ["string", "null"]},
        "fields": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}


def _operation(spec: EndpointSpec, refs: Refs) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": spec.name.replace(".", "_"),
        "tags": [spec.name.split(".")[0]],
        "summary": spec.summary,
        "parameters": _parameters(spec),
        "responses": _responses(spec, refs),
    }
    if isinstance(spec.access, Public):
        operation["x-public"] = spec.access.reason
    else:
        operation["x-permission"] = spec.access.value
    if spec.body is not None:
        content = {"application/json": {"schema": refs[spec.body, "validation"]}}
        operation["requestBody"] = {"required": True, "content": content}
    if spec.takes_file:
        operation["requestBody"] = {"required": True, "content": {"application/octet-stream": {}}}
    return operation


def _parameters(spec: EndpointSpec) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "integer" if kind == "int" else "string"},
        }
        for kind, name in _PATH_VARIABLE.findall(spec.rule)
    ]
    if spec.query is not None:
        schema = spec.query.model_json_schema(ref_template=_REF)
        required = set(schema.get("required", ()))
        for name, field in schema.get("properties", {}).items():
            parameters.append({"name": name, "in": "query", "required": name in required, "schema": field})
    return parameters


def _responses(spec: EndpointSpec, refs: Refs) -> dict[str, Any]:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    default: dict[str, Any] = {"description": "A problem", "content": problem}
    if spec.errors:
        # A list, which the formatter breaks: some endpoints can refuse for a dozen reasons.
        default["x-codes"] = list(spec.errors)
    responses: dict[str, Any] = {"default": default}
    if spec.response is None:
        responses["204"] = {"description": "Done"}
    else:
        content = {"application/json": {"schema": refs[spec.response, "serialization"]}}
        responses[str(spec.status)] = {"description": "Success", "content": content}
    return responses
