"""Weibo's write calls. Each needs `rip`, the real address of the operating user."""

from __future__ import annotations

import ipaddress
import secrets
from typing import Any
from urllib.parse import urlsplit

from flask import request

from sandbox.store import Row
from sandbox.weibo import content
from sandbox.weibo import text as weibo_text
from sandbox.weibo.api import WeiboCall, count_write, writes
from sandbox.weibo.errors import WeiboError

Json = dict[str, Any]
_PICTURE_BYTES = 5 * 1024 * 1024
_PICTURE_STARTS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8")


def _checked_rip(call: WeiboCall) -> str:
    rip = call.values.get("rip", "")
    if not rip:
        raise WeiboError(10016, "rip", rule="weibo_rip_missing", detail=call.name)
    try:
        return str(ipaddress.IPv4Address(rip))
    except ValueError:
        raise WeiboError(10017, "rip") from None


def _checked_text(call: WeiboCall, name: str) -> str:
    text = call.values.get(name, "")
    if not text.strip():
        raise WeiboError(20008)
    if weibo_text.units(text) > call.world.limits["weibo_text_units"]:
        raise WeiboError(20012)
    return text


def _refuse_repeat(call: WeiboCall, scope: str, text: str) -> None:
    """The same text again within minutes is refused (20019): the only guard against double posts."""
    world = call.world
    since = world.clock.now() - world.limits["weibo_duplicate_minutes"] * 60
    if scope == "status":
        sql = "SELECT count(*) FROM weibo_status WHERE uid = ? AND text = ? AND at > ? AND deleted = 0"
        found = world.store.number(sql, call.account.external_id, text, since)
    else:
        sql = "SELECT count(*) FROM weibo_comment WHERE uid = ? AND text = ? AND at > ? AND deleted = 0"
        values: list[Any] = [call.account.external_id, text, since]
        if not world.limits["weibo_duplicate_account_wide"]:
            sql += " AND status = ?"
            values.append(int(scope))
        found = world.store.number(sql, *values)
    if found:
        raise WeiboError(20019, rule="weibo_repeat_content", detail=f"{call.name}: {text[:60]}")


def _publish(call: WeiboCall, text: str, *, repost_of: int | None = None, picture: str = "") -> Json:
    count_write(call.world, call.account, "weibo_posts_hour")
    world, uid = call.world, call.account.external_id
    with world.store.transaction():
        _refuse_repeat(call, "status", text)
        id_ = content.write_status(world, uid, text, origin="brand", repost_of=repost_of, picture=picture)
        target = {"status": str(repost_of)} if repost_of else {}
        _note_sent(call, person="", target=target, text=text, id_=id_)
    row = content.live_status(world, id_)
    if row is None:
        raise WeiboError(10001)
    return call.objects.status(row)


def _note_sent(call: WeiboCall, *, person: str, target: Json, text: str, id_: int) -> None:
    raw = {name: value for name, value in call.values.items() if name != "access_token"}
    call.world.records.sent(
        "weibo", call.account.key, call.name, person=person, target=target, text=text, id_=str(id_), raw=raw
    )


@writes("statuses/share")
def share(call: WeiboCall) -> Json:
    """For ordinary apps: a link under the app's bound domain is demanded and a #topic# is not allowed."""
    _checked_rip(call)
    text = _checked_text(call, "status")
    domain = str(call.account.settings.get("bound_domain", ""))
    hosts = [urlsplit(link).hostname or "" for link in weibo_text.links(text)]
    if not any(host == domain or host.endswith("." + domain) for host in hosts):
        raise WeiboError(10017, text="param error: text not find domain!")
    if weibo_text.has_topic(text):
        raise WeiboError(10017, text="param error: text must not contain #topic#")
    return _publish(call, text, picture=_picture(required=False))


@writes("statuses/update")
def update(call: WeiboCall) -> Json:
    _partner_only(call)
    _checked_rip(call)
    return _publish(call, _checked_text(call, "status"))


@writes("statuses/upload")
def upload(call: WeiboCall) -> Json:
    _partner_only(call)
    _checked_rip(call)
    return _publish(call, _checked_text(call, "status"), picture=_picture(required=True))


def _partner_only(call: WeiboCall) -> None:
    """Closed for ordinary apps since 2017."""
    if call.account.settings.get("app_level") != "partner":
        raise WeiboError(10014)


