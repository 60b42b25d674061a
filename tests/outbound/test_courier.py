"""Groups of replies: taken and recorded together, called side by side, each as safe as one alone."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from sqlalchemy import select, update

from app.adapters.types import Lane, SendRequest, SendResult, SendState
from app.core.clock import ManualClock
from app.core.errors import PlatformErrorKind
from app.core.unit_of_work import open_context
from app.jobs.hands import lend_hands
from app.jobs.thread_pool import ThreadPool
from app.models import CallUsage, OutboundMessage, OutboundState, ServiceRequest
from app.outbound import courier
from app.outbound.courier import COURIER, deliver, deliver_due
from app.outbound.ledger import due, take
from app.outbound.steps import Outcome
from app.workbench.cargo import REPLIES
from tests.factories.make import Make
from tests.fakes.platforms import Fault, Remote, platform_error
from tests.support.stack import wait_for
from tests.support.statements import counted
from tests.workbench.desk import Desk

K = PlatformErrorKind
MANY = 6
MOST_STATEMENTS = {"postgresql": 27, "sqlite": 31}
"""Of a group of any size, to take it and to record it; SQLite also asks for ids."""


class Killed(BaseException):
    """The process dies here."""


def customers(desk: Desk, count: int) -> list[ServiceRequest]:
    return [
        desk.make.request(desk.account, f"第{n}户没有信号", author=f"customer-{n}", lane=Lane.PRIVATE)
        for n in range(count)
    ]


def answer_all(desk: Desk, count: int = MANY) -> list[int]:
    """Replies to that many customers, whose time has come; the ids of their rows."""
    messages = [
        desk.write(f"您好，{n}号", request=request) for n, request in enumerate(customers(desk, count))
    ]
    desk.clock.advance(11)
    return [desk.outbound(message.id).id for message in messages]


def rows(desk: Desk) -> list[OutboundMessage]:
    with open_context(desk.runtime, COURIER, write=False) as ctx:
        return list(ctx.session.scalars(select(OutboundMessage).order_by(OutboundMessage.id)))


def states(desk: Desk) -> Counter[str]:
    return Counter(row.state.value for row in rows(desk))


@pytest.fixture
def hands(desk: Desk) -> Iterator[ThreadPool]:
    with ThreadPool(MANY) as pool:
        lend_hands(desk.runtime, pool)
        yield pool


def test_the_calls_of_a_group_are_under_way_side_by_side(desk: Desk, hands: ThreadPool) -> None:
    together = threading.Barrier(MANY)

    def meet(_request: SendRequest) -> None:
        together.wait(60)

    desk.remote.before_answer = meet
    answer_all(desk)
    deliver_due(desk.runtime, REPLIES)
    with hands:
        pass  # its end waits for what is under way
    assert states(desk) == {"sent": MANY}
    assert len({request.operation_key for request in desk.remote.arrived}) == MANY == len(desk.remote.arrived)


def test_no_more_rows_are_taken_than_hands_are_free(desk: Desk, hands: ThreadPool) -> None:
    """A row that waited for a hand would wait on its lease."""
    go_on = threading.Event()

    def wait(_request: SendRequest | None = None) -> None:
        go_on.wait(60)

    for _ in range(MANY - 2):
        hands.hand_over(wait)
    assert hands.free(20) == 2
    desk.remote.before_answer = wait
    answer_all(desk)
    with open_context(desk.runtime, COURIER, write=False) as ctx:
        waiting = due(ctx, REPLIES, limit=hands.free(REPLIES.together))
    deliver(desk.runtime, REPLIES, waiting)
    assert states(desk) == {"sending": 2, "queued": MANY - 2}
    go_on.set()


@pytest.mark.parametrize("count", [1, 12])
def test_a_group_costs_a_fixed_number_of_statements(desk: Desk, count: int) -> None:
    desk.write("第一条，之后都有了")
    desk.deliver()
    answer_all(desk, count)
    with open_context(desk.runtime, COURIER, write=False) as ctx:
        waiting = due(ctx, REPLIES)
    with counted(desk.runtime.engine) as taking, open_context(desk.runtime, COURIER) as ctx:
        tasks = take(ctx, REPLIES, waiting)
    assert len(tasks) == count
    done = Outcome(result=SendResult(None, SendState.DONE, {}), calls=1)
    with counted(desk.runtime.engine) as recording:
        courier._record(desk.runtime, REPLIES, [(task, done) for task in tasks])
    assert states(desk) == {"sent": 1 + count}
    most = MOST_STATEMENTS[desk.runtime.engine.dialect.name]
    assert len(taking) + len(recording) <= most, [*taking, *recording]


@pytest.mark.parametrize("platform", ["weibo", "wechat"])
@pytest.mark.parametrize("acted", [True, False], ids=["after it acted", "before it acted"])
def test_a_worker_killed_in_the_middle_of_a_group_sends_nothing_twice(
    make: Make, clock: ManualClock, remote: Remote, platform: str, acted: bool
) -> None:
    """Two are on record, one was under way, the others were taken and not called for."""
    desk = Desk(make, clock, remote, platform)
    ids = answer_all(desk)
    remote.send_faults += [Fault(None), Fault(None), Fault(Killed(), acted)]
    with pytest.raises(Killed):
        deliver_due(desk.runtime, REPLIES)
    assert states(desk) == {"sent": 2, "sending": MANY - 2}
    for _ in range(8):
        desk.deliver(wait=400)
    arrived = Counter(request.operation_key for request in remote.arrived)
    assert max(arrived.values()) == 1
    if platform == "weibo":
        # Read back: what is not there goes again, what is there does not.
        assert states(desk) == {"sent": MANY}
        assert len(arrived) == len(ids)
    else:
        # It cannot be read back: a person looks, for those that never came too.
        assert states(desk) == {"sent": 2, "unknown": MANY - 2}
        assert len(arrived) == 2 + acted


def test_what_cannot_be_recorded_takes_no_other_result_with_it(desk: Desk) -> None:
    ids = answer_all(desk)
    with open_context(desk.runtime, COURIER) as ctx:
        tasks = take(ctx, REPLIES, ids)
    outcomes = [Outcome(result=SendResult(None, SendState.DONE, {}), calls=1) for _ in tasks]
    outcomes[2] = Outcome(result=SendResult(None, SendState.DONE, {"no JSON": object()}), calls=1)
    ended = list(zip(tasks, outcomes, strict=True))
    failures = courier._record_together(desk.runtime, REPLIES, ended)
    assert [failure is None for failure in failures] == [number != 2 for number in range(MANY)]
    assert states(desk) == {"sent": MANY - 1, "sending": 1}
    courier._record_together(
        desk.runtime, REPLIES, ended[:2]
    )  # once more, as after a lost answer of the database
    assert states(desk) == {"sent": MANY - 1, "sending": 1}
    for _ in range(4):
        desk.deliver(wait=400)
    assert states(desk) == {"sent": MANY}


def test_a_row_that_cannot_be_taken_holds_no_other_up(desk: Desk) -> None:
    ids = answer_all(desk)
    with open_context(desk.runtime, COURIER) as ctx:
        row = ctx.session.get_one(OutboundMessage, ids[1])
        row.cargo_id = 999_999  # as after a restore that lost its message
    for _ in range(2):
        deliver_due(desk.runtime, REPLIES)
    assert states(desk) == {"sent": MANY - 1, "queued": 1}


def test_one_refused_answer_leaves_the_others_of_its_group_alone(desk: Desk) -> None:
    answer_all(desk)
    desk.remote.send_faults += [Fault(None), Fault(platform_error(K.REJECTED))]
    deliver_due(desk.runtime, REPLIES)
    assert states(desk) == {"sent": MANY - 1, "failed": 1}


def test_a_group_never_oversteps_a_quota(desk: Desk) -> None:
    desk.account = desk.make.account(desk.agency, desk.team, settings={"user_calls_per_day": 4})
    answer_all(desk)
    for _ in range(3):
        desk.deliver(wait=1)
    assert (len(desk.remote.arrived), states(desk)) == (4, {"sent": 4, "queued": MANY - 4})
    with open_context(desk.runtime, COURIER, write=False) as ctx:
        assert set(ctx.session.scalars(select(CallUsage.count).where(CallUsage.quota == "calls"))) == {4}
    desk.deliver(wait=100_000)
    assert len(desk.remote.arrived) == MANY


def test_of_one_order_a_group_takes_one(desk: Desk) -> None:
    """Planned for one moment, neither waits for the other; together they must not go all the same."""
    later = desk.write("后写的计划", send_at=desk.make.later(60))
    sooner = desk.write("先到的回复")
    moment = desk.clock.now()
    with open_context(desk.runtime, COURIER) as ctx:
        ctx.session.execute(update(OutboundMessage).values(not_before=moment))
    arrived_before: list[OutboundState] = []

    def look(request: SendRequest) -> None:
        arrived_before.extend(row.state for row in rows(desk) if row.operation_key != request.operation_key)

    desk.remote.before_answer = look
    ids = [desk.outbound(message.id).id for message in (later, sooner)]
    assert deliver(desk.runtime, REPLIES, ids) == 1
    assert arrived_before == [OutboundState.QUEUED]
    deliver_due(desk.runtime, REPLIES)
    assert states(desk) == {"sent": 2}


def test_the_replies_of_a_conversation_go_one_after_another_in_one_round(
    desk: Desk, hands: ThreadPool
) -> None:
    del hands
    for n in range(3):
        desk.write(f"第{n}句")
    desk.clock.advance(11)

    def all_sent() -> bool:
        deliver_due(desk.runtime, REPLIES)
        return states(desk) == {"sent": 3}

    assert wait_for(all_sent)
    assert desk.remote.texts() == ["第0句", "第1句", "第2句"]


def test_where_replies_stream_those_of_a_moment_are_taken_together(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    def the_others_come(seconds: float) -> None:
        waited.append(seconds)
        desk.clock.advance(5)

    first, *others = answer_all(desk)
    with open_context(desk.runtime, COURIER) as ctx:
        later = update(OutboundMessage).where(OutboundMessage.id.in_(others))
        ctx.session.execute(later.values(not_before=desk.make.later(5)))
    deliver_due(desk.runtime, REPLIES)
    assert states(desk) == {"sent": 1, "queued": len(others)}, first
    monkeypatch.setattr(courier, "BUSY_SECONDS", 3600.0)  # the first went a moment ago, on any machine
    monkeypatch.setattr(courier, "time", SimpleNamespace(monotonic=time.monotonic, sleep=the_others_come))
    with counted(desk.runtime.engine) as statements:
        deliver_due(desk.runtime, REPLIES)
    assert waited == [courier.GATHER_SECONDS]
    assert states(desk) == {"sent": MANY}
    assert len([one for one in statements if one.startswith("INSERT INTO outbound_attempts")]) == 1
