"""What a whole installation takes at rest, as `make run` starts it: proportional memory of every process.

    python -m bench.memory [--database sqlite] [--rest 30]

A page that several processes map counts for each of them in equal parts (PSS), so that the sum is what the
machine has to give. The PostgreSQL server is not in it; the sandbox, which only a demo has, is told apart.
It also tells how long the start took, a second time
on the same data as well: the first one makes the database. Linux only.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from pathlib import Path
from typing import Any

import psutil

from bench._e2e_support import DATABASES, Installation, conditions, installation, kind_of, publish
from tests.support.stack import running_stack

BUDGET_MB = 450
FIELDS = {"Pss": "pss", "Private_Dirty": "own", "Rss": "rss"}


def megabytes(pid: int) -> dict[str, float]:
    """`pss`, `own` (written by this process alone) and `rss` of one process."""
    found = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        name, _, rest = line.partition(":")
        if name in FIELDS:
            found[FIELDS[name]] = round(int(rest.split()[0]) / 1024, 1)
    return found


def at_rest(place: Installation, rest: float) -> dict[str, Any]:
    """Each process of the installation after `rest` seconds with nobody there, and the sum."""
    time.sleep(rest)
    table: dict[str, dict[str, float]] = {}
    for process in [psutil.Process(place.stack.process.pid), *place.stack.processes()]:
        kind = kind_of(process)
        name = kind if kind not in table else f"{kind}-{process.pid}"
        table[name] = megabytes(process.pid)
    total = round(sum(row["pss"] for row in table.values()), 1)
    # Pages that the sandbox shares would stay for the others; those of its own would not be there.
    without = round(total - table["sandbox"]["own"], 1) if "sandbox" in table else total
    return {
        "processes": table,
        "sum": total,
        "sum_without_sandbox": without,
        "budget": BUDGET_MB,
        "within": total <= BUDGET_MB,
    }


def seconds_to_ready(printed: str) -> float:
    found = re.search(r"ready in ([\d.]+) s", printed)
    return float(found[1]) if found else float("nan")


def measure(place: Installation, rest: float) -> dict[str, Any]:
    result = {"ready_first_s": seconds_to_ready(place.stack.printed()), **at_rest(place, rest)}
    again = {"DATABASE_URL": place.address} if place.cluster else {}
    place.stack.stop()
    with running_stack(place.stack.data_dir, place.stack.port, **again) as second:
        result["ready_again_s"] = seconds_to_ready(second.printed())
    return result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=DATABASES, nargs="*", default=DATABASES)
    parser.add_argument("--rest", type=float, default=30.0)
    chosen = parser.parse_args()
    result: dict[str, Any] = conditions()
    for database in chosen.database:
        # The demo as it is, its platforms included: what somebody sees who tries `make run`.
        with installation(database, SANDBOX_OPTIONS="") as place:
            result[database] = measure(place, chosen.rest)
    publish("memory", result)
    return 0 if all(result[database]["within"] for database in chosen.database) else 1


if __name__ == "__main__":
    sys.exit(main())
