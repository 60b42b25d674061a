"""From an accepted push to the event in an operator's browser socket.

    python -m bench.e2e_live [--pushes 200] [--rate 5]

A real websocket of a logged-in supervisor listens; each push is a message of a new follower, so each opens a
request. Measured from the moment the push was acknowledged to the frame that carries the request: storing,
understanding, judging by the language model, routing, numbering and sending lie in between. Target: p99 2 s.
"""

from __future__ import annotations

import argparse
import json
import os
import threading
import time
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from simple_websocket import Client, ConnectionClosed  # type: ignore[import-untyped]

from bench._e2e_support import Desk, Spread, conditions, installation, publish
from bench._open_loop import offer
from bench._pushes import Pushes, text_of
from tests.support.stack import RunningStack, wait_for

PATIENCE_SECONDS = 20.0
CONNECTIONS = 8
PEOPLE = 10**9 + 7
"""So many that each push comes from somebody new and opens a request."""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pushes", type=int, default=200)
    parser.add_argument("--rate", type=float, default=5.0)
    given = parser.parse_args(arguments)
    result: dict[str, Any] = conditions()
    with installation() as place, Listener(place.stack, Desk(place.stack).cookie) as listener:
        _run(place.stack, listener, 6, 5.0, first=10**14)  # loads the language model once
        taken, missing = _run(place.stack, listener, given.pushes, given.rate, first=10**15)
    spread = asdict(Spread.of(taken)) if taken else {}
    result["accepted to browser event, ms"] = spread | {"never_seen": missing, "a_second": given.rate}
    result["load_after"] = round(os.getloadavg()[0], 1)
    publish("e2e_live", result)
    return int(missing > 0)


def _run(
    stack: RunningStack, listener: Listener, number: int, rate: float, *, first: int
) -> tuple[list[float], int]:
    """Milliseconds from acknowledgement to frame, and how many acknowledged ones never came."""
    requests = Pushes(stack.port, first, people=PEOPLE).mixed(number)
    answers = offer(stack.port, requests, rate, CONNECTIONS, PATIENCE_SECONDS)
    accepted = {
        text_of(first + index): answers.moments[index]
        for index, status in enumerate(answers.status)
        if status == 200
    }
    wait_for(lambda: accepted.keys() <= listener.seen.keys(), PATIENCE_SECONDS)
    seen = dict(listener.seen)
    taken = [max(0.0, seen[words] - at) * 1000 for words, at in accepted.items() if words in seen]
    return taken, len(accepted) - len(taken)


class Listener:
    """Engine.IO 4 by hand in a thread: open, join, subscribe, answer pings, note each request's frame."""

    def __init__(self, stack: RunningStack, cookie: str) -> None:
        address = f"ws://127.0.0.1:{stack.port}/socket.io/?EIO=4&transport=websocket"
        self._socket = Client(address, headers={"Cookie": cookie})
        self.seen: dict[str, float] = {}
        """By a message's text: when its request was heard of, by time.perf_counter()."""
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Listener:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        with suppress(ConnectionClosed):
            self._socket.close()
        self._thread.join(5)

    def _listen(self) -> None:
        with suppress(ConnectionClosed):
            while True:
                self._hear(str(self._socket.receive()), time.perf_counter())

    def _hear(self, frame: str, now: float) -> None:
        if frame.startswith("0"):
            self._socket.send("40")
        elif frame.startswith("40"):
            self._socket.send('420["events.subscribe",{"after":null}]')
        elif frame == "2":
            self._socket.send("3")
        elif frame.startswith('42["events"'):
            for event in json.loads(frame[2:])[1]["events"]:
                request = event["payload"].get("service_request")
                if request:
                    self.seen.setdefault(request["preview"]["text"], now)


if __name__ == "__main__":
    raise SystemExit(main())
