"""The scheduler hears that something was written: at once, and once for many."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from redis import Redis

from app.core.jobs import DeferredJob
from app.jobs.queue import RedisQueue
from app.listener.job_names import JUDGE_ITEMS
from app.processes.scheduler import LOOK_SECONDS, _wait_for_ring
from app.workbench.job_names import HOLD_REPLIES


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with closing(Redis.from_url(redis_url)) as connection:
        yield connection


@pytest.fixture
def bell(redis: Redis) -> Iterator[Any]:
    with closing(redis.pubsub(ignore_subscribe_messages=True)) as subscription:  # type: ignore[no-untyped-call]
        subscription.subscribe("bell")
        subscription.get_message(timeout=60)
        yield subscription


def test_many_rings_are_heard_as_one(redis: Redis, bell: Any) -> None:
    for _ in range(50):
        redis.publish("bell", b"1")
    redis.ping()  # by then the server has written all of them to whoever listens
    assert _wait_for_ring(bell) is True
    began = time.monotonic()
    assert _wait_for_ring(bell) is False
    assert time.monotonic() - began >= LOOK_SECONDS * 0.9


def test_a_hint_is_given_once_until_a_worker_takes_it(redis: Redis) -> None:
    queue = RedisQueue(redis, "test")
    replies = [DeferredJob(HOLD_REPLIES, (number,)) for number in range(3)]

    def waiting() -> int:
        return int(redis.llen("rq:queue:test-outbound"))

    queue.enqueue(replies)
    queue.enqueue(replies)
    assert waiting() == 3
    queue.taken(HOLD_REPLIES.name, [1])
    queue.enqueue([*replies, DeferredJob(JUDGE_ITEMS)])
    assert waiting() == 4
    assert redis.llen("rq:queue:test-ingest") == 1
