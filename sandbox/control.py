"""The control API: act as a customer, make faults, move the clock, read what really happened.

It serves tests and the demo and is no part of any protocol. Errors are `{"error": …}` with 400 or 404.
"""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Response, request

from sandbox import control_customer, control_state, earlier
from sandbox.accounts import as_json
from sandbox.control_state import json_body, reply
from sandbox.directory import UnknownAccount
from sandbox.world import World

Json = dict[str, Any]
_MOST_ROWS = 5_000
_COUNTED = (
    *("call", "sent", "violation", "truth", "message"),
    *("weibo_status", "weibo_comment", "wechat_comment", "mastodon_status"),
)


def blueprint(world: World) -> Blueprint:
    pages = Blueprint("control", __name__, url_prefix="/_control")
    control_customer.add_routes(pages, world)
    _record_routes(pages, world)
    _sum_routes(pages, world)
    control_state.add_routes(pages, world)

    @pages.post("/earlier")
    def earlier_posts() -> Response:
        return reply({"taken": earlier.take_in(world, list(json_body()["posts"]))})

    _account_routes(pages, world)
    _push_routes(pages, world)

    @pages.errorhandler(UnknownAccount)
    def unknown(problem: Exception) -> Response:
        return reply({"error": f"unknown account {problem}"}, 404)

    @pages.errorhandler(KeyError)
    def missing(problem: Exception) -> Response:
        return reply({"error": f"missing or unknown: {problem}"}, 400)

    @pages.errorhandler(ValueError)
    @pages.errorhandler(re.error)
    def wrong(problem: Exception) -> Response:
        return reply({"error": str(problem)}, 400)

    return pages


def _record_routes(pages: Blueprint, world: World) -> None:
    def listing(table: str) -> Response:
        since, limit = request.args.get("since", 0, int), request.args.get("limit", 1_000, int)
        account = request.args.get("account", "")
        key = world.directory.get(account).key if account else ""
        rows = world.records.listing(table, since, max(1, min(limit, _MOST_ROWS)), key)
        return reply({table: rows, "next": rows[-1]["seq"] if rows else since})

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
            sql = "SELECT at, status, answer, outcome, milliseconds FROM push_attempt WHERE push = ?"
            push["deliveries"] = [dict(row) for row in world.store.all(sql, push["seq"])]
        return reply(body)


def _sum_routes(pages: Blueprint, world: World) -> None:
    @pages.get("/counts")
    def counts() -> Response:
        found: Json = {table: world.store.number(f"SELECT count(*) FROM {table}") for table in _COUNTED}
        rows = world.store.all("SELECT state, count(*) AS n FROM push GROUP BY state")
        return reply({**found, "pushes": {row["state"]: row["n"] for row in rows}})


def _account_routes(pages: Blueprint, world: World) -> None:
    @pages.route("/accounts", methods=["GET", "POST"])
    def accounts() -> Response:
        """POST adds an account in the form of accounts.json; missing credentials are made up."""
        if request.method == "POST":
            return reply(as_json(world.directory.add(json_body())), 201)
        return reply([as_json(account) for account in world.directory.all()])

    @pages.post("/accounts/<key>/settings")
    def settings(key: str) -> Response:
        """Change settings such as mode, ip_whitelist, push_format, app_level."""
        return reply(as_json(world.directory.patch(key, json_body())))

    @pages.post("/accounts/<key>/expire_token")
    def expire(key: str) -> Response:
        """End all tokens of an account now, as a changed password does."""
        account = world.directory.get(key)
        sql = "UPDATE token SET expires_at = ? WHERE account = ?"
        return reply({"ended": world.store.change(sql, world.clock.now() - 1, account.key)})


def _push_routes(pages: Blueprint, world: World) -> None:
    @pages.post("/pushes/redeliver")
    def redeliver() -> Response:
        return reply({"queued": world.pusher.redeliver()})

    @pages.post("/push")
    def raw_push() -> Response:
        """One raw POST to an account's callback: `account`, `query`, `body`, `content_type`."""
        body = json_body()
        account = world.directory.get(str(body["account"]))
        content_type = str(body.get("content_type", "text/xml"))
        answer = world.pusher.raw(
            account, body.get("query", {}), str(body.get("body", "")).encode(), content_type
        )
        return reply({"status": answer.status, "body": answer.body.decode("utf-8", "replace")})

    @pages.post("/verify_callback")
    def verify() -> Response:
        """The address check: GET with echostr; `verified` says whether the answer was the echostr itself."""
        account = world.directory.get(str(json_body()["account"]))
        echo = str(world.ids.message())
        answer = world.pusher.check_address(account, echo)
        verified = answer.status == 200 and answer.body == echo.encode()
        return reply({"verified": verified, "status": answer.status, "problem": answer.problem})
