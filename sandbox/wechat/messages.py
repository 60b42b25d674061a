"""Customer-service messages, typing, template messages."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

from sandbox.store import Row
from sandbox.wechat import followers, push
from sandbox.wechat.api import OK, WeChatCall, posts
from sandbox.wechat.errors import WeChatError
from sandbox.windows import Refusal

Json = dict[str, Any]

_JOB_SECONDS = 600


def _text(call: WeChatCall, part: Json) -> str:
    content = str(part.get("content", ""))
    if not content:
        raise WeChatError(44004)
    if len(content.encode()) > call.world.limits["wechat_text_bytes"]:
        raise WeChatError(45002)
    return content


def _media(call: WeChatCall, part: Json) -> str:
    media_id = str(part.get("media_id", ""))
    alive = call.world.clock.now() - call.world.limits["wechat_media_days"] * 86_400
    sql = "SELECT count(*) FROM media WHERE id = ? AND account = ? AND at > ?"
    if not call.world.store.number(sql, media_id, call.account.key, alive):
        raise WeChatError(40007)
    return f"[media {media_id}]"


def _news(_call: WeChatCall, part: Json) -> str:
    articles = part.get("articles")
    if not isinstance(articles, list) or len(articles) != 1:
        raise WeChatError(45008)
    return f"{articles[0].get('title', '')} {articles[0].get('url', '')}".strip()


def _menu(_call: WeChatCall, part: Json) -> str:
    choices = [str(item.get("content", "")) for item in part.get("list", [])]
    return "\n".join([str(part.get("head_content", "")), *choices, str(part.get("tail_content", ""))]).strip()


def _named(name: str) -> Callable[[WeChatCall, Json], str]:
    return lambda _call, part: str(part.get(name, ""))


_KINDS: dict[str, Callable[[WeChatCall, Json], str]] = {
    "text": _text,
    "image": _media,
    "voice": _media,
    "video": _media,
    "music": _named("title"),
    "news": _news,
    "mpnews": _media,
    "mpnewsarticle": _named("article_id"),
    "msgmenu": _menu,
    "wxcard": _named("card_id"),
    "miniprogrampage": _named("title"),
}


def _follower(call: WeChatCall, openid: str) -> Row:
    row = followers.find(call.world, call.account, openid)
    if row is None:
        raise WeChatError(40003)
    return row


def _check_window(call: WeChatCall, openid: str) -> None:
    refusal = call.world.windows.refusal(call.account.key, openid)
    if refusal is None:
        return
    closed = refusal is Refusal.CLOSED
    rule = "wechat_reply_window" if closed else "wechat_reply_quota"
    if call.world.limits.enabled:
        raise WeChatError(45015 if closed else 45047, rule=rule, detail=f"to {openid}")
    call.world.records.violation("wechat", call.account.key, rule, f"to {openid}")


def _note(call: WeChatCall, openid: str, operation: str, kind: str, text: str) -> None:
    followers.note_answer(call.world, call.account, openid, operation, kind=kind, text=text, raw=call.body)


@posts("/cgi-bin/message/custom/send")
def send_custom(call: WeChatCall) -> Json:
    """One message inside the reply window; the answer holds no message id."""
    openid, kind = str(call.needed("touser")), str(call.needed("msgtype"))
    drawer = _KINDS.get(kind)
    if drawer is None:
        raise WeChatError(40008)
    part = call.body.get(kind)
    if not isinstance(part, dict):
        raise WeChatError(44004)
    text = drawer(call, part)
    _follower(call, openid)
    with call.world.store.transaction():
        _check_window(call, openid)
        call.world.windows.use(call.account.key, openid)
        _note(call, openid, "message/custom/send", kind, text)
    return OK


@posts("/cgi-bin/message/custom/typing")
def typing(call: WeChatCall) -> Json:
    if call.needed("command") not in ("Typing", "CancelTyping"):
        raise WeChatError(40035)
    openid = str(call.needed("touser"))
    _follower(call, openid)
    if call.world.windows.refusal(call.account.key, openid) is Refusal.CLOSED:
        raise WeChatError(45015)
    return OK


@posts("/cgi-bin/message/template/send")
def send_template(call: WeChatCall) -> Json:
    """A service notice; the result comes as the event TEMPLATESENDJOBFINISH."""
    openid = str(call.needed("touser"))
    if call.needed("template_id") not in call.account.settings.get("templates", []):
        raise WeChatError(40037)
    if not _follower(call, openid)["subscribed"]:
        raise WeChatError(43004)
    known = _known_job(call, "template", "client_msg_id")
    if known:
        return {**OK, "msgid": known}
    job = call.world.ids.message() % 10**12
    values = [str(item.get("value", "")) for item in dict(call.body.get("data", {})).values()]
    _note(call, openid, "message/template/send", "template", " ".join(values))
    _remember_job(call, "template", "client_msg_id", job)
    fields = {"Event": "TEMPLATESENDJOBFINISH", "MsgID": job, "Status": "success"}
    push.send(call.world, call.account, openid, "event", fields)
    return {**OK, "msgid": job}


def _known_job(call: WeChatCall, kind: str, name: str) -> int:
    """The job of the same client id within 10 minutes, 0 when there is none."""
    sql = "SELECT id FROM idempotency WHERE account = ? AND key = ? AND at > ?"
    since = call.world.clock.now() - _JOB_SECONDS
    return call.world.store.number(sql, call.account.key, f"{kind}:{call.body.get(name)}", since)


def _remember_job(call: WeChatCall, kind: str, name: str, job: int) -> None:
    key = call.body.get(name)
    if key:
        now = call.world.clock.now()
        call.world.store.put(
            "idempotency", account=call.account.key, key=f"{kind}:{key}", id=str(job), at=now
        )


@posts("/cgi-bin/message/mass/sendall")
def send_mass(call: WeChatCall) -> Json:
    """Mass sending with `clientmsgid` as its idempotency key (45065); ends with MASSSENDJOBFINISH."""
    known = _known_job(call, "mass", "clientmsgid")
    if known:
        return {"errcode": 45065, "errmsg": "clientmsgid exist", "msg_id": known, "msg_data_id": known + 1}
    chosen = dict(call.body.get("filter", {}))
    if chosen.get("is_to_all"):
        condition, values = "", []
    else:
        condition, values = "AND tags LIKE ?", [f"%{int(chosen.get('tag_id', 0))}%"]
    sql = f"SELECT openid FROM wechat_follower WHERE account = ? AND subscribed = 1 {condition}"
    rows = call.world.store.all(sql, call.account.key, *values)
    job = zlib.crc32(str(call.world.ids.message()).encode())
    kind = str(call.needed("msgtype"))
    raw, text = call.body, str(dict(call.body.get(kind, {})).get("content", f"[{kind}]"))
    call.world.records.sent(
        "wechat",
        call.account.key,
        "message/mass/sendall",
        person="",
        target={},
        text=text,
        id_=str(job),
        raw=raw,
    )
    counts = {"TotalCount": len(rows), "FilterCount": len(rows), "SentCount": len(rows), "ErrorCount": 0}
    _remember_job(call, "mass", "clientmsgid", job)
    finished = {"Event": "MASSSENDJOBFINISH", "MsgID": job, "Status": "send success", **counts}
    push.send(call.world, call.account, call.account.external_id, "event", finished)
    return {"errcode": 0, "errmsg": "send job submission success", "msg_id": job, "msg_data_id": job + 1}
