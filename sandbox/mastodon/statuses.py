"""Statuses: post, reply, read, context, delete, favourite."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

from flask import request

from sandbox.clock import iso
from sandbox.mastodon import content
from sandbox.mastodon.api import MastodonCall, MastodonError, route
from sandbox.mastodon.media import is_ready
from sandbox.store import Row

Json = dict[str, Any]
_URL = re.compile(r"https?://\S+")
_REMOTE = re.compile(r"(@[A-Za-z0-9_]+)@[A-Za-z0-9.\-]+")
_KEY_SECONDS = 3_600
_MOST_AT_ONCE = 20
_VISIBILITIES = ("public", "unlisted", "private", "direct")


def length(text: str) -> int:
    """Letters without combining marks; a link counts 23, a remote mention without its domain."""
    shortened = _REMOTE.sub(r"\1", _URL.sub("x" * 23, text))
    return sum(1 for char in shortened if not unicodedata.combining(char))


def found(call: MastodonCall, id_: str) -> Row:
    """Raises MastodonError 404 for what is gone and what may not be seen alike."""
    row = content.find(call.world, id_)
    if row is None or not content.visible(call.world, row, call.me):
        raise MastodonError(404, "Record not found")
    return row


def _own(call: MastodonCall, id_: str) -> Row:
    row = found(call, id_)
    if row["author"] != call.me:
        raise MastodonError(404, "Record not found")
    return row


@route("POST", "/v1/statuses")
def create(call: MastodonCall) -> Json:
    """With an Idempotency-Key used within the hour, the status of the first call is answered again."""
    key = request.headers.get("Idempotency-Key", "") if call.world.limits["mastodon_idempotency"] else ""
    with call.world.store.transaction():
        earlier = _earlier(call, key)
        if earlier is not None:
            return call.entities.status(earlier)
        new = _checked(call)
        id_ = content.write(call.world, call.me, new, origin="brand")
        _remember(call, key, id_)
        _note_sent(call, "statuses", new, id_)
    return call.entities.status(found(call, str(id_)))


def _earlier(call: MastodonCall, key: str) -> Row | None:
    sql = "SELECT id FROM idempotency WHERE account = ? AND key = ? AND at > ?"
    since = call.world.clock.now() - _KEY_SECONDS
    row = call.world.store.one(sql, call.account.key, key, since) if key else None
    return content.find(call.world, str(row["id"])) if row is not None else None


def _remember(call: MastodonCall, key: str, id_: int) -> None:
    if key:
        now = call.world.clock.now()
        call.world.store.put("idempotency", account=call.account.key, key=key, id=str(id_), at=now)


def _note_sent(call: MastodonCall, operation: str, new: content.NewStatus, id_: int) -> None:
    target = {"status": str(new.reply_to)} if new.reply_to else {}
    people = content.mentioned(call.world, new.text)
    raw = {"visibility": new.visibility, "spoiler_text": new.spoiler, "media_ids": new.media}
    call.world.records.sent(
        "mastodon",
        call.account.key,
        operation,
        person=people[0] if people else "",
        target=target,
        text=new.text,
        id_=str(id_),
        raw=raw,
    )


def _checked(call: MastodonCall, edited: int = 0) -> content.NewStatus:
    text, spoiler, media = call.text("status"), call.text("spoiler_text"), call.many("media_ids")
    if not text.strip() and not media:
        raise MastodonError(422, "Validation failed: Text can't be blank")
    longest = int(call.world.limits["mastodon_max_characters"])
    if length(text) + length(spoiler) > longest:
        raise MastodonError(422, f"Validation failed: Text character limit of {longest} exceeded")
    visibility = call.text("visibility", "public") or "public"
    if visibility not in _VISIBILITIES:
        raise MastodonError(422, "Validation failed: Visibility is not included in the list")
    _check_media(call, media, edited)
    parent = call.text("in_reply_to_id")
    return content.NewStatus(
        text,
        visibility,
        reply_to=int(found(call, parent)["id"]) if parent else None,
        sensitive=call.flag("sensitive"),
        spoiler=spoiler,
        language=call.text("language", "zh") or "zh",
        media=media,
    )


def _check_media(call: MastodonCall, ids: list[str], edited: int) -> None:
    """Own files, whole, of no other status: up to four pictures, or one film or sound."""
    if len(ids) > int(call.world.limits["mastodon_max_media"]):
        raise MastodonError(422, "Validation failed: Cannot attach more than 4 files")
    kinds = []
    for id_ in ids:
        row = call.world.store.one(
            "SELECT kind, at FROM media WHERE id = ? AND account = ?", id_, call.account.key
        )
        used = "SELECT count(*) FROM mastodon_status WHERE author = ? AND id <> ? AND media LIKE ?"
        if row is None or call.world.store.number(used, call.me, edited, f'%"{id_}"%'):
            raise MastodonError(422, "Validation failed: Media is not attached to you")
        if not is_ready(call.world, row):
            raise MastodonError(422, "Cannot attach files that have not finished processing")
        kinds.append(row["kind"])
    if len(kinds) > 1 and set(kinds) != {"image"}:
        raise MastodonError(422, "Validation failed: Cannot attach a video beside images")


@route("GET", "/v1/statuses/<id_>")
def show(call: MastodonCall, id_: str) -> Json:
    return call.entities.status(found(call, id_))


@route("GET", "/v1/statuses")
def show_many(call: MastodonCall) -> list[Json]:
    """At most twenty at once; what is gone or hidden is left out. GoToSocial has no such call."""
    if call.world.limits["mastodon_gotosocial"]:
        raise MastodonError(404, "Not Found")
    asked = call.many("id")
    if len(asked) > _MOST_AT_ONCE:
        raise MastodonError(422, "Validation failed: too many statuses")
    rows = [content.find(call.world, id_) for id_ in asked]
    return [
        call.entities.status(row)
        for row in rows
        if row is not None and content.visible(call.world, row, call.me)
    ]


@route("GET", "/v1/statuses/<id_>/source")
def source(call: MastodonCall, id_: str) -> Json:
    row = _own(call, id_)
    return {"id": id_, "text": row["text"], "spoiler_text": row["spoiler"]}


@route("GET", "/v1/statuses/<id_>/history")
def history(call: MastodonCall, id_: str) -> list[Json]:
    status = call.entities.status(found(call, id_))
    names = (
        "content",
        "spoiler_text",
        "sensitive",
        "created_at",
        "account",
        "media_attachments",
        "emojis",
        "poll",
    )
    return [{name: status[name] for name in names}]


@route("GET", "/v1/statuses/<id_>/context")
def context(call: MastodonCall, id_: str) -> Json:
    row = found(call, id_)
    ancestors: list[Row] = []
    parent = content.find(call.world, str(row["reply_to"])) if row["reply_to"] else None
    while parent is not None and len(ancestors) < 4096:
        ancestors.insert(0, parent)
        parent = content.find(call.world, str(parent["reply_to"])) if parent["reply_to"] else None
    sql = (
        "WITH RECURSIVE below(id) AS (SELECT id FROM mastodon_status WHERE reply_to = ? "
        "UNION SELECT s.id FROM mastodon_status s JOIN below b ON s.reply_to = b.id) "
        "SELECT s.* FROM mastodon_status s JOIN below b ON b.id = s.id ORDER BY s.id LIMIT 4096"
    )
    descendants = call.world.store.all(sql, int(id_))
    return {"ancestors": _shown(call, ancestors), "descendants": _shown(call, descendants)}


def _shown(call: MastodonCall, rows: list[Row]) -> list[Json]:
    return [call.entities.status(row) for row in rows if content.visible(call.world, row, call.me)]


@route("DELETE", "/v1/statuses/<id_>")
def delete(call: MastodonCall, id_: str) -> Json:
    """The answer holds the plain `text`, so that it can be written anew."""
    row = _own(call, id_)
    drawn = {**call.entities.status(row), "text": row["text"]}
    call.world.store.run("UPDATE mastodon_status SET deleted = 1 WHERE id = ?", row["id"])
    call.world.records.sent(
        "mastodon", call.account.key, "delete", person="", target={"status": id_}, text="", id_=id_, raw={}
    )
    return drawn


@route("PUT", "/v1/statuses/<id_>")
def edit(call: MastodonCall, id_: str) -> Json:
    row = _own(call, id_)
    new = _checked(call, edited=int(row["id"]))
    people = json.dumps(content.mentioned(call.world, new.text))
    sql = "UPDATE mastodon_status SET text = ?, spoiler = ?, mentions = ? WHERE id = ?"
    call.world.store.run(sql, new.text, new.spoiler, people, row["id"])
    _note_sent(call, "edit", new, int(row["id"]))
    return {**call.entities.status(_own(call, id_)), "edited_at": iso(call.world.clock.now())}


def _mark(call: MastodonCall, id_: str, kind: str, *, on: bool) -> Json:
    row = found(call, id_)
    if on:
        content.mark(call.world, kind, call.me, id_)
    else:
        content.unmark(call.world, kind, call.me, id_)
    return call.entities.status(row)


@route("POST", "/v1/statuses/<id_>/favourite")
def favourite(call: MastodonCall, id_: str) -> Json:
    return _mark(call, id_, "favourite", on=True)


@route("POST", "/v1/statuses/<id_>/unfavourite")
def unfavourite(call: MastodonCall, id_: str) -> Json:
    return _mark(call, id_, "favourite", on=False)


@route("POST", "/v1/statuses/<id_>/bookmark")
def bookmark(call: MastodonCall, id_: str) -> Json:
    return _mark(call, id_, "bookmark", on=True)


@route("POST", "/v1/statuses/<id_>/unbookmark")
def unbookmark(call: MastodonCall, id_: str) -> Json:
    return _mark(call, id_, "bookmark", on=False)


@route("POST", "/v1/statuses/<id_>/reblog")
def reblog(call: MastodonCall, id_: str) -> Json:
    original = _mark(call, id_, "reblog", on=True)
    return {**original, "id": str(call.world.ids.mastodon()), "content": "", "reblog": original}


@route("POST", "/v1/statuses/<id_>/unreblog")
def unreblog(call: MastodonCall, id_: str) -> Json:
    return _mark(call, id_, "reblog", on=False)
