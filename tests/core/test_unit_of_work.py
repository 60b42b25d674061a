"""One committer: all or nothing, events with the change, jobs after it, and no need of Redis."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pydantic import BaseModel
from sqlalchemy import func, select, text

from app.config import Settings
from app.core.context import Context
from app.core.db import make_engine
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.events import EVENTS, Audience, Event, EventName, Kind, Subject
from app.core.jobs import Queue
from app.core.permissions import Actor, ActorKind, Permission, system_actor
from app.core.runtime import Runtime
from app.core.tables import EventLog
from app.core.unit_of_work import open_context
from app.jobs.queue import rq_queue
from app.listener.job_names import JUDGE_ITEMS
from app.models import Agency, AgencyKind
from app.processes.composition import compose
from app.workbench.job_names import HOLD_REPLIES

ACTOR = system_actor("test")
EVERYBODY = Audience(frozenset({"all"}))


FIRST, SECOND = EventName("test.told"), EventName("test.told_on")


class Told(BaseModel):
    value: int


@pytest.fixture(autouse=True)
def _names() -> Iterator[None]:
    """Two events of a kind of their own, for these tests only."""
    with EVENTS.trial():
        for name in (FIRST, SECOND):
            EVENTS.declare(name, Told, EVENTS.kind("test"))
        yield


def _tell(ctx: Context, value: int, name: EventName = FIRST) -> None:
    ctx.emit(name, Told(value=value), EVERYBODY, about=Subject("test", value, account_id=3, agency_id=4))


def _agency(runtime: Runtime, name: str) -> Agency:
    return Agency(created_at=runtime.clock.now(), name=name, kind=AgencyKind.IN_HOUSE, is_active=True)


def _count(runtime: Runtime, model: type[Agency] | type[EventLog]) -> int:
    with open_context(runtime, ACTOR, write=False) as ctx:
        return ctx.session.scalars(select(func.count()).select_from(model)).one()


def _queued(runtime: Runtime) -> list[tuple[str, list[int]]]:
    queues = [rq_queue(queue, runtime.redis, runtime.settings.installation) for queue in Queue]
    return [(job.args[0], job.args[1]) for queue in queues for job in queue.jobs]


def test_a_block_that_ends_well_is_committed_with_its_event(runtime: Runtime) -> None:
    with open_context(runtime, ACTOR) as ctx:
        ctx.session.add(_agency(runtime, "甲"))
        _tell(ctx, 7)
    with open_context(runtime, ACTOR, write=False) as ctx:
        row = ctx.session.scalars(select(EventLog)).one()
    assert (row.name, row.payload, row.rooms, row.seq) == ("test.told", {"value": 7}, ["all"], None)
    assert _count(runtime, Agency) == 1


def test_an_error_rolls_back_and_nothing_is_told_or_queued(runtime: Runtime) -> None:
    def fail() -> None:
        with open_context(runtime, ACTOR) as ctx:
            ctx.session.add(_agency(runtime, "甲"))
            ctx.session.flush()
            _tell(ctx, 7)
            ctx.defer(JUDGE_ITEMS)
            raise Conflict

    with pytest.raises(Conflict):
        fail()
    assert _count(runtime, Agency) == 0
    assert _count(runtime, EventLog) == 0
    assert _queued(runtime) == []


def test_an_error_while_writing_the_events_takes_the_change_back_too(runtime: Runtime) -> None:
    def refuse(_ctx: object, _event: object) -> None:
        raise Conflict("subscriber")

    runtime.subscribe(FIRST, refuse)

    def write() -> None:
        with open_context(runtime, ACTOR) as ctx:
            ctx.session.add(_agency(runtime, "甲"))
            _tell(ctx, 1)

    with pytest.raises(Conflict):
        write()
    assert _count(runtime, Agency) == 0


def test_what_a_subscriber_emits_is_heard_by_subscribers_in_turn(runtime: Runtime) -> None:
    heard: list[int] = []
    runtime.subscribe(FIRST, lambda ctx, _event: _tell(ctx, 2, SECOND))
    runtime.subscribe(SECOND, lambda _ctx, event: heard.append(event.dump()["value"]))
    with open_context(runtime, ACTOR) as ctx:
        _tell(ctx, 1)
    assert heard == [2]
    assert _count(runtime, EventLog) == 2


def test_what_is_about_nothing_single_stays_inside(runtime: Runtime) -> None:
    heard: list[Event] = []
    inside = EVENTS.declare("test.held", Told)
    runtime.subscribe(inside, lambda _ctx, event: heard.append(event))
    with open_context(runtime, ACTOR) as ctx:
        ctx.emit(inside, Told(value=1))
    assert [event.name for event in heard] == [inside]
    assert _count(runtime, EventLog) == 0


def test_an_event_names_what_it_is_about_and_who_caused_it(runtime: Runtime) -> None:
    with open_context(runtime, replace(ACTOR, operator_id=9)) as ctx:
        _tell(ctx, 7)
    with open_context(runtime, ACTOR, write=False) as ctx:
        row = ctx.session.scalars(select(EventLog)).one()
    assert (row.about_kind, row.about_id, row.account_id, row.agency_id) == ("test", "7", 3, 4)
    assert (row.actor, row.operator_id) == ("system:test", 9)


@pytest.mark.parametrize(
    ("name", "about", "error"),
    [
        ("test.unheard_of_and_ended", Subject("test", 1), LookupError),
        (FIRST, Subject("other", 1), TypeError),
        (FIRST, None, TypeError),
    ],
)
def test_nothing_undeclared_and_nothing_about_something_else_is_emitted(
    runtime: Runtime, name: str, about: Subject | None, error: type[Exception]
) -> None:
    with open_context(runtime, ACTOR) as ctx, pytest.raises(error):
        ctx.emit(EventName(name), Told(value=1), EVERYBODY, about=about)
    assert _count(runtime, EventLog) == 0


@pytest.mark.parametrize(
    "name", ["nonsense", "thing.sending", "thing.queue", "Thing.made", "thing.withdrawn"]
)
def test_a_name_that_is_no_past_participle_cannot_be_declared(name: str) -> None:
    with pytest.raises(ValueError, match="past_participle"):
        EVENTS.declare(name, Told, Kind("test"))


def test_a_name_means_one_thing() -> None:
    with pytest.raises(ValueError, match="twice"):
        EVENTS.act(FIRST, Kind("test"))


def test_equal_jobs_of_one_transaction_are_queued_once(runtime: Runtime) -> None:
    with open_context(runtime, ACTOR) as ctx:
        for _ in range(3):
            ctx.defer(HOLD_REPLIES, 5)
        ctx.defer(HOLD_REPLIES, 6)
    assert _queued(runtime) == [("workbench.hold_replies", [5]), ("workbench.hold_replies", [6])]


def test_a_job_is_queued_only_after_the_commit(runtime: Runtime) -> None:
    with open_context(runtime, ACTOR) as ctx:
        ctx.defer(JUDGE_ITEMS)
        assert _queued(runtime) == []
    assert _queued(runtime) == [("listener.judge_items", [])]


def test_a_reading_context_keeps_nothing(runtime: Runtime) -> None:
    with open_context(runtime, ACTOR, write=False) as ctx:
        _tell(ctx, 7)
        ctx.defer(JUDGE_ITEMS)
    assert _count(runtime, EventLog) == 0
    assert _queued(runtime) == []


def test_without_redis_a_change_is_committed_all_the_same(settings: Settings) -> None:
    alone = compose(settings.model_copy(update={"redis_url": "unix:///nowhere/at-all.sock"}))
    try:
        with open_context(alone, ACTOR) as ctx:
            ctx.session.add(_agency(alone, "甲"))
            _tell(ctx, 7)
            ctx.defer(JUDGE_ITEMS)
        assert _count(alone, Agency) == 1
        assert _count(alone, EventLog) == 1
    finally:
        alone.redis.close()
        alone.engine.dispose()


def test_jobs_travel_as_json_never_as_pickle(runtime: Runtime) -> None:
    with open_context(runtime, ACTOR) as ctx:
        ctx.defer(JUDGE_ITEMS)
    (job_id,) = rq_queue(Queue.INGEST, runtime.redis, "test").job_ids
    data = runtime.redis.hget(f"rq:job:{job_id}", "data")
    assert isinstance(data, bytes)
    assert json.loads(zlib.decompress(data))[0] == "app.processes.worker.run_job"


def test_require_says_which_right_is_missing(runtime: Runtime) -> None:
    with open_context(runtime, ACTOR, write=False) as ctx, pytest.raises(Forbidden) as refused:
        ctx.require(Permission.REPLIES_SEND)
    assert refused.value.details == {"permission": "replies:send"}


def test_an_account_out_of_reach_does_not_exist(runtime: Runtime) -> None:
    near = Actor(
        ActorKind.OPERATOR,
        "somebody",
        permissions=frozenset({Permission.REPLIES_SEND}),
        account_ids=frozenset({1}),
    )
    with open_context(runtime, near, write=False) as ctx:
        ctx.require(Permission.REPLIES_SEND, account_id=1)
        with pytest.raises(NotFound):
            ctx.require(Permission.REPLIES_SEND, account_id=2)


def test_a_commit_is_on_the_disk_whatever_the_server_is_set_to(postgresql_url: str) -> None:
    """The test cluster itself does not wait for its log; a killed server would lose what we acknowledged."""
    engine = make_engine(postgresql_url)
    try:
        with engine.connect() as connection:
            assert connection.scalar(text("SHOW synchronous_commit")) == "on"
            assert connection.scalar(text("SHOW fsync")) == "off", "the cluster is a fast one"
            assert connection.scalar(text("SHOW jit")) == "off", "compiling takes longer than asking"
    finally:
        engine.dispose()
