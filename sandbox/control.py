"""The control API: act as a customer, make faults, move the clock, read what really happened.

It is for tests and the demo and no part of any platform's protocol. Errors are `{"error": …}` with 400 or 404.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, request

from sandbox import customer
from sandbox.accounts import BrandAccount, as_json
from sandbox.directory import UnknownAccount
from sandbox.faults import fault_from_json
from sandbox.sources import Sources
from sandbox.world import World

Json = dict[str, Any]
_MOST_ROWS = 5_000


def sources() -> Sources | None:
    """The running sources of posts; None in an application built without them."""
    found = current_app.extensions.get("sandbox_sources")
    return found if isinstance(found, Sources) else None


def _reply(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), status=status, content_type="application/json")


def _body() -> Json:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise ValueError("the body must be a JSON object")
    return body


def blueprint(world: World) -> Blueprint:
    pages = Blueprint("control", __name__, url_prefix="/_control")
    _customer_routes(pages, world)
    _record_routes(pages, world)
    _state_routes(pages, world)
    _account_routes(pages, world)
    _push_routes(pages, world)

    @pages.errorhandler(UnknownAccount)
    def unknown(problem: Exception) -> Response:
        return _reply({"error": f"unknown account {problem}"}, 404)

    @pages.errorhandler(KeyError)
    def missing(problem: Exception) -> Response:
        return _reply({"error": f"missing or unknown: {problem}"}, 400)

    @pages.errorhandler(ValueError)
    @pages.errorhandler(re.error)
    def wrong(problem: Exception) -> Response:
        return _reply({"error": str(problem)}, 400)

    return pages


def _customer_routes(pages: Blueprint, world: World) -> None:
    def write(act: Callable[[BrandAccount, str, str, Json], customer.Written]) -> Response:
        body = _body()
        account = world.directory.get(str(body["account"]))
        written = act(account, str(body.get("customer", "路人甲")), str(body.get("text", "")), body)
        answer = {"id": written.id, "person": written.person, "thread": written.thread}
        return _reply({**answer, "account": account.key, "platform": account.platform})

    @pages.post("/customer/post")
    def post() -> Response:
        return write(
            lambda account, name, text, body: customer.post(
                world, account, name, text, repost_of=str(body.get("repost_of", ""))
            )
        )

    @pages.post("/customer/comment")
    def comment() -> Response:
        return write(
            lambda account, name, text, body: customer.comment(
                world,
                account,
                name,
                text,
                below=str(body.get("below", "")),
                reply_to=str(body.get("reply_to", "")),
            )
        )

    @pages.post("/customer/message")
    def message() -> Response:
        return write(
            lambda account, name, text, body: customer.message(
                world, account, name, text, kind=str(body.get("kind", "text")), fields=body.get("fields")
            )
        )

    @pages.post("/customer/event")
    def event() -> Response:
        return write(
            lambda account, name, _text, body: customer.event(
                world, account, name, str(body["event"]), body.get("fields")
            )
        )

    @pages.post("/customer/delete")
    def delete() -> Response:
        """A customer deletes an own Weibo post or comment."""
        id_ = int(_body()["id"])
        change = world.store.change
        done = change("UPDATE weibo_status SET deleted = 1 WHERE id = ?", id_)
        done += change("UPDATE weibo_comment SET deleted = 1 WHERE id = ?", id_)
        return _reply({"deleted": done})

    @pages.get("/customer/thread")
    def thread() -> Response:
        account = world.directory.get(request.args["account"])
        found = customer.thread(world, account, request.args["customer"], request.args.get("kind", "dm"))
        return _reply({"messages": found})


def _record_routes(pages: Blueprint, world: World) -> None:
    def listing(table: str) -> Response:
        since, limit = request.args.get("since", 0, int), request.args.get("limit", 1_000, int)
        account = request.args.get("account", "")
        key = world.directory.get(account).key if account else ""
        rows = world.records.listing(table, since, max(1, min(limit, _MOST_ROWS)), key)
        return _reply({table: rows, "next": rows[-1]["seq"] if rows else since})

    @pages.get("/calls")
    def calls() -> Response:
        return listing("call")

    @pages.get("/sent")
    def sent() -> Response:
        return listing("sent")

    @pages.get("/violations")
    def violations() -> Response:
        return listing("violation")

    @pages.get("/truth")
    def truth() -> Response:
        return listing("truth")

    @pages.get("/pushes")
    def pushes() -> Response:
        """Every push with its deliveries; `state` is pending, delivered or given_up."""
        answer = listing("push")
        body = answer.get_json()
        for push in body["push"]:
            sql = "SELECT at, status, answer, outcome, milliseconds FROM push_attempt WHERE push = ? ORDER BY seq"
            push["deliveries"] = [dict(row) for row in world.store.all(sql, push["seq"])]
        return _reply(body)

    @pages.get("/counts")
    def counts() -> Response:
        tables = (
            "call",
            "sent",
            "violation",
            "truth",
            "message",
            "weibo_status",
            "weibo_comment",
            "mastodon_status",
        )
        found: Json = {table: world.store.number(f"SELECT count(*) FROM {table}") for table in tables}
        rows = world.store.all("SELECT state, count(*) AS n FROM push GROUP BY state")
        return _reply({**found, "pushes": {row["state"]: row["n"] for row in rows}})


def _state_routes(pages: Blueprint, world: World) -> None:
    @pages.get("/health")
    def health() -> Response:
        return _reply({"ok": True, "now": world.clock.now()})

    @pages.post("/reset")
    def reset() -> Response:
        running = sources()
        if running is not None:
            running.halt()
        world.reset()
        if running is not None:
            running.rewind()
        return _reply({"ok": True})

    @pages.route("/faults", methods=["GET", "POST", "DELETE"])
    def faults() -> Response:
        """POST adds (or, with `replace`, sets) faults; DELETE ends all."""
        if request.method == "DELETE":
            world.faults.replace([])
        elif request.method == "POST":
            body = request.get_json(silent=True)
            given = body if isinstance(body, list) else (body or {}).get("faults", [body])
            found = [fault_from_json(item) for item in given]
            change = (
                world.faults.replace if isinstance(body, dict) and body.get("replace") else world.faults.add
            )
            change(found)
        return _reply({"faults": world.faults.as_json()})

    @pages.route("/clock", methods=["GET", "POST"])
    def clock() -> Response:
        """`advance_seconds`, `set` (unix seconds), `freeze` (true/false), `reset`."""
        if request.method == "POST":
            _move_clock(world, _body())
        return _reply({"now": world.clock.now()})

    @pages.route("/limits", methods=["GET", "POST"])
    def limits() -> Response:
        if request.method == "POST":
            _change_limits(world, _body())
        state = {"enabled": world.limits.enabled, "profile": world.limits.profile}
        return _reply({**state, "values": world.limits.values, "wechat_daily": world.limits.wechat_daily})

    @pages.get("/corpus")
    def corpus() -> Response:
        running = sources()
        return _reply(running.corpus.as_json() if running else {"rows": 0, "emitted": 0})

    @pages.route("/scenario", methods=["GET", "POST"])
    def scenario() -> Response:
        """`rate` (posts per minute), `speed`, `paused`; `emit` writes that many posts at once."""
        running = sources()
        if running is None:
            raise ValueError("no scenario runs here")
        if request.method == "POST":
            running.scenario.change(_body())
        return _reply(running.scenario.as_json())

    @pages.post("/crisis")
    def crisis() -> Response:
        """A burst of angry posts: `posts` (default 60) over `seconds` (default 60), about `topic`."""
        running = sources()
        if running is None:
            raise ValueError("no scenario runs here")
        return _reply(running.scenario.start_crisis(request.get_json(silent=True) or {}))


def _move_clock(world: World, body: Json) -> None:
    if body.get("reset"):
        world.clock.reset()
    if "set" in body:
        world.clock.set(float(body["set"]))
    if "advance_seconds" in body:
        world.clock.advance(float(body["advance_seconds"]))
    if "freeze" in body:
        world.clock.freeze(bool(body["freeze"]))


def _change_limits(world: World, body: Json) -> None:
    if "profile" in body:
        world.limits.reset(str(body["profile"]))
    if "enabled" in body:
        world.limits.enabled = bool(body["enabled"])
    world.limits.update(body.get("values", {}))
    world.limits.wechat_daily.update({str(k): int(v) for k, v in body.get("wechat_daily", {}).items()})


def _account_routes(pages: Blueprint, world: World) -> None:
    @pages.route("/accounts", methods=["GET", "POST"])
    def accounts() -> Response:
        """POST adds an account in the form of accounts.json; missing credentials are made up."""
        if request.method == "POST":
            return _reply(as_json(world.directory.add(_body())), 201)
        return _reply([as_json(account) for account in world.directory.all()])

    @pages.post("/accounts/<key>/settings")
    def settings(key: str) -> Response:
        """Change settings such as mode, ip_whitelist, push_format, app_level."""
        return _reply(as_json(world.directory.patch(key, _body())))

    @pages.post("/accounts/<key>/expire_token")
    def expire(key: str) -> Response:
        """End all tokens of an account now, as a changed password does."""
        account = world.directory.get(key)
        sql = "UPDATE token SET expires_at = ? WHERE account = ?"
        return _reply({"ended": world.store.change(sql, world.clock.now() - 1, account.key)})


def _push_routes(pages: Blueprint, world: World) -> None:
    @pages.post("/pushes/redeliver")
    def redeliver() -> Response:
        return _reply({"queued": world.pusher.redeliver()})

    @pages.post("/push")
    def raw_push() -> Response:
        """One raw POST to an account's callback: `account`, `query`, `body`, `content_type`."""
        body = _body()
        account = world.directory.get(str(body["account"]))
        content_type = str(body.get("content_type", "text/xml"))
        answer = world.pusher.raw(
            account, body.get("query", {}), str(body.get("body", "")).encode(), content_type
        )
        return _reply({"status": answer.status, "body": answer.body.decode("utf-8", "replace")})

    @pages.post("/verify_callback")
    def verify() -> Response:
        """The address check: GET with echostr; `verified` says whether the answer was the echostr itself."""
        account = world.directory.get(str(_body()["account"]))
        echo = str(world.ids.message())
        answer = world.pusher.check_address(account, echo)
        verified = answer.status == 200 and answer.body == echo.encode()
        return _reply({"verified": verified, "status": answer.status, "problem": answer.problem})
