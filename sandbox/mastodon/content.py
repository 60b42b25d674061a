"""Statuses, follows and favourites coming into being, and the notifications they cause."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from sandbox import threads
from sandbox.accounts import BrandAccount
from sandbox.store import Row
from sandbox.world import World

Json = dict[str, Any]
_MENTION = re.compile(r"(?<![\w/])@([A-Za-z0-9_]+)(?:@[A-Za-z0-9.\-]+)?")
_GUEST = "guest"


def username(world: World, account_id: str) -> str:
    """Brands have a chosen name, customers one made of their id."""
    brand = world.directory.by_external_id("mastodon", account_id)
    return str(brand.settings["username"]) if brand is not None else f"{_GUEST}{account_id}"


def account_id_of(world: World, name: str) -> str | None:
    """The id of a local user name, whatever its case."""
    lowered = name.lower()
    for brand in world.directory.all("mastodon"):
        if str(brand.settings.get("username", "")).lower() == lowered:
            return brand.external_id
    found = lowered.removeprefix(_GUEST)
    known = lowered.startswith(_GUEST) and world.people.name_of("mastodon", found) is not None
    return found if known else None


def mentioned(world: World, text: str) -> list[str]:
    """Account ids named in a text, each once, in order."""
    found = (account_id_of(world, name) for name in _MENTION.findall(text))
    return list(dict.fromkeys(id_ for id_ in found if id_ is not None))


@dataclass(frozen=True)
class NewStatus:
    """What an author hands in; `media` are ids of uploaded files."""

    text: str
    visibility: str = "public"
    reply_to: int | None = None
    sensitive: bool = False
    spoiler: str = ""
    language: str = "zh"
    media: list[str] = field(default_factory=list)
    quote: int | None = None
    poll: list[str] = field(default_factory=list)


def write(world: World, author: str, new: NewStatus, *, origin: str) -> int:
    """Store a status and notify the brands it names. The parent's author is not added by itself."""
    id_ = world.ids.mastodon()
    people = mentioned(world, new.text)
    world.store.insert(
        "mastodon_status",
        id=id_,
        author=author,
        text=new.text,
        at=world.clock.now(),
        reply_to=new.reply_to,
        visibility=new.visibility,
        sensitive=int(new.sensitive),
        spoiler=new.spoiler,
        language=new.language,
        media=json.dumps(new.media),
        mentions=json.dumps(people),
        origin=origin,
    )
    if new.quote is not None or new.poll:
        world.store.put("mastodon_extra", status=id_, quote=new.quote, poll=json.dumps(new.poll))
    for person in people:
        if person != author:
            notify(world, person, "mention", author, id_)
    quoted = find(world, str(new.quote)) if new.quote is not None else None
    if quoted is not None and quoted["author"] != author and not world.limits["mastodon_gotosocial"]:
        notify(world, str(quoted["author"]), "quote", author, id_)
    return id_


def more_of(world: World, id_: str) -> Row | None:
    """What few statuses have: when they were edited, what they quote, a poll."""
    return world.store.one("SELECT * FROM mastodon_extra WHERE status = ?", int(id_))


def customer_edit(world: World, id_: str, text: str) -> None:
    """A customer changes an own status; the mention of the brand stays in front. Raises ValueError."""
    row = find(world, id_)
    if row is None or row["deleted"]:
        raise ValueError(f"no status {id_}")
    first = str(row["text"]).split(" ", 1)[0]
    named = text if text.startswith("@") else f"{first} {text}"
    people = json.dumps(mentioned(world, named))
    world.store.run(
        "UPDATE mastodon_status SET text = ?, mentions = ? WHERE id = ?", named, people, row["id"]
    )
    known = more_of(world, id_)
    world.store.put(
        "mastodon_extra",
        status=int(id_),
        edited_at=world.clock.now(),
        quote=known["quote"] if known is not None else None,
        poll=known["poll"] if known is not None else "[]",
    )


def ask_to_follow(world: World, brand: BrandAccount, name: str) -> str:
    """A customer asks a locked brand whether they may follow it."""
    person = world.people.mastodon(name)
    if mark(world, "follow_request", person, brand.external_id):
        notify(world, brand.external_id, "follow_request", person, None)
    return person


def notify(world: World, owner: str, kind: str, person: str, status: int | None) -> None:
    """Only brands read notifications here."""
    if world.directory.by_external_id("mastodon", owner) is not None:
        id_ = world.store.insert(
            "mastodon_notification",
            owner=owner,
            kind=kind,
            person=person,
            status=status,
            at=world.clock.now(),
        )
        every, seconds = world.limits["mastodon_late_every"], world.limits["mastodon_late_seconds"]
        if every and id_ % int(every) == 0:
            world.store.put("mastodon_late", notification=id_, until=world.clock.now() + seconds)


def follow(world: World, brand: BrandAccount, name: str) -> str:
    """A customer follows a brand."""
    person = world.people.mastodon(name)
    if mark(world, "follow", person, brand.external_id):
        notify(world, brand.external_id, "follow", person, None)
    return person


