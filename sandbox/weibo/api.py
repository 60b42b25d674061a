"""Entry to the Weibo API: token, quotas, dispatch by the call's name, errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, g, request

from sandbox.accounts import BrandAccount
from sandbox.store import Row
from sandbox.weibo.errors import WeiboError
from sandbox.weibo.objects import Objects
from sandbox.world import World

Json = dict[str, Any]
_LARGEST = 2**62


@dataclass(frozen=True)
class WeiboCall:
    """One authorised call. `business` is true for the c.api twin of a path."""

    world: World
    account: BrandAccount
    token: Row
    name: str
    values: dict[str, str]
    business: bool

    @property
    def objects(self) -> Objects:
        return Objects(self.world, self.account.external_id)

    def number(self, name: str, default: int) -> int:
        """Raises WeiboError 10017 when the parameter is not a number."""
        value = self.values.get(name, "")
        try:
            number = int(value) if value != "" else default
        except ValueError:
            raise WeiboError(10017, name) from None
        if abs(number) > _LARGEST:
            raise WeiboError(10017, name)
        return number

    def needed(self, name: str) -> str:
        """Raises WeiboError 10016 when the parameter is missing."""
        value = self.values.get(name, "")
        if value == "":
            raise WeiboError(10016, name)
        return value

    def needed_number(self, name: str) -> int:
        self.needed(name)
        return self.number(name, 0)


Handler = Callable[[WeiboCall], Any]


@dataclass(frozen=True)
class Route:
    handler: Handler
    method: str


_ROUTES: dict[str, Route] = {}


def reads(name: str) -> Callable[[Handler], Handler]:
    """Register a GET call such as `statuses/mentions`."""
    return _register(name, "GET")


def writes(name: str) -> Callable[[Handler], Handler]:
    """Register a POST call."""
    return _register(name, "POST")


def _register(name: str, method: str) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        _ROUTES[name] = Route(handler, method)
        return handler

    return register


def answer(body: Any, status: int = 200) -> Response:
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, status=status, content_type="application/json;charset=UTF-8")


def note_refusal(world: World, error: WeiboError) -> None:
    """Leave the code for the record of calls, and the overstepped rule for the record of violations."""
    g.call_code = str(error.code)
    if error.rule:
        world.records.violation("weibo", g.get("account", ""), error.rule, error.detail)


def error_answer(world: World, error: WeiboError) -> Response:
    note_refusal(world, error)
    path = request.path.removeprefix("/weibo").removeprefix("-c").removeprefix("-m")
    body = {"request": path, "error_code": error.code, "error": error.text}
    return answer(body, error.http_status)


def presented_token() -> str:
    """The token from the parameter or from `Authorization: OAuth2 <token>`."""
    header = request.headers.get("Authorization", "")
    if header.startswith("OAuth2 "):
        return header.removeprefix("OAuth2 ").strip()
    return request.values.get("access_token", "")


def authorise(world: World) -> tuple[BrandAccount, Row]:
    """Whose call this is. Raises WeiboError 10006, 21332 or 21327."""
    value = presented_token()
    if not value:
        raise WeiboError(10006, text="Source paramter(appkey) is missing")
    token = world.directory.token("weibo", value)
    if token is None or token["kind"] not in ("access_token", "fan_token"):
        raise WeiboError(21332)
    account = world.directory.get(token["account"])
    g.account = account.key
    if token["expires_at"] <= world.clock.now():
        raise WeiboError(21327)
    return account, token


def count_call(world: World, account: BrandAccount) -> None:
    """Count against user and address; a call beyond a quota is recorded and refused (10022, 10023)."""
    counters, limits = world.counters, world.limits
    address = request.remote_addr or "-"
    checks = (
        (10022, "weibo_ip_hour", counters.add("weibo_ip_hour", address, counters.hour())),
        (10023, "weibo_user_hour", counters.add("weibo_user_hour", account.key, counters.hour())),
        (10023, "weibo_user_day", counters.add("weibo_user_day", account.key, counters.day())),
    )
    for code, rule, used in checks:
        if limits.enabled and used > limits[rule]:
            raise WeiboError(code, rule=rule, detail=f"call {used} of {int(limits[rule])} {request.path}")


def count_write(world: World, account: BrandAccount, rule: str) -> None:
    """Hourly quota of statuses or comments (20016)."""
    used = world.counters.add(rule, account.key, world.counters.hour())
    if world.limits.enabled and used > world.limits[rule]:
        raise WeiboError(20016, rule=rule, detail=f"write {used} of {int(world.limits[rule])}")


def blueprint(world: World) -> Blueprint:
    """`/weibo` stands for api.weibo.com, `/weibo-c` for c.api.weibo.com."""
    pages = Blueprint("weibo_api", __name__)

    @pages.route("/weibo/2/<path:name>.json", methods=["GET", "POST"])
    def open_call(name: str) -> Response:
        return _respond(world, name, business=False)

    @pages.route("/weibo-c/2/<path:name>.json", methods=["GET", "POST"])
    def business_call(name: str) -> Response:
        return _respond(world, name.removesuffix("/biz").removesuffix("/other"), business=True)

    return pages


def _respond(world: World, name: str, *, business: bool) -> Response:
    try:
        route = _ROUTES.get(name)
        if route is None:
            raise WeiboError(10020)
        account, token = authorise(world)
        if request.method != route.method:
            raise WeiboError(10021)
        if business and account.settings.get("app_level") != "partner":
            raise WeiboError(10014)
        count_call(world, account)
        call = WeiboCall(world, account, token, name, request.values.to_dict(), business)
        return answer(route.handler(call))
    except WeiboError as error:
        return error_answer(world, error)
