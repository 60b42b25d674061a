"""Uploads. Pictures are ready at once; other files take some seconds, as transcoding does."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from sandbox.mastodon.api import MastodonCall, MastodonError, answer, route
from sandbox.store import Row
from sandbox.world import World

Json = dict[str, Any]
_LARGEST = 16 * 1024 * 1024
_READY_AFTER = 2.0
_KINDS = {"image": "image", "video": "video", "audio": "audio"}


@route("POST", "/v2/media")
def upload(call: MastodonCall) -> Response:
    """200 with the address, or 202 with none while the file is being processed."""
    part = request.files.get("file")
    if part is None:
        raise MastodonError(422, "Validation failed: File can't be blank")
    kind = _KINDS.get((part.mimetype or "").split("/")[0])
    if kind is None:
        raise MastodonError(422, "Validation failed: File content type is invalid")
    body = part.read(_LARGEST + 1)
    if len(body) > _LARGEST:
        raise MastodonError(422, "Validation failed: File is too large")
    id_ = str(call.world.ids.mastodon())
    call.world.store.insert(
        "media",
        id=id_,
        account=call.account.key,
        kind=kind,
        name=call.text("description"),
        content_type=part.mimetype,
        body=body,
        at=call.world.clock.now(),
    )
    return _drawn(call, id_, pending_status=202)


@route("GET", "/v1/media/<id_>")
def state(call: MastodonCall, id_: str) -> Response:
    return _drawn(call, id_, pending_status=206)


@route("PUT", "/v1/media/<id_>")
def describe(call: MastodonCall, id_: str) -> Response:
    sql = "UPDATE media SET name = ? WHERE id = ? AND account = ?"
    call.world.store.run(sql, call.text("description"), id_, call.account.key)
    return _drawn(call, id_, pending_status=200)


def _drawn(call: MastodonCall, id_: str, *, pending_status: int) -> Response:
    sql = "SELECT kind, at FROM media WHERE id = ? AND account = ?"
    row = call.world.store.one(sql, id_, call.account.key)
    if row is None:
        raise MastodonError(404, "Record not found")
    drawn = call.entities.attachment(id_)
    if is_ready(call.world, row):
        return answer(drawn)
    return answer({**drawn, "url": None, "preview_url": None}, pending_status)


def is_ready(world: World, row: Row) -> bool:
    return bool(row["kind"] == "image" or world.clock.now() - row["at"] >= _READY_AFTER)
