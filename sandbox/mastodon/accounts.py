"""Accounts, followers, relations."""

from __future__ import annotations

from typing import Any

from flask import Response

from sandbox.mastodon import content
from sandbox.mastodon.api import MastodonCall, MastodonError, linked, page, route

Json = dict[str, Any]


def _known(call: MastodonCall, id_: str) -> str:
    brand = call.world.directory.by_external_id("mastodon", id_)
    if brand is None and call.world.people.name_of("mastodon", id_) is None:
        raise MastodonError(404, "Record not found")
    return id_


@route("GET", "/v1/accounts/verify_credentials")
def verify_credentials(call: MastodonCall) -> Json:
    return call.entities.credentials(call.me)


@route("GET", "/v1/accounts/lookup")
def lookup(call: MastodonCall) -> Json:
    id_ = content.account_id_of(call.world, call.text("acct").split("@")[0])
    if id_ is None:
        raise MastodonError(404, "Record not found")
    return call.entities.account(id_)


@route("GET", "/v1/accounts/search")
def search_accounts(call: MastodonCall) -> list[Json]:
    return find_accounts(call, call.text("q"))


def find_accounts(call: MastodonCall, query: str) -> list[Json]:
    """By user name, or by a part of the shown name."""
    wanted = query.lstrip("@").split("@")[0]
    exact = content.account_id_of(call.world, wanted)
    sql = "SELECT id FROM person WHERE platform = 'mastodon' AND name LIKE ? LIMIT 20"
    ids = [str(row["id"]) for row in call.world.store.all(sql, f"%{wanted}%")] if wanted else []
    brands = [a.external_id for a in call.world.directory.all("mastodon") if wanted and wanted in a.name]
    found = dict.fromkeys([*([exact] if exact else []), *brands, *ids])
    return [call.entities.account(id_) for id_ in found]


@route("GET", "/v1/accounts/relationships")
def relationships(call: MastodonCall) -> list[Json]:
    return [_relationship(call, id_) for id_ in call.many("id")]


def _relationship(call: MastodonCall, id_: str) -> Json:
    sql = "SELECT count(*) FROM mastodon_mark WHERE kind = 'follow' AND owner = ? AND target = ?"
    number = call.world.store.number
    off = (
        "blocking",
        "blocked_by",
        "muting",
        "muting_notifications",
        "requested",
        "requested_by",
        "domain_blocking",
    )
    return {
        "id": id_,
        "following": number(sql, call.me, id_) > 0,
        "followed_by": number(sql, id_, call.me) > 0,
        "showing_reblogs": False,
        "notifying": False,
        "languages": None,
        **dict.fromkeys(off, False),
        "endorsed": False,
        "note": "",
    }


@route("GET", "/v1/accounts/<id_>")
def show_account(call: MastodonCall, id_: str) -> Json:
    return call.entities.account(_known(call, id_))


@route("GET", "/v1/accounts/<id_>/statuses")
def statuses_of(call: MastodonCall, id_: str) -> Response:
    condition = " AND reply_to IS NULL" if call.flag("exclude_replies") else ""
    sql = f"SELECT * FROM mastodon_status WHERE author = ? AND deleted = 0{condition}"
    rows, limit = page(call, sql, _known(call, id_))
    shown = [row for row in rows if content.visible(call.world, row, call.me)]
    return linked([call.entities.status(row) for row in shown], rows, limit)


@route("GET", "/v1/accounts/<id_>/followers")
def followers(call: MastodonCall, id_: str) -> Response:
    """The ids in Link are those of the follow, not of the account."""
    sql = "SELECT rowid AS id, owner AS person FROM mastodon_mark WHERE kind = 'follow' AND target = ?"
    return _people(call, sql, _known(call, id_))


@route("GET", "/v1/accounts/<id_>/following")
def following(call: MastodonCall, id_: str) -> Response:
    sql = "SELECT rowid AS id, target AS person FROM mastodon_mark WHERE kind = 'follow' AND owner = ?"
    return _people(call, sql, _known(call, id_))


def _people(call: MastodonCall, sql: str, id_: str) -> Response:
    rows, limit = page(call, sql, id_, default=40, most=80)
    return linked([call.entities.account(str(row["person"])) for row in rows], rows, limit)


@route("POST", "/v1/accounts/<id_>/follow")
def follow(call: MastodonCall, id_: str) -> Json:
    content.mark(call.world, "follow", call.me, _known(call, id_))
    return _relationship(call, id_)


@route("POST", "/v1/accounts/<id_>/unfollow")
def unfollow(call: MastodonCall, id_: str) -> Json:
    content.unmark(call.world, "follow", call.me, _known(call, id_))
    return _relationship(call, id_)


@route("GET", "/v1/follow_requests")
def follow_requests(call: MastodonCall) -> Response:
    """Who asks to follow this locked account; the ids in Link are those of the request."""
    sql = (
        "SELECT rowid AS id, owner AS person FROM mastodon_mark WHERE kind = 'follow_request' AND target = ?"
    )
    return _people(call, sql, call.me)


@route("POST", "/v1/follow_requests/<id_>/authorize")
def authorize_request(call: MastodonCall, id_: str) -> Json:
    _end_request(call, id_)
    content.mark(call.world, "follow", id_, call.me)
    return _relationship(call, id_)


@route("POST", "/v1/follow_requests/<id_>/reject")
def reject_request(call: MastodonCall, id_: str) -> Json:
    _end_request(call, id_)
    return _relationship(call, id_)


def _end_request(call: MastodonCall, id_: str) -> None:
    sql = "SELECT count(*) FROM mastodon_mark WHERE kind = 'follow_request' AND owner = ? AND target = ?"
    if not call.world.store.number(sql, id_, call.me):
        raise MastodonError(404, "Record not found")
    content.unmark(call.world, "follow_request", id_, call.me)
