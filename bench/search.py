"""Search at a given size on both databases: how long a person waits, and whether anything is missed.

    python -m bench.search [--items 100000] [--databases sqlite postgresql]

BENCH_ITEMS says how many items there are when `--items` does not (a million: some ten minutes a database).
Queries are what people type: parts of stored posts of different length, rare and common, two words, pinyin
and initials. Times are those of the whole service, permission filter included, kind "all" and 20 hits.
Recall compares the index's ids, all of them, with a scan of every stored text for the same characters.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import time
from typing import Any

from sqlalchemy import select

from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER
from app.models import InboundItem, Operator
from app.nlp.text.normalise import fold_many
from app.search.index import Indexed, found_in
from app.search.queries import search
from app.search.schemas import SearchQuery
from app.search.tokens import query_phrases, syllable
from bench._databases import KINDS, Installation, installation, organisation
from bench._e2e_support import conditions, publish
from bench._fill import fill
from tests.factories.make import Make

DEFAULT_ITEMS = 100_000
TARGET_MS = 200
QUERIES_PER_KIND = 25
RECALL_PER_KIND = 4
SPOKEN = ("pinyin", "initials")
"""A scan of characters cannot tell what these should find."""


def sampled_texts(place: Installation, rng: random.Random) -> list[str]:
    with open_context(place.runtime, LISTENER, write=False) as ctx:
        newest = ctx.session.scalars(select(InboundItem.id).order_by(InboundItem.id.desc()).limit(1)).one()
        ids = rng.sample(range(1, newest + 1), 400)
        texts = ctx.session.scalars(select(InboundItem.text).where(InboundItem.id.in_(ids))).all()
    return [text for text in texts if sum("\u4e00" <= c <= "\u9fff" for c in text) > 40]


def piece(text: str, length: int, rng: random.Random) -> str:
    """`length` Chinese characters that stand together in the text."""
    while True:
        at = rng.randrange(len(text) - length)
        found = text[at : at + length]
        if all("\u4e00" <= character <= "\u9fff" for character in found):
            return found


def made_queries(texts: list[str], rng: random.Random) -> dict[str, list[str]]:
    def pieces(length: int) -> list[str]:
        return [piece(rng.choice(texts), length, rng) for _ in range(QUERIES_PER_KIND)]

    return {
        "one character": pieces(1),
        "two characters": pieces(2),
        "four characters": pieces(4),
        "six characters": pieces(6),
        "two words": [f"{a} {b}" for a, b in zip(pieces(2), pieces(2), strict=True)],
        "a rare number": [f"第{rng.randrange(100_000, 1_000_000)}次" for _ in range(QUERIES_PER_KIND)],
        "pinyin": ["".join(map(syllable, words)) for words in pieces(3)],
        "initials": ["".join(syllable(c)[0] for c in words) for words in pieces(4)],
        "not there": [f"{a}鑫{b}" for a, b in zip(pieces(1), pieces(1), strict=True)],
    }


def timed(place: Installation, who: Operator, queries: list[str]) -> tuple[list[float], list[float]]:
    """Wall and processor milliseconds of each query as this operator asks it."""
    actor = Make(place.runtime).actor(who)
    wall, cpu = [], []
    for asked in queries:
        began, used = time.perf_counter(), time.process_time() + place.server_seconds()
        with open_context(place.runtime, actor, write=False) as ctx:
            search(ctx, SearchQuery(q=asked))
        wall.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() + place.server_seconds() - used) * 1000)
    return wall, cpu


def recall(place: Installation, queries: dict[str, list[str]]) -> dict[str, Any]:
    """What the index finds of all that a scan finds, and what it finds besides."""
    with open_context(place.runtime, LISTENER, write=False) as ctx:
        rows = ctx.session.execute(select(InboundItem.id, InboundItem.author_name, InboundItem.text)).all()
        folded = fold_many([f"{row[1]} {row[2]}".replace("\n", " ") for row in rows])
        wanted = found = extra = asked = 0
        for kind, some in queries.items():
            for query in some[:RECALL_PER_KIND] if kind not in SPOKEN else ():
                words = query.split()
                scanned = {r[0] for r, t in zip(rows, folded, strict=True) if all(w in t for w in words)}
                condition = found_in(ctx.session, Indexed.ITEMS, InboundItem.id, query_phrases(query))
                indexed = set(ctx.session.scalars(select(InboundItem.id).where(condition)))
                wanted, found = wanted + len(scanned), found + len(scanned & indexed)
                extra, asked = extra + len(indexed - scanned), asked + 1
    return {"queries": asked, "hits": wanted, "recall": round(found / max(1, wanted), 6), "too many": extra}


def percentile(values: list[float], share: float) -> float:
    return round(sorted(values)[min(len(values) - 1, int(len(values) * share))], 1)


def measured(kind: str, items: int) -> dict[str, Any]:
    with installation(kind) as place:
        account, supervisor = organisation(place.runtime)
        began = time.perf_counter()
        fill(place, account.id, items)
        filled = round(time.perf_counter() - began)
        rng = random.Random(5)
        queries = made_queries(sampled_texts(place, rng), rng)
        result: dict[str, Any] = {"items": place.count("inbound_items"), "filled in s": filled}
        everything: list[float] = []
        for name, some in queries.items():
            timed(place, supervisor, some[:3])  # warm: a person's first question is not the rule
            wall, cpu = timed(place, supervisor, some)
            everything += wall
            result[name] = {
                "p50 ms": percentile(wall, 0.5),
                "p95 ms": percentile(wall, 0.95),
                "worst ms": round(max(wall), 1),
                "cpu ms": round(statistics.fmean(cpu), 1),
            }
        result["all queries"] = {
            "p50 ms": percentile(everything, 0.5),
            "p95 ms": percentile(everything, 0.95),
            "target p95 ms": TARGET_MS,
        }
        result["recall"] = recall(place, queries)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=int(os.environ.get("BENCH_ITEMS", DEFAULT_ITEMS)))
    parser.add_argument("--databases", nargs="+", default=KINDS, choices=KINDS)
    given = parser.parse_args()
    for kind in given.databases:
        publish(
            f"search_{kind}_{given.items}", conditions() | {"database": kind} | measured(kind, given.items)
        )


if __name__ == "__main__":
    main()
