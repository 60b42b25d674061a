"""A crowd deals work out: every act upon requests, eight processes at once, on both databases.

    python -m bench.dealing [--operations 100000] [--hands 8] [--databases sqlite postgresql] [--seed 1]

The acts are those of `tests/routing/crowd`, each through the service that screens and jobs call: customers
write, people claim, hand on, give back and leave, leads edit rules, queues, skills and shifts, grants begin
and end, time passes and timers run out. Four times on the way and at the end the rows are judged: no request
lost or held twice, nobody given more than they may hold, every holder explained. Then everybody comes, and
nothing may still wait. Prints the operations by kind; ends with 1 where anything did not hold. SQLite has one
writer: there eight processes wait for each other in turn, and what is found is what happens between acts.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from typing import Any

from app.config import Settings
from app.core import db
from app.core.permissions import system_actor
from app.core.runtime import NullQueue, Runtime
from app.core.unit_of_work import open_context
from app.identity.built_in_roles import keep_built_in_roles
from app.processes import all_jobs
from app.processes.composition import compose
from bench._databases import KINDS, installation
from bench._e2e_support import conditions, publish
from tests.factories.make import Make
from tests.fakes.model import FakeModel
from tests.routing.crowd.acts import Hand
from tests.routing.crowd.place import Place, furnish
from tests.routing.crowd.running import everybody_comes, judged, requests_in, together, work

assert all_jobs.JOB_MODULES  # loaded: a hand does jobs as a worker would

START = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
LOOKS = 4
PATIENCE_SECONDS = 300


class SharedClock:
    """One time for all processes, which passes when one of them says so."""

    def __init__(self, seconds: Any) -> None:
        self._seconds = seconds

    def now(self) -> datetime:
        return START + timedelta(seconds=self._seconds.value)

    def advance(self, seconds: float) -> None:
        with self._seconds.get_lock():
            self._seconds.value += seconds


class _Here:
    """What a process was told when it began, and what it keeps between rounds."""

    make: Make
    place: Place
    clock: SharedClock
    hand: Hand | None = None


def _begin(settings: Settings, place: Place, seconds: Any) -> None:
    _Here.clock = SharedClock(seconds)
    _Here.make = Make(_prepared(settings, _Here.clock))
    _Here.place = place


def _prepared(settings: Settings, clock: SharedClock) -> Runtime:
    db.LOCK_SECONDS = PATIENCE_SECONDS  # a busy machine is no fault
    logging.disable(logging.INFO)
    runtime = compose(settings, clock=clock)
    runtime.queue = NullQueue()
    runtime.parts["classifier"] = FakeModel()
    return runtime


def _work(number: int, acts: int) -> tuple[Counter[str], Counter[str], float]:
    hand = Hand(_Here.make, _Here.place, number, _Here.clock.advance)
    began = time.process_time()
    work(hand, acts)
    return hand.done, hand.refused, time.process_time() - began


def measure(kind: str, operations: int, hands: int, seed: int) -> dict[str, Any]:
    context = get_context("spawn")
    seconds = context.Value("d", 0.0)
    clock = SharedClock(seconds)
    with installation(kind) as place:
        runtime = _prepared(place.runtime.settings, clock)
        with open_context(runtime, system_actor("prepare")) as ctx:
            keep_built_in_roles(ctx.session, ctx.now())
        make = Make(runtime)
        office = furnish(make)
        faults: list[str] = []
        results = []
        began = time.monotonic()
        settings = (runtime.settings, office, seconds)
        with ProcessPoolExecutor(hands, mp_context=context, initializer=_begin, initargs=settings) as pool:
            for look in range(LOOKS):
                numbers = [seed * 10_000 + look * hands + one for one in range(hands)]
                each = operations // (LOOKS * hands)
                results += list(pool.map(_work, numbers, [each] * hands))
                faults += judged(make)
                _told(kind, look, results, faults, began)
                place.settle()
        faults += everybody_comes(make, office, clock.advance)
        faults += judged(make, paced=False)
        done = together([one[0] for one in results])
        row = {
            "operations": sum(done.values()),
            "by kind": done,
            "refused": together([one[1] for one in results]),
            "hands": hands,
            "requests": requests_in(make),
            "processor s of the hands": round(sum(one[2] for one in results)),
            "wall s": round(time.monotonic() - began),
            "faults": faults,
        }
        runtime.engine.dispose()
        return row


def _told(kind: str, look: int, results: list[Any], faults: list[str], began: float) -> None:
    done = sum(sum(one[0].values()) for one in results)
    taken = round(time.monotonic() - began)
    print(f"{kind}: look {look + 1} of {LOOKS}, {done} operations, {taken} s, faults: {faults}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--operations", type=int, default=int(os.environ.get("BENCH_OPERATIONS", "100000")))
    parser.add_argument("--hands", type=int, default=8)
    parser.add_argument("--databases", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    result: dict[str, Any] = conditions()
    for kind in asked.databases:
        result[kind] = measure(kind, asked.operations, asked.hands, asked.seed)
    publish("dealing", result)
    sys.exit(1 if any(result[kind]["faults"] for kind in asked.databases) else 0)


if __name__ == "__main__":
    main()
