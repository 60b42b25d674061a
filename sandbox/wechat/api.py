"""Entry to the WeChat API: token, daily quota, raw-UTF-8 rule, dispatch by path, errors."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, g, request

from sandbox.accounts import BrandAccount
from sandbox.wechat import tokens
from sandbox.wechat.errors import WeChatError
from sandbox.world import World

Json = dict[str, Any]
_LARGEST = 2**62
# Escapes of ASCII are legitimate JSON; an escaped Chinese character is what reaches the user literally.
_ESCAPED = re.compile(rb"\\u(?!00[0-7])[0-9a-fA-F]{4}")


@dataclass(frozen=True)
class WeChatCall:
    world: World
    account: BrandAccount
    path: str
    body: Json

    def needed(self, name: str) -> Any:
        """Raises WeChatError 40035 when the field is missing from the body."""
        if name not in self.body:
            raise WeChatError(40035)
        return self.body[name]

    def number(self, name: str, default: int | None = None) -> int:
        value = self.body.get(name, default)
        if isinstance(value, bool) or value is None:
            raise WeChatError(40035)
        try:
            number = int(value)
        except (TypeError, ValueError, OverflowError):
            raise WeChatError(40035) from None
        if abs(number) > _LARGEST:
            raise WeChatError(40035)
        return number


Handler = Callable[[WeChatCall], Json | Response]


@dataclass(frozen=True)
class Route:
    handler: Handler
    method: str


_ROUTES: dict[str, Route] = {}
OK: Json = {"errcode": 0, "errmsg": "ok"}


def gets(path: str) -> Callable[[Handler], Handler]:
    return _register(path, "GET")


def posts(path: str) -> Callable[[Handler], Handler]:
    return _register(path, "POST")


def _register(path: str, method: str) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        _ROUTES[path] = Route(handler, method)
        return handler

    return register


def answer(body: Json) -> Response:
    """WeChat's JSON, which calls itself text/plain on some interfaces: readers must not rely on the type."""
    return Response(json.dumps(body, ensure_ascii=False), content_type="application/json; encoding=utf-8")


def error_answer(world: World, error: WeChatError) -> Response:
    g.call_code = str(error.code)
    if error.rule:
        world.records.violation("wechat", g.get("account", ""), error.rule, error.detail)
    return answer(error.as_json())


def count_call(world: World, account: BrandAccount, path: str) -> None:
    """Daily quota of one interface, until midnight in Beijing (45009)."""
    used = world.counters.add(path, account.key, world.counters.day())
    limit = world.limits.wechat_day(path)
    if world.limits.enabled and used > limit:
        raise WeChatError(45009, rule="wechat_daily_quota", detail=f"{path} call {used} of {limit}")


def blueprint(world: World) -> Blueprint:
    """`/wechat` stands for api.weixin.qq.com."""
    pages = Blueprint("wechat_api", __name__)

    @pages.post("/wechat/cgi-bin/stable_token")
    def stable_token() -> Response:
        return _guarded(world, lambda: _stable_token(world))

    @pages.route("/wechat/cgi-bin/token", methods=["GET", "POST"])
    def token() -> Response:
        return _guarded(world, lambda: _classic_token(world))

    @pages.get("/wechat/video/<media_id>.mp4")
    def video(media_id: str) -> Response:
        """What `video_url` of media/get leads to."""
        row = world.store.one("SELECT body FROM media WHERE id = ? AND kind = 'video'", media_id)
        if row is None:
            return Response("", status=404)
        return Response(row["body"], content_type="video/mp4")

    @pages.route(
        "/wechat/<any('cgi-bin', datacube, customservice):area>/<path:rest>", methods=["GET", "POST"]
    )
    def call(area: str, rest: str) -> Response:
        return _guarded(world, lambda: _dispatch(world, f"/{area}/{rest}"))

    return pages


def _guarded(world: World, act: Callable[[], Json | Response]) -> Response:
    try:
        body = act()
    except WeChatError as error:
        return error_answer(world, error)
    except (TypeError, ValueError, AttributeError, KeyError, IndexError):
        # A field of a shape that no interface knows: the real server calls all of them a format error.
        return error_answer(world, WeChatError(47001))
    return body if isinstance(body, Response) else answer(body)


def _client(world: World, values: dict[str, Any]) -> BrandAccount:
    address = request.remote_addr or ""
    account = tokens.check_client(world, str(values.get("appid", "")), str(values.get("secret", "")), address)
    g.account = account.key
    if values.get("grant_type") != "client_credential":
        raise WeChatError(40002)
    return account


def _stable_token(world: World) -> Json:
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise WeChatError(47001)
    account = _client(world, body)
    count_call(world, account, "/cgi-bin/stable_token")
    value, seconds = tokens.stable(world, account, force=body.get("force_refresh") is True)
    return {"access_token": value, "expires_in": seconds}


def _classic_token(world: World) -> Json:
    account = _client(world, request.args.to_dict())
    count_call(world, account, "/cgi-bin/token")
    value, seconds = tokens.classic(world, account)
    return {"access_token": value, "expires_in": seconds}


def _dispatch(world: World, path: str) -> Json | Response:
    route = _ROUTES.get(path)
    if route is None:
        raise WeChatError(48001)
    account = tokens.account_of(world, request.args.get("access_token", ""))
    g.account = account.key
    if route.method == "POST" and request.method != "POST":
        raise WeChatError(43002)
    count_call(world, account, path)
    return route.handler(WeChatCall(world, account, path, _body()))


def _body() -> Json:
    """The JSON object of a POST, the query of a GET; multipart bodies are the handler's own."""
    if request.method == "GET":
        return request.args.to_dict()
    if (request.content_type or "").startswith("multipart/"):
        return {}
    raw = request.get_data()
    if not raw:
        raise WeChatError(44002)
    if _ESCAPED.search(raw):
        raise WeChatError(40033, rule="wechat_escaped_text", detail=request.path)
    try:
        body = json.loads(raw.decode("utf-8"))
    except ValueError:
        raise WeChatError(47001) from None
    if not isinstance(body, dict):
        raise WeChatError(47001)
    return body
