"""Replay of a JSON-lines file: each row becomes one Weibo mention of the first Weibo account.

The number of rows already turned into posts is journaled in the transaction of the post itself, so that a
restart continues with the next row and no row is posted twice or skipped.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sandbox import ids
from sandbox.weibo import content
from sandbox.world import World

Json = dict[str, Any]
_SURNAMES = "赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜谢邹喻潘葛范彭郎鲁韦昌马苗方俞任袁柳"
_WORDS = ("小雨", "爱吃米线", "在路上", "的日常", "追风", "不加糖", "晒太阳", "慢慢来", "晚睡星人", "爬山去")


def read_rows(path: Path) -> Iterator[Json | None]:
    """The file's rows in order; None for a line that is not an object with a text in `text`."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield _row(line)


def _row(line: str) -> Json | None:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) and isinstance(row.get("text"), str) else None


def fingerprint(path: Path) -> str:
    """Tells one corpus from another by size and beginning, so that each has its own place in the journal.

    A file that cannot be read has none; `start` reports it.
    """
    try:
        with path.open("rb") as file:
            beginning = file.read(65_536)
        return hashlib.sha256(beginning + str(path.stat().st_size).encode()).hexdigest()[:16]
    except OSError:
        return ""


def author_of(number: int, row: Json) -> str:
    """The row's own author when it names one, else an invented person; some people write several rows."""
    for name in ("user", "author", "screen_name"):
        if isinstance(row.get(name), str) and row[name]:
            return str(row[name])[:30]
    seed = ids.digest("corpus", str(number if number % 4 else number // 12))
    surname, word = _SURNAMES[seed[0] % len(_SURNAMES)], _WORDS[seed[1] % len(_WORDS)]
    return f"{surname}{word}{int.from_bytes(seed[2:5], 'big') % 100_000}"


class CorpusReplay:
    """`rows` counts lines with a text, `invalid` the others; `emitted` is how many rows became posts."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.rows = 0
        self.invalid = 0
        self.rate = world.settings.corpus_rate
        self._path = world.settings.corpus
        self._journal = f"corpus:{fingerprint(self._path)}" if self._path is not None else "corpus"
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Count the rows and begin posting in the background. Raises OSError when the file cannot be read."""
        if self._path is None:
            return
        for row in read_rows(self._path):
            if row is None:
                self.invalid += 1
            else:
                self.rows += 1
        self._thread = threading.Thread(target=self._replay, args=(self._path,), name="corpus", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop and wait until the last post is journaled."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    @property
    def emitted(self) -> int:
        return int(self._world.store.meta(self._journal, "0"))

    def as_json(self) -> Json:
        path = str(self._path.name) if self._path is not None else ""
        return {
            "file": path,
            "rows": self.rows,
            "invalid": self.invalid,
            "emitted": self.emitted,
            "rate": self.rate,
        }

    def _replay(self, path: Path) -> None:
        done = self.emitted
        valid = (row for row in read_rows(path) if row is not None)
        started, posted = time.monotonic(), 0
        for number, row in enumerate(valid):
            if number < done:
                continue
            wait = started + posted / max(self.rate, 0.001) - time.monotonic()
            if self._stopped.wait(max(0.0, wait)):
                return
            self._post(number, row)
            posted += 1

    def _post(self, number: int, row: Json) -> None:
        world = self._world
        brand = world.directory.all("weibo")[0]
        uid = world.people.weibo(author_of(number, row))
        with world.store.transaction():
            content.write_status(world, uid, row["text"], origin=f"corpus:{number}", mention=brand)
            world.store.set_meta(self._journal, str(number + 1))
