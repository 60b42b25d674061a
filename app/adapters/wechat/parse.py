"""WeChat's messages and events → our values (wechat.md §4, §5). Never raises."""

from __future__ import annotations

from datetime import datetime

from app.adapters import lenient
from app.adapters.identity import fingerprint, unknown_item
from app.adapters.types import Author, InboundPost, ItemKind, Json, Lane, Trigger
from app.adapters.wechat import content

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
    words = lenient.text(fields.get("Content"))
    if not sender:
        return unknown_item(fields, "missing_sender", received_at, Lane.PRIVATE, words)
    if not kind and not words:
        return unknown_item(fields, "missing_type", received_at, Lane.PRIVATE, sender=sender)
    if kind in ("event", "device_event", "device_status"):
        return _event(fields, sender, received_at)
    return _message(fields, kind, sender, received_at)


def _message(fields: Json, kind: str, sender: str, received_at: datetime) -> InboundPost:
    created_at = lenient.epoch(fields.get("CreateTime")) or received_at
    text, sent = content.read(kind, fields, created_at)
    context = {"user_id": sender}
    for name, ours in _CONTEXT_FIELDS.items():
        if lenient.identifier(fields.get(name)):
            context[ours] = lenient.identifier(fields.get(name))
    return InboundPost(
        external_id=f"message:{_message_id(fields, kind, sender)}",
        kind=ItemKind.PRIVATE_MESSAGE,
        lane=Lane.PRIVATE,
        created_at=created_at,
        text=text,
        author=Author(external_id=sender),
        media=sent,
        thread_key=f"dm:{sender}",
        context=context,
        trigger=Trigger.MESSAGE,
        raw=fields,
    )


def _event(fields: Json, sender: str, received_at: datetime) -> InboundPost:
    name = lenient.text(fields.get("Event")).lower()[:80]
    known = name in _KNOWN_EVENTS or name.startswith(_KNOWN_FAMILIES)
    place = content.selected_place(fields) if name == "location_select" else None
    second = lenient.identifier(fields.get("CreateTime"))[:20] or "0"
    return InboundPost(
        # FromUserName + CreateTime alone would merge two events of one second (wechat.md §3).
        external_id=f"event:{sender}:{second}:{name}:{fingerprint(fields)}",
        kind=_event_kind(known, place is not None),
        lane=Lane.PRIVATE,
        created_at=lenient.epoch(fields.get("CreateTime")) or received_at,
        text=place[0] if place else lenient.text(fields.get("EventKey")),
        media=place[1] if place else (),
        author=Author(external_id=sender),
        thread_key=f"dm:{sender}",
        context={"user_id": sender},
        event=_EVENT_NAMES.get(name, name) or None,
        trigger=_TRIGGERS.get(name),
        reason=None if known else f"unknown_event: {name}",
        raw=fields,
    )


def _event_kind(known: bool, is_said: bool) -> ItemKind:
    """A place that somebody picked on a map is something they tell us."""
    if is_said:
        return ItemKind.PRIVATE_MESSAGE
    return ItemKind.EVENT if known else ItemKind.UNKNOWN


def _message_id(fields: Json, kind: str, sender: str) -> str:
    """MsgId; without one, sender, second, type and a hash of everything, so that a repeat collapses."""
    given = lenient.identifier(fields.get("MsgId"))
    if given and given != "0":
        return given
    return f"{sender}:{lenient.identifier(fields.get('CreateTime')) or '0'}:{kind[:40]}:{fingerprint(fields)}"
