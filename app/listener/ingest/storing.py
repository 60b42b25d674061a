"""Storing what came in: each item once, however often it is delivered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from app.adapters.types import InboundPost
from app.core.bulk import detached, insert_new_rows_by, insert_rows
from app.core.context import Context
from app.core.crypto import new_token
from app.core.json_text import RenderedJson, json_value, storable_json
from app.core.names import told_name
from app.core.permissions import Permission
from app.core.text import storable
from app.listener.chain.chain_items import NOT_JUDGED_BY
from app.listener.ingest.dating import believed, in_order
from app.listener.ingest.revisions import Told, revise_items
from app.listener.job_names import JUDGE_ITEMS
from app.media.copies import note_media
from app.media.described import medium_json, origin_json
from app.models import InboundItem, Lane, WaitingItem
from app.nlp.text.fingerprint import Fingerprint, fingerprints
from app.nlp.text.normalise import own_words
from app.search.index import Indexed, index_texts

MAX_TEXT = 20_000


@dataclass(frozen=True)
class Lease:
    """New items belong to who holds the token, until then."""

    token: str
    until: datetime
    items: list[InboundItem] = field(default_factory=list)
    """In order, as far as they are judged by; filled while they are stored. They belong to no session."""


def new_lease(ctx: Context) -> Lease:
    return Lease(new_token()[:32], ctx.now() + timedelta(seconds=ctx.runtime.settings.lease_seconds))


def store_posts(
    ctx: Context,
    account_id: int,
    posts: Sequence[InboundPost],
    *,
    stream_id: int | None = None,
    lease: Lease | None = None,
) -> int:
    """Insert what is new; how many. A repeat (same account and external id) leaves no trace, unless its
    author has changed it or taken it back since.

    With a lease what is new belongs to its holder, who judges it next; otherwise a job is asked to.
    """
    ctx.require(Permission.LISTENER_INGEST)
    # From here on the order of the ids is the order of what was said.
    posts = [believed(post, ctx.now()) for post in in_order(posts)]
    texts = [storable(post.text)[:MAX_TEXT] for post in posts]
    prints = fingerprints([own_words(text)[0] for text in texts])
    rows = [
        _row(ctx, account_id, post, text, fingerprint) | {"stream_id": stream_id}
        for post, text, fingerprint in zip(posts, texts, prints, strict=True)
    ]
    stored = _insert(ctx, rows, lease) if rows else []
    if stored:
        note_media(ctx, account_id, [(number, posts[at]) for number, at in stored])
    media = [json_value(row["media"].text) for row in rows]
    revised = revise_items(ctx, account_id, list(map(Told, posts, texts, media)))
    if revised or (stored and lease is None):
        ctx.defer(JUDGE_ITEMS)
    return len(stored)


def take_in_changes(ctx: Context, account_id: int, posts: Sequence[InboundPost], gone: Sequence[str]) -> None:
    """What became of stored items: those that changed, and the external ids of those that are gone."""
    ctx.require(Permission.LISTENER_INGEST)
    told = [
        Told(
            post,
            storable(post.text)[:MAX_TEXT],
            json_value(storable_json([medium_json(medium) for medium in post.media]).text),
        )
        for post in (believed(post, ctx.now()) for post in posts)
    ]
    if revise_items(ctx, account_id, told, gone):
        ctx.defer(JUDGE_ITEMS)


def _insert(ctx: Context, rows: list[dict[str, Any]], lease: Lease | None) -> list[tuple[int, int]]:
    """The ids of those that were new, each with its place in `rows`."""
    stored = insert_new_rows_by(ctx.session, InboundItem, rows, "external_id")
    first: dict[str, int] = {}
    for at, row in enumerate(rows):
        first.setdefault(row["external_id"], at)
    new = [rows[first[name]] | {"id": number} for number, name in stored]
    held = {"lease_token": lease.token, "lease_until": lease.until} if lease else {}
    if lease is not None:
        lease.items.extend(_item(row) for row in new)
    waiting = [{"id": row["id"], "created_at": row["created_at"], **held} for row in new]
    insert_rows(ctx.session, WaitingItem, waiting)
    index_texts(
        ctx.session, Indexed.ITEMS, [(row["id"], f"{row['author_name']} {row['text']}") for row in new]
    )
    return [(number, first[name]) for number, name in stored]


def _item(row: dict[str, Any]) -> InboundItem:
    """The item of a row that was just stored, as if it had been read; without what nobody judges by."""
    read = {name: _as_read(value) for name, value in row.items() if name not in NOT_JUDGED_BY}
    beginning = {"lane": Lane(row["lane"]), "duplicate_of_id": None, "duplicate_count": 0}
    return detached(InboundItem, read | beginning)


def _as_read(value: Any) -> Any:
    """As the column would give it back."""
    if isinstance(value, RenderedJson):
        return json_value(value.text)
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _row(
    ctx: Context, account_id: int, post: InboundPost, text: str, fingerprint: Fingerprint
) -> dict[str, Any]:
    author = post.author
    return {
        "created_at": ctx.now(),
        "account_id": account_id,
        "external_id": storable(post.external_id)[:160],
        "kind": post.kind.value,
        "lane": post.lane,
        "author_external_id": storable(author.external_id)[:120] if author else None,
        "author_name": told_name(storable(author.name or ""), storable(author.handle or ""))[:120]
        if author
        else "",
        "author": _profile(post),
        "text": text,
        "media": storable_json([medium_json(medium) for medium in post.media]),
        "origin": storable_json(origin_json(post.origin)) if post.origin else None,
        "thread_key": storable(post.thread_key)[:160] or None,
        "reply_context": storable_json(dict(post.context)),
        "external_url": storable(post.url or "")[:500] or None,
        "raw": storable_json(dict(post.raw)),
        "published_at": post.created_at,
        "edited_at": _edited_at(ctx, post),
        "edit_count": post.edit_count,
        "deleted_at": ctx.now() if post.deleted else None,
        "text_hash": fingerprint.exact,
        "simhash": fingerprint.simhash,
        "trigger": post.trigger.value if post.trigger else None,
        "keep_reason": storable(post.reason)[:80] if post.reason else None,
    }


def _edited_at(ctx: Context, post: InboundPost) -> datetime | None:
    """A platform may count changes without telling when they were made."""
    return ctx.now() if post.edited_at is None and post.edit_count else post.edited_at


def _profile(post: InboundPost) -> RenderedJson:
    author = post.author
    if author is None:
        return RenderedJson("{}")
    profile = {
        "avatar_url": author.avatar_url,
        "followers": author.followers,
        "verified": author.verified,
        "verified_reason": author.verified_reason,
        "location": author.location,
    }
    return storable_json({key: value for key, value in profile.items() if value is not None})
