"""Weibo's fan-service callback: private messages and events, as JSON or WeChat-like XML (weibo.md §7).

The push has no message id and times are whole seconds, so an item's id is made of sender, second, type and a
hash of the content: a repeated delivery collapses, two messages within one second stay two.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.adapters import bodies, lenient, naming, places, signatures
from app.adapters.identity import fingerprint, unknown_item, unreadable_body
from app.adapters.types import (
    AccountRef,
    Author,
    InboundPost,
    ItemKind,
    Json,
    Lane,
    Media,
    PushResult,
    Trigger,
)
from app.adapters.weibo import text as weibo_text
from app.core.clock import Clock

DEFAULT_MAX_AGE_SECONDS = 900
_MESSAGE_TYPES = frozenset({"text", "position", "voice", "image"})
_FILES = frozenset({"file", "video"})
_TRIGGERS = {
    "follow": Trigger.FOLLOW,
    "subscribe": Trigger.FOLLOW,
    "scan_follow": Trigger.FOLLOW,
    "unfollow": Trigger.UNFOLLOW,
    "unsubscribe": Trigger.UNFOLLOW,
    "click": Trigger.MENU_CLICK,
    "view": Trigger.MENU_CLICK,
    "scan": Trigger.SCAN,
    "mention": Trigger.MENTION,
}
_EVENT_NAMES = {"click": "menu_click", "view": "menu_view"}


def verify(query: Mapping[str, str], account: AccountRef, clock: Clock) -> None:
    """The AppSecret signs timestamp (milliseconds) and nonce. Raises SignatureRejected."""
    secret = account.credentials.get("app_secret", "")
    if not secret:
        raise signatures.SignatureRejected(reason="account_has_no_secret")
    signature, timestamp, nonce = signatures.require_fields(query, "signature", "timestamp", "nonce")
    signatures.require(signature, secret, timestamp, nonce)
    max_age = int(account.settings.get("push_max_age_seconds", DEFAULT_MAX_AGE_SECONDS))
    signatures.require_moment(timestamp, nonce, clock.now(), max_age, digits=(10, 13))


def parse(raw_body: bytes, received_at: datetime) -> PushResult:
    """Never raises; what is not understood is kept with a reason."""
    try:
        message: Any = bodies.read(raw_body)
        if isinstance(message, dict) and "MsgType" in message:
            message = _from_xml(message)
    except lenient.Unreadable as error:
        return PushResult(items=(unreadable_body(raw_body, f"unreadable: {error}", received_at),))
    if not isinstance(message, dict):
        return PushResult(items=(unreadable_body(raw_body, "not_an_object", received_at),))
    item = _item(message, received_at)
    hints = ("mentions", "comment_mentions") if item.trigger is Trigger.MENTION else ()
    return PushResult(items=(item,), poll_hints=hints)


def _item(message: Json, received_at: datetime) -> InboundPost:
    kind = lenient.text(message.get("type")).lower()
    sender = lenient.identifier(message.get("sender_id"))
    words = lenient.text(message.get("text"))
    if not sender:
        return unknown_item(message, "missing_sender", received_at, Lane.PRIVATE, words)
    if not kind and not words:
        return unknown_item(message, "missing_type", received_at, Lane.PRIVATE, sender=sender)
    if kind in ("event", "mention"):
        return _event(message, kind, sender, received_at)
    return _message(message, kind, sender, received_at)


def _message(message: Json, kind: str, sender: str, received_at: datetime) -> InboundPost:
    sent_at = _created(message)
    data = lenient.obj(message.get("data"))
    return InboundPost(
        external_id=f"message:{_key(message, kind, sender, sent_at)}",
        kind=ItemKind.PRIVATE_MESSAGE,
        lane=Lane.PRIVATE,
        created_at=sent_at or received_at,
        text=_words(message, kind, data),
        author=Author(external_id=sender),
        media=_media(kind, data),
        thread_key=f"dm:{sender}",
        context={"user_id": sender},
        trigger=Trigger.MESSAGE,
        raw=message,
    )


def _event(message: Json, kind: str, sender: str, received_at: datetime) -> InboundPost:
    sent_at = _created(message)
    data = lenient.obj(message.get("data"))
    subtype = "mention" if kind == "mention" else lenient.text(data.get("subtype")).lower()[:60]
    trigger = _TRIGGERS.get(subtype)
    return InboundPost(
        external_id=f"event:{_key(message, subtype, sender, sent_at)}",
        kind=ItemKind.EVENT if trigger else ItemKind.UNKNOWN,
        lane=Lane.PRIVATE,
        created_at=sent_at or received_at,
        text=weibo_text.clean(lenient.text(message.get("text"))),
        author=Author(external_id=sender),
        thread_key=f"dm:{sender}",
        context={"user_id": sender},
        event=_EVENT_NAMES.get(subtype, subtype) or None,
        trigger=trigger,
        reason=None if trigger else f"unknown_event: {subtype}",
        raw=message,
    )


def _media(kind: str, data: Json) -> tuple[Media, ...]:
    if kind in ("voice", "image"):
        # vfid is the sender's copy; only tovfid can be fetched by the receiver.
        reference = lenient.identifier(data.get("tovfid")) or None
        return (Media(kind=kind, source_ref=reference),)
    if kind == "position":
        return (places.location(data.get("latitude"), data.get("longitude"), data.get("label")),)
    if kind in _MESSAGE_TYPES or not kind:
        return ()
    reference = lenient.identifier(data.get("tovfid")) or None
    name = lenient.text_or_none(data.get("name")) or lenient.text_or_none(data.get("filename"))
    return (
        Media(kind="file" if kind in _FILES else "unknown", source_ref=reference, name=name, title=kind[:40]),
    )


def _words(message: Json, kind: str, data: Json) -> str:
    """What was written; where nothing was, what it is."""
    text = weibo_text.clean(lenient.text(message.get("text")))
    if text or kind in _MESSAGE_TYPES - {"position"}:
        return text
    if kind == "position":
        return lenient.text(data.get("label")) or places.in_words(data.get("latitude"), data.get("longitude"))
    return naming.unknown_words(kind, lenient.text(data.get("name")) or lenient.text(data.get("filename")))


def _key(message: Json, kind: str, sender: str, sent_at: datetime | None) -> str:
    second = str(int(sent_at.timestamp())) if sent_at else "0"
    content = [message.get("text"), message.get("data"), message.get("created_at")]
    return f"{sender}:{second}:{kind}:{fingerprint(content)}"


def _created(message: Json) -> datetime | None:
    value = message.get("created_at")
    return weibo_text.parse_date(value) or lenient.epoch(value)


def _from_xml(fields: Json) -> Json:
    """The WeChat-like form as the JSON form. Weibo sends MsgId empty, so it is no help here."""
    message: Json = {
        "type": "position" if fields.get("MsgType") == "location" else fields.get("MsgType"),
        "receiver_id": fields.get("ToUserName"),
        "sender_id": fields.get("FromUserName"),
        "created_at": fields.get("CreateTime"),
        "text": fields.get("Content", ""),
        "data": {},
        "xml": fields,
    }
    if message["type"] == "event":
        message["data"] = {
            "subtype": lenient.text(fields.get("Event")).lower(),
            "key": fields.get("EventKey"),
            "ticket": fields.get("Ticket"),
        }
    elif message["type"] in ("voice", "image"):
        message["data"] = {"tovfid": fields.get("MediaId")}
    elif message["type"] == "position":
        message["data"] = {"latitude": fields.get("Location_X"), "longitude": fields.get("Location_Y")}
    return message
