"""The dashboard over HTTP at a given size on both databases: eight cards and the strip of what stands now.

    python -m bench.figures [--requests 1000000] [--database postgresql] [--rounds 30] [--days 90]

The installation is the one that `make run` starts, filled by the bulk path. A round is what a browser does
when the page opens: every card's question at once, over as many connections as a browser keeps, until the
last is answered. Asked as a supervisor (all of an agency), a manager (everything) and an operator (those of
the teams), alone and beside the span before. The budget is 300 ms (p95) on PostgreSQL with a million requests
on two cores.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from app.core.office import OFFICE_ZONE
from bench._e2e_support import DATABASES, Desk, Installation, on_each_database
from bench._figure_rows import fill_figure_rows
from bench._requests import fill_requests
from bench.lists import spread, wait_until_quiet

DEFAULT_REQUESTS = 1_000_000
ROUNDS = 30
WARM = 3
DAYS = 90
BUDGET_MS = 300
CONNECTIONS = 6
PEOPLE = {"supervisor": "jiangnan", "manager": "weilan", "operator": "hexiaotang"}
CARDS: tuple[tuple[tuple[str, ...], str | None], ...] = (
    (("arrivals",), "day"),
    (("arrivals",), "type"),
    (("first_response_p50", "first_response_p90"), "day"),
    (("window_misses",), "day"),
    (("backlog",), "day"),
    (("resolution_p50",), "day"),
    (("replies_sent", "replies_failed"), "day"),
    (("kept_share", "rescue_rate"), "day"),
    (("waiting_now", "load_per_person"), None),
)


class Browser:
    """Somebody who is signed in, over kept connections."""

    def __init__(self, place: Installation, login: str) -> None:
        self.port = place.stack.port
        self.cookie = Desk(place.stack, login).cookie
        session, _ = self._call(self._connect(), "GET", "/session", None, {})
        self.headers = {"X-CSRF-Token": session["csrf_token"], "Content-Type": "application/json"}
        self.pool = ThreadPoolExecutor(CONNECTIONS)
        self.free = [self._connect() for _ in range(CONNECTIONS)]

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def _call(
        self, line: http.client.HTTPConnection, method: str, path: str, body: Any, headers: dict[str, str]
    ) -> tuple[Any, float]:
        began = time.perf_counter()
        sent = None if body is None else json.dumps(body)
        line.request(method, f"/api/v1{path}", sent, {"Cookie": self.cookie, **headers})
        answer = line.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {text[:300]!r}")
        return json.loads(text), (time.perf_counter() - began) * 1000

    def ask(self, question: dict[str, Any]) -> float:
        line = self.free.pop()
        try:
            return self._call(line, "POST", "/figures", question, self.headers)[1]
        finally:
            self.free.append(line)

    def open_page(self, questions: Sequence[dict[str, Any]]) -> tuple[float, list[float]]:
        """Milliseconds until the last card is answered, and those of each card."""
        began = time.perf_counter()
        each = list(self.pool.map(self.ask, questions))
        return (time.perf_counter() - began) * 1000, each


def questions(days: int, comparison: str | None) -> list[dict[str, Any]]:
    today = datetime.now(UTC).astimezone(OFFICE_ZONE).date()
    period = {"first": (today - timedelta(days=days - 1)).isoformat(), "last": today.isoformat()}
    return [
        {
            "metrics": list(metrics),
            "split": [] if split is None else [split],
            "period": period,
            "comparison": comparison,
        }
        for metrics, split in CARDS
    ]


def pages(browser: Browser, asked: Sequence[dict[str, Any]], rounds: int) -> dict[str, Any]:
    for _ in range(WARM):
        browser.open_page(asked)
    times = [browser.open_page(asked) for _ in range(rounds)]
    row: dict[str, Any] = spread([whole for whole, _ in times])
    alone = {
        " ".join([*question["metrics"], *question["split"]]): spread(
            [browser.ask(question) for _ in range(rounds)]
        )["p50 ms"]
        for question in asked
    }
    return row | {"budget": BUDGET_MS, "within": row["p95 ms"] <= BUDGET_MS, "alone, p50 ms": alone}


def fill(place: Installation, requests: int) -> float:
    """With nobody else writing; afterwards what PostgreSQL does by itself in a while. The seconds it took."""
    place.stop_workers_and_queue()
    began = time.perf_counter()
    fill_requests(place.engine, requests)
    fill_figure_rows(place.engine)
    seconds = time.perf_counter() - began
    if place.database == "postgresql":
        with place.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    place.start_workers_and_queue()
    wait_until_quiet(place)
    return round(seconds, 1)


def measure(requests: int, rounds: int, days: int) -> Callable[[Installation], dict[str, Any]]:
    def measured(place: Installation) -> dict[str, Any]:
        result: dict[str, Any] = {"requests": requests, "days": days, "filled in s": fill(place, requests)}
        since = datetime.now(UTC) - timedelta(days=days)
        counted = "SELECT count(*) FROM service_requests WHERE opened_at >= "
        result["opened in the span"] = place.count(f"{counted}'{since:%Y-%m-%d %H:%M:%S}'")
        for role, login in PEOPLE.items():
            browser = Browser(place, login)
            result[role] = pages(browser, questions(days, None), rounds)
            result[f"{role}, beside the span before"] = pages(browser, questions(days, "previous"), rounds)
        return result

    return measured


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--requests", type=int, default=int(os.environ.get("BENCH_REQUESTS", DEFAULT_REQUESTS))
    )
    parser.add_argument("--database", choices=DATABASES, nargs="*", default=["postgresql"])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--days", type=int, default=DAYS)
    given = parser.parse_args()
    on_each_database("figures", given.database, measure(given.requests, given.rounds, given.days))


if __name__ == "__main__":
    main()
