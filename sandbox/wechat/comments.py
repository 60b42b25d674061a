"""Comments below articles 留言: keyed by msg_data_id and index, polled by offset, one author's reply each."""

from __future__ import annotations

import json
from typing import Any

from sandbox.accounts import BrandAccount
from sandbox.store import Row
from sandbox.wechat import articles, followers
from sandbox.wechat.api import OK, WeChatCall, posts
from sandbox.wechat.errors import WeChatError
from sandbox.world import World

Json = dict[str, Any]
_LONGEST_REPLY = 200


def newest_article(world: World, account: BrandAccount) -> int:
    """msg_data_id of the newest article.

    When there is none a first one is made up, published at noon in Beijing of the newest day that datacube
    tells of: yesterday from 08:00 on, until then the day before.
    """
    sql = "SELECT body FROM wechat_document WHERE account = ? AND kind = 'article' ORDER BY at DESC LIMIT 1"
    row = world.store.one(sql, account.key)
    if row is not None:
        return int(json.loads(row["body"])["msg_data_id"])
    msg_data_id = int(account.settings.get("opening_article") or world.ids.message() % 10**9 + 2 * 10**9)
    item = {
        "title": f"{account.name}：本月服务公告",
        "content": "<p>有问题请留言。</p>",
        "url": "",
        "is_deleted": False,
    }
    now = world.clock.now()
    noon = now - now % 86_400 - 20 * 3600  # days of datacube begin at 08:00 in Beijing, midnight UTC
    body = {"articles": [item], "msg_data_id": msg_data_id}
    articles.save(world, account, "article", f"opening{msg_data_id}", body, at=noon)
    return msg_data_id


def customer_comment(world: World, account: BrandAccount, name: str, text: str) -> tuple[str, str, str]:
    """A follower comments on the newest article: ids of comment, follower and article. Nothing is pushed."""
    openid = followers.ensure(world, account, name)
    msg_data_id = newest_article(world, account)
    id_ = world.store.insert(
        "wechat_comment",
        account=account.key,
        msg_data_id=msg_data_id,
        idx=0,
        openid=openid,
        content=text,
        at=world.clock.now(),
    )
    return str(id_), openid, str(msg_data_id)


def thread(world: World, account: BrandAccount, name: str) -> list[Json]:
    """A customer's comments and the author's replies, oldest first."""
    openid = followers.ensure(world, account, name)
    sql = "SELECT * FROM wechat_comment WHERE account = ? AND openid = ? AND deleted = 0 ORDER BY id"
    messages: list[Json] = []
    for row in world.store.all(sql, account.key, openid):
        own = {
            "id": str(row["id"]),
            "from": "customer",
            "name": name,
            "text": row["content"],
            "at": row["at"],
        }
        messages.append(own)
        if row["reply"]:
            id_, at = f"{row['id']}-reply", row["reply_at"]
            messages.append(
                {"id": id_, "from": "brand", "name": account.name, "text": row["reply"], "at": at}
            )
    return messages


def _allowed(call: WeChatCall) -> None:
    if not call.account.settings.get("comment_right"):
        raise WeChatError(88000)


def _article_key(call: WeChatCall) -> tuple[int, int]:
    _allowed(call)
    msg_data_id = call.number("msg_data_id")
    known = call.world.store.all(
        "SELECT body FROM wechat_document WHERE account = ? AND kind = 'article'", call.account.key
    )
    if all(json.loads(row["body"])["msg_data_id"] != msg_data_id for row in known):
        raise WeChatError(88001)
    return msg_data_id, call.number("index", 0)


def _comment(call: WeChatCall) -> Row:
    msg_data_id, index = _article_key(call)
    row = call.world.store.one(
        "SELECT * FROM wechat_comment "
        "WHERE account = ? AND msg_data_id = ? AND idx = ? AND id = ? AND deleted = 0",
        call.account.key,
        msg_data_id,
        index,
        call.number("user_comment_id"),
    )
    if row is None:
        raise WeChatError(88008)
    return row


