"""From an accepted push to the event in operators' browsers.

    python -m bench.e2e_live [--database postgresql sqlite] [--load 20x1 20x50 100x200] [--seconds 20]

A load of 20x50 is twenty pushes a second while fifty supervisors listen, each by a websocket of their own.
Each push is a message of a new follower, so each opens a request. Measured from the moment the push was
acknowledged to the frame that carries its words, for every browser: storing, understanding, judging by the
language model, routing, numbering and sending lie in between. `steps` are those of /metrics: taken (accepted
to its worker's look at it), judged (to the end of the change), read (to numbered and read by the web
process), sent (onto every line); `at once` is how many pushes one change took in.
Target: p50 60 ms, p99 200 ms.
"""

from __future__ import annotations

import argparse
import re
from dataclasses import asdict
from typing import Any

import httpx

from bench._e2e_support import DATABASES, Desk, Installation, Spread, cpu_per, on_each_database
from bench._listeners import Heard, Listeners
from bench._open_loop import Answers, offer
from bench._pushes import Pushes
from tests.support.stack import wait_for

PATIENCE_SECONDS = 30.0
CONNECTIONS = 16
SOCKETS_PER_LOGIN = 25
"""More would come into the pace at which one session may read the log."""
PEOPLE = 10**9 + 7
"""So many that each push comes from somebody new and opens a request."""
_METRICS_SECONDS = 300.0
"""A process that encodes answers nobody meanwhile."""
LOADS = ("20x1", "20x50", "100x200")
_STEP = re.compile(r'^lingke_live_step_seconds_(sum|count)\{step="(\w+)"\} (\S+)$', re.MULTILINE)
_AT_ONCE = re.compile(r"^lingke_pushes_at_once_(sum|count) (\S+)$", re.MULTILINE)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", nargs="+", choices=DATABASES, default=list(DATABASES))
    parser.add_argument("--load", nargs="+", default=list(LOADS))
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args(arguments)
    missing: list[int] = []

    def measure(place: Installation) -> dict[str, Any]:
        found = {}
        _Run(place, 1, 5.0).go(10**14, 6)  # loads the language model once
        for number, load in enumerate(given.load):
            rate, clients = load.split("x")
            run = _Run(place, int(clients), float(rate))
            found[load] = run.go(10**15 + number * 10**6, int(float(rate) * given.seconds))
            missing.append(found[load]["lost"]["never_seen"])
            print(f"{place.database} {load}: {found[load]}", flush=True)
        return found

    on_each_database("e2e_live", given.database, measure)
    return int(any(missing))


class _Run:
    """One load on an installation."""

    def __init__(self, place: Installation, clients: int, rate: float) -> None:
        self._place = place
        self._clients = clients
        self._rate = rate

    def go(self, first: int, count: int) -> dict[str, Any]:
        """The figures; `first` is the first push's number, and `count` how many there are."""
        port = self._place.stack.port
        logins = 1 + (self._clients - 1) // SOCKETS_PER_LOGIN
        cookies = [Desk(self._place.stack).cookie for _ in range(logins)]
        requests = Pushes(port, first, people=PEOPLE).mixed(count)
        with Listeners(port, cookies, self._clients) as listeners:
            before, listening = self._metrics(), listeners.cpu_seconds()
            with cpu_per(self._place, count) as work:
                answers = offer(port, requests, self._rate, CONNECTIONS, PATIENCE_SECONDS)
                accepted = sum(status == 200 for status in answers.status)
                wait_for(lambda: listeners.slowest(first) >= accepted, PATIENCE_SECONDS)
            work["listeners"] = round((listeners.cpu_seconds() - listening) / count * 1e6)
            heard = listeners.heard()
        after = self._metrics()
        return self._figures(first, answers, heard) | {
            "steps, ms (mean)": _steps_between(before, after),
            "at once": _pushes_at_once(before, after),
            "processor us a push": work,
        }

    def _figures(self, first: int, answers: Answers, heard: list[Heard]) -> dict[str, Any]:
        accepted = {
            first + at: answers.moments[at] for at, status in enumerate(answers.status) if status == 200
        }
        taken = [
            max(0.0, seen.moments[number] - at) * 1000
            for seen in heard
            for number, at in accepted.items()
            if number in seen.moments
        ]
        received = sum(seen.received for seen in heard) / max(1, len(accepted) * len(heard))
        return {
            "accepted to seen, ms": asdict(Spread.of(taken)) if taken else {},
            "acknowledged, ms": asdict(Spread.of(answers.milliseconds)),
            "lost": {
                "never_seen": len(accepted) * len(heard) - len(taken),
                "twice": sum(seen.repeated for seen in heard),
                "not_accepted": len(answers.status) - len(accepted),
            },
            "bytes": {"a push and browser": round(received)},
        }

    def _metrics(self) -> str:
        return httpx.get(f"{self._place.stack.address}/metrics", timeout=_METRICS_SECONDS).text


def _steps_between(before: str, after: str) -> dict[str, float]:
    """Milliseconds: each step's mean of what was observed meanwhile."""
    then, now = _steps(before), _steps(after)
    means = {}
    for step in ("taken", "judged", "read", "sent"):
        count = now.get((step, "count"), 0.0) - then.get((step, "count"), 0.0)
        if count:
            means[step] = round((now[step, "sum"] - then.get((step, "sum"), 0.0)) / count * 1000, 1)
    return means


def _steps(page: str) -> dict[tuple[str, str], float]:
    return {(step, what): float(value) for what, step, value in _STEP.findall(page)}


def _pushes_at_once(before: str, after: str) -> float:
    """The mean of what one change took in meanwhile."""
    (sum_then, count_then), (sum_now, count_now) = _at_once(before), _at_once(after)
    return round((sum_now - sum_then) / max(1.0, count_now - count_then), 1)


def _at_once(page: str) -> tuple[float, float]:
    found = {what: float(value) for what, value in _AT_ONCE.findall(page)}
    return found.get("sum", 0.0), found.get("count", 0.0)


if __name__ == "__main__":
    raise SystemExit(main())
