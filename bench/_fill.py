"""Filling a database with judged items by the bulk path, so that a bench can start at a million of them.

The rows are what the listener leaves behind for posts that ask for nothing: item, verdict, search index.
Their words are the bench stream's; hashes are random, because made posts repeat more than people do.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from app.core.bulk import insert_rows, take_ids
from app.core.db import open_session
from app.core.json_text import RenderedJson
from app.models import InboundItem, Lane, Verdict, VerdictOutcome
from app.search.index import Indexed, index_texts
from bench._databases import Installation
from bench._posts import EPOCH, Stream

BATCH = 5000
SPREAD = timedelta(days=30)
"""How far back the items reach; of what is older than two days no duplicate is looked for."""
_GIN = "ix_search_items_tokens"
_NOTHING, _NO_LIST = RenderedJson("{}"), RenderedJson("[]")


def fill(place: Installation, account_id: int, count: int, *, seed: int = 1) -> None:
    """Add `count` judged items. PostgreSQL builds its search index afterwards, as after any bulk load."""
    if place.kind == "postgresql":
        place.execute(f"DROP INDEX IF EXISTS {_GIN}")
    stream, rng = Stream(seed), random.Random(seed)
    for done in range(0, count, BATCH):
        _fill_batch(place, account_id, stream, rng, done, min(BATCH, count - done), count)
    if place.kind == "postgresql":
        place.execute(f"CREATE INDEX IF NOT EXISTS {_GIN} ON search_items USING gin (tokens)")
    place.settle()


def _fill_batch(
    place: Installation,
    account_id: int,
    stream: Stream,
    rng: random.Random,
    done: int,
    size: int,
    count: int,
) -> None:
    runtime = place.runtime
    now = runtime.clock.now()
    session = open_session(runtime.sessions, write=True)
    try:
        ids = take_ids(session, InboundItem, size)
        texts = list(stream.next_texts(size))
        at = [now - SPREAD * (1 - (done + n) / count) for n in range(size)]
        items = [
            _item(number, account_id, text, moment, rng)
            for number, text, moment in zip(ids, texts, at, strict=True)
        ]
        insert_rows(session, InboundItem, items)
        insert_rows(session, Verdict, [_verdict(item) for item in items])
        index_texts(session, Indexed.ITEMS, [(i["id"], f"{i['author_name']} {i['text']}") for i in items])
        session.commit()
    finally:
        session.close()


def _item(number: int, account_id: int, text: str, at: Any, rng: random.Random) -> dict[str, Any]:
    who = rng.randrange(1_000_000)
    return {
        "id": number,
        "created_at": at,
        "account_id": account_id,
        "external_id": f"filled:{number}",
        "kind": "mention",
        "lane": Lane.PUBLIC,
        "author_external_id": f"{7_000_000_000 + who}",
        "author_name": f"云上的旅人{who}",
        "author": _NOTHING,
        "text": text,
        "media": _NO_LIST,
        "reply_context": _NOTHING,
        "raw": _NOTHING,
        "published_at": EPOCH,
        "text_hash": rng.getrandbits(63),
        "simhash": rng.getrandbits(63),
    }


def _verdict(item: dict[str, Any]) -> dict[str, Any]:
    return {
        "created_at": item["created_at"],
        "inbound_item_id": item["id"],
        "account_id": item["account_id"],
        "outcome": VerdictOutcome.DROPPED,
        "step": "intent",
        "reason": "no_request",
        "detail": _NOTHING,
        "intent": "other",
        "intent_score": 0.9,
        "service_score": 0.1,
        "sentiment": 0,
        "sentiment_score": 0.5,
        "model_version": "bench",
    }
