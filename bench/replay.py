"""Replay a corpus through the whole listener and prove that no post is lost, doubled or left undecided.

    python -m bench.replay --corpus posts.jsonl.gz [--rows 100000] [--databases sqlite postgresql]

A corpus has one JSON object a line with `text`, and `date` or nothing. Its posts are delivered as a platform
would: in pages, every tenth page twice, by several authors each. Afterwards the database is counted, not the
program's own sums: items, verdicts, verdicts per outcome and reason, messages, requests. The exit status
is 1 when anything does not add up. Without `--corpus` (as in `make bench`) the bench's own posts are taken.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import os
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from app.adapters.types import Author, InboundPost, ItemKind, Lane
from app.core.unit_of_work import open_context
from app.listener.ingest.storing import store_posts
from app.listener.jobs import LISTENER, judge_items
from app.listener.judging.events import ITEMS_JUDGED
from app.realtime.publisher import publish_new
from bench._databases import KINDS, Installation, flush_milliseconds, installation, organisation, spending
from bench._e2e_support import conditions, publish
from bench._posts import EPOCH, Stream

DEFAULT_ROWS = 20_000
PAGE = 1000
REPEATED_PAGE = 10
AUTHORS = 200_000

SUMS = {
    "items": "SELECT count(*) FROM inbound_items",
    "distinct items": "SELECT count(*) FROM (SELECT DISTINCT account_id, external_id FROM inbound_items) d",
    "verdicts": "SELECT count(*) FROM verdicts",
    "items with exactly one verdict": (
        "SELECT count(*) FROM (SELECT i.id FROM inbound_items i JOIN verdicts v ON v.inbound_item_id = i.id "
        "GROUP BY i.id HAVING count(*) = 1) d"
    ),
    "waiting": "SELECT count(*) FROM waiting_items",
    "kept": "SELECT count(*) FROM verdicts WHERE outcome = 'kept'",
    "dropped": "SELECT count(*) FROM verdicts WHERE outcome = 'dropped'",
    "messages": "SELECT count(*) FROM messages WHERE inbound_item_id IS NOT NULL",
    "requests": "SELECT count(*) FROM service_requests",
    "kept items without their request": (
        "SELECT count(*) FROM verdicts WHERE outcome = 'kept' AND service_request_id IS NULL"
    ),
    "messages counted by requests": "SELECT coalesce(sum(message_count), 0) FROM service_requests",
    "unnumbered events": "SELECT count(*) FROM event_log WHERE seq IS NULL",
}


def corpus_posts(path: Path, rows: int) -> Iterator[InboundPost]:
    opener: Any = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(itertools.islice(lines, rows)):
            yield _post(number, str(json.loads(line)["text"]))


def _post(number: int, words: str) -> InboundPost:
    who = number * 7919 % AUTHORS
    return InboundPost(
        external_id=f"status:{number}",
        kind=ItemKind.MENTION,
        lane=Lane.PUBLIC,
        created_at=EPOCH + timedelta(seconds=number),
        text=words,
        author=Author(f"{6_000_000_000 + who}", name=f"读者{who}", followers=who % 5000),
        context={"status_id": str(number)},
        raw={"id": number, "text": words},
    )


def replay(place: Installation, account_id: int, posts: Iterator[InboundPost]) -> int:
    """Deliver, judge and number page by page; how many posts went in."""
    delivered = 0
    for number, page in enumerate(iter(lambda: list(itertools.islice(posts, PAGE)), [])):
        for _ in range(2 if number % REPEATED_PAGE == 0 else 1):
            with open_context(place.runtime, LISTENER) as ctx:
                store_posts(ctx, account_id, page)
        judge_items(place.runtime)
        while publish_new(place.runtime):
            pass
        delivered += len(page)
    return delivered


def counted(place: Installation) -> dict[str, int]:
    with place.runtime.engine.connect() as connection:
        sums = {name: int(connection.scalar(text(sql)) or 0) for name, sql in SUMS.items()}
        news = connection.execute(
            text("SELECT payload FROM event_log WHERE name = :name"), {"name": ITEMS_JUDGED}
        ).scalars()
        payloads = [json.loads(told) if isinstance(told, str) else told for told in news]
    sums["judged according to events"] = sum(told["kept"] + told["dropped"] for told in payloads)
    return sums


def reasons(place: Installation) -> dict[str, int]:
    with place.runtime.engine.connect() as connection:
        rows = connection.execute(
            text("SELECT outcome, step, reason, count(*) FROM verdicts GROUP BY 1, 2, 3 ORDER BY 4 DESC")
        )
        return {f"{outcome}: {step} / {reason}": count for outcome, step, reason, count in rows}


def mistakes(delivered: int, sums: dict[str, int], by_reason: dict[str, int]) -> list[str]:
    """What does not add up, each in words."""
    expected = {
        "items": delivered,
        "distinct items": delivered,
        "verdicts": delivered,
        "items with exactly one verdict": delivered,
        "waiting": 0,
        "kept items without their request": 0,
        "messages": sums["kept"],
        "messages counted by requests": sums["kept"],
        "judged according to events": delivered,
        "unnumbered events": 0,
    }
    wrong = [
        f"{name}: {sums[name]} instead of {value}" for name, value in expected.items() if sums[name] != value
    ]
    if sums["kept"] + sums["dropped"] != delivered:
        wrong.append(f"kept and dropped make {sums['kept'] + sums['dropped']} instead of {delivered}")
    if sum(by_reason.values()) != delivered:
        wrong.append(f"the reasons make {sum(by_reason.values())} instead of {delivered}")
    return wrong


def run(kind: str, corpus: Path | None, rows: int) -> list[str]:
    with installation(kind) as place:
        account, _ = organisation(place.runtime)
        posts = corpus_posts(corpus, rows) if corpus else iter(Stream().next_posts(rows))
        with spending(place) as spent:
            delivered = replay(place, account.id, posts)
        sums, by_reason = counted(place), reasons(place)
        wrong = mistakes(delivered, sums, by_reason)
        flush = flush_milliseconds(place.folder)
    cost = spent[0]
    publish(
        f"replay_{kind}",
        conditions()
        | {
            "database": kind,
            "corpus": corpus.name if corpus else "the bench's own posts",
            "delivered": delivered,
            "posts per wall second": round(delivered / cost.wall),
            "posts per processor second": round(delivered / (cost.cpu + cost.server)),
            "disk flush ms": flush,
        }
        | sums
        | by_reason
        | {"adds up": not wrong},
    )
    return [f"{kind}: {problem}" for problem in wrong]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, help="JSON lines with `text`, possibly .gz")
    parser.add_argument("--rows", type=int, default=int(os.environ.get("BENCH_REPLAY", DEFAULT_ROWS)))
    parser.add_argument("--databases", nargs="+", default=KINDS, choices=KINDS)
    given = parser.parse_args()
    wrong = [problem for kind in given.databases for problem in run(kind, given.corpus, given.rows)]
    for problem in wrong:
        sys.stderr.write(f"does not add up: {problem}\n")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
