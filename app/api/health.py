"""Liveness, readiness and metrics."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import text

from app.api.endpoint import Public, current_runtime, endpoint
from app.api.openapi import build_openapi
from app.core.metrics import exposition
from app.core.runtime import Runtime

health = Blueprint("health", __name__)


@health.get("/healthz")
def healthz() -> Response:
    return _json({"status": "ok"}, 200)


@health.get("/readyz")
def readyz() -> Response:
    """200 when every part answers, else 503; the body names each part's state."""
    runtime = current_runtime()
    parts = {name: _state(check, runtime) for name, check in _CHECKS.items()}
    # Without the queue we still accept and keep everything, so only the database decides.
    ready = parts["database"] == "ok" and parts["schema"] == "ok"
    degraded = any(state != "ok" for state in parts.values())
    status = "ready" if ready and not degraded else "degraded" if ready else "unavailable"
    return _json({"status": status, "parts": parts}, 200 if ready else 503)


def _check_database(runtime: Runtime) -> None:
    with runtime.engine.connect() as connection:
        connection.execute(text("SELECT 1"))


def _check_schema(runtime: Runtime) -> None:
    with runtime.engine.connect() as connection:
        connection.execute(text("SELECT version_num FROM alembic_version")).one()


def _check_queue(runtime: Runtime) -> None:
    runtime.redis.ping()


_CHECKS: dict[str, Callable[[Runtime], None]] = {
    "database": _check_database,
    "schema": _check_schema,
    "queue": _check_queue,
}


def _state(check: Callable[[Runtime], None], runtime: Runtime) -> str:
    try:
        check(runtime)
    except Exception as error:
        # Any failure is the answer to the question.
        return type(error).__name__
    return "ok"


@health.get("/metrics")
def metrics() -> Response:
    return Response(exposition(), content_type=CONTENT_TYPE_LATEST)


@endpoint(
    health,
    "GET",
    "/openapi.json",
    access=Public("the description of the API holds no data"),
    summary="This document",
)
def openapi(_ctx: Any) -> Response:
    return Response(_document(), content_type="application/json")


@cache
def _document() -> bytes:
    """Written once: it depends on code alone, and writing it takes a tenth of a second."""
    return json.dumps(build_openapi(), ensure_ascii=False).encode()


def _json(value: Any, status: int) -> Response:
    return Response(json.dumps(value, ensure_ascii=False), status=status, content_type="application/json")
