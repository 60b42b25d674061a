"""Questions that workers answer while somebody waits (case C6)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from app.core.errors import AppError, Invalid, TimedOut
from app.core.jobs import DeferredJob, Job, Queue
from app.core.runtime import Runtime
from app.jobs import questions
from app.jobs.questions import Answer, answer, ask
from app.jobs.queue import RedisQueue, rq_queue
from app.models import Operator
from app.processes import worker
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.support.answering import AnsweringQueue

RULE: dict[str, Any] = {"rule": {"any": ["宽带"]}}
JOB = Job("test.question", Queue.QUESTIONS)
Open = Callable[[Operator | None], Browser]


class Unanswered(AnsweringQueue):
    """What is asked stays in Redis; `held` are the database's connections in use at that moment."""

    def __init__(
        self,
        runtime: Runtime,
        take: Callable[[int], None] | None = None,
        until: threading.Event | None = None,
    ) -> None:
        """`take` answers in a thread; who asks begins to wait when `until` is set."""
        super().__init__(runtime)
        self._take, self._until = take, until
        self.held: list[int] = []

    def enqueue(self, jobs: list[DeferredJob]) -> None:
        self.held.append(self._runtime.engine.pool.checkedout())  # type: ignore[attr-defined]
        if self._take is not None:
            self.answer_beside(self._take, *jobs[0].ids)
            assert self._until is None or self._until.wait(60)
        else:
            RedisQueue.enqueue(self, jobs)


@pytest.fixture
def empty_database(renewed_sqlite: str) -> str:
    return renewed_sqlite


def _asker(make: Make, open_browser: Open) -> Browser:
    agency = make.agency()
    team = make.team(agency)
    account = make.account(agency, team)
    make.store(account, make.post("宽带断了"), make.post("账单错了"))
    make.judge()
    return open_browser(make.operator(agency, team))


def test_a_worker_of_the_queue_answers_what_a_screen_waits_for(
    runtime: Runtime, make: Make, open_browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = _asker(make, open_browser)
    runtime.queue = queue = Unanswered(runtime)
    monkeypatch.setitem(worker._state, "runtime", runtime)
    answers: list[Any] = []
    waiting = threading.Thread(
        target=lambda: answers.append(browser.post("/monitors/preview", RULE)), daemon=True
    )
    waiting.start()
    redis = runtime.redis
    while waiting.is_alive():
        work = SimpleWorker(
            [rq_queue(Queue.QUESTIONS, redis, "test")], connection=redis, serializer=JSONSerializer
        )
        work.work(burst=True, logging_level="WARNING")
        time.sleep(0.05)
    (told,) = answers
    assert (told.status_code, told.get_json()["hits"], told.get_json()["scanned"]) == (200, 1, 2)
    assert queue.held[0] == 0, "who waits holds no connection of the database"
    assert redis.keys("test:question:*") == []


def test_without_a_worker_the_screen_is_told_so(
    runtime: Runtime, make: Make, open_browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = _asker(make, open_browser)
    runtime.queue = Unanswered(runtime)
    monkeypatch.setattr(questions, "PATIENCE_SECONDS", 1)
    told = browser.post("/monitors/preview", RULE)
    assert (told.status_code, told.get_json()["code"]) == (503, "no_worker_free")
    assert told.headers["Retry-After"] == "1"
    assert runtime.redis.keys("test:question:*") == [], "a late worker finds nothing to do"


def test_an_answer_that_comes_too_late_is_told_as_such(runtime: Runtime) -> None:
    taken, gave_up = threading.Event(), threading.Event()

    def slowly(_question: Answer) -> Answer:
        taken.set()
        assert gave_up.wait(60)
        return {}

    runtime.queue = Unanswered(runtime, lambda number: answer(runtime, number, slowly), until=taken)
    with pytest.raises(TimedOut) as caught:
        ask(runtime, JOB, {}, patience=1)
    gave_up.set()
    assert (caught.value.status, caught.value.code) == (504, "answer_takes_too_long")


def test_an_answer_may_take_longer_than_a_connection_may_be_silent(runtime: Runtime) -> None:
    """The client gives up a connection on which nothing comes for five seconds."""

    def slowly(_question: Answer) -> Answer:
        time.sleep(5.5)
        return {"done": True}

    runtime.queue = Unanswered(runtime, take=lambda number: answer(runtime, number, slowly))
    assert ask(runtime, JOB, {}, patience=120) == {"done": True}


def test_what_is_wrong_with_a_question_is_raised_where_it_was_asked(runtime: Runtime) -> None:
    def refuse(question: Answer) -> Answer:
        raise Invalid("bad_expression", fields={"rule": question["why"]}, position=3)

    runtime.queue = Unanswered(runtime, take=lambda number: answer(runtime, number, refuse))
    with pytest.raises(Invalid) as caught:
        ask(runtime, JOB, {"why": "empty"})
    assert caught.value.details == {"fields": {"rule": "empty"}, "position": 3}


def test_a_fault_of_ours_is_no_answer_without_end(runtime: Runtime) -> None:
    def fail(_question: Answer) -> Answer:
        raise ZeroDivisionError

    runtime.queue = Unanswered(runtime, take=lambda number: answer(runtime, number, fail))
    with pytest.raises(AppError) as caught:
        ask(runtime, JOB, {})
    assert caught.value.code == "internal", "an answer came: without one it is another error"


def test_the_askers_own_reach_counts_in_the_worker(runtime: Runtime, make: Make, open_browser: Open) -> None:
    browser = _asker(make, open_browser)
    told = browser.post("/monitors/preview", {**RULE, "account_ids": [4_000_000]})
    assert told.status_code == 422
