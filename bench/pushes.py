"""Pushes: how fast they are acknowledged, whether any is lost, how soon all are worked on.

    python -m bench.pushes [--databases postgresql sqlite] [--seconds 15] [--rate 200] [--burst 10000]

WeChat plain, WeChat encrypted and Weibo in turn, offered on a fixed timetable. Targets: p99 of the answer
50 ms at 200 a second, also with all workers and Redis stopped; 10,000 within 10 s over 50 connections all
acknowledged within 1 s each, none lost, and all of them items with a verdict 20 s after the last.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict
from typing import Any

from bench._databases import flush_milliseconds
from bench._e2e_support import (
    DATABASES,
    Installation,
    Spread,
    cpu_per,
    on_each_database,
)
from bench._open_loop import Answers, offer
from bench._pushes import Pushes, text_of
from tests.support.stack import wait_for

CONNECTIONS = 50
BURST_SECONDS = 10.0
PATIENCE_SECONDS = 30.0
DRAIN_SECONDS = 120.0
WARM_UP = 90
ITEMS = "SELECT count(*) FROM inbound_items"
VERDICTS = "SELECT count(*) FROM verdicts"
WAITING = "SELECT count(*) FROM callback_deliveries WHERE status = 'received'"
TEXTS = "SELECT text FROM inbound_items"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--databases", nargs="+", default=list(DATABASES), choices=DATABASES)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--rate", type=float, default=200.0)
    parser.add_argument("--burst", type=int, default=10_000)
    given = parser.parse_args(arguments)
    on_each_database("pushes", given.databases, lambda place: _measure(place, given))
    return 0


def _measure(place: Installation, given: argparse.Namespace) -> dict[str, Any]:
    offered = Series(place)
    number = int(given.rate * given.seconds)
    offered.steady(WARM_UP, 30.0)  # the first ones load the language model
    offered.drain()
    found: dict[str, Any] = {"flush_ms": flush_milliseconds(place.stack.data_dir)}
    found["everything runs"] = offered.steady(number, given.rate)
    offered.drain()
    place.stop_workers_and_queue()
    found["workers and Redis stopped"] = offered.steady(number, given.rate)
    place.start_workers_and_queue()
    offered.drain()
    found["burst"] = offered.burst(given.burst)
    return found


class Series:
    """Everything that is offered to one installation; each push is another message."""

    def __init__(self, place: Installation) -> None:
        self._place = place
        self._next = 10**15
        self._accepted = 0
        self._accepted_texts: set[str] = set()

    def steady(self, number: int, rate: float) -> dict[str, Any]:
        spent, answers = self._offer(number, rate)
        return _summary(answers) | {"offered_a_second": rate, "cpu_us_a_push": spent}

    def burst(self, number: int) -> dict[str, Any]:
        spent, answers = self._offer(number, number / BURST_SECONDS)
        ended = time.monotonic()
        items, verdicts = self._drained(ended)
        lost = len(self._accepted_texts - set(self._place.column(TEXTS)))
        return _summary(answers) | {
            "over_1_s": sum(ms > 1000 for ms in answers.milliseconds),
            "seconds_until_all_acknowledged": round(answers.wall_seconds, 1),
            "seconds_more_until_all_are_items": items,
            "seconds_more_until_all_have_verdicts": verdicts,
            "acknowledged_but_lost": lost,
            "cpu_us_a_push": spent,
        }

    def drain(self) -> None:
        """Raises SystemExit when that takes too long."""
        if self._drained(time.monotonic())[1] is None:
            raise SystemExit("the pushes were not processed in time")

    def _offer(self, number: int, rate: float) -> tuple[dict[str, float], Answers]:
        first, self._next = self._next, self._next + number
        port = self._place.stack.port
        requests = Pushes(port, first).mixed(number)
        with cpu_per(self._place, number) as spent:
            answers = offer(port, requests, rate, CONNECTIONS, PATIENCE_SECONDS)
        spent["generator"] = round(answers.cpu_seconds / number * 1e6)
        accepted = [index for index, status in enumerate(answers.status) if status == 200]
        self._accepted += len(accepted)
        self._accepted_texts |= {text_of(first + index) for index in accepted}
        return spent, answers

    def _drained(self, since: float) -> tuple[float | None, float | None]:
        """Seconds since then until everything accepted was an item, and had a verdict; None: not in time."""
        items = wait_for(self._all_items, DRAIN_SECONDS)
        stored = round(time.monotonic() - since, 1)
        judged = items and wait_for(self._all_judged, DRAIN_SECONDS)
        return (stored if items else None), (round(time.monotonic() - since, 1) if judged else None)

    def _all_items(self) -> bool:
        return self._place.count(ITEMS) >= self._accepted and self._place.count(WAITING) == 0

    def _all_judged(self) -> bool:
        return self._place.count(VERDICTS) >= self._accepted


def _summary(answers: Answers) -> dict[str, Any]:
    refused = sum(status != 200 for status in answers.status)
    return asdict(Spread.of(answers.milliseconds)) | {"not_acknowledged": refused}


if __name__ == "__main__":
    raise SystemExit(main())
