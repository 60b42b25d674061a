"""Lists, counts, search and conversations over HTTP at a given size on both databases.

    python -m bench.lists [--requests 200000] [--database sqlite postgresql] [--rounds 40]

The installation is the one that `make run` starts, filled by the bulk path (`_requests.py`), with all its
processes. One client asks for one thing after another over one kept connection, as a supervisor (all of an
agency's requests) and as an operator (those of the teams); then eight ask for what a workbench asks for, as
fast as they are answered, and at the budget's rate on a timetable. Budgets are of `make bench` on two cores.
SQLite is measured as installations have it: nobody gathers statistics there.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import json
import os
import random
import time
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from app.nlp.text.sounds import syllable
from bench._e2e_support import DATABASES, Desk, Installation, on_each_database
from bench._open_loop import Answers, offer
from bench._requests import fill_requests

DEFAULT_REQUESTS = 200_000
ROUNDS = 40
WARM = 3
QUIET_SECONDS, LOOK_SECONDS, RESTING_CORES = 60, 3, 0.3
CLIENTS = 8
BUDGET_PER_SECOND = 150
SUPERVISOR, OPERATOR = "jiangnan", "hexiaotang"
LEADS_ALONE = ("overview",)
"""What an operator has no right to."""
FLOOR_MS, LIST_MS, OPEN_MS, COUNTS_MS, SEARCH_MS = 3, 50, 30, 20, 100
SHARES = {"list all": 4, "mine": 3, "counts": 3, "conversation": 4, "messages": 4, "search word": 2}
"""What eight workbenches ask for together."""
Paths = dict[str, tuple[int, list[str]]]
"""By what is asked for: its budget (p95, ms) and the addresses, taken in turn."""


class Reader:
    """One browser's kept connection; answers come packed, as browsers take them."""

    def __init__(self, place: Installation, login: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", place.stack.port, timeout=60)
        self.cookie = Desk(place.stack, login).cookie

    def get(self, path: str) -> bytes:
        """The body as it travelled. Raises RuntimeError for anything but 200."""
        headers = {"Cookie": self.cookie, "Accept-Encoding": "gzip, br"}
        self._connection.request("GET", f"/api/v1{path}", headers=headers)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {body[:300]!r}")
        return body

    def milliseconds(self, path: str) -> float:
        began = time.perf_counter()
        self.get(path)
        return (time.perf_counter() - began) * 1000


def spread(milliseconds: Sequence[float]) -> dict[str, float]:
    ordered = sorted(milliseconds)
    last = len(ordered) - 1
    return {"p50 ms": round(ordered[last // 2], 1), "p95 ms": round(ordered[int(last * 0.95)], 1)}


def asked(place: Installation, next_page: str) -> Paths:
    """Everything that is measured with one client."""
    rng = random.Random(11)
    conversations = place.column(
        "SELECT conversation_id FROM service_requests WHERE status IN ('new', 'open') AND team_id = "
        "(SELECT min(id) FROM teams) ORDER BY id DESC LIMIT 40"
    )
    requests = place.column(
        "SELECT id FROM service_requests WHERE status = 'open' AND team_id = (SELECT min(id) FROM teams) "
        "ORDER BY id DESC LIMIT 40"
    )
    texts = place.column("SELECT text FROM messages WHERE direction = 'inbound' ORDER BY id DESC LIMIT 40000")
    names = rng.sample(place.column("SELECT name FROM contacts ORDER BY id DESC LIMIT 20000"), 20)
    busiest = place.column("SELECT account_id FROM service_requests GROUP BY account_id ORDER BY count(*)")[
        -1
    ]

    def pieces(length: int) -> list[str]:
        return [piece(rng.choice(texts), length, rng) for _ in range(20)]

    def listed(query: str) -> tuple[int, list[str]]:
        return LIST_MS, [f"/service-requests?limit=50&{query}"]

    def searched(words: Sequence[str]) -> tuple[int, list[str]]:
        return SEARCH_MS, [f"/search?q={quote(word)}" for word in words]

    return {
        "session": (FLOOR_MS, ["/session"]),
        "list all": listed("view=all"),
        "list all, next page": listed(f"view=all&cursor={next_page}"),
        "all, newest": listed("view=all&sort=newest"),
        "all, oldest": listed("view=all&sort=oldest"),
        "all of an account": listed(f"view=all&account_id={busiest}"),
        "all overdue": listed("view=all&overdue=true"),
        "all unread": listed("view=all&unread=true"),
        "all private": listed("view=all&lane=private"),
        "all, answer not gone": listed("view=all&send_failed=true"),
        "mine": listed("view=mine"),
        "unassigned": listed("view=unassigned"),
        "team": listed("view=team"),
        "waiting": listed("view=waiting"),
        "resolved": listed("view=resolved&sort=newest"),
        "resolved, urgent": listed("view=resolved"),
        "resolved of an account": listed(f"view=resolved&sort=newest&account_id={busiest}"),
        "list by words": (LIST_MS, [f"/service-requests?view=all&q={quote(word)}" for word in pieces(4)]),
        "resolved by words": (
            LIST_MS,
            [f"/service-requests?view=resolved&sort=newest&q={quote(word)}" for word in pieces(4)],
        ),
        "counts": (COUNTS_MS, ["/service-requests/counts"]),
        "overview": (LIST_MS, ["/overview"]),
        "request": (OPEN_MS, [f"/service-requests/{number}" for number in requests]),
        "conversation": (OPEN_MS, [f"/conversations/{number}" for number in conversations]),
        "messages": (OPEN_MS, [f"/conversations/{number}/messages" for number in conversations]),
        "search word": searched(pieces(2)),
        "search phrase": searched(pieces(6)),
        "search pinyin": searched(["".join(map(syllable, word)) for word in pieces(3)]),
        "search initials": searched(["".join(syllable(c)[0] for c in word) for word in pieces(4)]),
        "search name": searched(names),
    }


def piece(said: str, length: int, rng: random.Random) -> str:
    """`length` Chinese characters that stand together, of a text that has as many; else of a usual one."""
    starts = [
        at
        for at in range(len(said) - length + 1)
        if all("\u4e00" <= character <= "\u9fff" for character in said[at : at + length])
    ]
    if not starts:
        return "宽带又断了怎么办"[:length]
    at = rng.choice(starts)
    return said[at : at + length]


def one_client(reader: Reader, paths: Paths, rounds: int) -> dict[str, Any]:
    found = {}
    for name, (budget, addresses) in paths.items():
        for number in range(WARM):
            reader.get(addresses[number % len(addresses)])
        times = [reader.milliseconds(addresses[number % len(addresses)]) for number in range(rounds)]
        row: dict[str, Any] = spread(times)
        found[name] = row | {"budget": budget, "within": row["p95 ms"] <= budget}
    return found


def eight_clients(place: Installation, cookies: Sequence[str], paths: Paths, rounds: int) -> dict[str, Any]:
    """What a workbench asks for, from eight connections: as fast as it goes, then at the budget's rate."""
    rng = random.Random(5)
    count = rounds * 30
    names = rng.choices(list(SHARES), list(SHARES.values()), k=count)
    requests = [
        _whole_request(place.stack.port, rng.choice(paths[name][1]), rng.choice(cookies)) for name in names
    ]
    fast = offer(place.stack.port, requests, 1e9, CLIENTS, 120)
    paced = offer(place.stack.port, requests, BUDGET_PER_SECOND, CLIENTS, 60)
    rate = round(count / fast.wall_seconds, 1)
    return {
        "as fast as answered": {
            "requests/s": rate,
            "budget": BUDGET_PER_SECOND,
            "within": rate >= BUDGET_PER_SECOND,
            "refused": _refused(fast),
            "generator, cores": round(fast.cpu_seconds / fast.wall_seconds, 2),
        },
        f"at {BUDGET_PER_SECOND}/s": spread(paced.milliseconds) | {"refused": _refused(paced)},
    }


def _whole_request(port: int, path: str, cookie: str) -> bytes:
    return (
        f"GET /api/v1{path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n"
        "Accept-Encoding: gzip, br\r\n\r\n"
    ).encode()


def _refused(answers: Answers) -> int:
    return sum(status != 200 for status in answers.status)


def fill(place: Installation, requests: int) -> float:
    """With nobody else writing; afterwards what PostgreSQL does by itself in a while. The seconds it took."""
    place.stop_workers_and_queue()
    seconds = fill_requests(place.engine, requests)
    if place.database == "postgresql":
        with place.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    place.start_workers_and_queue()
    wait_until_quiet(place)
    return round(seconds, 1)


def wait_until_quiet(place: Installation) -> None:
    """The workers look at what they find there; give them until they have nothing to do, a minute at most."""
    ends = time.monotonic() + QUIET_SECONDS
    while time.monotonic() < ends:
        before = sum(place.cpu_seconds().values())
        time.sleep(LOOK_SECONDS)
        if sum(place.cpu_seconds().values()) - before < RESTING_CORES * LOOK_SECONDS:
            return


def measure(requests: int, rounds: int) -> Callable[[Installation], dict[str, Any]]:
    def measured(place: Installation) -> dict[str, Any]:
        filled = fill(place, requests)
        readers = {login: Reader(place, login) for login in (SUPERVISOR, OPERATOR)}
        first = gzip.decompress(readers[SUPERVISOR].get("/service-requests?limit=50&view=all"))
        paths = asked(place, json.loads(first)["next_cursor"])
        result: dict[str, Any] = {"requests": requests, "filled in s": filled}
        for login, reader in readers.items():
            may = {name: row for name, row in paths.items() if login == SUPERVISOR or name not in LEADS_ALONE}
            result["operator" if login == OPERATOR else "supervisor"] = one_client(reader, may, rounds)
        cookies = [reader.cookie for reader in readers.values()]
        result["eight clients"] = eight_clients(place, cookies, paths, rounds)
        return result

    return measured


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--requests", type=int, default=int(os.environ.get("BENCH_REQUESTS", DEFAULT_REQUESTS))
    )
    parser.add_argument("--database", choices=DATABASES, nargs="*", default=DATABASES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args()
    on_each_database("lists", given.database, measure(given.requests, given.rounds))


if __name__ == "__main__":
    main()
