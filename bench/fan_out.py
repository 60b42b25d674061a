"""From an event in the log to everybody's browser: a steady stream, a burst beside a bare server, many idle.

    python -m bench.fan_out [--database postgresql sqlite] [--idle 2000] [--listeners 200] [--seconds 10]

Steady: fifty events a second are written into the log, each heard by everybody: 10,000 deliveries a second
with 200 sockets. Measured from the commit to the frame that carries the event, for every browser.
Burst: so many events in one commit until everybody has heard the last; then the same events by the `emit` of
a bare Socket.IO server under the same kind of web server (`_bare_socketio.py`), to the same crowd.
Idle: so many sockets of operators who are there; once a second one of them changes their presence, which all
hear. What all processes together take of a core is measured, without the generator.
Budgets: steady p99 200 ms and nothing missing; burst at least half as fast as bare; idle at most one core.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import redis
from sqlalchemy.orm import Session

from app.core.tables import EventLog
from app.models import Account
from app.ops.layout import Layout
from bench._e2e_support import DATABASES, Desk, Installation, Spread, on_each_database
from bench._fan_events import payload
from bench._listeners import Heard, Listeners
from tests.support.servers import unused_port
from tests.support.stack import wait_for

SOCKETS_PER_LOGIN = 25
STEADY_PER_SECOND = 50
BURST = 500
PATIENCE_SECONDS = 120.0
FIRST = 10**15
IDLE_CORES, STEADY_P99_MS, SHARE_OF_BARE = 1.0, 200, 0.5


class Writer:
    """Puts events into an installation's log, as a change of ours would, and rings for them."""

    def __init__(self, place: Installation) -> None:
        self._place = place
        socket = Layout(place.stack.data_dir).queue_socket
        self._bell = redis.Redis(unix_socket_path=str(socket))
        with Session(place.engine) as session:
            self._account = session.query(Account).order_by(Account.id).first()

    def write(self, numbers: Sequence[int]) -> float:
        """One commit; the moment of perf_counter() after it."""
        assert self._account is not None
        with Session(self._place.engine) as session:
            session.add_all(
                EventLog(
                    created_at=datetime.now(UTC),
                    name="service_request.opened",
                    about_kind="service_request",
                    about_id=str(number),
                    account_id=self._account.id,
                    agency_id=self._account.agency_id,
                    actor="bench",
                    payload=payload(number),
                    rooms=["all", f"a{self._account.id}"],
                    withdraw_rooms=[],
                    parts={},
                )
                for number in numbers
            )
            session.commit()
        moment = time.perf_counter()
        self._bell.publish("lingke:events:written", b"1")
        return moment


