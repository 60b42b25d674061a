"""Storing what came in: each item once, however often it is delivered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.adapters.types import InboundPost
from app.core.bulk import insert_new_rows, insert_rows, take_ids
from app.core.context import Context
from app.core.jobs import JobName
from app.core.json_text import RenderedJson, storable_json
from app.core.permissions import Permission
from app.core.text import storable
from app.models import InboundItem, Lane, WaitingItem
from app.nlp.fingerprint import Fingerprint, fingerprints
from app.nlp.normalise import own_words
from app.search.index import Indexed, index_texts

MAX_TEXT = 20_000


def store_posts(
    ctx: Context, account_id: int, posts: Sequence[InboundPost], *, stream_id: int | None = None
) -> int:
    """Insert what is new; how many. Repeats (same account and external id) leave no trace."""
    ctx.require(Permission.LISTENER_INGEST)
    texts = [storable(post.text)[:MAX_TEXT] for post in posts]
    prints = fingerprints([own_words(text)[0] for text in texts])
    rows = [
        _row(ctx, account_id, post, text, fingerprint) | {"stream_id": stream_id}
        for post, text, fingerprint in zip(posts, texts, prints, strict=True)
    ]
    stored = _insert(ctx, rows) if rows else 0
    if stored:
        ctx.defer(JobName.LISTENER_JUDGE_ITEMS)
    return stored


def _insert(ctx: Context, rows: list[dict[str, Any]]) -> int:
    ids = take_ids(ctx.session, InboundItem, len(rows))
    numbered = {number: row | {"id": number} for number, row in zip(ids, rows, strict=True)}
    stored = insert_new_rows(ctx.session, InboundItem, list(numbered.values()))
    new = [numbered[number] for number in stored]
    insert_rows(ctx.session, WaitingItem, [{"id": row["id"], "created_at": row["created_at"]} for row in new])
    index_texts(
        ctx.session, Indexed.ITEMS, [(row["id"], f"{row['author_name']} {row['text']}") for row in new]
    )
    return len(new)


def _row(
    ctx: Context, account_id: int, post: InboundPost, text: str, fingerprint: Fingerprint
) -> dict[str, Any]:
    author = post.author
    return {
        "created_at": ctx.now(),
        "account_id": account_id,
        "external_id": storable(post.external_id)[:160],
        "kind": post.kind.value,
        "lane": Lane(post.lane.value),
        "author_external_id": storable(author.external_id)[:120] if author else None,
        "author_name": storable(author.name or author.handle or "")[:120] if author else "",
        "author": _profile(post),
        "text": text,
        "media": storable_json([{"kind": media.kind, "url": media.url} for media in post.media]),
        "thread_key": storable(post.thread_key)[:160] or None,
        "reply_context": storable_json(dict(post.context)),
        "external_url": storable(post.url or "")[:500] or None,
        "raw": storable_json(dict(post.raw)),
        "published_at": post.created_at,
        "text_hash": fingerprint.exact,
        "simhash": fingerprint.simhash,
        "trigger": post.trigger.value if post.trigger else None,
        "keep_reason": storable(post.reason)[:80] if post.reason else None,
    }


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
