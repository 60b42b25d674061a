"""Authors' habits: how often each posts links, repetitions and adverts, added up batch by batch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.core.bulk import add_up
from app.core.context import Context
from app.listener.subjects import Decision, Subject
from app.models import AuthorActivity
from app.nlp.normalise import URL

ADVERTS = frozenset({"advert", "lottery", "chain_letter", "seller", "marketing_account"})
COUNTED = ("items", "links", "repeats", "adverts")


def note_activity(ctx: Context, judged: Sequence[tuple[Subject, Decision]]) -> None:
    """Add the batch to its authors' counts, in one statement."""
    now = ctx.now()
    sums: dict[tuple[int, str], dict[str, Any]] = {}
    for subject, decision in judged:
        author = subject.item.author_external_id
        if not author or subject.item.kind == "event":
            continue
        key = (subject.item.account_id, author)
        if key not in sums:
            sums[key] = _empty(now, *key)
        row = sums[key]
        row["items"] += 1
        row["links"] += URL in subject.words
        row["repeats"] += subject.duplicate_of is not None or subject.near_duplicate_of is not None
        row["adverts"] += decision.reason in ADVERTS
    if not sums:
        return
    rows = [sums[key] for key in sorted(sums)]
    add_up(ctx.session, AuthorActivity, rows, ("account_id", "author_external_id"), COUNTED)


def _empty(now: datetime, account_id: int, author: str) -> dict[str, Any]:
    return {
        "created_at": now,
        "account_id": account_id,
        "author_external_id": author,
        **dict.fromkeys(COUNTED, 0),
    }
