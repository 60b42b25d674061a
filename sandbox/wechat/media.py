"""Temporary media: kept three days; a failed download is JSON with HTTP 200."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Response, request

from sandbox.accounts import BrandAccount
from sandbox.wechat.api import WeChatCall, gets, posts
from sandbox.wechat.errors import WeChatError
from sandbox.world import World

Json = dict[str, Any]
_MEGABYTE = 1024 * 1024
# Largest size and accepted endings for each type.
_RULES: dict[str, tuple[int, tuple[str, ...]]] = {
    "image": (10 * _MEGABYTE, ("png", "jpeg", "jpg", "gif")),
    "voice": (2 * _MEGABYTE, ("amr", "mp3")),
    "video": (10 * _MEGABYTE, ("mp4",)),
    "thumb": (64 * 1024, ("jpg",)),
}


@posts("/cgi-bin/media/upload")
def upload(call: WeChatCall) -> Json:
    kind = request.args.get("type", "")
    if kind not in _RULES:
        raise WeChatError(40004)
    part = request.files.get("media")
    if part is None:
        raise WeChatError(41005)
    largest, endings = _RULES[kind]
    body, name = part.read(), part.filename or ""
    if name.rsplit(".", 1)[-1].lower() not in endings:
        raise WeChatError(40004)
    if not body or len(body) > largest:
        raise WeChatError(40006)
    media_id, now = secrets.token_urlsafe(48), call.world.clock.now()
    keep(call.world, call.account, media_id, kind, body, name=name, content_type=part.mimetype)
    id_name = "thumb_media_id" if kind == "thumb" else "media_id"
    return {"type": kind, id_name: media_id, "created_at": int(now)}


def keep(
    world: World,
    account: BrandAccount,
    media_id: str,
    kind: str,
    body: bytes,
    *,
    name: str = "file.png",
    content_type: str = "image/png",
) -> None:
    """Store a file, a brand's or a follower's."""
    world.store.insert(
        "media",
        id=media_id,
        account=account.key,
        kind=kind,
        name=name,
        content_type=content_type or "application/octet-stream",
        body=body,
        at=world.clock.now(),
    )


@gets("/cgi-bin/media/get")
def get(call: WeChatCall) -> Json | Response:
    alive = call.world.clock.now() - call.world.limits["wechat_media_days"] * 86_400
    sql = "SELECT * FROM media WHERE id = ? AND account = ? AND at > ?"
    row = call.world.store.one(sql, str(call.needed("media_id")), call.account.key, alive)
    if row is None:
        raise WeChatError(40007)
    if row["kind"] == "video":
        return {"video_url": f"{request.host_url}wechat/video/{row['id']}.mp4"}
    response = Response(row["body"], content_type=row["content_type"])
    ending = row["name"].rsplit(".", 1)[-1]
    response.headers["Content-Disposition"] = f'attachment; filename="{row["id"]}.{ending}"'
    return response
