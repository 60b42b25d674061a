"""A scripted platform over httpx.MockTransport, and the services that tests hand to an adapter."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx

from app.adapters.transport import AdapterServices, CallRecord
from app.core.clock import ManualClock
from app.core.http_client import build_client

NOW = datetime(2026, 3, 2, 8, 0, 0, tzinfo=UTC)
Handler = Callable[[httpx.Request], httpx.Response]


class ScriptedPlatform:
    """Answers by path. A path's answers are used up in order; the last one stays."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.records: list[CallRecord] = []
        self.clock = ManualClock(NOW)
        self._answers: dict[str, list[Handler]] = {}
        self._fallback: Handler | None = None
        self.services = AdapterServices(
            http=build_client(transport=httpx.MockTransport(self._handle)),
            clock=self.clock,
            observe=self.records.append,
            sleep=lambda seconds: None,
        )

    def answers(self, path: str, *handlers: Handler | dict[str, Any] | list[Any]) -> None:
        self._answers[path] = [
            handler if callable(handler) else _json_answer(handler) for handler in handlers
        ]

    def handle_all(self, handler: Handler) -> None:
        """What answers where nothing is scripted."""
        self._fallback = handler

    def sent(self, path: str) -> list[httpx.Request]:
        return [request for request in self.requests if request.url.path == path]

    def _handle(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        handlers = self._answers.get(request.url.path)
        if not handlers and self._fallback is not None:
            return self._fallback(request)
        if not handlers:
            return httpx.Response(404, text=f"nothing scripted for {request.url.path}")
        handler = handlers.pop(0) if len(handlers) > 1 else handlers[0]
        return handler(request)


def _json_answer(body: Any) -> Handler:
    return lambda request: json_response(body)


def json_response(body: Any, status: int = 200, **headers: str) -> httpx.Response:
    return httpx.Response(
        status,
        content=json.dumps(body, ensure_ascii=False).encode(),
        headers={"content-type": "application/json; charset=utf-8", **headers},
    )


def form_of(request: httpx.Request) -> dict[str, str]:
    return dict(httpx.QueryParams(request.content.decode()))


def breaks(error: type[httpx.TransportError]) -> Handler:
    """A handler whose connection fails in the given way."""

    def fail(request: httpx.Request) -> httpx.Response:
        raise error("scripted", request=request)

    return fail
