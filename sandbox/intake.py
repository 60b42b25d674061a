"""What happens around every platform call: faults before and after acting, and the record of it."""

from __future__ import annotations

import json
import random
import socket
import time
from contextlib import suppress
from typing import Any

from flask import Flask, Response, g, request

from sandbox.faults import BEFORE_ACTING, KINDS, ON_PUSHES, Fault
from sandbox.records import Call
from sandbox.wechat.errors import WeChatError
from sandbox.weibo.errors import WeiboError
from sandbox.world import World

PLATFORMS = {
    "weibo": "weibo",
    "weibo-m": "weibo",
    "weibo-c": "weibo",
    "wechat": "wechat",
    "mastodon": "mastodon",
}
_KEPT_BODY = 8_000
_KEPT_ANSWER = 2_000
_LISTS = ("statuses", "comments", "reposts", "users", "comment")
_AFTER_ACTING = KINDS - BEFORE_ACTING - ON_PUSHES
_HTML = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


def platform_of(path: str) -> str:
    """The platform that a path belongs to, or nothing."""
    return PLATFORMS.get(path.split("/", 2)[1], "")


def install(app: Flask, world: World) -> None:
    pages = _LastPages()

    @app.before_request
    def before() -> Response | None:
        if not platform_of(request.path):
            return None
        g.raw_body = "" if "multipart" in (request.content_type or "") else request.get_data(as_text=True)
        fault = world.faults.take(request.path, BEFORE_ACTING)
        if fault is None:
            return None
        g.fault = fault.kind
        return _refuse(fault)

    @app.after_request
    def after(response: Response) -> Response:
        platform = platform_of(request.path)
        if not platform:
            return response
        fault = world.faults.take(request.path, _AFTER_ACTING) if "fault" not in g else None
        if fault is not None:
            g.fault = fault.kind
            response = _spoil(response, fault, pages)
        elif response.status_code == 200 and request.method == "GET":
            pages.keep(response)
        _record(world, platform, response)
        return response


class _LastPages:
    """The last answer of each list, for the fault that repeats a page."""

    def __init__(self) -> None:
        self._answers: dict[str, bytes] = {}

    def keep(self, response: Response) -> None:
        if response.content_length is not None and response.content_length < 1_000_000:
            self._answers[self._key()] = response.get_data()

    def last(self) -> bytes | None:
        return self._answers.get(self._key())

    @staticmethod
    def _key() -> str:
        return f"{request.path}|{g.get('account', '')}"


def _refuse(fault: Fault) -> Response:
    """The answer of a fault that strikes before anything is done."""
    if fault.kind in ("timeout_before", "drop_connection"):
        if fault.kind == "timeout_before":
            time.sleep(fault.delay)
        return _cut_off()
    if fault.kind == "html_error":
        return Response(_HTML, status=502, content_type="text/html")
    if fault.kind == "http_500":
        return Response("", status=500, content_type="text/plain")
    if fault.kind == "http_429":
        response = _json({"error": "Too many requests"}, 429)
        if fault.retry_after is not None:
            response.headers["Retry-After"] = str(int(fault.retry_after))
        return response
    return _refused_by_platform(fault.kind)


def _refused_by_platform(kind: str) -> Response:
    """An expired token or a refused address in the platform's own words."""
    platform, expired = platform_of(request.path), kind == "expired_token"
    if platform == "weibo":
        error = WeiboError(21327 if expired else 10004)
        g.call_code = str(error.code)
        if request.path.startswith("/weibo-m"):
            return _json({"request": request.path, "errcode": str(error.code), "errmsg": error.text}, 403)
        body = {"request": request.path.removeprefix("/weibo"), "error_code": error.code, "error": error.text}
        return _json(body, error.http_status)
    if platform == "wechat":
        refusal = WeChatError(42001) if expired else WeChatError(40164, f"{request.remote_addr}")
        g.call_code = str(refusal.code)
        return _json(refusal.as_json(), 200)
    if expired:
        return _json({"error": "The access token is invalid"}, 401)
    return _json({"error": "This action is not allowed"}, 403)


def _spoil(response: Response, fault: Fault, pages: _LastPages) -> Response:
    """What a fault makes of an answer after the call has acted."""
    if fault.kind in ("timeout_after_acting", "drop_after_acting"):
        if fault.kind == "timeout_after_acting":
            time.sleep(fault.delay)
        return _cut_off()
    if fault.kind == "half_body":
        body = response.get_data()
        half = Response(
            body[: len(body) // 2], status=response.status_code, content_type=response.content_type
        )
        half.automatically_set_content_length = False
        half.headers["Content-Length"] = str(len(body))
        return half
    if fault.kind == "repeat_page":
        last = pages.last()
        return Response(last, content_type=response.content_type) if last is not None else response
    if fault.kind == "unordered_page":
        response.set_data(_shuffled(response.get_data()))
    return response


def _shuffled(body: bytes) -> bytes:
    try:
        answer: Any = json.loads(body)
    except ValueError:
        return body
    dice = random.Random(len(body))
    if isinstance(answer, list):
        dice.shuffle(answer)
    elif isinstance(answer, dict):
        for name in _LISTS:
            if isinstance(answer.get(name), list):
                dice.shuffle(answer[name])
    return json.dumps(answer, ensure_ascii=False).encode()


def _cut_off() -> Response:
    """Close the connection under the server; what Flask then writes goes nowhere."""
    connection = request.environ.get("werkzeug.socket")
    if connection is not None:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    return Response("", status=502)


def _json(body: dict[str, Any], status: int) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), status=status, content_type="application/json")


def _record(world: World, platform: str, response: Response) -> None:
    text = "" if response.is_streamed else response.get_data()[:_KEPT_ANSWER].decode("utf-8", "replace")
    world.records.call(
        Call(
            platform=platform,
            account=str(g.get("account", "")),
            method=request.method,
            path=request.path,
            query=request.query_string.decode("utf-8", "replace"),
            body=str(g.get("raw_body", ""))[:_KEPT_BODY],
            status=response.status_code,
            code=str(g.get("call_code", "")),
            fault=str(g.get("fault", "")),
            answer=text,
        )
    )
