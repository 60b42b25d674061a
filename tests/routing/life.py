"""A random life of requests: whatever customers, people and platforms do, in any order.

Every promise is checked after every step, with what the messages themselves say as the judge.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from app.accounts.outcomes import set_status as set_account_status
from app.adapters.types import Lane
from app.calendars.clocks import calendar_of
from app.core.clock import ManualClock
from app.core.context import Context
from app.core.errors import Conflict, PlatformErrorKind
from app.core.permissions import RoleName
from app.core.unit_of_work import open_context
from app.models import (
    ACTIVE_STATUSES,
    Account,
    AccountStatus,
    ChangeKind,
    Direction,
    Message,
    Operator,
    OutboundMessage,
    OutboundState,
    RequestChange,
    RequestStatus,
    ServiceRequest,
)
from app.outbound.courier import COURIER
from app.routing.lifecycle.thread import read_thread
from app.routing.policies import due_at, urgent_at
from app.routing.schemas import ClassifyRequest, SetAssignee, SetStatus
from app.routing.services import classify_request, mark_read, set_assignee, set_status
from app.workbench.held import hold_replies
from app.workbench.schemas import Confirmation, SettleOutcome
from app.workbench.services import cancel_reply, retry_reply, settle_outcome
from tests.factories.make import Make
from tests.fakes.platforms import Remote
from tests.support.request_changes import unrecorded
from tests.workbench.desk import Desk

K, S = PlatformErrorKind, OutboundState
CONFIRMED = ["claimed_by_other"]
ANYWAY: list[Confirmation] = ["claimed_by_other", "second_reply"]
REFUSALS = {"newer_request_open", "transition_refused", "request_not_active", "reply_window_closed"} | {
    "account_not_active",
    "too_late",
}
FAULTS = (None, K.REJECTED, K.UNKNOWN_OUTCOME, K.TEMPORARY, K.ADDRESS_REFUSED, K.AUTH_EXPIRED)


class Life:
    """One customer who writes in two lanes, an operator, and a lead; `told` says what happened, in order."""

    def __init__(self, make: Make, clock: ManualClock, remote: Remote, platform: str, seed: int) -> None:
        self.make, self.clock, self.remote, self.platform = make, clock, remote, platform
        self.random = random.Random(seed)
        self.desk = Desk(make, clock, remote, platform)
        self.lead = make.operator(self.desk.agency, self.desk.team, role=RoleName.SUPERVISOR)
        self.acts: list[tuple[int, Callable[[], None]]] = [
            (4, self.customer_writes),
            (6, self.write),
            (6, self.deliver),
            (3, self.take_back),
            (2, self.retry),
            (2, self.settle),
            (1, self.pause_or_resume),
            (3, self.move),
            (2, self.hand),
            (1, self.judge_anew),
            (1, self.read),
        ]
        self.told: list[str] = []

    def step(self) -> None:
        weights = [weight for weight, _ in self.acts]
        (chosen,) = self.random.choices([act for _, act in self.acts], weights)
        self.told.append(chosen.__name__)
        chosen()
        self.promises_are_kept()

    def customer_writes(self) -> None:
        self.clock.advance(1)
        text = f"第{uuid.uuid4().hex[:6]}个问题：套餐怎么改？"
        lane = self.random.choice([Lane.PRIVATE, Lane.PUBLIC])
        self.make.request(self.desk.account, text, author="c1", lane=lane)

    def write(self) -> None:
        request = self._request()
        if self.platform == "wechat" and request.lane is Lane.PUBLIC:
            return  # WeChat's mentions do not exist, so only its private messages can be answered
        fields: dict[str, Any] = {"request": request, "resolve": self.random.random() < 0.2}
        if self.random.random() < 0.3:
            fields["send_at"] = self.make.later(40)
        self._try(lambda: self.desk.write(f"答复{uuid.uuid4().hex[:6]}", **fields))

    def take_back(self) -> None:
        self._decide(S.QUEUED, lambda ctx, message: cancel_reply(ctx, message, CONFIRMED))

    def retry(self) -> None:
        self._decide(S.FAILED, lambda ctx, message: retry_reply(ctx, message, ANYWAY))

    def settle(self) -> None:
        said = SettleOutcome.model_validate({"outcome": self.random.choice(["sent", "not_sent"])})
        self._decide(S.UNKNOWN, lambda ctx, message: settle_outcome(ctx, message, said))

    def deliver(self) -> None:
        fault = self.random.choice(FAULTS)
        if fault is not None:
            self.remote.fail_next(fault)
        self.desk.deliver(wait=self.random.choice([5, 11, 60, 400]))
        self.remote.send_faults.clear()
        if self.random.random() < 0.3:
            self._set_account(AccountStatus.ACTIVE)  # whatever was wrong, somebody has seen to it

    def pause_or_resume(self) -> None:
        self._set_account(self.random.choice([AccountStatus.PAUSED, AccountStatus.ACTIVE]))
        self.clock.advance(self.random.choice([5, 60]))
        with open_context(self.desk.runtime, COURIER) as ctx:
            hold_replies(ctx)

    def _set_account(self, status: AccountStatus) -> None:
        with open_context(self.desk.runtime, COURIER) as ctx:
            account = ctx.session.get_one(Account, self.desk.account.id)
            account.retry_at = None
            set_account_status(ctx, account, status, None)

    def move(self) -> None:
        request = self._request()
        status = self.random.choice(["open", "open", "pending", "on_hold", "resolved"])
        command = SetStatus.model_validate(
            {"status": status, "version": request.version, "confirm": CONFIRMED}
        )
        self._as(self.lead, lambda ctx: set_status(ctx, request.id, command))

    def hand(self) -> None:
        request = self._request()
        who = self.random.choice([self.desk.operator.id, self.lead.id, None])
        command = SetAssignee(operator_id=who, version=request.version, reason="轮到我")
        self._as(self.lead, lambda ctx: set_assignee(ctx, request.id, command))

    def judge_anew(self) -> None:
        request = self._request()
        said = ClassifyRequest.model_validate(
            {
                "type": self.random.choice(["complaint", "other"]),
                "priority": self.random.choice([None, 1, 4]),
                "version": request.version,
                "confirm": CONFIRMED,
            }
        )
        self._as(self.lead, lambda ctx: classify_request(ctx, request.id, said))

    def read(self) -> None:
        """All that there is, or only what a screen has that has not heard of the newest yet."""
        conversation = self.desk.request.conversation_id
        number = self._request().last_number - self.random.choice([0, 0, 1])
        self._as(self.desk.operator, lambda ctx: mark_read(ctx, conversation, number))

    def _request(self) -> ServiceRequest:
        """One of the customer's requests, more often than not one of the last."""
        with open_context(self.desk.runtime, COURIER, write=False) as ctx:
            statement = select(ServiceRequest).where(
                ServiceRequest.conversation_id == self.desk.request.conversation_id
            )
            requests = ctx.session.scalars(statement.order_by(ServiceRequest.id)).all()
        return self.random.choice(requests[-3:])

    def _decide(self, state: OutboundState, act: Callable[[Context, int], object]) -> None:
        with open_context(self.desk.runtime, COURIER, write=False) as ctx:
            statement = select(OutboundMessage.cargo_id).where(
                OutboundMessage.state == state, OutboundMessage.account_id == self.desk.account.id
            )
            found = ctx.session.scalars(statement.order_by(OutboundMessage.id)).all()
        if found:
            message = self.random.choice(found)
            self._as(self.desk.operator, lambda ctx: act(ctx, message or 0))

    def _as(self, person: Operator, act: Callable[[Context], object]) -> None:
        def run() -> None:
            with open_context(self.desk.runtime, self.make.actor(person)) as ctx:
                act(ctx)

        self._try(run)

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except Conflict as error:
            if error.code not in REFUSALS:
                raise

    def kinds(self) -> set[ChangeKind]:
        """What has happened to any of the requests."""
        with open_context(self.desk.runtime, COURIER, write=False) as ctx:
            return set(ctx.session.scalars(select(RequestChange.kind)))

    # What must hold at every moment.

    def promises_are_kept(self) -> None:
        with open_context(self.desk.runtime, COURIER, write=False) as ctx:
            assert unrecorded(ctx.session) == []
            statement = select(ServiceRequest).where(ServiceRequest.account_id == self.desk.account.id)
            for request in ctx.session.scalars(statement):
                self._times_agree(ctx, request)
                self._messages_agree(ctx, request)
                self._nobody_is_forgotten(ctx, request)

    def _times_agree(self, ctx: Context, request: ServiceRequest) -> None:
        assert (request.resolved_at is not None) is (request.status is RequestStatus.RESOLVED)
        calendar = calendar_of(ctx, request.account_id)
        assert request.due_at == due_at(calendar, request.priority, request.waiting_since, request.raised_at)
        assert request.urgent_at == urgent_at(request.due_at, request.window_until)
        if request.status is RequestStatus.RESOLVED:
            assert request.waiting_since is None
        if request.status is RequestStatus.OPEN:
            assert request.assignee_id is not None, "open, and in nobody's list nor queue"

    def _messages_agree(self, ctx: Context, request: ServiceRequest) -> None:
        thread = read_thread(ctx, request.id)
        assert request.message_count == thread.count
        assert request.preview == thread.preview
        assert request.first_replied_at == thread.first_replied_at
        if request.status in ACTIVE_STATUSES:
            assert request.send_failure == thread.failure

    def _nobody_is_forgotten(self, ctx: Context, request: ServiceRequest) -> None:
        """Whose last word no answer follows that goes or has gone, waits, whatever people moved."""
        if request.status not in ACTIVE_STATUSES:
            return
        rows = ctx.session.execute(
            select(Message.number, Message.direction, OutboundMessage.state)
            .outerjoin(OutboundMessage, OutboundMessage.carries("reply", Message.id))
            .where(Message.service_request_id == request.id)
        ).all()
        asked = max(row.number for row in rows if row.direction is Direction.INBOUND)
        goes = (S.QUEUED, S.SENDING, S.SENT)
        if not any(row.number > asked and row.state in goes for row in rows):
            assert request.waiting_since is not None, "nobody answers, and no clock runs"
