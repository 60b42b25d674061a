"""The journal: one SQLite connection behind a lock, in a file or in memory."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sandbox.schema import TABLES

Row = sqlite3.Row


class Store:
    """Statements run one at a time; a transaction holds the lock until it ends.

    Durability is against a killed process, not against a power cut: `synchronous=OFF` leaves the
    writing to the operating system, which survives `kill -9`, and keeps a few hundred calls a second cheap.
    """

    def __init__(self, path: Path | None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        target = str(path) if path is not None else ":memory:"
        self._connection = sqlite3.connect(target, check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=OFF")
        self._connection.executescript(TABLES)
        self._lock = threading.RLock()
        self._depth = 0

    def run(self, sql: str, *values: Any) -> int:
        """Execute a write and return the last row id."""
        with self._lock:
            return int(self._connection.execute(sql, values).lastrowid or 0)

    def insert(self, table: str, /, **values: Any) -> int:
        """Add a row and return its row id. Table and column names are ours, values are bound."""
        return self._insert("INSERT", table, values)

    def put(self, table: str, /, **values: Any) -> int:
        """Add a row or replace the one with the same key."""
        return self._insert("INSERT OR REPLACE", table, values)

    def add_once(self, table: str, /, **values: Any) -> bool:
        """Add a row unless its key is there already; whether it was added."""
        with self._lock:
            before = self._connection.total_changes
            self._insert("INSERT OR IGNORE", table, values)
            return self._connection.total_changes > before

    def _insert(self, verb: str, table: str, values: dict[str, Any]) -> int:
        marks = ", ".join("?" * len(values))
        return self.run(f"{verb} INTO {table} ({', '.join(values)}) VALUES ({marks})", *values.values())

    def change(self, sql: str, *values: Any) -> int:
        """Execute a write and return how many rows it touched."""
        with self._lock:
            return self._connection.execute(sql, values).rowcount

    def one(self, sql: str, *values: Any) -> Row | None:
        with self._lock:
            row: Row | None = self._connection.execute(sql, values).fetchone()
            return row

    def all(self, sql: str, *values: Any) -> list[Row]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def named(self, sql: str, values: dict[str, Any]) -> list[Row]:
        """Like `all`, with `:name` placeholders."""
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def number(self, sql: str, *values: Any) -> int:
        """The first column of the first row as an integer, 0 when there is none."""
        row = self.one(sql, *values)
        return int(row[0] or 0) if row is not None else 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; nested transactions join the outer one."""
        with self._lock:
            outermost = self._depth == 0
            if outermost:
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if outermost:
                    self._connection.execute("ROLLBACK")
                raise
            self._depth -= 1
            if outermost:
                self._connection.execute("COMMIT")

    def meta(self, name: str, default: str = "") -> str:
        row = self.one("SELECT value FROM meta WHERE name = ?", name)
        return str(row["value"]) if row is not None else default

    def set_meta(self, name: str, value: str) -> None:
        self.put("meta", name=name, value=value)

    def clear(self) -> None:
        """Empty every table, keeping their shape."""
        with self.transaction():
            tables = self.all(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )
            for table in tables:
                self.run(f"DELETE FROM {table['name']}")

    def close(self) -> None:
        with self._lock:
            self._connection.close()
