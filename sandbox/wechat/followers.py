"""Followers: who follows an official account and what they do towards it."""

from __future__ import annotations

import json
from typing import Any

from sandbox import ids, threads
from sandbox.accounts import BrandAccount
from sandbox.store import Row
from sandbox.wechat import push
from sandbox.world import World

Json = dict[str, Any]
_SCENES = ("ADD_SCENE_SEARCH", "ADD_SCENE_QR_CODE", "ADD_SCENE_PROFILE_CARD", "ADD_SCENE_PROFILE_LINK")
_OPENING_ACTS = {"subscribe": "subscribe", "SCAN": "scan", "CLICK": "click"}


def find(world: World, account: BrandAccount, openid: str) -> Row | None:
    sql = "SELECT * FROM wechat_follower WHERE account = ? AND openid = ?"
    return world.store.one(sql, account.key, openid)


def ensure(world: World, account: BrandAccount, name: str, *, subscribed: bool = True) -> str:
    """The openid of a customer at an account; who writes follows it."""
    openid = ids.openid(account.key, name)
    scene = _SCENES[ids.digest("scene", openid)[0] % len(_SCENES)]
    world.store.add_once(
        "wechat_follower",
        account=account.key,
        openid=openid,
        name=name,
        subscribed=int(subscribed),
        at=world.clock.now(),
        scene=scene,
    )
    return openid


def _set_subscribed(world: World, account: BrandAccount, openid: str, subscribed: bool) -> None:
    world.store.run(
        "UPDATE wechat_follower SET subscribed = ?, at = ? WHERE account = ? AND openid = ?",
        int(subscribed),
        world.clock.now(),
        account.key,
        openid,
    )


def write_message(
    world: World, account: BrandAccount, name: str, *, kind: str, text: str, fields: Json | None = None
) -> str:
    """A follower's message: noted, opens the window, pushed. Returns its MsgId.

    `fields` are the elements of the type (PicUrl, MediaId, Location_X, …); for text it is Content.
    """
    openid = ensure(world, account, name)
    message_id = str(world.ids.message())
    with world.store.transaction():
        said = {"kind": kind, "text": text, "id_": message_id}
        threads.note(world, account, person=openid, name=name, direction="in", **said)
        world.windows.opened_by("wechat", account.key, openid, "message")
    own = {"Content": text} if kind == "text" else dict(fields or {})
    push.send(world, account, openid, kind, {**own, "MsgId": int(message_id)})
    return message_id


def do_event(world: World, account: BrandAccount, name: str, event: str, fields: Json | None = None) -> str:
    """A follower's act (subscribe, unsubscribe, SCAN, CLICK, VIEW, LOCATION…). Returns the openid."""
    openid = ensure(world, account, name)
    with world.store.transaction():
        if event == "unsubscribe":
            _set_subscribed(world, account, openid, False)
            world.windows.close(account.key, openid)
        elif event == "subscribe":
            _set_subscribed(world, account, openid, True)
        if event in _OPENING_ACTS:
            world.windows.opened_by("wechat", account.key, openid, _OPENING_ACTS[event])
    push.send(world, account, openid, "event", {"Event": event, **(fields or {})})
    return openid


def note_answer(
    world: World, account: BrandAccount, openid: str, operation: str, *, kind: str, text: str, raw: Json
) -> str:
    """Something the brand sent to a follower: into the thread and into the record of what was sent."""
    row = find(world, account, openid)
    name = str(row["name"]) if row is not None else openid
    id_ = str(world.ids.message())
    with world.store.transaction():
        said = {"kind": kind, "text": text, "id_": id_}
        threads.note(world, account, person=openid, name=name, direction="out", **said)
        target = {"person": openid}
        world.records.sent(
            "wechat", account.key, operation, person=openid, target=target, text=text, id_=id_, raw=raw
        )
    return id_


def as_json(row: Row) -> Json:
    """`user/info`: no name and no picture since 2021; a former follower has an openid only."""
    if not row["subscribed"]:
        return {"subscribe": 0, "openid": row["openid"], "tagid_list": []}
    return {
        "subscribe": 1,
        "openid": row["openid"],
        "language": "zh_CN",
        "subscribe_time": int(row["at"]),
        "remark": row["remark"],
        "groupid": 0,
        "tagid_list": json.loads(row["tags"]),
        "subscribe_scene": row["scene"],
        "qr_scene": 0,
        "qr_scene_str": "",
    }
