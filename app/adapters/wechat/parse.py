"""WeChat's messages and events → our values (wechat.md §4, §5). Never raises."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from app.adapters import lenient
from app.adapters.identity import fingerprint, unknown_item
from app.adapters.types import Author, InboundPost, ItemKind, Json, Lane, Media, Trigger

_MEDIA_LIFE = timedelta(days=3)  # then the platform forgets what followers sent
_TRIGGERS = {
    "subscribe": Trigger.FOLLOW,
    "unsubscribe": Trigger.UNFOLLOW,
    "scan": Trigger.SCAN,
    "click": Trigger.MENU_CLICK,
    "scancode_push": Trigger.MENU_CLICK,
    "scancode_waitmsg": Trigger.MENU_CLICK,
}
_EVENT_NAMES = {
    "subscribe": "follow",
    "unsubscribe": "unfollow",
    "click": "menu_click",
    "view": "menu_view",
    "view_miniprogram": "menu_view",
}
_KNOWN_EVENTS = frozenset(
    {
        *_TRIGGERS,
        *_EVENT_NAMES,
        "location",
        "pic_sysphoto",
        "pic_photo_or_album",
        "pic_weixin",
        "location_select",
        "masssendjobfinish",
        "templatesendjobfinish",
        "publishjobfinish",
        "subscribe_msg_popup_event",
        "subscribe_msg_change_event",
        "subscribe_msg_sent_event",
        "kf_create_session",
        "kf_close_session",
        "kf_switch_session",
        "user_info_modified",
        "user_authorization_revoke",
        "user_authorization_cancellation",
        "qualification_verify_success",
        "qualification_verify_fail",
        "naming_verify_success",
        "naming_verify_fail",
        "annual_renew",
        "verify_expired",
        "user_enter_tempsession",
        "merchant_order",
        "wificonnected",
        "shakearoundusershake",
        "update_member_card",
        "poi_check_notify",
    }
)
# Families of events that tell of cards, guides, products, invoices and mini programs: kept, not acted on.
_KNOWN_FAMILIES = (
    "card_",
    "guide_",
    "user_get_card",
    "user_gifting_card",
    "user_del_card",
    "user_consume_card",
    "user_view_card",
    "user_pay_from_pay_cell",
    "user_enter_session_from_card",
    "user_scan_product",
    "submit_membercard",
    "submit_invoice",
    "user_authorize_invoice",
    "weapp_",
    "wxa_",
)


# Sent from below an article; the choice made in a menu message of ours.
_CONTEXT_FIELDS = {"MsgDataId": "msg_data_id", "Idx": "index", "bizmsgmenuid": "menu_choice"}


def item(fields: Json, received_at: datetime) -> InboundPost:
    """One message or event; what is unknown or incomplete is kept as `unknown` with the reason."""
    fields = {name: value for name, value in fields.items() if name != "Encrypt"}
    kind = lenient.text(fields.get("MsgType")).lower()
    sender = lenient.identifier(fields.get("FromUserName"))
    if not kind or not sender:
        reason = "missing_type" if not kind else "missing_sender"
        return unknown_item(fields, reason, received_at, Lane.PRIVATE, lenient.text(fields.get("Content")))
    if kind == "event":
        return _event(fields, sender, received_at)
    return _message(fields, kind, sender, received_at)


def _message(fields: Json, kind: str, sender: str, received_at: datetime) -> InboundPost:
    reader = _READERS.get(kind)
    created_at = lenient.epoch(fields.get("CreateTime")) or received_at
    text, media = reader(fields, created_at) if reader else (lenient.text(fields.get("Content")), ())
    context = {"user_id": sender}
    for name, ours in _CONTEXT_FIELDS.items():
        if lenient.identifier(fields.get(name)):
            context[ours] = lenient.identifier(fields.get(name))
    return InboundPost(
        external_id=f"message:{_message_id(fields, kind, sender)}",
        kind=ItemKind.PRIVATE_MESSAGE if reader else ItemKind.UNKNOWN,
        lane=Lane.PRIVATE,
        created_at=created_at,
        text=text,
        author=Author(external_id=sender),
        media=media,
        thread_key=f"dm:{sender}",
        context=context,
        trigger=Trigger.MESSAGE,
        reason=None if reader else f"unknown_type: {kind[:40]}",
        raw=fields,
    )


def _event(fields: Json, sender: str, received_at: datetime) -> InboundPost:
    name = lenient.text(fields.get("Event")).lower()[:80]
    known = name in _KNOWN_EVENTS or name.startswith(_KNOWN_FAMILIES)
    second = lenient.identifier(fields.get("CreateTime"))[:20] or "0"
    return InboundPost(
        # FromUserName + CreateTime alone would merge two events of one second (wechat.md §3).
        external_id=f"event:{sender}:{second}:{name}:{fingerprint(fields)}",
        kind=ItemKind.EVENT if known else ItemKind.UNKNOWN,
        lane=Lane.PRIVATE,
        created_at=lenient.epoch(fields.get("CreateTime")) or received_at,
        text=lenient.text(fields.get("EventKey")),
        author=Author(external_id=sender),
        thread_key=f"dm:{sender}",
        context={"user_id": sender},
        event=_EVENT_NAMES.get(name, name) or None,
        trigger=_TRIGGERS.get(name),
        reason=None if known else f"unknown_event: {name}",
        raw=fields,
    )


def _message_id(fields: Json, kind: str, sender: str) -> str:
    """MsgId; without one, sender, second, type and a hash of everything, so that a repeat collapses."""
    given = lenient.identifier(fields.get("MsgId"))
    if given and given != "0":
        return given
    return f"{sender}:{lenient.identifier(fields.get('CreateTime')) or '0'}:{kind[:40]}:{fingerprint(fields)}"


_Read = tuple[str, tuple[Media, ...]]


def _text(fields: Json, created_at: datetime) -> _Read:
    del created_at
    return lenient.text(fields.get("Content")), ()


def _image(fields: Json, created_at: datetime) -> _Read:
    return "", (_held("image", fields, created_at, url=lenient.text_or_none(fields.get("PicUrl"))),)


def _voice(fields: Json, created_at: datetime) -> _Read:
    spoken = lenient.text(fields.get("Recognition"))
    return spoken, (_held("voice", fields, created_at, mime=_voice_mime(fields)),)


def _video(fields: Json, created_at: datetime) -> _Read:
    return "", (_held("video", fields, created_at, mime="video/mp4"),)


def _location(fields: Json, created_at: datetime) -> _Read:
    del created_at
    place = f"{lenient.text(fields.get('Location_X'))},{lenient.text(fields.get('Location_Y'))}"
    return lenient.text(fields.get("Label")), (Media(kind="location", description=place),)


def _link(fields: Json, created_at: datetime) -> _Read:
    del created_at
    lines = [lenient.text(fields.get(name)) for name in ("Title", "Description", "Url")]
    address = lenient.text_or_none(fields.get("Url"))
    return "\n".join(filter(None, lines)), (Media(kind="link", url=address, description=lines[0]),)


def _mini_program(fields: Json, created_at: datetime) -> _Read:
    title = lenient.text(fields.get("Title"))
    preview = lenient.text_or_none(fields.get("ThumbUrl"))
    media = Media(
        kind="link",
        url=None,
        source_ref=lenient.text_or_none(fields.get("ThumbMediaId")),
        preview_url=preview,
        description=lenient.text(fields.get("PagePath")),
        expires_at=created_at + _MEDIA_LIFE,
    )
    return title, (media,)


def _held(
    kind: str, fields: Json, created_at: datetime, url: str | None = None, mime: str | None = None
) -> Media:
    return Media(
        kind=kind,
        url=url,
        source_ref=lenient.text_or_none(fields.get("MediaId")),
        mime_type=mime,
        expires_at=created_at + _MEDIA_LIFE,
    )


def _voice_mime(fields: Json) -> str | None:
    return {"amr": "audio/amr", "speex": "audio/ogg", "mp3": "audio/mpeg"}.get(
        lenient.text(fields.get("Format")).lower()
    )


_READERS: dict[str, Callable[[Json, datetime], _Read]] = {
    "text": _text,
    "image": _image,
    "voice": _voice,
    "video": _video,
    "shortvideo": _video,
    "location": _location,
    "link": _link,
    "miniprogrampage": _mini_program,
}
