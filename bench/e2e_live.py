"""From an accepted push to the event in an operator's browser socket.

    python -m bench.e2e_live [--pushes 200] [--rate 5]

A real websocket of a logged-in supervisor listens; each push is a message of a new follower, so each opens a
request. Measured from the moment the push was acknowledged to the frame that carries the request: storing,
understanding, judging by the language model, routing, numbering and sending lie in between. Target: p99 2 s.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time
from contextlib import suppress
from dataclasses import asdict
from typing import Any

import httpx
from simple_websocket import AioClient, ConnectionClosed  # type: ignore[import-untyped]

from bench._e2e_support import Connection, Pushes, Spread, conditions, installation, publish
from tests.support.stack import RunningStack

PASSWORD = "lingke-demo"
LOGIN = "jiangnan"
PATIENCE_SECONDS = 20.0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pushes", type=int, default=200)
    parser.add_argument("--rate", type=float, default=5.0)
    given = parser.parse_args(arguments)
    result: dict[str, Any] = conditions()
    with installation() as stack:
        asyncio.run(_run(stack, 5, 5.0, first=10**17))  # loads the language model once
        spread, missing = asyncio.run(_run(stack, given.pushes, given.rate, first=10**18))
    result["accepted to browser event"] = asdict(spread) | {"never_seen": missing, "a_second": given.rate}
    result["load_after"] = round(os.getloadavg()[0], 1)
    publish("e2e_live", result)
    return 0


async def _run(stack: RunningStack, number: int, rate: float, *, first: int) -> tuple[Spread, int]:
    seen: dict[str, float] = {}
    address = f"ws://127.0.0.1:{stack.port}/socket.io/?EIO=4&transport=websocket"
    socket = await AioClient.connect(address, headers={"Cookie": _cookie(stack)})
    listening = asyncio.create_task(_listen(socket, seen))
    accepted = await _push_all(stack, number, rate, first)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and not set(accepted) <= set(seen):
        await asyncio.sleep(0.05)
    listening.cancel()
    await asyncio.wait([listening])
    await socket.close()
    taken = [max(0.0, seen[text] - at) * 1000 for text, at in accepted.items() if text in seen]
    return Spread.of(taken or [PATIENCE_SECONDS * 1000]), len(set(accepted) - set(seen))


async def _listen(socket: Any, seen: dict[str, float]) -> None:
    """Engine.IO 4 by hand: open, join, subscribe, answer pings, note when each request's frame came."""
    with suppress(ConnectionClosed):
        while True:
            frame = str(await socket.receive())
            now = time.perf_counter()
            if frame.startswith("0"):
                await socket.send("40")
            elif frame.startswith("40"):
                await socket.send('420["events.subscribe",{"after":null}]')
            elif frame == "2":
                await socket.send("3")
            elif frame.startswith('42["events"'):
                for event in json.loads(frame[2:])[1]["events"]:
                    request = event["payload"].get("service_request")
                    if request:
                        seen.setdefault(request["preview"]["text"], now)


async def _push_all(stack: RunningStack, number: int, rate: float, first: int) -> dict[str, float]:
    """When each text was acknowledged."""
    pushes, connection = Pushes(stack.port, first), Connection(stack.port)
    accepted: dict[str, float] = {}
    for index in range(number):
        # A person of its own for each push: `first` keeps those of the two runs apart.
        status, _ = await connection.exchange(pushes.request(index + first % 1009, people=10**9))
        if status == 200:
            accepted[Pushes.text_of(index + first % 1009)] = time.perf_counter()
        await asyncio.sleep(1 / rate)
    return accepted


def _cookie(stack: RunningStack) -> str:
    with httpx.Client(base_url=f"{stack.address}/api/v1") as client:
        token = client.get("/session").json()["csrf_token"]
        login = {"login_name": LOGIN, "password": PASSWORD}
        client.post("/session", json=login, headers={"X-CSRF-Token": token}).raise_for_status()
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar)


if __name__ == "__main__":
    raise SystemExit(main())
