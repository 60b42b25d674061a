"""Weibo's read calls.

Lists are newest first, `since_id` means strictly newer, `max_id` older or equal. Deleted and hidden items are
taken out after paging, so a page may be short, or empty, while older items exist.
"""

from __future__ import annotations

from typing import Any

from sandbox.store import Row
from sandbox.weibo import content
from sandbox.weibo.api import WeiboCall, reads
from sandbox.weibo.errors import WeiboError
from sandbox.weibo.parameters import asked_uid, id_list

Json = dict[str, Any]
_MAX_ID = 2**62


def _window(call: WeiboCall, default: int = 50) -> tuple[int, int, int, int]:
    """since_id, max_id, count, offset."""
    largest = 200 if call.business else 100
    count = max(1, min(call.number("count", default), largest))
    page = max(1, call.number("page", 1))
    return call.number("since_id", 0), call.number("max_id", 0) or _MAX_ID, count, (page - 1) * count


def _page(call: WeiboCall, sql: str, *values: Any, default: int = 50, box: str = "") -> tuple[list[Row], int]:
    """Rows of one page (deleted and hidden still in) and the total. `sql` selects rows with an `id`.

    `box` names the inbox that `sql` reads: its total is then counted without looking at each item.
    """
    since, largest, count, offset = _window(call, default)
    store = call.world.store
    total = _inbox_size(call, box) if box else store.number(f"SELECT count(*) FROM ({sql})", *values)
    depth = int(call.world.limits["weibo_list_depth"])
    if offset >= depth:
        return [], total
    rows = store.all(
        f"SELECT * FROM ({sql}) WHERE id > ? AND id <= ? ORDER BY id DESC LIMIT ? OFFSET ?",
        *values,
        since,
        largest,
        count,
        offset,
    )
    return rows, total


def _inbox_size(call: WeiboCall, box: str) -> int:
    sql = "SELECT count(*) FROM weibo_inbox WHERE uid = ? AND box = ?"
    return call.world.store.number(sql, call.account.external_id, box)


def _visible(rows: list[Row]) -> list[Row]:
    return [row for row in rows if not row["deleted"] and not ("hidden" in row.keys() and row["hidden"])]  # noqa: SIM118


def _frame(name: str, items: list[Any], total: int) -> Json:
    """The envelope of a list; cursors stay 0, since their meaning cannot be relied on."""
    return {
        name: items,
        "hasvisible": False,
        "previous_cursor": 0,
        "next_cursor": 0,
        "previous_cursor_str": "0",
        "next_cursor_str": "0",
        "total_number": total,
        "interval": 0,
    }


# The id comes from the inbox, so that paging runs over its key and not over all that was ever received.
_MENTIONS = (
    "SELECT i.id AS id, s.uid, s.text, s.at, s.repost_of, s.deleted, s.hidden, s.picture "
    "FROM weibo_inbox i JOIN weibo_status s ON s.id = i.id WHERE i.uid = ? AND i.box = 'mentions'"
)
_INBOX_COMMENTS = (
    "SELECT i.id AS id, c.status, c.uid, c.text, c.at, c.reply_to, c.deleted "
    "FROM weibo_inbox i JOIN weibo_comment c ON c.id = i.id WHERE i.uid = ? AND i.box = ?"
)


def _mention_rows(call: WeiboCall) -> tuple[list[Row], int]:
    sql = _MENTIONS
    if call.number("filter_by_type", 0) == 1:
        sql += " AND s.repost_of IS NULL"
    default = 20 if call.business else 50
    return _page(call, sql, call.account.external_id, default=default, box="mentions")


@reads("statuses/mentions")
def mentions(call: WeiboCall) -> Json:
    rows, total = _mention_rows(call)
    return _frame("statuses", _draw(call, _visible(rows)), total)


@reads("statuses/mentions/ids")
def mention_ids(call: WeiboCall) -> Json:
    rows, total = _mention_rows(call)
    return _frame("statuses", [str(row["id"]) for row in _visible(rows)], total)


def _draw(call: WeiboCall, rows: list[Row]) -> list[Json]:
    objects, trim = call.objects, call.number("trim_user", 0) == 1
    full = call.business and call.number("isGetLongText", 0) == 1
    return [objects.status(row, trim_user=trim, full=full) for row in rows]


@reads("comments/to_me")
def comments_to_me(call: WeiboCall) -> Json:
    return _comments(call, _INBOX_COMMENTS, call.account.external_id, "to_me", box="to_me")


@reads("comments/mentions")
def comments_mentioning_me(call: WeiboCall) -> Json:
    box = "comment_mentions"
    return _comments(call, _INBOX_COMMENTS, call.account.external_id, box, box=box)


