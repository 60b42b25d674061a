"""Statuses, comments and private messages coming into being, whoever writes them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from sandbox import threads
from sandbox.accounts import BrandAccount
from sandbox.clock import weibo_date
from sandbox.store import Row
from sandbox.weibo import text as weibo_text
from sandbox.world import World

Json = dict[str, Any]


@dataclass(frozen=True)
class PrivateMessage:
    """What the fan service pushes; `data` as documented for the type."""

    kind: str
    text: str
    data: Json


def write_status(
    world: World,
    uid: str,
    text: str,
    *,
    origin: str,
    repost_of: int | None = None,
    picture: str = "",
    hidden: bool = False,
    mention: BrandAccount | None = None,
) -> int:
    """Store a status and put it into the @ lists of every brand it names (and of `mention` in any case)."""
    id_ = world.ids.weibo()
    world.store.insert(
        "weibo_status",
        id=id_,
        uid=uid,
        text=text,
        at=world.clock.now(),
        repost_of=repost_of,
        hidden=int(hidden),
        picture=picture,
        origin=origin,
    )
    for brand in _named_brands(world, text, mention):
        if brand.external_id != uid:
            _file(world, brand, "mentions", id_)
            if brand.settings.get("mention_push"):
                _announce_mention(world, brand, uid, "status", id_)
    return id_


def write_comment(
    world: World, uid: str, status: Row, text: str, *, origin: str, reply_to: Row | None = None
) -> int:
    """Store a comment and put it into the lists of those it is written to or names."""
    id_ = world.ids.weibo()
    world.store.insert(
        "weibo_comment",
        id=id_,
        status=int(status["id"]),
        uid=uid,
        text=text,
        at=world.clock.now(),
        reply_to=int(reply_to["id"]) if reply_to is not None else None,
        origin=origin,
    )
    receivers = {str(status["uid"])} | ({str(reply_to["uid"])} if reply_to is not None else set())
    for receiver in receivers - {uid}:
        brand = world.directory.by_external_id("weibo", receiver)
        if brand is not None:
            _file(world, brand, "to_me", id_)
    for brand in _named_brands(world, text, None):
        if brand.external_id != uid:
            _file(world, brand, "comment_mentions", id_)
    return id_


def _named_brands(world: World, text: str, extra: BrandAccount | None) -> list[BrandAccount]:
    names = weibo_text.mentioned_names(text)
    found = {a.key: a for a in world.directory.all("weibo") if a.name in names}
    if extra is not None:
        found[extra.key] = extra
    return list(found.values())


def _file(world: World, brand: BrandAccount, box: str, id_: int) -> None:
    world.store.add_once("weibo_inbox", uid=brand.external_id, box=box, id=id_)


def live_status(world: World, id_: int) -> Row | None:
    return world.store.one("SELECT * FROM weibo_status WHERE id = ? AND deleted = 0", id_)


def live_comment(world: World, id_: int) -> Row | None:
    return world.store.one("SELECT * FROM weibo_comment WHERE id = ? AND deleted = 0", id_)


def customer_edit(world: World, id_: int, text: str, *, dated: bool = True) -> None:
    """A customer changes an own status; `dated` says whether Weibo tells when. Raises ValueError."""
    if live_status(world, id_) is None:
        raise ValueError(f"no status {id_}")
    known = edit_of(world, id_)
    count = (int(known["count"]) if known is not None else 0) + 1
    world.store.run("UPDATE weibo_status SET text = ? WHERE id = ?", text, id_)
    world.store.put("weibo_edit", status=id_, count=count, at=world.clock.now() if dated else None)


def edit_of(world: World, id_: int) -> Row | None:
    """How often a status was changed and when last; None for one that never was."""
    return world.store.one("SELECT * FROM weibo_edit WHERE status = ?", id_)


def newest_status(world: World, brand: BrandAccount) -> Row:
    """The brand's newest status; a first one is written when it has none, so that it can be commented."""
    sql = (
        "SELECT * FROM weibo_status WHERE uid = ? AND deleted = 0 AND repost_of IS NULL "
        "ORDER BY id DESC LIMIT 1"
    )
    row = world.store.one(sql, brand.external_id)
    if row is None:
        text = f"大家好，我们是{brand.name}。套餐、宽带、账单、信号问题都可以在评论区留言，也可以私信我们。"
        write_status(world, brand.external_id, text, origin="opening")
        row = world.store.one(sql, brand.external_id)
    if row is None:
        raise LookupError(brand.key)
    return row


