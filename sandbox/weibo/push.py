"""How the fan service signs what it pushes and reads what is answered.

`signature = sha1(concat(sort([appsecret, timestamp, nonce])))`, the timestamp in milliseconds.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from urllib.parse import unquote_plus

from sandbox.accounts import BrandAccount
from sandbox.pushes import Delivery, Reader, Signer
from sandbox.weibo import content
from sandbox.world import World


def signature(secret: str, timestamp: str, nonce: str) -> str:
    joined = "".join(sorted([secret, timestamp, nonce]))
    return hashlib.sha1(joined.encode(), usedforsecurity=False).hexdigest()


def signer(world: World) -> Signer:
    def sign(account: BrandAccount, _person: str, body: str, content_type: str) -> Delivery:
        timestamp, nonce = str(int(world.clock.now() * 1000)), str(secrets.randbelow(10**9))
        query = {
            "signature": signature(account.credentials["app_secret"], timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
        }
        return Delivery(query, body.encode(), content_type)

    return sign


def reader(world: World) -> Reader:
    """An empty body means accepted; a JSON reply becomes a private message of the brand."""

    def read(account: BrandAccount, person: str, body: bytes) -> str:
        if not body.strip() or body.strip() in (b"success", b"true"):
            return "acked"
        try:
            answer = json.loads(body)
            text = _passive_text(answer)
        except (ValueError, KeyError, TypeError, AttributeError):
            return "malformed"
        id_ = content.send_private(world, account, person, str(answer["type"]), text)
        world.records.sent(
            "weibo",
            account.key,
            "passive_reply",
            person=person,
            target={"person": person},
            text=text,
            id_=id_,
            raw={},
        )
        return "passive"

    return read


def _passive_text(answer: dict[str, str]) -> str:
    """The text of a passive reply. Raises ValueError or KeyError when it is not one."""
    data = json.loads(unquote_plus(answer["data"]))
    return str(data["text"]) if answer["type"] == "text" else json.dumps(data, ensure_ascii=False)
