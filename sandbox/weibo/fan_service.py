"""The fan-service platform: private replies and mass sending (`/weibo-m` stands for m.api.weibo.com).

Errors here are `errcode`/`errmsg`, with the code as text, unlike the rest of the API.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_plus

from flask import Blueprint, Response, request

from sandbox.accounts import BrandAccount
from sandbox.weibo import content
from sandbox.weibo import text as weibo_text
from sandbox.weibo.api import answer, authorise, count_call, note_refusal
from sandbox.weibo.errors import WeiboError
from sandbox.windows import Refusal
from sandbox.world import World

Json = dict[str, Any]
_MOST_ARTICLES = 8


def blueprint(world: World) -> Blueprint:
    pages = Blueprint("weibo_fan_service", __name__)

    @pages.post("/weibo-m/2/messages/reply.json")
    @pages.post("/weibo-c/2/messages/reply/biz.json")
    def reply() -> Response:
        return _guarded(world, _reply)

    @pages.post("/weibo-m/2/messages/sendall.json")
    def send_all() -> Response:
        return _guarded(world, _send_all)

    @pages.post("/weibo-m/2/eps/push/set_format.json")
    def set_format() -> Response:
        return _guarded(world, _set_format)

    return pages


def _guarded(world: World, act: Callable[[World, BrandAccount], Json]) -> Response:
    try:
        account, _token = authorise(world)
        count_call(world, account)
        return answer(act(world, account))
    except WeiboError as refusal:
        error = refusal
    except (TypeError, ValueError, AttributeError):
        error = WeiboError(10017, "body")  # a field of a shape that the call does not know
    note_refusal(world, error)
    address = "https://m.api.weibo.com" + request.path.removeprefix("/weibo-m").removesuffix(".json")
    return answer({"request": address, "errcode": str(error.code), "errmsg": error.text}, error.http_status)


def _reply(world: World, account: BrandAccount) -> Json:
    values = request.values
    receiver, kind = values.get("receiver_id", ""), values.get("type", "")
    if not receiver.isdigit():
        raise WeiboError(10016 if not receiver else 10017, "receiver_id")
    text = _reply_text(world, kind, _data(values.get("data", "")))
    if world.people.name_of("weibo", receiver) is None:
        raise WeiboError(20003)
    with world.store.transaction():
        _check_window(world, account, receiver)
        world.windows.use(account.key, receiver)
        id_ = content.send_private(world, account, receiver, kind, text)
        raw = {name: value for name, value in values.items() if name != "access_token"}
        target = {"person": receiver}
        world.records.sent(
            "weibo",
            account.key,
            "messages/reply",
            person=receiver,
            target=target,
            text=text,
            id_=id_,
            raw=raw,
        )
    return {"result": True, "sender_id": int(account.external_id), "receiver_id": int(receiver), "type": kind}


def _check_window(world: World, account: BrandAccount, person: str) -> None:
    refusal = world.windows.refusal(account.key, person)
    if refusal is None:
        return
    rule = "weibo_message_window" if refusal is Refusal.CLOSED else "weibo_mention_quota"
    if world.limits.enabled:
        raise WeiboError(20301, rule=rule, detail=f"to {person}")
    world.records.violation("weibo", account.key, rule, f"to {person}")


def _data(text: str) -> Json:
    """The documented form is URL-encoded JSON inside a form field; plain JSON in the field is read too."""
    for candidate in (text, unquote_plus(text)):
        try:
            data = json.loads(candidate)
        except ValueError:
            continue
        if isinstance(data, dict):
            return data
    raise WeiboError(10017, "data")


def _reply_text(world: World, kind: str, data: Json) -> str:
    if kind == "text":
        text = str(data.get("text", ""))
        if not text.strip():
            raise WeiboError(20008)
        if weibo_text.units(text) >= world.limits["weibo_message_units"]:
            raise WeiboError(20013)
        return text
    if kind == "articles":
        articles = data.get("articles")
        if not isinstance(articles, list) or not 1 <= len(articles) <= _MOST_ARTICLES:
            raise WeiboError(10017, "data")
        return "\n".join(f"{item.get('display_name', '')} {item.get('url', '')}".strip() for item in articles)
    if kind == "position":
        return f"{data.get('latitude', '')},{data.get('longitude', '')}"
    raise WeiboError(10017, "type")


def _send_all(world: World, account: BrandAccount) -> Json:
    """Asynchronous mass sending: to `touser` or, without it, to every follower."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise WeiboError(10017, "body")
    kind = str(body.get("msgtype", "text"))
    text = _reply_text(world, kind, {**body, "text": (body.get("text") or {}).get("content", "")})
    receivers = [str(uid) for uid in body.get("touser") or _followers(world, account)]
    message_id = world.ids.message()
    with world.store.transaction():
        for uid in receivers:
            content.send_private(world, account, uid, kind, text)
        target = {"people": receivers}
        world.records.sent(
            "weibo",
            account.key,
            "messages/sendall",
            person="",
            target=target,
            text=text,
            id_=str(message_id),
            raw=body,
        )
    return {"result": True, "msg_id": message_id}


def _followers(world: World, account: BrandAccount) -> list[str]:
    rows = world.store.all("SELECT follower FROM weibo_follow WHERE followee = ?", account.external_id)
    return [str(row["follower"]) for row in rows]


def _set_format(world: World, account: BrandAccount) -> Json:
    form = request.values.get("format", "")
    if form not in ("json", "xml"):
        raise WeiboError(10017, "format")
    world.directory.patch(account.key, {"push_format": form})
    return {"result": True}