def cookies_of(place: Installation, sockets: int) -> list[str]:
    return [Desk(place.stack).cookie for _ in range(1 + (sockets - 1) // SOCKETS_PER_LOGIN)]


def idle(place: Installation, sockets: int, seconds: float) -> dict[str, Any]:
    """Processor time of everything but the crowd while so many are connected and one a second moves."""
    cookies = cookies_of(place, sockets)
    mover = Desk(place.stack, "hexiaotang")
    with (
        Listeners(place.stack.port, cookies, sockets) as crowd,
        httpx.Client(base_url=f"{place.stack.address}/api/v1", timeout=30) as client,
    ):
        time.sleep(3)
        before, began = place.cpu_seconds(), time.perf_counter()
        moves = 0
        while time.perf_counter() - began < seconds:
            state = ("online", "busy")[moves % 2]
            answer = client.put(
                "/session/presence",
                json={"presence": state},
                headers={"Cookie": mover.cookie, "X-CSRF-Token": mover.token},
            )
            answer.raise_for_status()
            moves += 1
            time.sleep(max(0.0, began + moves - time.perf_counter()))
        took = time.perf_counter() - began
        after = place.cpu_seconds()
        heard = crowd.heard()
    used = {kind: (value - before.get(kind, 0.0)) / took for kind, value in after.items()}
    cores = round(sum(used.values()), 2)
    return {
        "sockets": sockets,
        "moves": moves,
        "cores": cores,
        "of it": {kind: round(value, 3) for kind, value in sorted(used.items()) if value > 0.002},
        "bytes a socket and second": round(sum(one.received for one in heard) / sockets / took),
        "within": cores <= IDLE_CORES,
    }


def steady(place: Installation, writer: Writer, sockets: int, seconds: float) -> dict[str, Any]:
    with Listeners(place.stack.port, cookies_of(place, sockets), sockets) as crowd:
        count, moments = int(STEADY_PER_SECOND * seconds), {}
        began = time.perf_counter()
        for at in range(count):
            time.sleep(max(0.0, began + at / STEADY_PER_SECOND - time.perf_counter()))
            moments[FIRST + at] = writer.write([FIRST + at])
        wait_for(lambda: crowd.slowest(FIRST) >= count, PATIENCE_SECONDS)
        heard = crowd.heard()
    taken = [
        max(0.0, one.moments[number] - moment) * 1000
        for one in heard
        for number, moment in moments.items()
        if number in one.moments
    ]
    spread = Spread.of(taken)
    return {
        "deliveries/s": STEADY_PER_SECOND * sockets,
        "committed to heard, ms": asdict(spread),
        "missing": count * sockets - len(taken),
        "twice": sum(one.repeated for one in heard),
        "within": spread.p99 <= STEADY_P99_MS and len(taken) == count * sockets,
    }


def burst(place: Installation, writer: Writer, sockets: int) -> dict[str, Any]:
    """Deliveries a second of ours and of the bare server, one after the other."""
    first = FIRST + 10**9
    with Listeners(place.stack.port, cookies_of(place, sockets), sockets) as crowd:
        began = writer.write(range(first, first + BURST))
        ours = _until_heard(crowd, began, first)
    with bare_server() as port, Listeners(port, ["none=none"], sockets, packs=False) as crowd:
        began = time.perf_counter()
        httpx.get(f"http://127.0.0.1:{port}/burst?first={first}&count={BURST}").raise_for_status()
        bare = _until_heard(crowd, began, first)
    share = round(bare / ours, 2)
    return {
        "events": BURST,
        "ours, deliveries/s": round(BURST * sockets / ours),
        "bare, deliveries/s": round(BURST * sockets / bare),
        "ours to bare": share,
        "within": share >= SHARE_OF_BARE,
    }


def _until_heard(crowd: Listeners, began: float, first: int) -> float:
    """Seconds from `began` until the last browser had heard the last event."""
    wait_for(lambda: crowd.slowest(first) >= BURST, PATIENCE_SECONDS)
    return max(_last(one, first) for one in crowd.heard()) - began


def _last(one: Heard, first: int) -> float:
    return max(moment for number, moment in one.moments.items() if number >= first)


@contextmanager
def bare_server() -> Iterator[int]:
    port = unused_port()
    command = [sys.executable, "-m", "gunicorn", "-k", "gevent", "--worker-connections", "4000"]
    command += ["-b", f"127.0.0.1:{port}", "--log-level", "error", "bench._bare_socketio:app"]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[1])
    try:
        wait_for(lambda: _answers(port), 30)
        yield port
    finally:
        process.kill()
        process.wait()


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/socket.io/?EIO=4&transport=polling").status_code == 200
    except httpx.HTTPError:
        return False


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", nargs="+", choices=DATABASES, default=list(DATABASES))
    parser.add_argument("--idle", type=int, default=2000)
    parser.add_argument("--listeners", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=10.0)
    given = parser.parse_args()
    missed: list[str] = []

    def measure(place: Installation) -> dict[str, Any]:
        writer = Writer(place)
        found = {
            "steady": steady(place, writer, given.listeners, given.seconds),
            "burst": burst(place, writer, given.listeners),
            "idle": idle(place, given.idle, given.seconds),
        }
        missed.extend(f"{place.database} {name}" for name, row in found.items() if not row["within"])
        return found

    on_each_database("fan_out", given.database, measure)
    print("within all budgets" if not missed else f"missed: {', '.join(missed)}")
    return int(bool(missed))


if __name__ == "__main__":
    raise SystemExit(main())