def receive_private(world: World, brand: BrandAccount, uid: str, message: PrivateMessage) -> str:
    """A user writes to (or acts towards) the brand: note it, move the window, push it. Returns our id."""
    id_ = str(world.ids.message())
    name = world.people.name_of("weibo", uid) or uid
    act = message.data.get("subtype") if message.kind == "event" else "message"
    with world.store.transaction():
        if act == "message":
            said = {"kind": message.kind, "text": message.text}
            threads.note(world, brand, person=uid, name=name, direction="in", id_=id_, **said)
        _apply_act(world, brand, uid, str(act))
        _push(world, brand, uid, message)
    return id_


def _apply_act(world: World, brand: BrandAccount, uid: str, act: str) -> None:
    now = world.clock.now()
    if act in ("unfollow", "unsubscribe"):
        world.store.run(
            "DELETE FROM weibo_follow WHERE follower = ? AND followee = ?", uid, brand.external_id
        )
        world.windows.close(brand.key, uid)
        return
    if act in ("follow", "scan_follow"):
        world.store.add_once("weibo_follow", follower=uid, followee=brand.external_id, at=now)
    if act in ("message", "mention", "follow", "subscribe", "scan", "scan_follow", "click"):
        world.windows.opened_by("weibo", brand.key, uid, act)


def send_private(world: World, brand: BrandAccount, uid: str, kind: str, text: str) -> str:
    """A brand's private message to a user; the caller has checked the window."""
    id_ = str(world.ids.message())
    name = world.people.name_of("weibo", uid) or uid
    threads.note(world, brand, person=uid, name=name, direction="out", kind=kind, text=text, id_=id_)
    return id_


def _announce_mention(world: World, brand: BrandAccount, uid: str, subtype: str, id_: int) -> None:
    world.windows.opened_by("weibo", brand.key, uid, "mention")
    _push(world, brand, uid, PrivateMessage("mention", "", {"subtype": subtype, "key": str(id_)}))


def _push(world: World, brand: BrandAccount, uid: str, message: PrivateMessage) -> None:
    if brand.settings.get("push_format") == "xml":
        world.pusher.send(brand, uid, _as_xml(world, brand, uid, message), "text/xml")
    else:
        world.pusher.send(brand, uid, _as_json(world, brand, uid, message), "application/json")


def _as_json(world: World, brand: BrandAccount, uid: str, message: PrivateMessage) -> str:
    body = {
        "type": message.kind,
        "receiver_id": int(brand.external_id),
        "sender_id": int(uid),
        "created_at": weibo_date(world.clock.now()),
        "text": message.text,
        "data": message.data,
    }
    return json.dumps(body, ensure_ascii=False)


def _as_xml(world: World, brand: BrandAccount, uid: str, message: PrivateMessage) -> str:
    """The WeChat-like form; MsgId is sent empty there."""
    own: dict[str, str] = {}
    if message.kind == "text":
        own["Content"] = message.text
    elif message.kind in ("image", "voice"):
        own = {"PicUrl": "", "MediaId": str(message.data.get("tovfid", ""))}
    elif message.kind == "position":
        own = {"Location_X": str(message.data["latitude"]), "Location_Y": str(message.data["longitude"])}
    elif message.kind == "event":
        own["Event"] = str(message.data.get("subtype", ""))
        own["EventKey"] = str(message.data.get("key", ""))
        own["Ticket"] = str(message.data.get("ticket", ""))
    fields = "".join(f"<{name}><![CDATA[{_cdata(value)}]]></{name}>\n" for name, value in own.items())
    return (
        "<xml>\n"
        f"<ToUserName><![CDATA[{brand.external_id}]]></ToUserName>\n"
        f"<FromUserName><![CDATA[{uid}]]></FromUserName>\n"
        f"<CreateTime>{int(world.clock.now())}</CreateTime>\n"
        f"<MsgType><![CDATA[{escape(message.kind)}]]></MsgType>\n"
        f"{fields}<MsgId></MsgId>\n</xml>"
    )


def _cdata(text: str) -> str:
    return text.replace("]]>", "]]]]><![CDATA[>")
