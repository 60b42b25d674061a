"""Taking posts in, the whole way: de-duplicate, store, index, judge, open requests, write and number events.

    python -m bench.ingest [--sizes 10000 100000] [--databases sqlite postgresql]

At each size (items already stored; BENCH_SIZES="10000 1000000" says it too) two streams are taken in: one in
which one post in a hundred asks for service, as in an unfiltered public stream, and one in which one in eight
does, as among a brand's mentions. One process, one post after the other, pages of a thousand; PostgreSQL
flushes every commit, SQLite runs as in production. Cost is processor time, the database server's included,
which a busy machine changes less than the clock; the clock's rate stands beside it. The floor is a plain
`executemany` of the same rows, without index, verdict or event, into a table of their own.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import event

from app.adapters.types import InboundPost
from app.core.json_text import json_text
from app.core.unit_of_work import open_context
from app.listener.ingest.storing import store_posts
from app.listener.jobs import LISTENER, judge_items
from app.listener.rounds import classifier
from app.realtime.publisher import publish_new
from bench._databases import KINDS, Installation, flush_milliseconds, installation, organisation, spending
from bench._e2e_support import conditions, publish
from bench._fill import fill
from bench._posts import Stream

PAGE = 1000
SIZES = (10_000, 100_000)
STREAMS = {"one in a hundred asks": 0.01, "one in eight asks": 0.125}
TARGETS = {"sqlite": 5000, "postgresql": 3000}
_FLOOR = "CREATE TABLE floor_items (id bigint, external_id text, author text, name text, text text, raw text)"


def take_in(place: Installation, account_id: int, posts: Sequence[InboundPost]) -> None:
    for at in range(0, len(posts), PAGE):
        with open_context(place.runtime, LISTENER) as ctx:
            store_posts(ctx, account_id, posts[at : at + PAGE])
        judge_items(place.runtime)
        while publish_new(place.runtime):
            pass


class Statements:
    """How many statements the block sent."""

    def __init__(self, place: Installation) -> None:
        self._engine = place.runtime.engine
        self.count = 0

    def _sent(self, *_: Any) -> None:
        self.count += 1

    def __enter__(self) -> Statements:
        event.listen(self._engine, "before_cursor_execute", self._sent)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._sent)


def measured(place: Installation, account_id: int, posts: Sequence[InboundPost]) -> dict[str, Any]:
    before = place.count("messages")
    with Statements(place) as statements, spending(place) as spent:
        take_in(place, account_id, posts)
    cost, count = spent[0], len(posts)
    return {
        "posts/s of processor time": round(count / (cost.cpu + cost.server)),
        "by the clock": round(count / cost.wall),
        "ours µs": round(cost.cpu / count * 1e6),
        "server µs": round(cost.server / count * 1e6),
        "kept %": round((place.count("messages") - before) / count * 100, 1),
        "statements a page": round(statements.count / (count / PAGE)),
    }


def floor(place: Installation, posts: Sequence[InboundPost]) -> dict[str, Any]:
    """Posts per processor second when all that is done is to write the rows down."""
    mark = "?" if place.kind == "sqlite" else "%s"
    insert = f"INSERT INTO floor_items VALUES ({', '.join([mark] * 6)})"
    rows = [
        (
            n,
            post.external_id,
            post.author and post.author.external_id,
            "",
            post.text,
            json_text(dict(post.raw)),
        )
        for n, post in enumerate(posts)
    ]
    place.execute(_FLOOR)
    with spending(place) as spent:
        for at in range(0, len(rows), PAGE):
            with place.runtime.engine.begin() as connection:
                connection.exec_driver_sql(insert, rows[at : at + PAGE])
    cost = spent[0]
    return {"posts/s of processor time": round(len(rows) / (cost.cpu + cost.server))}


def at_size(place: Installation, account_id: int, size: int, number: int) -> dict[str, Any]:
    """Bring the database to the size and take both streams in."""
    began = time.perf_counter()
    fill(place, account_id, size - place.count("inbound_items"), seed=number)
    result: dict[str, Any] = {f"{size:,} stored": {"filled in s": round(time.perf_counter() - began)}}
    for offset, (name, share) in enumerate(STREAMS.items()):
        first = (number * 2 + offset + 1) * 10_000_000
        stream = Stream(seed=first, service=share, first=first)
        take_in(place, account_id, stream.next_posts(PAGE))  # caches of a process that has been running
        result[f"{size:,} stored, {name}"] = measured(place, account_id, stream.next_posts(given_posts()))
    return result


def given_posts() -> int:
    return int(os.environ.get("BENCH_POSTS", "6000"))


def run(kind: str, sizes: Sequence[int]) -> dict[str, Any]:
    with installation(kind) as place:
        classifier(place.runtime)
        account, _ = organisation(place.runtime)
        result: dict[str, Any] = {"target posts/s": TARGETS[kind]}
        for number, size in enumerate(sizes):
            result |= at_size(place, account.id, size, number)
        result["floor: the rows alone"] = floor(place, Stream(seed=99).next_posts(given_posts()))
        result["disk flush ms"] = flush_milliseconds(place.folder)
    for name in STREAMS:
        costs = [1 / result[f"{size:,} stored, {name}"]["posts/s of processor time"] for size in sizes]
        result[f"last size to first, {name}"] = f"{costs[-1] / costs[0]:.2f} times the cost of a post"
    return result


def main() -> None:
    sizes = [int(size) for size in os.environ.get("BENCH_SIZES", "").split()] or list(SIZES)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=sizes, help="items stored before, ascending")
    parser.add_argument("--databases", nargs="+", default=KINDS, choices=KINDS)
    given = parser.parse_args()
    for kind in given.databases:
        publish(f"ingest_{kind}", conditions() | {"database": kind} | run(kind, given.sizes))


if __name__ == "__main__":
    main()
