"""A cheap open-loop HTTP generator: whole requests on a fixed timetable over kept connections.

It shares the machine's cores with what it measures, so it is written on bare asyncio protocols and costs some
50 µs a request. A request has its moment whatever the server does; what it waits for a free connection counts
as part of its answer (no coordinated omission).
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

TICK_SECONDS = 0.002


@dataclass
class Answers:
    """By request: the status (0: nobody answered) and the milliseconds from its moment to its answer."""

    status: list[int]
    milliseconds: list[float]
    cpu_seconds: float = 0.0
    """What the generator itself used."""
    wall_seconds: float = 0.0
    """From the first request's moment to the last answer."""
    unanswered: set[int] = field(default_factory=set)
    moments: list[float] = field(default_factory=list)
    """When each was answered, by time.perf_counter()."""


def offer(port: int, requests: Sequence[bytes], rate: float, connections: int, patience: float) -> Answers:
    """Send them, `rate` a second; wait for answers until `patience` seconds after the last one's moment."""
    return asyncio.run(_Run(port, requests, rate, connections).go(patience))


class _Run:
    def __init__(self, port: int, requests: Sequence[bytes], rate: float, connections: int) -> None:
        self.port = port
        self.requests = requests
        self.rate = rate
        self.connections = connections
        total = len(requests)
        self.answers = Answers(
            [0] * total, [0.0] * total, unanswered=set(range(total)), moments=[0.0] * total
        )
        self.waiting: deque[int] = deque()
        self.free: deque[_Line] = deque()
        self.done = asyncio.Event()

    async def go(self, patience: float) -> Answers:
        loop = asyncio.get_running_loop()
        for _ in range(self.connections):
            await loop.create_connection(lambda: _Line(self), "127.0.0.1", self.port)
        cpu, self.began = time.process_time(), time.perf_counter()
        await self._keep_the_timetable()
        try:
            await asyncio.wait_for(self.done.wait(), patience)
        except TimeoutError:
            self._give_up()
        self.answers.cpu_seconds = time.process_time() - cpu
        self.answers.wall_seconds = time.perf_counter() - self.began
        return self.answers

    async def _keep_the_timetable(self) -> None:
        total, offered = len(self.requests), 0
        while offered < total:
            due = min(total, int((time.perf_counter() - self.began) * self.rate) + 1)
            self.waiting.extend(range(offered, due))
            offered = due
            self.feed()
            await asyncio.sleep(TICK_SECONDS)

    def feed(self) -> None:
        while self.free and self.waiting:
            self.free.popleft().send(self.waiting.popleft())

    def note(self, number: int, status: int) -> None:
        self.answers.status[number] = status
        self.answers.moments[number] = time.perf_counter()
        self.answers.milliseconds[number] = self._since_its_moment(number)
        self.answers.unanswered.discard(number)
        if not self.answers.unanswered:
            self.done.set()

    def reconnect(self) -> None:
        task = asyncio.get_running_loop().create_task(self._connect_again())
        task.add_done_callback(lambda ended: ended.exception())

    async def _connect_again(self) -> None:
        await asyncio.sleep(0.05)
        await asyncio.get_running_loop().create_connection(lambda: _Line(self), "127.0.0.1", self.port)
        self.feed()

    def _since_its_moment(self, number: int) -> float:
        return (time.perf_counter() - self.began - number / self.rate) * 1000

    def _give_up(self) -> None:
        for number in self.answers.unanswered:
            self.answers.milliseconds[number] = self._since_its_moment(number)


class _Line(asyncio.Protocol):
    """One connection with one request under way at most."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._number: int | None = None
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._run.free.append(self)

    def send(self, number: int) -> None:
        self._number = number
        self._transport.write(self._run.requests[number])

    def data_received(self, data: bytes) -> None:
        self._held += data
        head, separator, body = self._held.partition(b"\r\n\r\n")
        if not separator:
            return
        lowered = head.lower()
        if len(body) < _length(lowered):
            return
        number, self._number, self._held = self._number, None, b""
        if number is not None:
            self._run.note(number, int(head[9:12]))
        if b"connection: close" in lowered:
            self._transport.close()
        else:
            self._run.free.append(self)
            self._run.feed()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._number is not None:
            self._run.note(self._number, 0)
        if self in self._run.free:
            self._run.free.remove(self)
        self._run.reconnect()


def _length(lowered_head: bytes) -> int:
    _, found, rest = lowered_head.partition(b"content-length:")
    return int(rest.split(b"\r\n", 1)[0]) if found else 0
