"""The floor board over HTTP with many open requests on PostgreSQL: how long its answers take.

    python -m bench.floor [--open 100000] [--rounds 60]

The installation is the one that `make run` starts, filled by the bulk path; then the newest request of each
person is opened again, half of them waiting for somebody, as after a night on which nobody was there. One
client asks as a supervisor; beside the time on the clock, which others on the machine lengthen, stands the
processor time that the web process and the database's server spend on one answer. The number of statements
is held by `tests/routing/test_floor.py`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from bench._e2e_support import Installation, cpu_per, on_each_database
from bench.lists import SUPERVISOR, WARM, Reader, fill, spread

BUDGET_MS = 100
DEFAULT_OPEN = 100_000
WORKING = ("web", "postgresql")
PEOPLE_WRITE = 1.5
"""So many requests are filled in for each that can be open: nobody has two open on one lane."""
_REOPEN = """
UPDATE service_requests SET status = 'open', resolved_at = NULL,
  assignee_id = CASE WHEN id % 2 = 0 THEN NULL ELSE assignee_id END,
  waiting_since = now() - (id % 240) * interval '1 minute',
  due_at = now() + (id % 240 - 60) * interval '1 minute',
  urgent_at = now() + (id % 240 - 60) * interval '1 minute'
WHERE id IN (SELECT max(id) FROM service_requests GROUP BY conversation_id, lane
  HAVING NOT bool_or(status IN ('new', 'open', 'pending', 'on_hold')) LIMIT :most)
"""
_OPEN = "SELECT count(*) FROM service_requests WHERE status IN ('new', 'open', 'pending', 'on_hold')"


def measure(wanted: int, rounds: int) -> Callable[[Installation], dict[str, Any]]:
    def measured(place: Installation) -> dict[str, Any]:
        seconds = fill(place, int(wanted * PEOPLE_WRITE))
        place.stop_workers_and_queue()
        with place.engine.begin() as connection:
            connection.execute(text(_REOPEN), {"most": wanted})
        with place.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE service_requests")
        reader = Reader(place, SUPERVISOR)
        found = place.column(_OPEN)[0]
        result: dict[str, Any] = {"open": found, "filled in s": seconds, "budget ms": BUDGET_MS}
        for name, path in (("board", "/floor"), ("arrivals of the day", "/floor/arrivals")):
            for _ in range(WARM):
                reader.get(path)
            with cpu_per(place, rounds) as microseconds:
                figures = spread([reader.milliseconds(path) for _ in range(rounds)])
            result[name] = figures | {"within": figures["p95 ms"] <= BUDGET_MS}
            result[f"{name}, processor time of one answer"] = {
                f"{kind} ms": round(microseconds.get(kind, 0.0) / 1000, 1) for kind in WORKING
            }
        return result

    return measured


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--open", type=int, default=DEFAULT_OPEN)
    parser.add_argument("--rounds", type=int, default=60)
    given = parser.parse_args()
    on_each_database("floor", ["postgresql"], measure(given.open, given.rounds))


if __name__ == "__main__":
    main()
