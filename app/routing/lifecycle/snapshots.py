"""A request as it stood, kept so that it can be put back exactly."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import inspect

from app.core.db import EnumText, UtcDateTime
from app.models import ServiceRequest

_ITS_OWN = {"id", "created_at", "number", "version", "conversation_id", "account_id", "lane"}
"""What no act changes, and what counts the changes themselves."""


def _columns() -> list[tuple[str, Any]]:
    return [
        (column.key, column.columns[0].type)
        for column in inspect(ServiceRequest).column_attrs
        if column.key not in _ITS_OWN
    ]


def snapshot(request: ServiceRequest) -> dict[str, Any]:
    """Every column that acts change, as JSON holds it."""
    return {name: _plain(getattr(request, name)) for name, _ in _columns()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def put_back(request: ServiceRequest, kept: Mapping[str, Any]) -> None:
    """As it stood when `kept` was written down; a column that came later stays as it is."""
    for name, kind in _columns():
        if name in kept:
            setattr(request, name, _read(kind, kept[name]))


def _read(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat(value)
    return kind.enum(value) if isinstance(kind, EnumText) else value
