"""A real Valkey (or Redis) for one test session: a Unix socket, nothing on disk but its folder."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from app.ops.redis_binary import find_queue_server, queue_server_command

START_SECONDS = 60.0


@contextmanager
def running_queue_server(folder: Path) -> Iterator[str]:
    """Start it in `folder` (a short path), give its address, end it."""
    socket = folder / "queue.sock"
    command = [*queue_server_command(find_queue_server(), socket=socket, folder=folder), "--appendonly", "no"]
    with (folder / "queue.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        address = f"unix://{socket}"
        _wait(address, process, folder / "queue.log")
        yield address
    finally:
        process.terminate()
        process.wait(timeout=60)


def empty(address: str) -> None:
    """Remove every key, so that no test sees another's."""
    with redis.Redis.from_url(address) as client:
        client.flushall()


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with redis.Redis.from_url(address) as client:
                client.ping()
                return
        except redis.RedisError:
            time.sleep(0.02)
    raise RuntimeError(f"the queue server did not start: {log.read_text(errors='replace')[-500:]}")