def mark(world: World, kind: str, owner: str, target: str) -> bool:
    """Set a follow, favourite, bookmark or reblog; false when it was set before."""
    at = world.clock.now()
    return world.store.add_once("mastodon_mark", kind=kind, owner=owner, target=target, at=at)


def unmark(world: World, kind: str, owner: str, target: str) -> None:
    world.store.run(
        "DELETE FROM mastodon_mark WHERE kind = ? AND owner = ? AND target = ?", kind, owner, target
    )


def visible(world: World, row: Row | None, viewer: str) -> bool:
    """Gone and hidden are the same to a reader."""
    if row is None or row["deleted"]:
        return False
    if row["visibility"] in ("public", "unlisted"):
        return True
    if row["author"] == viewer or viewer in json.loads(row["mentions"]):
        return True
    sql = "SELECT count(*) FROM mastodon_mark WHERE kind = 'follow' AND owner = ? AND target = ?"
    return row["visibility"] == "private" and world.store.number(sql, viewer, row["author"]) > 0


def find(world: World, id_: str) -> Row | None:
    if not id_.isdigit() or len(id_) > 18:
        return None
    return world.store.one("SELECT * FROM mastodon_status WHERE id = ?", int(id_))


def customer_post(
    world: World,
    account: BrandAccount,
    name: str,
    text: str,
    *,
    origin: str,
    visibility: str = "public",
    fields: Json | None = None,
) -> tuple[str, str, str]:
    """A customer names a brand, in public or (`direct`) in private: ids of status, person and thread.

    `fields`: visibility, spoiler_text, quote (a status's id), poll (options), media (ids of kept files).
    """
    more = fields or {}
    visibility = str(more.get("visibility", visibility))
    person = world.people.mastodon(name)
    tag = f"@{account.settings['username']}"
    named = text if tag.lower() in text.lower() else f"{tag} {text}"
    last = _last_direct(world, account, person) if visibility == "direct" else None
    new = NewStatus(
        named,
        visibility,
        reply_to=last,
        spoiler=str(more.get("spoiler_text", "")),
        sensitive=bool(more.get("spoiler_text")),
        quote=int(more["quote"]) if more.get("quote") else None,
        poll=[str(option) for option in more.get("poll", [])],
        media=[str(id_) for id_ in more.get("media", [])],
    )
    with world.store.transaction():
        id_ = str(write(world, person, new, origin=origin))
    return id_, person, id_


def _last_direct(world: World, account: BrandAccount, person: str) -> int | None:
    sql = (
        "SELECT max(id) FROM mastodon_status WHERE visibility = 'direct' AND deleted = 0 AND "
        "((author = ? AND mentions LIKE ?) OR (author = ? AND mentions LIKE ?))"
    )
    brand = account.external_id
    return world.store.number(sql, person, f"%{brand}%", brand, f"%{person}%") or None


def customer_reply(
    world: World, account: BrandAccount, name: str, text: str, *, below: str, origin: str
) -> tuple[str, str, str]:
    """A customer answers a status of the brand (its newest by default; one is written if it has none)."""
    person = world.people.mastodon(name)
    parent = int(below) if below else newest_status(world, account)
    tag = f"@{account.settings['username']}"
    with world.store.transaction():
        new = NewStatus(text if tag in text else f"{tag} {text}", reply_to=parent)
        id_ = write(world, person, new, origin=origin)
    return str(id_), person, str(parent)


def newest_status(world: World, account: BrandAccount) -> int:
    """The brand's newest status that answers nobody; a first one is written when it has none."""
    sql = "SELECT max(id) FROM mastodon_status WHERE author = ? AND deleted = 0 AND reply_to IS NULL"
    found = world.store.number(sql, account.external_id)
    if found:
        return found
    text = f"这里是{account.name}，欢迎提问，也可以私下写给我们。"
    return write(world, account.external_id, NewStatus(text), origin="opening")


def thread(world: World, account: BrandAccount, name: str, *, private: bool) -> list[Json]:
    """What a customer and a brand wrote to each other, oldest first."""
    person = world.people.id_of("mastodon", name)
    if person is None:
        return []
    brand = account.external_id
    condition = "= 'direct'" if private else "<> 'direct'"
    sql = (
        f"SELECT * FROM mastodon_status WHERE deleted = 0 AND visibility {condition} AND "
        "((author = ? AND mentions LIKE ?) OR (author = ? AND mentions LIKE ?)) ORDER BY id DESC LIMIT 200"
    )
    rows = world.store.all(sql, person, f"%{brand}%", brand, f"%{person}%")
    return [
        {
            "id": str(row["id"]),
            "from": "brand" if row["author"] == brand else "customer",
            "name": account.name if row["author"] == brand else name,
            "text": row["text"],
            "files": [threads.shown_file(world, str(id_)) for id_ in json.loads(row["media"])],
            "at": row["at"],
        }
        for row in reversed(rows)
    ]
