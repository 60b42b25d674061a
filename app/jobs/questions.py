"""Questions that a worker answers while somebody waits for it at a screen.

A web process serves everybody from one loop; what takes a processor for longer than a moment is asked of a
worker. The question and its answer are Redis keys with a deadline: when they are lost, whoever asked is told
so and asks again. Waiting holds neither the loop (under gevent) nor a connection of the database.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any, cast

import structlog

from app.core import errors
from app.core.errors import AppError, TimedOut, Unavailable
from app.core.jobs import DeferredJob, Job
from app.core.json_text import json_text, json_value, storable_json
from app.core.runtime import QUEUE_AWAY, Runtime

log = structlog.get_logger(__name__)
PATIENCE_SECONDS = 15
"""Longer than any question may take, and shorter than a browser's patience."""
_NUMBER_BITS = 53
_TURN_SECONDS = 2.0
_SPARE_SECONDS = 5
"""A question outlives its asker a little: whether it was taken is read off its being gone."""
Answer = Mapping[str, Any]


def ask(runtime: Runtime, job: Job, question: Mapping[str, Any], *, patience: int | None = None) -> Answer:
    """The worker's answer to a question of plain JSON.

    Raises what the worker raised for the asker to see (AppError), Unavailable(`no_worker_free`) when none has
    taken the question within `patience` seconds, and TimedOut when one has and is not done.
    """
    patience = patience or PATIENCE_SECONDS
    number = secrets.randbits(_NUMBER_BITS)
    asked, answered = _keys(runtime, number)
    try:
        runtime.redis.set(asked, storable_json(question).text, ex=patience + _SPARE_SECONDS)
        runtime.queue.enqueue([DeferredJob(job, (number,))])
        reply = _wait_for(runtime, answered, patience)
        was_taken = reply is not None or not runtime.redis.delete(asked)
    except QUEUE_AWAY as error:
        raise Unavailable("no_worker_free", retry_after=patience) from error
    if reply is None and was_taken:
        raise TimedOut("answer_takes_too_long")
    if reply is None:
        raise Unavailable("no_worker_free", retry_after=patience)
    answer: dict[str, Any] = json_value(reply.decode())
    if "error" in answer:
        raise _as_raised(answer["error"])
    result: Answer = answer["result"]
    return result


def answer(runtime: Runtime, number: int, work: Callable[[Answer], Answer]) -> None:
    """In a worker: work the answer out and give it to whoever waits; nothing when nobody does any more."""
    asked, answered = _keys(runtime, number)
    question = cast("bytes | None", runtime.redis.getdel(asked))
    if question is None:
        return
    try:
        told: dict[str, Any] = {"result": work(json_value(question.decode()))}
    except AppError as error:
        told = {"error": {"kind": type(error).__name__, "code": error.code, "details": error.details}}
    except Exception as error:
        log.error("question_failed", number=number, exc_info=error)
        told = {"error": {"kind": "AppError", "code": "internal", "details": {}}}
    with runtime.redis.pipeline() as given:
        given.rpush(answered, json_text(told))
        given.expire(answered, PATIENCE_SECONDS)
        given.execute()


def _wait_for(runtime: Runtime, key: str, patience: int) -> bytes | None:
    """In turns: the client gives up a connection on which nothing comes for longer."""
    until = time.monotonic() + patience
    while (left := until - time.monotonic()) > 0:
        turn = max(0.1, min(left, _TURN_SECONDS))
        reply = cast("list[bytes] | None", runtime.redis.blpop([key], timeout=turn))
        if reply is not None:
            return reply[1]
    return None


def _keys(runtime: Runtime, number: int) -> tuple[str, str]:
    return runtime.redis_key("question", str(number)), runtime.redis_key("answer", str(number))


def _as_raised(told: Mapping[str, Any]) -> AppError:
    kind = getattr(errors, told["kind"], AppError)
    if not (isinstance(kind, type) and issubclass(kind, AppError)) or kind is errors.PlatformError:
        kind = AppError
    return kind(told["code"], **told["details"])
