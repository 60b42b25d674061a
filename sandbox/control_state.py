"""The part of the control API that changes the server: faults, clock, limits, sources of posts."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, current_app, request

from sandbox.faults import fault_from_json
from sandbox.sources import Sources
from sandbox.world import World

Json = dict[str, Any]


def sources() -> Sources | None:
    """The running sources of posts; None in an application built without them."""
    found = current_app.extensions.get("sandbox_sources")
    return found if isinstance(found, Sources) else None


def reply(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), status=status, content_type="application/json")


def json_body() -> Json:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise ValueError("the body must be a JSON object")
    return body


def add_routes(pages: Blueprint, world: World) -> None:
    _add_state(pages, world)
    _add_limits(pages, world)
    _add_sources(pages)


def _add_state(pages: Blueprint, world: World) -> None:
    @pages.get("/health")
    def health() -> Response:
        return reply({"ok": True, "now": world.clock.now()})

    @pages.post("/reset")
    def reset() -> Response:
        running = sources()
        if running is not None:
            running.halt()
        world.reset()
        if running is not None:
            running.rewind()
        return reply({"ok": True})

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
        return reply({"faults": world.faults.as_json()})


def _add_limits(pages: Blueprint, world: World) -> None:
    @pages.route("/clock", methods=["GET", "POST"])
    def clock() -> Response:
        """`advance_seconds`, `set` (unix seconds), `freeze` (true/false), `reset`."""
        if request.method == "POST":
            _move_clock(world, json_body())
        return reply({"now": world.clock.now()})

    @pages.route("/limits", methods=["GET", "POST"])
    def limits() -> Response:
        if request.method == "POST":
            _change_limits(world, json_body())
        state = {"enabled": world.limits.enabled, "profile": world.limits.profile}
        return reply({**state, "values": world.limits.values, "wechat_daily": world.limits.wechat_daily})


def _add_sources(pages: Blueprint) -> None:
    @pages.get("/corpus")
    def corpus() -> Response:
        running = sources()
        return reply(running.corpus.as_json() if running else {"rows": 0, "emitted": 0})

    @pages.route("/scenario", methods=["GET", "POST"])
    def scenario() -> Response:
        """`rate` (posts per minute), `speed`, `paused`; `emit` writes that many posts at once."""
        running = sources()
        if running is None:
            raise ValueError("no scenario runs here")
        if request.method == "POST":
            running.scenario.change(json_body())
        return reply(running.scenario.as_json())

    @pages.post("/crisis")
    def crisis() -> Response:
        """A burst of angry posts: `posts` (default 60) over `seconds` (default 60), about `topic`."""
        running = sources()
        if running is None:
            raise ValueError("no scenario runs here")
        return reply(running.scenario.start_crisis(request.get_json(silent=True) or {}))


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
