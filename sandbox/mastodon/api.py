"""Entry to the Mastodon API: User-Agent, token, rate limit with its headers, dispatch, errors, paging."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, request

from sandbox.accounts import BrandAccount
from sandbox.clock import iso
from sandbox.mastodon.objects import Entities
from sandbox.store import Row
from sandbox.world import World

Json = dict[str, Any]
_PERIOD = 300
_MOST = 80


class MastodonError(Exception):
    """`status` is the HTTP status, which alone tells the kind; the text is for people."""

    def __init__(self, status: int, text: str) -> None:
        self.status = status
        self.text = text
        super().__init__(text)


class MastodonCall:
    """One authorised call."""

    def __init__(self, world: World, account: BrandAccount) -> None:
        self.world = world
        self.account = account
        self.values = _values()
        self.entities = Entities(world, account.external_id, base_url())

    @property
    def me(self) -> str:
        return self.account.external_id

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name, default)
        return default if value is None else str(value)

    def many(self, name: str) -> list[str]:
        """An array parameter: a JSON array, or `name[]` repeated."""
        value = self.values.get(name, self.values.get(f"{name}[]", []))
        items = value if isinstance(value, list) else [value]
        return [str(item) for item in items]

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in ("true", "1", "on")

    def limit(self, default: int, most: int = _MOST) -> int:
        text = self.text("limit", str(default))
        return max(1, min(int(text), most)) if text.isdigit() else default


def _values() -> Json:
    body = request.get_json(silent=True) if request.is_json else None
    if isinstance(body, dict):
        return {**request.args.to_dict(), **body}
    values: Json = {}
    for name in request.values:
        found = request.values.getlist(name)
        values[name] = found if name.endswith("[]") else found[0]
    return values


def base_url() -> str:
    return f"{request.host_url}mastodon"


Handler = Callable[..., Any]
_ROUTES: list[tuple[str, str, Handler]] = []


def route(method: str, path: str) -> Callable[[Handler], Handler]:
    """Register a call that needs a token; `path` is below `/mastodon/api`."""

    def register(handler: Handler) -> Handler:
        _ROUTES.append((method, path, handler))
        return handler

    return register


def answer(body: Any, status: int = 200) -> Response:
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, status=status, content_type="application/json; charset=utf-8")


def blueprint(world: World) -> Blueprint:
    from sandbox.mastodon import accounts, media, oauth, statuses, timelines  # noqa: PLC0415, F401  (they register)

    pages = Blueprint("mastodon", __name__)
    oauth.install(pages, world)
    for number, (method, path, handler) in enumerate(_ROUTES):
        pages.add_url_rule(
            f"/mastodon/api{path}",
            f"call{number}",
            _guarded(world, handler),
            methods=[method],
            strict_slashes=False,
        )

    @pages.before_request
    def refuse_without_name() -> Response | None:
        if world.limits["mastodon_require_user_agent"] and not request.headers.get("User-Agent"):
            g.call_code = "418"
            return answer({"error": "I'm a teapot: no user-agent sent with request"}, 418)
        return None

    @pages.after_request
    def name_limits(response: Response) -> Response:
        limit = int(world.limits["mastodon_calls"])
        used = int(g.get("calls_used", 0))
        reset = (int(world.clock.now()) // _PERIOD + 1) * _PERIOD
        response.headers["X-RateLimit-Limit"] = str(limit)
        response.headers["X-RateLimit-Remaining"] = str(max(0, limit - used))
        response.headers["X-RateLimit-Reset"] = iso(reset)
        return response

    return pages


def _guarded(world: World, handler: Handler) -> Callable[..., Response]:
    def respond(**parts: str) -> Response:
        try:
            account = authorise(world)
            _count(world, account)
            body = handler(MastodonCall(world, account), **parts)
        except MastodonError as error:
            g.call_code = str(error.status)
            return answer({"error": error.text}, error.status)
        return body if isinstance(body, Response) else answer(body)

    return respond


def authorise(world: World) -> BrandAccount:
    header = request.headers.get("Authorization", "")
    value = (
        header[7:].strip() if header.lower().startswith("bearer ") else request.values.get("access_token", "")
    )
    token = world.directory.token("mastodon", value) if value else None
    if token is None or token["kind"] != "access_token" or token["expires_at"] <= world.clock.now():
        raise MastodonError(401, "The access token is invalid")
    account = world.directory.get(token["account"])
    g.account = account.key
    return account


def _count(world: World, account: BrandAccount) -> None:
    used = world.counters.add("mastodon", account.key, world.counters.span(_PERIOD))
    g.calls_used = used
    if world.limits.enabled and used > world.limits["mastodon_calls"]:
        world.records.violation("mastodon", account.key, "mastodon_calls", f"call {used} {request.path}")
        raise MastodonError(429, "Too many requests")


def page(
    call: MastodonCall, sql: str, *values: Any, default: int = 20, most: int = 40
) -> tuple[list[Row], int]:
    """One page, newest first. `sql` selects rows with an `id`.

    `max_id` older than, `since_id` the newest page newer than, `min_id` the page directly after.
    """
    limit = call.limit(default, most)
    condition, bounds, order = "", [], "DESC"
    for name, sign in (("max_id", "<"), ("since_id", ">"), ("min_id", ">")):
        text = call.text(name)
        if text:
            condition += f" AND id {sign} ?"
            bounds.append(int(text) if text.isdigit() and len(text) <= 18 else 0)
            order = "ASC" if name == "min_id" else order
    query = f"SELECT * FROM ({sql}) WHERE 1 = 1{condition} ORDER BY id {order} LIMIT {limit}"
    rows = call.world.store.all(query, *values, *bounds)
    return sorted(rows, key=lambda row: int(row["id"]), reverse=True), limit


def linked(items: list[Any], rows: list[Row], limit: int) -> Response:
    """The answer of a list with its Link header: `next` is older, `prev` is newer; none on an empty page."""
    response = answer(items)
    if rows:
        links = []
        if len(rows) >= limit:
            links.append(_link({"max_id": str(rows[-1]["id"])}, "next"))
        links.append(_link({"min_id": str(rows[0]["id"])}, "prev"))
        response.headers["Link"] = ", ".join(links)
    return response


def _link(change: dict[str, str], relation: str) -> str:
    kept = [
        (name, value)
        for name, value in request.args.items(multi=True)
        if name not in ("max_id", "since_id", "min_id", "access_token")
    ]
    query = urlencode([*kept, *change.items()])
    return f'<{request.base_url}?{query}>; rel="{relation}"'
