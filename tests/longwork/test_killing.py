"""A real worker killed again and again at moments of no one's choosing: every row is done exactly once."""

from __future__ import annotations

import csv
import os
import random
import signal
import time

import pytest
from sqlalchemy import select

from app.core.permissions import RoleName
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.longwork.runner import HAND, folder_of
from app.longwork.services import begin
from app.media.store import file_store
from app.models import LongWork, LongWorkState, ProcessLease, StoredFile
from tests.factories.make import Make
from tests.longwork.counting import COUNTING, Counting
from tests.support.killing import ended, nursery, worker
from tests.support.stack import PATIENCE_SECONDS

ROWS, KILLS = 10_000, 20


def row_of(runtime: Runtime, number: int) -> LongWork:
    with open_context(runtime, HAND, write=False) as ctx:
        return ctx.session.get_one(LongWork, number)


def wait_for_rows(runtime: Runtime, number: int, wanted: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (row := row_of(runtime, number)).done < wanted and row.finished_at is None:
        assert time.monotonic() < deadline, f"{row.done} rows, {row.state}"
        time.sleep(0.005)


@pytest.mark.slow
def test_a_worker_killed_at_any_moment_neither_repeats_nor_loses_a_row(make: Make, runtime: Runtime) -> None:
    owner = make.operator(make.agency(), role=RoleName.SUPERVISOR)
    chance = random.Random(20)
    with open_context(runtime, make.actor(owner)) as ctx:
        number = begin(ctx, COUNTING, Counting(until=ROWS, chunk=50, write=True)).id
    with nursery(runtime, "tests.longwork.nursery", str(number)) as process:
        for kill in range(KILLS):
            child = worker(process, kill)
            more = chance.randrange(1, ROWS // KILLS - 60)
            wait_for_rows(runtime, number, row_of(runtime, number).done + more)
            time.sleep(chance.random() * 0.05)  # anywhere within a step
            os.kill(child, signal.SIGKILL)
            assert ended(process) == "killed"
        worker(process, KILLS)
        assert ended(process) == "over"
    row = row_of(runtime, number)
    assert (row.state, row.done, row.failed, row.total) == (LongWorkState.DONE, ROWS, 0, ROWS)
    with open_context(runtime, HAND, write=False) as ctx:
        names = ctx.session.scalars(select(ProcessLease.name)).all()
        stored = ctx.session.get_one(StoredFile, row.result_file_id)
    assert sorted(names) == sorted(f"row {each}" for each in range(1, ROWS + 1))
    with file_store(runtime).path(stored.sha256).open(encoding="utf-8-sig", newline="") as file:
        written = [int(line[0]) for line in list(csv.reader(file))[1:]]
    assert written == list(range(1, ROWS + 1))
    assert not folder_of(runtime, number).exists()
