"""The outbound ledger as a state machine: whatever is written, fails, dies or waits, in any order.

The platform keeps its own record (`Remote.arrived`), and that record judges every state the ledger shows.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select

from app.accounts.outcomes import set_status
from app.core.clock import ManualClock
from app.core.errors import Conflict, PlatformErrorKind
from app.core.permissions import RoleName
from app.core.unit_of_work import open_context
from app.models import Account, AccountStatus, OutboundMessage, OutboundState, ServiceRequest
from app.outbound import results, steps
from app.outbound.cargo import Cargo, cargo_named
from app.outbound.courier import COURIER, deliver, deliver_due
from app.outbound.intents import send_again, settle, take_back
from app.outbound.ledger import due, take
from app.outbound.steps import Outcome, Task
from app.publishing.cargo import PUBLICATIONS
from app.publishing.schemas import CreatePublication
from app.publishing.services import create_publication
from app.workbench.cargo import REPLIES
from tests.factories.make import Make
from tests.fakes.platforms import Fault, Remote, platform_error
from tests.workbench.desk import Desk

K = PlatformErrorKind
S = OutboundState
CARGOES: tuple[Cargo, ...] = (REPLIES, PUBLICATIONS)
WAITS = (1, 9, 11, 31, 120, 700, 4000)
PASSING = (K.TEMPORARY, K.RATE_LIMITED, K.REJECTED, K.AUTH_EXPIRED, K.DUPLICATE, K.CONFIG)


class Killed(BaseException):
    """The process dies here: nothing after it runs."""


@dataclass
class Held:
    """A worker that stands still: before its call (no outcome yet), or after it and before recording."""

    cargo: Cargo
    task: Task
    outcome: Outcome | None


class LedgerMachine(RuleBasedStateMachine):
    """One desk with two lanes and a publishing account on one platform."""

    def __init__(self, make: Make, clock: ManualClock, remote: Remote) -> None:
        super().__init__()
        self.make, self.clock, self.remote = make, clock, remote
        self.held: list[Held] = []
        self.seen: list[OutboundMessage] = []
        """The rows as they stood after the last step."""
        self.out_of_order: set[str] = set()
        """Keys of what was meant for later, or once ended and was begun anew: order says nothing of them."""

    @initialize(platform=st.sampled_from(["weibo", "weibo", "wechat"]))
    def open_desk(self, platform: str) -> None:
        self.platform = platform
        for queue in (self.remote.arrived, self.remote.send_faults, self.remote.read_faults):
            queue.clear()
        self.desk = Desk(self.make, self.clock, self.remote, platform)
        self.runtime = self.desk.runtime
        desk = self.desk
        self.editor = self.make.operator(desk.agency, desk.team, role=RoleName.SUPERVISOR)
        self.write(private=True, later=0)

    # What people do.

    def _has(self, *states: OutboundState) -> bool:
        return any(row.state in states for row in self.seen)

    def _is_open(self) -> bool:
        return self._has(S.QUEUED, S.SENDING)

    def _is_quiet(self) -> bool:
        """Few things are open at once, so that something happens to each of them."""
        return sum(row.state in (S.QUEUED, S.SENDING) for row in self.seen) < 3

    @precondition(_is_quiet)
    @rule(private=st.sampled_from([True, True, False]), later=st.sampled_from([0, 0, 0, 60, 5000]))
    def write(self, private: bool, later: int) -> None:
        # WeChat's mentions do not exist, so only its private messages can be answered.
        private = private or self.platform == "wechat"
        request: ServiceRequest = self.desk.private if private else self.desk.request
        fields: dict[str, Any] = {"request": request}
        if later:
            fields["send_at"] = self.make.later(later)
        try:
            message = self.desk.write(f"答复 {uuid.uuid4().hex[:8]}", **fields)
        except Conflict as error:
            if error.code not in ("reply_window_closed", "account_not_active"):
                raise
            return
        if later:
            self.out_of_order.add(self.desk.outbound(message.id).operation_key)

    @precondition(lambda self: self.platform == "weibo" and self._is_quiet())
    @rule(text=st.sampled_from(["同一条通知", "另一条通知"]))
    def publish(self, text: str) -> None:
        command = CreatePublication.model_validate(
            {"account_id": self.desk.account.id, "text": text, "idempotency_key": uuid.uuid4().hex}
        )
        with open_context(self.runtime, COURIER) as ctx:
            if ctx.session.get_one(Account, self.desk.account.id).status is not AccountStatus.ACTIVE:
                return
        with open_context(self.runtime, self.make.actor(self.editor)) as ctx:
            create_publication(ctx, command, address="10.1.2.3")

    @precondition(lambda self: self._has(S.QUEUED))
    @rule(which=st.integers(0, 20))
    def take_back(self, which: int) -> None:
        self._decide(which, S.QUEUED, take_back)

    @precondition(lambda self: self._has(S.FAILED))
    @rule(which=st.integers(0, 20))
    def send_again(self, which: int) -> None:
        row = self._decide(which, S.FAILED, send_again)
        if row is not None:
            self.out_of_order.add(row.operation_key)

    @precondition(lambda self: self._has(S.UNKNOWN))
    @rule(which=st.integers(0, 20))
    def look_on_the_platform(self, which: int) -> None:
        """A person settles an unknown outcome by what is really there."""
        there = Counter(request.operation_key for request in self.remote.arrived)

        def decide(ctx: Any, cargo: Cargo, row: OutboundMessage) -> None:
            settle(ctx, cargo, row, "sent" if there[row.operation_key] else "not_sent")

        row = self._decide(which, S.UNKNOWN, decide)
        if row is not None:
            self.out_of_order.add(row.operation_key)

    def _decide(
        self, which: int, state: OutboundState, act: Callable[[Any, Cargo, OutboundMessage], Any]
    ) -> OutboundMessage | None:
        rows = [row for row in self.rows() if row.state is state]
        if not rows:
            return None
        with open_context(self.runtime, COURIER) as ctx:
            row = ctx.session.get_one(OutboundMessage, rows[which % len(rows)].id)
            act(ctx, cargo_named(row.cargo), row)
        return row

    @precondition(_is_open)
    @rule(seconds=st.sampled_from(WAITS))
    def pause_for_a_while(self, seconds: int) -> None:
        """While an account is paused nothing of it is due, however long that lasts."""
        self._set_status(AccountStatus.PAUSED)
        before = len(self.remote.arrived)
        self.clock.advance(seconds)
        assert self._due() == [], "due although paused"
        for cargo in CARGOES:
            for row in self.seen:
                deliver(self.runtime, cargo, [row.id])
        assert len(self.remote.arrived) == before
        self._set_status(AccountStatus.ACTIVE)

    def _set_status(self, status: AccountStatus) -> None:
        with open_context(self.runtime, COURIER) as ctx:
            account = ctx.session.get_one(Account, self.desk.account.id)
            account.retry_at = None
            set_status(ctx, account, status, None)

    # What time and the platform do.

    @precondition(_is_open)
    @rule(seconds=st.sampled_from(WAITS))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @precondition(_is_open)
    @rule(kind=st.sampled_from([K.TEMPORARY, K.RATE_LIMITED, K.UNKNOWN_OUTCOME]), times=st.integers(1, 3))
    def thread_cannot_be_read(self, kind: PlatformErrorKind, times: int) -> None:
        self.remote.read_faults.extend(platform_error(kind) for _ in range(times))

    # What workers do, and how they die.

    @precondition(_is_open)
    @rule(which=st.integers(0, 20))
    def deliver(self, which: int) -> None:
        self._run(which)

    @precondition(_is_open)
    @rule(
        faults=st.lists(st.sampled_from([*PASSING, K.UNKNOWN_OUTCOME, None]), max_size=3),
        killed=st.booleans(),
    )
    def deliver_what_is_due(self, faults: list[PlatformErrorKind | None], killed: bool) -> None:
        """One job that takes all at once; behind the calls that go wrong its process may die."""
        chosen = self._choose(0)
        if chosen is None:
            return
        for kind in faults:
            error = None if kind is None else platform_error(kind)
            self.remote.send_faults.append(Fault(error, acted=kind is K.UNKNOWN_OUTCOME))
        if killed:
            self.remote.send_faults.append(Fault(Killed(), acted=len(faults) % 2 == 0))
        with suppress(Killed):
            deliver_due(self.runtime, chosen[0])
        self.remote.send_faults.clear()

    @precondition(_is_open)
    @rule(which=st.integers(0, 20), kind=st.sampled_from(PASSING))
    def deliver_and_be_refused(self, which: int, kind: PlatformErrorKind) -> None:
        self._run(which, Fault(platform_error(kind)))

    @precondition(_is_open)
    @rule(which=st.integers(0, 20), acted=st.booleans())
    def deliver_and_hear_nothing(self, which: int, acted: bool) -> None:
        self._run(which, Fault(platform_error(K.UNKNOWN_OUTCOME), acted))

    @precondition(_is_open)
    @rule(which=st.integers(0, 20), acted=st.booleans())
    def die_inside_the_call(self, which: int, acted: bool) -> None:
        self._run(which, Fault(Killed(), acted))

    @precondition(_is_open)
    @rule(which=st.integers(0, 20), acted=st.booleans())
    def die_while_reading_back(self, which: int, acted: bool) -> None:
        self.remote.read_faults.appendleft(Killed())
        self._run(which, Fault(platform_error(K.UNKNOWN_OUTCOME), acted))

    @precondition(_is_open)
    @rule(which=st.integers(0, 20))
    def die_before_the_attempt_is_written(self, which: int) -> None:
        chosen = self._choose(which)
        if chosen is None:
            return
        with suppress(Killed), open_context(self.runtime, COURIER) as ctx:
            take(ctx, chosen[0], [chosen[1]])
            raise Killed

    @precondition(_is_open)
    @rule(which=st.integers(0, 20), called=st.booleans())
    def stand_still(self, which: int, called: bool) -> None:
        """Before the call, or after it and before recording; it may wake up, or never."""
        chosen = self._choose(which)
        if chosen is None:
            return
        cargo, outbound_id = chosen
        with open_context(self.runtime, COURIER) as ctx:
            tasks = take(ctx, cargo, [outbound_id])
        for task in tasks:
            self.held.append(Held(cargo, task, steps.perform(self.runtime, task) if called else None))

    @precondition(_is_open)
    @rule(which=st.integers(0, 20), jobs=st.integers(1, 3))
    def oversleep(self, which: int, jobs: int) -> None:
        """Before the call, for as long as it takes others to take the row over; then it wakes up."""
        self.stand_still(which, called=False)
        for _ in range(jobs):
            self._run(which)
        if self.held:
            self.wake_up(len(self.held) - 1)

    @precondition(lambda self: bool(self.held))
    @rule(which=st.integers(0, 20))
    def wake_up(self, which: int) -> None:
        held = self.held.pop(which % len(self.held))
        outcome = held.outcome or steps.perform(self.runtime, held.task)
        if outcome is not None:
            with open_context(self.runtime, COURIER) as ctx:
                results.record(ctx, held.cargo, [(held.task, outcome)])

    def _choose(self, which: int) -> tuple[Cargo, int] | None:
        """Something that is due, after as long a wait as that takes; None when nothing will be."""
        for pause in (0, *WAITS):
            self.clock.advance(pause)
            waiting = self._due()
            if waiting or not self._open_rows():
                break
        return waiting[which % len(waiting)] if waiting else None

    def _due(self) -> list[tuple[Cargo, int]]:
        with open_context(self.runtime, COURIER, write=False) as ctx:
            waiting = [(cargo, outbound_id) for cargo in CARGOES for outbound_id in due(ctx, cargo)]
        own = {row.id for row in self.rows()}  # a life that ended in a failure leaves rows behind
        return [(cargo, outbound_id) for cargo, outbound_id in waiting if outbound_id in own]

    def _run(self, which: int, fault: Fault | None = None) -> None:
        """One job of a worker. The fault strikes the next send, if this job comes to one."""
        chosen = self._choose(which)
        if chosen is None:
            return
        if fault is not None:
            self.remote.send_faults.append(fault)
        cargo, outbound_id = chosen
        with suppress(Killed):
            deliver(self.runtime, cargo, [outbound_id])
        self.remote.send_faults.clear()

    # What must hold at every moment.

    def rows(self) -> list[OutboundMessage]:
        with open_context(self.runtime, COURIER, write=False) as ctx:
            return list(
                ctx.session.scalars(
                    select(OutboundMessage)
                    .where(OutboundMessage.account_id == self.desk.account.id)
                    .order_by(OutboundMessage.id)
                )
            )

    @invariant()
    def promises_are_kept(self) -> None:
        self.seen = rows = self.rows()
        self._states_agree_with_the_platform(rows)
        self._lanes_keep_their_order(rows)

    def _states_agree_with_the_platform(self, rows: list[OutboundMessage]) -> None:
        there = Counter(request.operation_key for request in self.remote.arrived)
        assert set(there) <= {row.operation_key for row in rows}
        for row in rows:
            arrived = there[row.operation_key]
            assert arrived <= 1, "sent twice"
            if row.state is S.SENT:
                assert arrived == 1, "lost, and called sent"
            if row.state in (S.QUEUED, S.FAILED, S.CANCELLED):
                assert arrived == 0, f"there, and called {row.state}"
            if row.state in (S.FAILED, S.UNKNOWN):
                assert row.error_code, "nobody is told why"

    def _lanes_keep_their_order(self, rows: list[OutboundMessage]) -> None:
        by_key = {row.operation_key: row for row in rows}
        newest: dict[str, int] = {}
        for request in self.remote.arrived:
            row = by_key[request.operation_key]
            if row.operation_key in self.out_of_order:
                continue
            assert newest.get(row.order_key, 0) < row.id, "overtaken"
            newest[row.order_key] = row.id

    def teardown(self) -> None:
        """The trouble ends: everything must come to an end that a person can see."""
        if not hasattr(self, "desk"):
            return
        self.remote.read_faults.clear()
        self._set_status(AccountStatus.ACTIVE)
        for _ in range(100):
            if not self._open_rows():
                break
            self._run(0)
        self.promises_are_kept()
        assert self._open_rows() == [], "waits for ever"

    def _open_rows(self) -> list[tuple[int, OutboundState]]:
        return [(row.id, row.state) for row in self.rows() if row.state in (S.QUEUED, S.SENDING)]