def _picture(*, required: bool) -> str:
    """The address of the uploaded picture. Raises 20007, 20006 or 20005."""
    part = request.files.get("pic")
    if part is None:
        if required:
            raise WeiboError(20007, text="Does multipart has image?")
        return ""
    body = part.read(_PICTURE_BYTES + 1)
    if len(body) > _PICTURE_BYTES:
        raise WeiboError(20006)
    if not body.startswith(_PICTURE_STARTS):
        raise WeiboError(20005)
    return f"https://wx1.sinaimg.cn/large/{secrets.token_hex(16)}.jpg"


@writes("statuses/repost")
def repost(call: WeiboCall) -> Json:
    """Without a text the platform writes 转发微博; reposting a repost extends the `//@` chain by itself."""
    _checked_rip(call)
    target = _target_status(call, "id")
    text = call.values.get("status", "").strip() or "转发微博"
    if weibo_text.units(text) > call.world.limits["weibo_text_units"]:
        raise WeiboError(20012)
    root = int(target["repost_of"] or target["id"])
    created = _publish(call, text, repost_of=root)
    if call.number("is_comment", 0) in (1, 3):
        content.write_comment(call.world, call.account.external_id, target, text, origin="brand")
    return created


@writes("statuses/destroy")
def destroy(call: WeiboCall) -> Json:
    row = _target_status(call, "id")
    if str(row["uid"]) != call.account.external_id:
        raise WeiboError(20102)
    drawn = call.objects.status(row)
    call.world.store.run("UPDATE weibo_status SET deleted = 1 WHERE id = ?", row["id"])
    _note_sent(call, person="", target={"status": str(row["id"])}, text="", id_=int(row["id"]))
    return drawn


def _target_status(call: WeiboCall, name: str) -> Row:
    row = content.live_status(call.world, call.needed_number(name))
    if row is None or row["hidden"]:
        raise WeiboError(20101)
    return row


@writes("comments/create")
def create_comment(call: WeiboCall) -> Json:
    _checked_rip(call)
    text = _checked_text(call, "comment")
    status = _target_status(call, "id")
    return _comment(call, status, None, text)


@writes("comments/reply")
def reply_to_comment(call: WeiboCall) -> Json:
    """`without_mention=0` (the default) puts 回复@name: before the text."""
    _checked_rip(call)
    text = _checked_text(call, "comment")
    status = _target_status(call, "id")
    target = content.live_comment(call.world, call.needed_number("cid"))
    if target is None or int(target["status"]) != int(status["id"]):
        raise WeiboError(20201)
    if call.number("without_mention", 0) == 0:
        name = call.objects.user(str(target["uid"]))["screen_name"]
        text = f"回复@{name}:{text}"
    return _comment(call, status, target, text)


def _comment(call: WeiboCall, status: Row, reply_to: Row | None, text: str) -> Json:
    count_write(call.world, call.account, "weibo_comments_hour")
    world = call.world
    target = {"status": str(status["id"])}
    if reply_to is not None:
        target["comment"] = str(reply_to["id"])
    person = str(reply_to["uid"] if reply_to is not None else status["uid"])
    with world.store.transaction():
        _refuse_repeat(call, str(status["id"]), text)
        id_ = content.write_comment(
            world, call.account.external_id, status, text, origin="brand", reply_to=reply_to
        )
        _note_sent(call, person=person, target=target, text=text, id_=id_)
    row = content.live_comment(world, id_)
    if row is None:
        raise WeiboError(10001)
    return call.objects.comment(row)


@writes("comments/destroy")
def destroy_comment(call: WeiboCall) -> Json:
    """Own comments, or comments below own statuses."""
    row = content.live_comment(call.world, call.needed_number("cid"))
    if row is None:
        raise WeiboError(20201)
    status = call.world.store.one("SELECT uid FROM weibo_status WHERE id = ?", row["status"])
    owners = {str(row["uid"]), str(status["uid"]) if status is not None else ""}
    if call.account.external_id not in owners:
        raise WeiboError(20203)
    drawn = call.objects.comment(row)
    call.world.store.run("UPDATE weibo_comment SET deleted = 1 WHERE id = ?", row["id"])
    _note_sent(call, person="", target={"comment": str(row["id"])}, text="", id_=int(row["id"]))
    return drawn
