"""The event document: every name that browsers may hear, what it carries and what it is about.

`docs/api/events.json` is its committed copy; the browser's event types are made from it.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.core.events import EVENTS, Kind

_REF = "#/$defs/{model}"


def build_event_document() -> dict[str, Any]:
    """In a stable order, so that a committed copy can be compared.

    `events`: name → what it is about, the JSON schema of its payload. `kinds`: kind → how its loss is told.
    `acts`: what the audit log keeps, name → kind. `$defs`: the schemas that payloads refer to.
    """
    payloads = EVENTS.all()
    refs, definitions = _schemas(list(payloads.values()))
    return {
        "events": {
            name: {"about": _kind(name).name, "payload": refs[payload]} for name, payload in payloads.items()
        },
        "kinds": {
            kind.name: {"withdrawn": kind.withdrawn, "payload": _loss(kind)} for kind in EVENTS.kinds()
        },
        "acts": {
            declared.name: declared.kind.name if declared.kind else None
            for declared in EVENTS.everything()
            if declared.is_audited
        },
        "$defs": definitions,
    }


def _kind(name: str) -> Kind:
    kind = EVENTS.known(name).kind
    assert kind is not None  # noqa: S101  `all` names only events about something
    return kind


def _loss(kind: Kind) -> dict[str, Any]:
    """All that a withdrawal says."""
    number = {"type": "string" if kind.is_named else "integer"}
    return {"type": "object", "required": ["id"], "properties": {"id": number}}


def _schemas(models: list[type[BaseModel]]) -> tuple[dict[type[BaseModel], dict[str, Any]], dict[str, Any]]:
    unique = list(dict.fromkeys(models))
    mapping, document = models_json_schema([(model, "serialization") for model in unique], ref_template=_REF)
    schemas = {model: schema for (model, _), schema in mapping.items()}
    return schemas, dict(sorted(document.get("$defs", {}).items()))  # type: ignore[return-value]
