"""Followers and tags."""

from __future__ import annotations

import json
from typing import Any

from sandbox.store import Row
from sandbox.wechat import followers
from sandbox.wechat.api import OK, WeChatCall, gets, posts
from sandbox.wechat.errors import WeChatError

Json = dict[str, Any]
_PAGE = 10_000
_MOST_TAGS = 100
_MOST_TAGS_EACH = 20
_SYSTEM_TAGS = 100  # ids below belong to the platform


def _openid_page(rows: list[Row], total: int | None) -> Json:
    openids = [str(row["openid"]) for row in rows]
    page: Json = {"count": len(openids), "next_openid": openids[-1] if openids else ""}
    if total is not None:
        page["total"] = total
    if openids:
        page["data"] = {"openid": openids}
    return page


@gets("/cgi-bin/user/get")
def list_users(call: WeChatCall) -> Json:
    """10,000 openids a page, after `next_openid`."""
    store, key = call.world.store, call.account.key
    sql = (
        "SELECT openid FROM wechat_follower WHERE account = ? AND subscribed = 1 AND openid > ? "
        "ORDER BY openid LIMIT ?"
    )
    rows = store.all(sql, key, str(call.body.get("next_openid", "")), _PAGE)
    total = store.number("SELECT count(*) FROM wechat_follower WHERE account = ? AND subscribed = 1", key)
    return _openid_page(rows, total)


def _row(call: WeChatCall, openid: str) -> Row:
    row = followers.find(call.world, call.account, openid)
    if row is None:
        raise WeChatError(40003)
    return row


@gets("/cgi-bin/user/info")
def user_info(call: WeChatCall) -> Json:
    return followers.as_json(_row(call, str(call.needed("openid"))))


@posts("/cgi-bin/user/info/batchget")
def user_infos(call: WeChatCall) -> Json:
    wanted = call.needed("user_list")
    if not isinstance(wanted, list) or not 1 <= len(wanted) <= 100:
        raise WeChatError(40035)
    return {"user_info_list": [followers.as_json(_row(call, str(item.get("openid")))) for item in wanted]}


@posts("/cgi-bin/user/info/updateremark")
def update_remark(call: WeChatCall) -> Json:
    openid, remark = str(call.needed("openid")), str(call.needed("remark"))
    if len(remark) >= 30:
        raise WeChatError(45002)
    _row(call, openid)
    sql = "UPDATE wechat_follower SET remark = ? WHERE account = ? AND openid = ?"
    call.world.store.run(sql, remark, call.account.key, openid)
    return OK


def _tag_name(call: WeChatCall) -> str:
    name = str(dict(call.needed("tag")).get("name", ""))
    if not name:
        raise WeChatError(45157)
    if len(name) > 30:
        raise WeChatError(45158)
    return name


def _tag_id(value: Any) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        raise WeChatError(45159) from None
    if abs(number) > 2**31:
        raise WeChatError(45159)
    return number


def _existing_tag(call: WeChatCall, tag_id: int) -> Row:
    row = call.world.store.one(
        "SELECT * FROM wechat_tag WHERE account = ? AND id = ?", call.account.key, tag_id
    )
    if row is None:
        raise WeChatError(45159)
    return row


@posts("/cgi-bin/tags/create")
def create_tag(call: WeChatCall) -> Json:
    store, key, name = call.world.store, call.account.key, _tag_name(call)
    with store.transaction():
        if store.number("SELECT count(*) FROM wechat_tag WHERE account = ?", key) >= _MOST_TAGS:
            raise WeChatError(45056)
        if store.number("SELECT count(*) FROM wechat_tag WHERE account = ? AND name = ?", key, name):
            raise WeChatError(45157)
        largest = store.number("SELECT max(id) FROM wechat_tag WHERE account = ?", key)
        tag_id = max(largest + 1, _SYSTEM_TAGS)
        store.insert("wechat_tag", account=key, id=tag_id, name=name)
    return {"tag": {"id": tag_id, "name": name}}


@gets("/cgi-bin/tags/get")
def list_tags(call: WeChatCall) -> Json:
    rows = call.world.store.all("SELECT * FROM wechat_tag WHERE account = ? ORDER BY id", call.account.key)
    counts = _tag_counts(call)
    return {"tags": [{"id": r["id"], "name": r["name"], "count": counts.get(int(r["id"]), 0)} for r in rows]}


def _tag_counts(call: WeChatCall) -> dict[int, int]:
    counts: dict[int, int] = {}
    for row in call.world.store.all("SELECT tags FROM wechat_follower WHERE account = ?", call.account.key):
        for tag_id in json.loads(row["tags"]):
            counts[tag_id] = counts.get(tag_id, 0) + 1
    return counts


@posts("/cgi-bin/tags/update")
def update_tag(call: WeChatCall) -> Json:
    tag_id, name = _tag_id(dict(call.needed("tag")).get("id")), _tag_name(call)
    _existing_tag(call, tag_id)
    sql = "UPDATE wechat_tag SET name = ? WHERE account = ? AND id = ?"
    call.world.store.run(sql, name, call.account.key, tag_id)
    return OK


@posts("/cgi-bin/tags/delete")
def delete_tag(call: WeChatCall) -> Json:
    tag_id = _tag_id(dict(call.needed("tag")).get("id"))
    _existing_tag(call, tag_id)
    store, key = call.world.store, call.account.key
    with store.transaction():
        store.run("DELETE FROM wechat_tag WHERE account = ? AND id = ?", key, tag_id)
        for row in store.all("SELECT openid, tags FROM wechat_follower WHERE account = ?", key):
            tags = json.loads(row["tags"])
            if tag_id in tags:
                _set_tags(call, row["openid"], [tag for tag in tags if tag != tag_id])
    return OK


def _set_tags(call: WeChatCall, openid: str, tags: list[int]) -> None:
    sql = "UPDATE wechat_follower SET tags = ? WHERE account = ? AND openid = ?"
    call.world.store.run(sql, json.dumps(tags), call.account.key, openid)


@posts("/cgi-bin/user/tag/get")
def users_of_tag(call: WeChatCall) -> Json:
    tag_id, after = _tag_id(call.needed("tagid")), str(call.body.get("next_openid", ""))
    sql = "SELECT openid, tags FROM wechat_follower WHERE account = ? AND openid > ? ORDER BY openid"
    rows = call.world.store.all(sql, call.account.key, after)
    return _openid_page([row for row in rows if tag_id in json.loads(row["tags"])][:_PAGE], None)


@posts("/cgi-bin/tags/members/batchtagging")
def tag_users(call: WeChatCall) -> Json:
    return _change_tags(call, add=True)


@posts("/cgi-bin/tags/members/batchuntagging")
def untag_users(call: WeChatCall) -> Json:
    return _change_tags(call, add=False)


def _change_tags(call: WeChatCall, *, add: bool) -> Json:
    openids, tag_id = call.needed("openid_list"), _tag_id(call.needed("tagid"))
    if not isinstance(openids, list) or not 1 <= len(openids) <= 50:
        raise WeChatError(40035)
    _existing_tag(call, tag_id)
    with call.world.store.transaction():
        for openid in openids:
            tags = [tag for tag in json.loads(_row(call, str(openid))["tags"]) if tag != tag_id]
            if add and len(tags) >= _MOST_TAGS_EACH:
                raise WeChatError(45059)
            _set_tags(call, str(openid), [*tags, tag_id] if add else tags)
    return OK


@posts("/cgi-bin/tags/getidlist")
def tags_of_user(call: WeChatCall) -> Json:
    return {"tagid_list": json.loads(_row(call, str(call.needed("openid")))["tags"])}
