"""A real worker process is killed in the middle of a call; its row is found again and sent once."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.config import Settings
from app.core.jobs import DeferredJob
from app.core.unit_of_work import open_context
from app.models import Account, OutboundAttempt
from app.ops.layout import ROOT
from app.outbound.courier import COURIER
from app.workbench.cargo import REPLIES
from tests.workbench.desk import Desk

PATIENCE = 60.0


@pytest.fixture
def empty_database(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def deaf_platform() -> Iterator[socket.socket]:
    """A platform that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE)
        yield listener


def outbound_worker(settings: Settings, platform: str) -> subprocess.Popen[bytes]:
    environ = {
        **os.environ,
        "LINGKE_ENV": "test",
        "DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "SECRET_KEY": settings.secret_key.get_secret_value(),
        "CREDENTIAL_KEYS": settings.credential_keys.get_secret_value(),
        "INSTALLATION": settings.installation,
        "PRIVATE_PLATFORM_HOSTS": platform,
    }
    command = [sys.executable, "-m", "app.processes.worker", "outbound"]
    return subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL)


def test_a_reply_whose_worker_was_killed_inside_the_call_is_sent_once(
    desk: Desk, settings: Settings, deaf_platform: socket.socket
) -> None:
    with open_context(desk.runtime, COURIER) as ctx:
        account = ctx.session.get_one(Account, desk.account.id)
        address = f"127.0.0.1:{deaf_platform.getsockname()[1]}"
        account.base_urls = {"api": f"http://{address}"}
    message = desk.write()
    desk.runtime.queue.enqueue([DeferredJob(REPLIES.job)])
    worker = outbound_worker(settings, address)
    try:
        called, _ = deaf_platform.accept()
        assert called.recv(1024), "the call has begun"
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait(60)
    called.close()
    left = desk.outbound(message.id)
    assert (left.state.value, left.attempts) == ("sending", 1)
    assert attempt_outcomes(desk) == [None]
    assert desk.due() == []
    desk.clock.advance((datetime.now(UTC) + timedelta(seconds=31) - desk.clock.now()).total_seconds())
    for _ in range(3):
        desk.deliver(wait=31)
    assert (desk.state(message.id), len(desk.remote.arrived)) == ("sent", 1)
    assert attempt_outcomes(desk) == ["absent", "sent"]


def attempt_outcomes(desk: Desk) -> list[str | None]:
    with open_context(desk.runtime, COURIER, write=False) as ctx:
        return list(ctx.session.scalars(select(OutboundAttempt.outcome).order_by(OutboundAttempt.id)))