def _as_json(row: Row) -> Json:
    """`reply` is an object as in the pages of 2025, and missing while there is none."""
    drawn: Json = {
        "user_comment_id": row["id"],
        "openid": row["openid"],
        "create_time": int(row["at"]),
        "content": row["content"],
        "comment_type": row["elected"],
    }
    if row["reply"]:
        drawn["reply"] = {"content": row["reply"], "create_time": int(row["reply_at"])}
    return drawn


@posts("/cgi-bin/comment/list")
def list_comments(call: WeChatCall) -> Json:
    """Newest first by offset: a page shifts while comments arrive."""
    msg_data_id, index = _article_key(call)
    begin, count = call.number("begin", 0), call.number("count", 49)
    if not 1 <= count <= 50:
        raise WeChatError(88010)
    condition = {0: "", 1: "AND elected = 0", 2: "AND elected = 1"}.get(call.number("type", 0), "")
    base = (
        f"FROM wechat_comment WHERE account = ? AND msg_data_id = ? AND idx = ? AND deleted = 0 {condition}"
    )
    values = (call.account.key, msg_data_id, index)
    total = call.world.store.number(f"SELECT count(*) {base}", *values)
    rows = call.world.store.all(f"SELECT * {base} ORDER BY id DESC LIMIT ? OFFSET ?", *values, count, begin)
    return {**OK, "total": total, "comment": [_as_json(row) for row in rows]}


@posts("/cgi-bin/comment/open")
def open_comments(call: WeChatCall) -> Json:
    _article_key(call)
    return OK


@posts("/cgi-bin/comment/close")
def close_comments(call: WeChatCall) -> Json:
    _article_key(call)
    return OK


@posts("/cgi-bin/comment/markelect")
def mark_elected(call: WeChatCall) -> Json:
    call.world.store.run("UPDATE wechat_comment SET elected = 1 WHERE id = ?", _comment(call)["id"])
    return OK


@posts("/cgi-bin/comment/unmarkelect")
def unmark_elected(call: WeChatCall) -> Json:
    call.world.store.run("UPDATE wechat_comment SET elected = 0 WHERE id = ?", _comment(call)["id"])
    return OK


@posts("/cgi-bin/comment/delete")
def delete_comment(call: WeChatCall) -> Json:
    row = _comment(call)
    call.world.store.run("UPDATE wechat_comment SET deleted = 1 WHERE id = ?", row["id"])
    target = {"comment": str(row["id"])}
    call.world.records.sent(
        "wechat",
        call.account.key,
        "comment/delete",
        person=row["openid"],
        target=target,
        text="",
        id_="",
        raw=call.body,
    )
    return OK


@posts("/cgi-bin/comment/reply/add")
def reply(call: WeChatCall) -> Json:
    """One reply of the author for each comment (88005)."""
    content = str(call.body.get("content", ""))
    if not content.strip() or len(content) > _LONGEST_REPLY:
        raise WeChatError(88007)
    row = _comment(call)
    sql = "UPDATE wechat_comment SET reply = ?, reply_at = ? WHERE id = ? AND reply = ''"
    with call.world.store.transaction():
        if not call.world.store.change(sql, content, call.world.clock.now(), row["id"]):
            raise WeChatError(88005)
        target = {"msg_data_id": str(row["msg_data_id"]), "index": row["idx"], "comment": str(row["id"])}
        call.world.records.sent(
            "wechat",
            call.account.key,
            "comment/reply/add",
            person=row["openid"],
            target=target,
            text=content,
            id_=f"{row['id']}-reply",
            raw=call.body,
        )
    return OK


@posts("/cgi-bin/comment/reply/delete")
def delete_reply(call: WeChatCall) -> Json:
    call.world.store.run("UPDATE wechat_comment SET reply = '' WHERE id = ?", _comment(call)["id"])
    return OK