@reads("comments/by_me")
def comments_by_me(call: WeiboCall) -> Json:
    return _comments(call, "SELECT * FROM weibo_comment WHERE uid = ?", call.account.external_id)


@reads("comments/timeline")
def comments_timeline(call: WeiboCall) -> Json:
    own = call.account.external_id
    sql = (
        "SELECT c.* FROM weibo_comment c WHERE c.uid = ? OR c.id IN "
        "(SELECT id FROM weibo_inbox WHERE uid = ? AND box = 'to_me')"
    )
    return _comments(call, sql, own, own)


def _comments(call: WeiboCall, sql: str, *values: Any, box: str = "") -> Json:
    rows, total = _page(call, sql, *values, box=box)
    objects, trim = call.objects, call.number("trim_user", 0) == 1
    return _frame("comments", [objects.comment(row, trim_user=trim) for row in _visible(rows)], total)


@reads("comments/show")
def comments_of_status(call: WeiboCall) -> Json:
    status = content.live_status(call.world, call.needed_number("id"))
    if status is None:
        raise WeiboError(20101)
    return _comments(call, "SELECT * FROM weibo_comment WHERE status = ?", int(status["id"]))


@reads("comments/show_batch")
def comments_by_ids(call: WeiboCall) -> list[Json]:
    objects = call.objects
    rows = [content.live_comment(call.world, id_) for id_ in id_list(call, "cids", 50)]
    return [objects.comment(row) for row in rows if row is not None]


@reads("statuses/user_timeline")
def user_timeline(call: WeiboCall) -> Json:
    """Open level: only the authorised user's own."""
    uid = asked_uid(call)
    if uid != call.account.external_id and not call.business:
        raise WeiboError(10014)
    rows, total = _page(call, "SELECT * FROM weibo_status WHERE uid = ?", uid, default=20)
    return _frame("statuses", _draw(call, _visible(rows)), total)


@reads("statuses/show")
def show_status(call: WeiboCall) -> Json:
    row = content.live_status(call.world, call.needed_number("id"))
    if row is None or row["hidden"]:
        raise WeiboError(20101)
    return call.objects.status(row, full=True)


@reads("statuses/show_batch")
def show_statuses(call: WeiboCall) -> Json:
    rows = [content.live_status(call.world, id_) for id_ in id_list(call, "ids", 50)]
    found = _visible([row for row in rows if row is not None])
    return _frame("statuses", _draw(call, found), len(found))


@reads("statuses/repost_timeline")
def reposts(call: WeiboCall) -> Any:
    """An empty result may be `[]` in place of the object."""
    id_ = call.needed_number("id")
    if content.live_status(call.world, id_) is None:
        raise WeiboError(20101)
    rows, total = _page(call, "SELECT * FROM weibo_status WHERE repost_of = ?", id_)
    return _frame("reposts", _draw(call, _visible(rows)), total) if total else []


@reads("statuses/count")
def counts(call: WeiboCall) -> list[Json]:
    objects = call.objects
    return [objects.counts(id_) for id_ in id_list(call, "ids", 100)]


@reads("search/topics")
def search_topics(call: WeiboCall) -> Json:
    """High-permission call: partners only."""
    if call.account.settings.get("app_level") != "partner":
        raise WeiboError(10014)
    pattern = f"%#{call.needed('q')}#%"
    rows, total = _page(call, "SELECT * FROM weibo_status WHERE text LIKE ?", pattern, default=20)
    return _frame("statuses", _draw(call, _visible(rows)), total)


@reads("search/statuses/limited")
def search_statuses(call: WeiboCall) -> Json:
    if not call.business:
        raise WeiboError(10014)
    rows, total = _page(
        call, "SELECT * FROM weibo_status WHERE text LIKE ?", f"%{call.needed('q')}%", default=20
    )
    return _frame("statuses", _draw(call, _visible(rows)), total)


@reads("emotions")
def emotions(_call: WeiboCall) -> list[Json]:
    phrases = ("[微笑]", "[嘻嘻]", "[哈哈]", "[怒]", "[泪]", "[抓狂]", "[赞]", "[鼓掌]", "[心]", "[疑问]")
    return [
        {
            "phrase": phrase,
            "type": "face",
            "url": f"http://img.t.sinajs.cn/sandbox/face/{number}.gif",
            "hot": False,
            "common": True,
            "category": "",
            "icon": f"http://img.t.sinajs.cn/sandbox/face/{number}.gif",
            "value": phrase,
            "picid": "",
        }
        for number, phrase in enumerate(phrases, start=1)
    ]
