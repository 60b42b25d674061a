"""Pushes: how fast they are acknowledged with everything running, with workers and Redis stopped, in a burst.

    python -m bench.e2e_pushes [--seconds 20] [--rate 200] [--burst 10000]

Targets: p99 of the acknowledgement 50 ms at 200 a second, in both states; 10,000 pushes offered within 10 s
over 50 connections are all acknowledged within 1 s each, none is lost, all are items 20 s after the last.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time
import xmlrpc.client
from dataclasses import asdict
from typing import Any

from supervisor.xmlrpc import SupervisorTransport

from app.ops.layout import Layout
from bench._e2e_support import Connection, Pushes, Spread, conditions, count, installation, publish
from tests.support.stack import RunningStack, wait_for

CONNECTIONS = 50
BURST_SECONDS = 10.0
DRAIN_SECONDS = 180.0
STOPPED = (
    "lingke:worker-ingest",
    "lingke:worker-outbound",
    "lingke:worker-default",
    "lingke:scheduler",
    "queue",
)
ITEMS = "SELECT count(*) FROM inbound_items"
WAITING = "SELECT count(*) FROM callback_deliveries WHERE status = 'received'"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--rate", type=float, default=200.0)
    parser.add_argument("--burst", type=int, default=10_000)
    given = parser.parse_args(arguments)
    result: dict[str, Any] = conditions()
    number = int(given.rate * given.seconds)
    with installation() as stack:
        result["everything runs"] = _steady(stack, Pushes(stack.port, 10**18), number, given.rate)
        _drain(stack, number)
        _supervisor(stack, "stopProcess")
        result["workers and Redis stopped"] = _steady(
            stack, Pushes(stack.port, 2 * 10**18), number, given.rate
        )
        _supervisor(stack, "startProcess")
        _drain(stack, 2 * number)
        result["burst"] = _burst(stack, given.burst)
    result["load_after"] = round(os.getloadavg()[0], 1)
    publish("e2e_pushes", result)
    return 0


def _steady(stack: RunningStack, pushes: Pushes, number: int, rate: float) -> dict[str, Any]:
    answers = asyncio.run(_offer(stack.port, pushes, number, rate))
    return _summary(answers) | {"offered_a_second": rate}


def _summary(answers: list[tuple[int, float]]) -> dict[str, Any]:
    refused = sum(status != 200 for status, _ in answers)
    return asdict(Spread.of([ms for _, ms in answers])) | {"not_acknowledged": refused}


async def _offer(port: int, pushes: Pushes, number: int, rate: float) -> list[tuple[int, float]]:
    """Offer pushes on a fixed timetable; time waited for a free connection counts as part of the answer."""
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        free.put_nowait(Connection(port))
    began = time.perf_counter()

    async def one(index: int) -> tuple[int, float]:
        due = began + index / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        connection = await free.get()
        status, _ = await connection.exchange(pushes.request(index))
        free.put_nowait(connection)
        return status, (time.perf_counter() - due) * 1000

    return list(await asyncio.gather(*(one(index) for index in range(number))))


def _burst(stack: RunningStack, number: int) -> dict[str, Any]:
    before = count(stack, ITEMS)
    began = time.monotonic()
    answers = asyncio.run(_offer(stack.port, Pushes(stack.port, 3 * 10**18), number, number / BURST_SECONDS))
    ended = time.monotonic()
    wait_for(lambda: count(stack, ITEMS) - before >= number and count(stack, WAITING) == 0, DRAIN_SECONDS)
    return _summary(answers) | {
        "acknowledged_over_1_s": sum(ms > 1000 for _, ms in answers),
        "seconds_until_all_acknowledged": round(ended - began, 1),
        "seconds_from_the_last_acknowledgement_until_all_are_items": round(time.monotonic() - ended, 1),
        "lost": number - (count(stack, ITEMS) - before),
    }


def _drain(stack: RunningStack, items: int) -> None:
    if not wait_for(lambda: count(stack, ITEMS) >= items and count(stack, WAITING) == 0, DRAIN_SECONDS):
        raise SystemExit("the pushes were not processed in time")


def _supervisor(stack: RunningStack, method: str) -> None:
    """Stop or start workers, scheduler and queue server for good: a killed one would come back."""
    socket = Layout(stack.data_dir).supervisor_socket
    transport = SupervisorTransport(None, None, serverurl=f"unix://{socket}")
    interface = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport).supervisor
    names = STOPPED if method == "stopProcess" else tuple(reversed(STOPPED))
    for name in names:
        getattr(interface, method)(name)


if __name__ == "__main__":
    raise SystemExit(main())
