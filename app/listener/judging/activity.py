"""Authors' habits: how often each posts links, repetitions and adverts, added up batch by batch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.core.bulk import add_up
from app.core.context import Context
from app.listener.chain.chain_items import Activity, ChainItem, Decision
from app.models import AuthorActivity
from app.nlp.text.normalise import URL

ADVERTS = frozenset({"advert", "lottery", "chain_letter", "seller", "marketing_account"})
COUNTED = ("items", "links", "repeats", "adverts")


def note_activity(ctx: Context, judged: Sequence[tuple[ChainItem, Decision]]) -> None:
    """Add the batch to its authors' counts, in one statement."""
    now = ctx.now()
    sums: dict[tuple[int, str], dict[str, Any]] = {}
    for chain_item, decision in judged:
        author = chain_item.item.author_external_id
        if not author or chain_item.item.kind == "event":
            continue
        key = (chain_item.item.account_id, author)
        if key not in sums:
            sums[key] = _empty(now, *key)
        row = sums[key]
        more = counted(chain_item, decision)
        for name in COUNTED:
            row[name] += getattr(more, name)
    if not sums:
        return
    rows = [sums[key] for key in sorted(sums)]
    add_up(ctx.session, AuthorActivity, rows, ("account_id", "author_external_id"), COUNTED)


def counted(chain_item: ChainItem, decision: Decision) -> Activity:
    """What one judged item adds to its author's habits."""
    if chain_item.item.kind == "event":
        return Activity()
    return Activity(
        items=1,
        links=int(URL in chain_item.words),
        repeats=int(chain_item.duplicate_of is not None or chain_item.near_duplicate_of is not None),
        adverts=int(decision.reason in ADVERTS),
    )


def _empty(now: datetime, account_id: int, author: str) -> dict[str, Any]:
    return {
        "created_at": now,
        "account_id": account_id,
        "author_external_id": author,
        **dict.fromkeys(COUNTED, 0),
    }
