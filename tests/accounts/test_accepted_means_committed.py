"""Accepted means kept: the web server is killed with -9 in the middle of a burst, and what it had
acknowledged is there. A real gunicorn as `make run` starts it, without queue, workers or scheduler."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from app.config import Settings
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER
from app.models import Account, CallbackDelivery
from app.ops.layout import ROOT
from tests.factories.make import Make
from tests.support.servers import unused_port
from tests.support.stack import answers, wait_for

CONNECTIONS = 12
ENOUGH = 300


@pytest.fixture
def account(make: Make) -> Account:
    agency = make.agency()
    return make.account(agency, make.team(agency), platform="wechat")


@contextmanager
def web_server(settings: Settings) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Its port and its master, which leads a process group of its own."""
    port = unused_port()
    environ = {
        **os.environ,
        "LINGKE_ENV": "test",
        "PORT": str(port),
        "DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": f"unix://{settings.data_dir}/nobody.sock",
        "SECRET_KEY": settings.secret_key.get_secret_value(),
        "CREDENTIAL_KEYS": settings.credential_keys.get_secret_value(),
        "LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "app/ops/gunicorn.py", "wsgi:app"]
    process = subprocess.Popen(command, cwd=ROOT, env=environ, start_new_session=True)
    try:
        assert wait_for(lambda: answers(f"http://127.0.0.1:{port}/healthz"), 60)
        yield port, process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


class Platform:
    """Pushes over kept connections until the line breaks, and remembers what was acknowledged."""

    def __init__(self, port: int, account: Account) -> None:
        self._port = port
        self._path = f"/callbacks/wechat/{account.callback_key}"
        self._numbers = iter(range(10**6))
        self._lock = threading.Lock()
        self.acknowledged: set[bytes] = set()
        self._threads = [threading.Thread(target=self._push_on) for _ in range(CONNECTIONS)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join(120)
            assert not thread.is_alive()

    def _push_on(self) -> None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self._port), timeout=60) as line:
            while True:
                with self._lock:
                    body = f'{{"MsgType": "text", "MsgId": {next(self._numbers)}}}'.encode()
                line.sendall(self._request(body))
                if not _answer(line).startswith(b"HTTP/1.1 200"):
                    return
                with self._lock:
                    self.acknowledged.add(body)

    def _request(self, body: bytes) -> bytes:
        now, nonce = str(int(time.time())), hashlib.sha1(body).hexdigest()[:10]
        signature = hashlib.sha1("".join(sorted(("wechat-token", now, nonce))).encode()).hexdigest()
        query = urlencode({"signature": signature, "timestamp": now, "nonce": nonce})
        head = f"POST {self._path}?{query} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
        return head.encode() + body


def _answer(line: socket.socket) -> bytes:
    """A whole acknowledgement; nothing when the line broke before its end."""
    answer = b""
    while not answer.endswith(b"success"):
        more = line.recv(65536)
        if not more:
            return b""
        answer += more
    return answer


def test_what_was_acknowledged_survives_kill_9(
    runtime: Runtime, settings: Settings, account: Account
) -> None:
    with web_server(settings) as (port, process):
        platform = Platform(port, account)
        platform.start()
        assert wait_for(lambda: len(platform.acknowledged) >= ENOUGH, 60)
        os.killpg(process.pid, signal.SIGKILL)
        platform.join()
    with open_context(runtime, LISTENER, write=False) as ctx:
        kept = set(ctx.session.scalars(select(CallbackDelivery.body)))
    assert len(platform.acknowledged) >= ENOUGH
    assert platform.acknowledged - kept == set()
