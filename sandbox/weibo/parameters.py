"""Parameters that several Weibo calls share."""

from __future__ import annotations

from sandbox.weibo.api import WeiboCall
from sandbox.weibo.errors import WeiboError

_LONGEST_ID = 19


def id_list(call: WeiboCall, name: str, most: int) -> list[int]:
    parts = call.needed(name).split(",")
    if len(parts) > most or not all(part.strip().isdecimal() and len(part) < _LONGEST_ID for part in parts):
        raise WeiboError(10017, name)
    return [int(part) for part in parts]


def asked_uid(call: WeiboCall) -> str:
    """uid or screen_name of the question, the token's owner by default. Raises 20003."""
    uid, name = call.values.get("uid", ""), call.values.get("screen_name", "")
    if uid:
        return uid
    if not name:
        return call.account.external_id
    brand = next((a for a in call.world.directory.all("weibo") if a.name == name), None)
    found = brand.external_id if brand is not None else call.world.people.id_of("weibo", name)
    if found is None:
        raise WeiboError(20003)
    return found
