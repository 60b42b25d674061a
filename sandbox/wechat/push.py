"""The callback push: XML (or JSON) in plain, compatible or safe mode, and the reading of its answer."""

from __future__ import annotations

import json
import secrets
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from sandbox.accounts import BrandAccount
from sandbox.pushes import Delivery, Reader, Signer
from sandbox.wechat import crypto
from sandbox.world import World

Json = dict[str, Any]


def send(world: World, account: BrandAccount, openid: str, kind: str, fields: Json) -> None:
    """Queue one message or event of a follower."""
    body: Json = {
        "ToUserName": account.external_id,
        "FromUserName": openid,
        "CreateTime": int(world.clock.now()),
        "MsgType": kind,
        **fields,
    }
    if account.settings.get("body_format") == "json":
        world.pusher.send(account, openid, json.dumps(body, ensure_ascii=False), "application/json")
    else:
        world.pusher.send(account, openid, to_xml(body), "text/xml")


def to_xml(body: Json) -> str:
    return "<xml>" + "\n".join(_element(name, value) for name, value in body.items()) + "\n</xml>"


def _element(name: str, value: Any) -> str:
    """Numbers bare, text in CDATA, objects nested, lists as repeated elements."""
    if isinstance(value, list):
        return "".join(_element(name, item) for item in value)
    if isinstance(value, dict):
        inner = "".join(_element(key, item) for key, item in value.items())
        return f"<{name}>{inner}</{name}>"
    if isinstance(value, int | float):
        return f"<{name}>{value}</{name}>"
    text = str(value).replace("]]>", "]]]]><![CDATA[>")
    return f"<{name}><![CDATA[{text}]]></{name}>"


def signer(world: World) -> Signer:
    def sign(account: BrandAccount, person: str, body: str, content_type: str) -> Delivery:
        token = account.credentials["token"]
        timestamp, nonce = str(int(world.clock.now())), str(secrets.randbelow(10**10))
        query = {
            "signature": crypto.signature(token, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
        }
        if person:
            query["openid"] = person
        if not body or account.settings.get("mode") == "plain":
            return Delivery(query, body.encode(), content_type)
        sealed = crypto.encrypt(account.credentials["encoding_aes_key"], body, account.credentials["appid"])
        query["encrypt_type"] = "aes"
        query["msg_signature"] = crypto.signature(token, timestamp, nonce, sealed)
        return Delivery(query, _envelope(account, body, sealed, content_type).encode(), content_type)

    return sign


def _envelope(account: BrandAccount, body: str, sealed: str, content_type: str) -> str:
    """Safe mode: ToUserName and Encrypt only. Compatible mode: the plain fields and Encrypt."""
    compatible = account.settings.get("mode") == "compatible"
    if content_type == "application/json":
        plain = json.loads(body) if compatible else {"ToUserName": account.external_id}
        return json.dumps({**plain, "Encrypt": sealed}, ensure_ascii=False)
    if compatible:
        return body.removesuffix("</xml>") + _element("Encrypt", sealed) + "\n</xml>"
    return to_xml({"ToUserName": account.external_id, "Encrypt": sealed})


def reader(world: World) -> Reader:
    """`success` or nothing means accepted; an XML reply is a passive answer; all else is malformed."""

    def read(account: BrandAccount, person: str, body: bytes) -> str:
        if body.strip() in (b"", b"success"):
            return "acked"
        try:
            fields = _reply_fields(account, body)
            kind = fields["MsgType"]
        except (ValueError, KeyError, SyntaxError):
            shown = body[:80].decode("utf-8", "replace")
            world.records.violation("wechat", account.key, "wechat_malformed_answer", shown)
            return "malformed"
        if kind == "transfer_customer_service":
            return "acked"
        from sandbox.wechat import followers  # noqa: PLC0415  (followers push through this module)

        text = fields.get("Content", f"[{kind}]")
        followers.note_answer(world, account, person, "passive_reply", kind=kind, text=text, raw={})
        return "passive"

    return read


def _reply_fields(account: BrandAccount, body: bytes) -> dict[str, str]:
    """The elements of a passive reply, opened when encrypted. Raises ValueError, KeyError or SyntaxError."""
    fields = _texts(fromstring(body.decode("utf-8"), forbid_dtd=True))
    if "Encrypt" in fields:
        joined = (account.credentials["token"], fields["TimeStamp"], fields["Nonce"], fields["Encrypt"])
        if crypto.signature(*joined) != fields["MsgSignature"]:
            raise ValueError("signature")
        credentials = account.credentials
        inner = crypto.decrypt(credentials["encoding_aes_key"], fields["Encrypt"], credentials["appid"])
        fields = _texts(fromstring(inner, forbid_dtd=True))
    return fields


def _texts(root: Element) -> dict[str, str]:
    return {child.tag: child.text or "" for child in root}
