"""Notifications, conversations, timelines, search, and what the server says of itself."""

from __future__ import annotations

import json
from typing import Any

from flask import Response

from sandbox.mastodon import content
from sandbox.mastodon.accounts import find_accounts
from sandbox.mastodon.api import MastodonCall, MastodonError, linked, page, route
from sandbox.store import Row

Json = dict[str, Any]


@route("GET", "/v1/notifications")
def notifications(call: MastodonCall) -> Response:
    kinds, excluded = call.many("types"), call.many("exclude_types")
    condition, values = "", [call.me]
    for names, word in ((kinds, "IN"), (excluded, "NOT IN")):
        if names:
            condition += f" AND kind {word} ({', '.join('?' * len(names))})"
            values += names
    late = "SELECT notification FROM mastodon_late WHERE until > ?"
    sql = f"SELECT * FROM mastodon_notification WHERE owner = ?{condition} AND id NOT IN ({late})"
    most = 20 if call.world.limits["mastodon_gotosocial"] else 80
    rows, limit = page(call, sql, *values, call.world.clock.now(), default=min(40, most), most=most)
    drawn = [call.entities.notification(row) for row in rows if _still_there(call, row)]
    return linked(drawn, rows, limit)


def _still_there(call: MastodonCall, row: Row) -> bool:
    """A notification of a deleted status is gone with it."""
    if not row["status"]:
        return True
    status = content.find(call.world, str(row["status"]))
    return status is not None and not status["deleted"]


@route("GET", "/v1/notifications/<id_>")
def notification(call: MastodonCall, id_: str) -> Json:
    sql = "SELECT * FROM mastodon_notification WHERE id = ? AND owner = ?"
    row = call.world.store.one(sql, id_, call.me)
    if row is None or not _still_there(call, row):
        raise MastodonError(404, "Record not found")
    return call.entities.notification(row)


@route("POST", "/v1/notifications/clear")
def clear_notifications(call: MastodonCall) -> Json:
    call.world.store.run("DELETE FROM mastodon_notification WHERE owner = ?", call.me)
    return {}


@route("GET", "/v1/conversations")
def conversations(call: MastodonCall) -> Response:
    """One per other person, by its newest direct status; the ids in Link are those of the status."""
    sql = (
        "SELECT max(id) AS id FROM mastodon_status WHERE visibility = 'direct' AND deleted = 0 "
        "AND (author = ? OR mentions LIKE ?) GROUP BY CASE WHEN author = ? THEN mentions ELSE author END"
    )
    rows, limit = page(call, sql, call.me, f'%"{call.me}"%', call.me)
    newest: dict[str, Row] = {}
    for row in rows:
        status = content.find(call.world, str(row["id"]))
        if status is not None:
            newest.setdefault(_other(call, status), status)
    drawn = [
        {
            "id": str(status["id"]),
            "unread": status["author"] != call.me,
            "accounts": [call.entities.account(other)] if other else [],
            "last_status": call.entities.status(status),
        }
        for other, status in newest.items()
    ]
    return linked(drawn, rows, limit)


def _other(call: MastodonCall, status: Row) -> str:
    people = [str(status["author"]), *(str(person) for person in json.loads(status["mentions"]))]
    return next((person for person in people if person != call.me), "")


@route("POST", "/v1/conversations/<id_>/read")
def read_conversation(call: MastodonCall, id_: str) -> Json:
    status = content.find(call.world, id_)
    if status is None or not content.visible(call.world, status, call.me):
        raise MastodonError(404, "Record not found")
    other = _other(call, status)
    accounts = [call.entities.account(other)] if other else []
    return {"id": id_, "unread": False, "accounts": accounts, "last_status": call.entities.status(status)}


@route("GET", "/v1/timelines/public")
def public_timeline(call: MastodonCall) -> Response:
    return _timeline(call, "SELECT * FROM mastodon_status WHERE visibility = 'public' AND deleted = 0")


@route("GET", "/v1/timelines/home")
def home_timeline(call: MastodonCall) -> Response:
    sql = (
        "SELECT * FROM mastodon_status WHERE deleted = 0 AND visibility <> 'direct' "
        "AND (author = ? OR author IN (SELECT target FROM mastodon_mark WHERE kind = 'follow' AND owner = ?))"
    )
    return _timeline(call, sql, call.me, call.me)


@route("GET", "/v1/timelines/tag/<tag>")
def tag_timeline(call: MastodonCall, tag: str) -> Response:
    sql = "SELECT * FROM mastodon_status WHERE visibility = 'public' AND deleted = 0 AND text LIKE ?"
    return _timeline(call, sql, f"%#{tag}%")


def _timeline(call: MastodonCall, sql: str, *values: Any) -> Response:
    rows, limit = page(call, sql, *values)
    return linked([call.entities.status(row) for row in rows], rows, limit)


@route("GET", "/v2/search")
def search(call: MastodonCall) -> Json:
    """Full text over what the viewer may see."""
    query, kind = call.text("q"), call.text("type")
    found: Json = {"accounts": [], "statuses": [], "hashtags": [], "collections": []}
    if not query:
        raise MastodonError(400, "Query parameter is missing")
    if kind in ("", "accounts"):
        found["accounts"] = find_accounts(call, query)
    if kind in ("", "statuses"):
        sql = "SELECT * FROM mastodon_status WHERE deleted = 0 AND text LIKE ? ORDER BY id DESC LIMIT ?"
        rows = call.world.store.all(sql, f"%{query}%", call.limit(20, 40))
        seen = [row for row in rows if content.visible(call.world, row, call.me)]
        found["statuses"] = [call.entities.status(row) for row in seen]
    return found
