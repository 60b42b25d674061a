"""Many browsers' sockets in one process of their own, on bare asyncio: what each heard, and when.

Two hundred of them share two cores with what they measure, so a frame is not parsed: its bytes are searched
for the pushes' words and for its number. Moments are of time.perf_counter(), which processes share on Linux.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any

# As `bench._pushes.text_of` writes them; in JSON they may stand escaped.
_WORDS = re.compile(rb"(?:\xe7\xac\xac|\\u7b2c)(\d{12,18})(?:\xe6\xac\xa1|\\u6b21)")
_SEQ = re.compile(rb'"seq":\s?(\d+)\}\]$')
_KEY = "AAAAAAAAAAAAAAAAAAAAAA=="
_SUBSCRIBE = '420["events.subscribe",{"after":null}]'


@dataclass
class Heard:
    """Of one browser: the first moment of each push's words, and frames that were no newer than the last."""

    moments: dict[int, float] = field(default_factory=dict)
    repeated: int = 0
    received: int = 0
    """Bytes."""

    def count_from(self, first: int) -> int:
        return sum(number >= first for number in self.moments)


class Listeners:
    """`count` browsers, with the cookies in turn. Used in a `with` block; `heard()` ends them.

    `packs`: they offer to have frames packed, as real ones do. A packed frame would not be read here.
    """

    def __init__(self, port: int, cookies: Sequence[str], count: int, *, packs: bool = True) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._pipe, theirs = spawn.Pipe()
        given = (theirs, port, list(cookies), count, packs)
        self._process = spawn.Process(target=_listen, args=given, daemon=True)

    def __enter__(self) -> Listeners:
        self._process.start()
        if not self._pipe.poll(60) or self._pipe.recv() != "ready":
            raise RuntimeError("not every browser could connect")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.join(5)

    def slowest(self, first: int) -> int:
        """Of how many pushes from number `first` on the browser has heard that heard of fewest.

        What an earlier load said may be told again: its requests live on.
        """
        self._pipe.send(first)
        return int(self._pipe.recv())

    def heard(self) -> list[Heard]:
        self._pipe.send("heard")
        told: list[Heard] = self._pipe.recv()
        return told

    def cpu_seconds(self) -> float:
        self._pipe.send("cpu")
        return float(self._pipe.recv())


def _listen(pipe: Connection, port: int, cookies: list[str], count: int, packs: bool) -> None:
    asyncio.run(_Crowd(pipe, port, cookies, count, packs).go())


class _Crowd:
    def __init__(self, pipe: Connection, port: int, cookies: list[str], count: int, packs: bool) -> None:
        self._pipe = pipe
        self._port = port
        self._cookies = cookies
        self._browsers = [_Browser(port, cookies[at % len(cookies)], packs) for at in range(count)]

    async def go(self) -> None:
        loop = asyncio.get_running_loop()
        for browser in self._browsers:
            await loop.create_connection(lambda browser=browser: browser, "127.0.0.1", self._port)
            await browser.ready
        asked = asyncio.Event()
        loop.add_reader(self._pipe.fileno(), asked.set)
        self._pipe.send("ready")
        while True:
            await asked.wait()
            asked.clear()
            while self._pipe.poll():
                self._pipe.send(self._answer(self._pipe.recv()))

    def _answer(self, question: str | int) -> Any:
        if isinstance(question, int):
            return min(browser.heard.count_from(question) for browser in self._browsers)
        if question == "cpu":
            return time.process_time()
        return [browser.heard for browser in self._browsers]


class _Browser(asyncio.Protocol):
    """Engine.IO 4 over a websocket by hand: join, subscribe, answer pings, note frames."""

    def __init__(self, port: int, cookie: str, packs: bool) -> None:
        offer = "Sec-WebSocket-Extensions: permessage-deflate\r\n" if packs else ""
        self._greeting = (
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"{offer}Sec-WebSocket-Key: {_KEY}\r\nOrigin: http://127.0.0.1:{port}\r\nCookie: {cookie}\r\n\r\n"
        )
        self._held = bytearray()
        self._is_open = False
        self._seq = 0
        self.heard = Heard()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport = transport
        transport.write(self._greeting.encode())

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(exc or ConnectionError("refused"))

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        self._held += data
        self.heard.received += len(data)
        if not self._is_open:
            _, separator, rest = bytes(self._held).partition(b"\r\n\r\n")
            if not separator:
                return
            self._is_open, self._held = True, bytearray(rest)
        while (frame := self._take()) is not None:
            self._hear(frame, now)

    def _take(self) -> bytes | None:
        """The next whole frame's payload; a server masks nothing."""
        held = self._held
        if len(held) < 2:
            return None
        length, start = held[1] & 127, 2
        if length > 125:
            start = 4 if length == 126 else 10
            length = int.from_bytes(held[2:start], "big") if len(held) >= start else len(held)
        if len(held) < start + length:
            return None
        payload = bytes(held[start : start + length])
        del held[: start + length]
        return payload

    def _hear(self, frame: bytes, now: float) -> None:
        if frame.startswith(b'42["events"'):
            self._note(frame, now)
        elif frame == b"2":
            self._say("3")
        elif frame.startswith(b"0"):
            self._say("40")
        elif frame.startswith(b"40"):
            self._say(_SUBSCRIBE)
        elif frame.startswith(b"430") and not self.ready.done():
            self.ready.set_result(None)

    def _note(self, frame: bytes, now: float) -> None:
        for number in _WORDS.findall(frame):
            self.heard.moments.setdefault(int(number), now)
        ending = _SEQ.search(frame[-40:])
        seq = int(ending[1]) if ending else 0
        self.heard.repeated += seq <= self._seq
        self._seq = max(seq, self._seq)

    def _say(self, text: str) -> None:
        """A short masked text frame; a mask of zeros changes nothing."""
        self._transport.write(bytes((0x81, 0x80 | len(text), 0, 0, 0, 0)) + text.encode())
