"""What one push costs until browsers hear of it: one job, and so many statements. It was two jobs and 104."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from app.core.jobs import Queue
from app.core.runtime import Runtime
from app.jobs.job import perform
from app.jobs.queue import RedisQueue, rq_queue
from app.realtime.publisher import publish_new
from app.realtime.sockets import Hub
from tests.accounts.test_callbacks import Line
from tests.factories.make import Make

MOST_STATEMENTS = {"postgresql": 42, "sqlite": 53}
"""SQLite's bulk rows take their ids beforehand."""
MOST_TRANSACTIONS = 7


@dataclass
class Work:
    """Of the database."""

    statements: list[str] = field(default_factory=list)
    transactions: int = 0


@contextmanager
def watched(runtime: Runtime) -> Iterator[Work]:
    work = Work()

    def statement(_conn: Any, _cursor: Any, text: str, *_more: Any) -> None:
        if text != "BEGIN":  # SQLite's are sent as statements
            work.statements.append(text)

    def begin(_conn: Any) -> None:
        work.transactions += 1

    listeners: dict[str, Callable[..., None]] = {"before_cursor_execute": statement, "begin": begin}
    for name, listener in listeners.items():
        event.listen(runtime.engine, name, listener)
    try:
        yield work
    finally:
        for name, listener in listeners.items():
            event.remove(runtime.engine, name, listener)


def drain(runtime: Runtime) -> list[str]:
    """Do what is given to the ingest worker's live thread; the jobs' names. Nothing of it is left to RQ."""
    assert isinstance(runtime.queue, RedisQueue)
    done: list[str] = []
    while taken := runtime.queue.take_live(Queue.LIVE, 0.5 if done else 10):
        perform(runtime, *taken)
        done.append(taken[0])
    assert rq_queue(Queue.INGEST, runtime.redis, runtime.settings.installation).is_empty()
    return done


@pytest.fixture
def line(app: Flask, make: Make) -> Line:
    return Line(app, make)


def test_one_push_is_one_job_and_a_bounded_number_of_statements(
    app: Flask, runtime: Runtime, line: Line
) -> None:
    hub: Hub = app.extensions["lingke_hub"]
    line.push(line.message("宽带断了，怎么办", 1))
    drain(runtime)  # whatever is loaded once
    publish_new(runtime)
    hub.tail.step()
    with watched(runtime) as work:
        assert line.push(line.message("又断网了，请派人来修", 2, FromUserName="open-id-2")).status_code == 200
        jobs = drain(runtime)
        assert publish_new(runtime, is_told=True) == 3
        assert hub.tail.step()
    assert jobs == ["accounts.process_deliveries"]
    assert len(work.statements) <= MOST_STATEMENTS[runtime.engine.dialect.name]
    assert work.transactions <= MOST_TRANSACTIONS
