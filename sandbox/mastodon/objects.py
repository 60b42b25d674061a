"""Mastodon's JSON entities."""

from __future__ import annotations

import json
import re
from html import escape
from typing import Any

from sandbox import pictures
from sandbox.clock import iso
from sandbox.mastodon import content
from sandbox.store import Row
from sandbox.world import World

Json = dict[str, Any]
_PIECES = re.compile(r"(https?://[^\s<]+|(?<![\w/])@[A-Za-z0-9_]+(?:@[A-Za-z0-9.\-]+)?|#[\w]+)")


class Entities:
    """Draws for one viewer; `base` is the server's address without a slash at the end."""

    def __init__(self, world: World, viewer: str, base: str) -> None:
        self._world = world
        self._viewer = viewer
        self._base = base

    def account(self, id_: str) -> Json:
        world = self._world
        brand = world.directory.by_external_id("mastodon", id_)
        name = brand.name if brand is not None else world.people.name_of("mastodon", id_) or ""
        user = content.username(world, id_)
        number = world.store.number
        missing = f"{self._base}/avatars/original/missing.png"
        picture = pictures.face_address(world.base_url, id_) or missing
        return {
            "id": id_,
            "username": user,
            "acct": user,
            "display_name": name,
            "locked": bool(brand.settings.get("locked")) if brand is not None else False,
            "bot": False,
            "discoverable": True,
            "indexable": False,
            "group": False,
            "created_at": "2024-01-01T00:00:00.000Z",
            "note": f"<p>{escape(name)}</p>" if brand is not None else "",
            "url": f"{self._base}/@{user}",
            "uri": f"{self._base}/ap/users/{id_}",
            "avatar": picture,
            "avatar_static": picture,
            "header": missing,
            "header_static": missing,
            "followers_count": number(
                "SELECT count(*) FROM mastodon_mark WHERE kind = 'follow' AND target = ?", id_
            ),
            "following_count": number(
                "SELECT count(*) FROM mastodon_mark WHERE kind = 'follow' AND owner = ?", id_
            ),
            "statuses_count": number(
                "SELECT count(*) FROM mastodon_status WHERE author = ? AND deleted = 0", id_
            ),
            "last_status_at": self._last_day(id_),
            "hide_collections": None,
            "noindex": False,
            "emojis": [],
            "roles": [],
            "fields": [],
        }

    def _last_day(self, id_: str) -> str | None:
        sql = "SELECT max(at) AS at FROM mastodon_status WHERE author = ? AND deleted = 0"
        row = self._world.store.one(sql, id_)
        return iso(row["at"])[:10] if row is not None and row["at"] else None

    def credentials(self, id_: str) -> Json:
        source = {"privacy": "public", "sensitive": False, "language": "zh", "note": "", "fields": []}
        return {**self.account(id_), "source": {**source, "follow_requests_count": 0}}

    def status(self, row: Row) -> Json:
        id_, author = str(row["id"]), str(row["author"])
        user = content.username(self._world, author)
        parent = content.find(self._world, str(row["reply_to"])) if row["reply_to"] else None
        people = [str(person) for person in json.loads(row["mentions"])]
        more = content.more_of(self._world, id_)
        quoted = content.find(self._world, str(more["quote"])) if more is not None and more["quote"] else None
        return {
            "id": id_,
            "created_at": iso(row["at"]),
            "in_reply_to_id": str(row["reply_to"]) if row["reply_to"] else None,
            "in_reply_to_account_id": str(parent["author"]) if parent is not None else None,
            "sensitive": bool(row["sensitive"]),
            "spoiler_text": row["spoiler"],
            "visibility": row["visibility"],
            "language": row["language"],
            "uri": f"{self._base}/ap/users/{author}/statuses/{id_}",
            "url": f"{self._base}/@{user}/{id_}",
            "replies_count": self._count("SELECT count(*) FROM mastodon_status WHERE reply_to = ?", int(id_)),
            "reblogs_count": self._marks("reblog", id_),
            "favourites_count": self._marks("favourite", id_),
            "quotes_count": 0,
            "edited_at": iso(more["edited_at"]) if more is not None and more["edited_at"] else None,
            "favourited": self._mine("favourite", id_),
            "reblogged": self._mine("reblog", id_),
            "muted": False,
            "bookmarked": self._mine("bookmark", id_),
            "pinned": False,
            "content": self._quote_line(quoted) + self.html(row["text"]),
            "filtered": [],
            "reblog": None,
            "application": {"name": "Web", "website": None},
            "account": self.account(author),
            "media_attachments": [self.attachment(str(media)) for media in json.loads(row["media"])],
            "mentions": [self._mention(person) for person in people],
            "tags": self._tags(row["text"]),
            "emojis": [],
            "card": None,
            "poll": self._poll(id_, json.loads(more["poll"])) if more is not None else None,
            **self._quote(quoted),
        }

    def _quote(self, quoted: Row | None) -> Json:
        """Mastodon 4.5 shows the post; a server without quotes only has the line in the text."""
        if self._world.limits["mastodon_gotosocial"]:
            return {}
        if quoted is None:
            return {"quote": None}
        return {"quote": {"state": "accepted", "quoted_status": self.status(quoted)}}

    def _quote_line(self, quoted: Row | None) -> str:
        if quoted is None:
            return ""
        address = f"{self._base}/@{content.username(self._world, str(quoted['author']))}/{quoted['id']}"
        return f'<p class="quote-inline">RE: <a href="{address}" rel="nofollow noopener">{address}</a></p>'

    def _poll(self, id_: str, options: list[str]) -> Json | None:
        if not options:
            return None
        return {
            "id": id_,
            "expires_at": None,
            "expired": False,
            "multiple": False,
            "votes_count": 0,
            "voters_count": 0,
            "options": [{"title": option, "votes_count": 0} for option in options],
            "emojis": [],
        }

    def _count(self, sql: str, *values: Any) -> int:
        return self._world.store.number(sql, *values)

    def _marks(self, kind: str, target: str) -> int:
        return self._count("SELECT count(*) FROM mastodon_mark WHERE kind = ? AND target = ?", kind, target)

    def _mine(self, kind: str, target: str) -> bool:
        sql = "SELECT count(*) FROM mastodon_mark WHERE kind = ? AND target = ? AND owner = ?"
        return self._count(sql, kind, target, self._viewer) > 0

    def _mention(self, id_: str) -> Json:
        user = content.username(self._world, id_)
        return {"id": id_, "username": user, "url": f"{self._base}/@{user}", "acct": user}

    def _tags(self, text: str) -> list[Json]:
        names = dict.fromkeys(piece[1:].lower() for piece in _PIECES.findall(text) if piece.startswith("#"))
        return [{"name": name, "url": f"{self._base}/tags/{name}"} for name in names]

    def html(self, text: str) -> str:
        """Paragraphs at blank lines, `<br />` at line ends, links for addresses, mentions and hashtags."""
        paragraphs = re.split(r"\n{2,}", text)
        return "".join(f"<p>{self._paragraph(part)}</p>" for part in paragraphs) if text else ""

    def _paragraph(self, text: str) -> str:
        drawn = "".join(self._piece(part) for part in _PIECES.split(text))
        return drawn.replace("\n", "<br />")

    def _piece(self, part: str) -> str:
        if part.startswith("http"):
            address = escape(part, quote=True)
            return f'<a href="{address}" target="_blank" rel="nofollow noopener" translate="no">{address}</a>'
        if part.startswith("@"):
            id_ = content.account_id_of(self._world, part[1:].split("@", maxsplit=1)[0])
            if id_ is not None:
                user = content.username(self._world, id_)
                link = f'<a href="{self._base}/@{user}" class="u-url mention">@<span>{user}</span></a>'
                return f'<span class="h-card" translate="no">{link}</span>'
        if part.startswith("#") and len(part) > 1:
            address = f"{self._base}/tags/{escape(part[1:].lower(), quote=True)}"
            return (
                f'<a href="{address}" class="mention hashtag" rel="tag">#<span>{escape(part[1:])}</span></a>'
            )
        return escape(part, quote=True)

    def attachment(self, id_: str) -> Json:
        row = self._world.store.one("SELECT id, kind, name FROM media WHERE id = ?", id_)
        address = f"{self._base}/system/media_attachments/{id_}"
        return {
            "id": id_,
            "type": row["kind"] if row is not None else "unknown",
            "url": address,
            "preview_url": address,
            "remote_url": None,
            "preview_remote_url": None,
            "text_url": None,
            "meta": {},
            "description": row["name"] or None if row is not None else None,
            "blurhash": None,
        }

    def notification(self, row: Row) -> Json:
        drawn: Json = {
            "id": str(row["id"]),
            "type": row["kind"],
            "created_at": iso(row["at"]),
            "group_key": f"ungrouped-{row['id']}",
            "account": self.account(row["person"]),
        }
        status = content.find(self._world, str(row["status"])) if row["status"] else None
        if status is not None and not status["deleted"]:
            drawn["status"] = self.status(status)
        return drawn
