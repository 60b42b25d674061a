"""What the end-to-end benches share: an installation, signed pushes, percentiles, results on disk."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import platform as machine
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.support.servers import unused_port
from tests.support.stack import RunningStack, running_stack

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).parent / "results"
PUSHED_ACCOUNT = "wechat-main"
XML = (
    "<xml><ToUserName><![CDATA[{to}]]></ToUserName><FromUserName><![CDATA[{who}]]></FromUserName>"
    "<CreateTime>{time}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
    "<Content><![CDATA[{text}]]></Content><MsgId>{id}</MsgId></xml>"
)


@contextmanager
def installation(**environ: str) -> Iterator[RunningStack]:
    """All processes as `make run` starts them, on a database of their own, with nobody writing."""
    with tempfile.TemporaryDirectory(prefix="lk-bench-") as name:
        given = {"SANDBOX_OPTIONS": "--scenario none", "UNDO_SECONDS": "0", **environ}
        with running_stack(Path(name) / "data", unused_port(), **given) as stack:
            yield stack


class Pushes:
    """Signed requests of a WeChat account in plain mode, ready to be written to a connection."""

    def __init__(self, port: int, first_id: int) -> None:
        accounts = json.loads((ROOT / "sandbox" / "accounts.json").read_text(encoding="utf-8"))
        self._account = next(a for a in accounts if a["callback_key"] == PUSHED_ACCOUNT)
        self._port = port
        self._first = first_id

    @staticmethod
    def text_of(number: int) -> str:
        return f"宽带断了第{number}次，怎么办"

    def id_of(self, number: int) -> str:
        return str(self._first + number)

    def request(self, number: int, people: int = 500) -> bytes:
        """A whole HTTP request with keep-alive; messages come from `people` different followers."""
        now = str(int(time.time()))
        joined = "".join(sorted([self._account["credentials"]["token"], now, "bench"]))
        query = {"signature": hashlib.sha1(joined.encode()).hexdigest(), "timestamp": now, "nonce": "bench"}
        body = XML.format(
            to=self._account["credentials"]["gh_id"],
            who="o" + hashlib.sha1(str(number % people).encode()).hexdigest()[:27],
            time=now,
            text=self.text_of(number),
            id=self.id_of(number),
        ).encode()
        head = (
            f"POST /callbacks/wechat/{PUSHED_ACCOUNT}?{urlencode(query)} HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{self._port}\r\nContent-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


class Connection:
    """One kept connection; `exchange` gives the status and the milliseconds until the answer was there."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def exchange(self, request: bytes) -> tuple[int, float]:
        """A status of 0 means that nobody answered or the line broke."""
        began = time.perf_counter()
        try:
            status = await asyncio.wait_for(self._exchange(request), 30)
        except (OSError, EOFError, TimeoutError):
            self._streams, status = None, 0
        return status, (time.perf_counter() - began) * 1000

    async def _exchange(self, request: bytes) -> int:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = next(
            (int(x.split(":")[1]) for x in head.split("\r\n") if x.startswith("content-length:")), 0
        )
        await reader.readexactly(length)
        if "connection: close" in head:
            writer.close()
            self._streams = None
        return int(head.split(" ", 2)[1])


@dataclass(frozen=True)
class Spread:
    """Milliseconds."""

    count: int
    median: float
    p99: float
    worst: float

    @classmethod
    def of(cls, milliseconds: Sequence[float]) -> Spread:
        ordered = sorted(milliseconds)
        last = len(ordered) - 1
        return cls(
            count=len(ordered),
            median=round(ordered[last // 2], 1),
            p99=round(ordered[min(last, int(len(ordered) * 0.99))], 1),
            worst=round(ordered[-1], 1),
        )


def count(stack: RunningStack, statement: str) -> int:
    """The first number of a statement on the installation's SQLite file."""
    with closing(sqlite3.connect(f"file:{stack.data_dir / 'lingke.db'}?mode=ro", uri=True)) as connection:
        return int(connection.execute(statement).fetchone()[0])


def conditions() -> dict[str, Any]:
    """What a figure means nothing without."""
    return {
        "measured_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 1),
        "python": machine.python_version(),
        "database": "SQLite, WAL",
        "clients": "on the same machine",
    }


def publish(name: str, result: dict[str, Any]) -> None:
    """Write bench/results/<name>.json and print it as a table."""
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(result, ensure_ascii=False, indent=2)
    (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(f"\n{name}")
    for key, value in result.items():
        shown = "  ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
        print(f"  {key:<42}{shown}")
