"""What is over is deleted, in bounded batches; what somebody still needs stays, however old it is (F2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.accounts.job_names import FORGET_OLD as FORGET_ACCOUNTS
from app.core import retention
from app.core.clock import ManualClock
from app.core.events import EVENTS, Audience, EventName, Subject
from app.core.permissions import system_actor
from app.core.runtime import Runtime
from app.core.tables import EventLog
from app.core.unit_of_work import open_context
from app.identity.job_names import FORGET_OLD as FORGET_IDENTITY
from app.identity.schemas import SessionEnded
from app.jobs.job import perform
from app.listener.job_names import FORGET_OLD as FORGET_LISTENER
from app.listener.jobs import LISTENER
from app.models import (
    CallbackDelivery,
    CallUsage,
    DeliveryStatus,
    InboundItem,
    LoginAttempt,
    OAuthState,
    OperatorSession,
    OutboundAttempt,
    RequestStatus,
    ServiceRequest,
    Verdict,
)
from app.outbound.job_names import FORGET_OLD as FORGET_OUTBOUND
from app.processes.all_jobs import PERIODIC
from app.realtime.job_names import FORGET_OLD as FORGET_EVENTS
from app.realtime.publisher import publish_new
from app.routing import lifecycle
from tests.factories.make import Make
from tests.workbench.desk import Desk

ACTOR = system_actor("test")
TOLD = EventName("test.told")


def rows_of(runtime: Runtime, table: Any, *columns: Any) -> list[Any]:
    with open_context(runtime, ACTOR, write=False) as ctx:
        found = ctx.session.execute(select(*columns or (table.id,)).select_from(table).order_by(table.id))
        return [row[0] if len(row) == 1 else tuple(row) for row in found]


def tell(runtime: Runtime, count: int) -> None:
    with EVENTS.trial():
        EVENTS.declare(TOLD, SessionEnded, EVENTS.kind("test"))
        with open_context(runtime, ACTOR) as ctx:
            for number in range(count):
                told = SessionEnded(session_id=number, reason="test")
                ctx.emit(TOLD, told, Audience(), about=Subject("test", number))


def test_events_beyond_what_is_replayed_go_when_they_are_old(runtime: Runtime, clock: ManualClock) -> None:
    runtime.settings.event_retention = 100
    tell(runtime, 130)
    publish_new(runtime)
    perform(runtime, FORGET_EVENTS.name, [])
    assert len(rows_of(runtime, EventLog)) == 130, "none is old yet"
    clock.advance(8 * 86_400)
    tell(runtime, 5)
    perform(runtime, FORGET_EVENTS.name, [])
    kept = rows_of(runtime, EventLog, EventLog.seq)
    assert kept == [*range(31, 131), *[None] * 5], "what has no number yet was heard by nobody"


def test_a_run_is_bounded_and_the_next_goes_on(
    runtime: Runtime, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 10)
    monkeypatch.setattr(retention, "BATCHES_PER_RUN", 3)
    with open_context(runtime, ACTOR) as ctx:
        for number in range(45):
            ctx.session.add(LoginAttempt(key=f"k{number}", created_at=clock.now()))
    clock.advance(3 * 86_400)
    for left in (15, 0, 0):
        perform(runtime, FORGET_IDENTITY.name, [])
        assert len(rows_of(runtime, LoginAttempt)) == left


def test_a_push_that_still_waits_is_never_deleted(runtime: Runtime, make: Make, clock: ManualClock) -> None:
    account = make.account(make.agency())
    for status in DeliveryStatus:
        for number in range(2):
            make.save(
                CallbackDelivery(
                    created_at=clock.now(),
                    account_id=account.id,
                    digest=f"{status}{number}",
                    query={},
                    body=b"x",
                    status=status,
                )
            )
    clock.advance(29 * 86_400)
    perform(runtime, FORGET_ACCOUNTS.name, [])
    assert len(rows_of(runtime, CallbackDelivery)) == 6
    clock.advance(2 * 86_400)
    perform(runtime, FORGET_ACCOUNTS.name, [])
    assert rows_of(runtime, CallbackDelivery, CallbackDelivery.status) == [DeliveryStatus.RECEIVED] * 2


def test_counted_calls_and_begun_consents_go_with_their_time(
    runtime: Runtime, make: Make, clock: ManualClock
) -> None:
    account = make.account(make.agency())
    operator = make.operator(make.agency())
    for days in (41, 39):
        start = clock.now() - timedelta(days=days)
        make.save(
            CallUsage(created_at=start, account_id=account.id, quota="calls", slice_start=start, count=1)
        )
    for hours in (-30, -1, 1):
        make.save(
            OAuthState(
                created_at=clock.now(),
                token_hash=f"h{hours}",
                account_id=account.id,
                operator_id=operator.id,
                expires_at=clock.now() + timedelta(hours=hours),
            )
        )
    perform(runtime, FORGET_ACCOUNTS.name, [])
    assert len(rows_of(runtime, CallUsage)) == 1
    assert rows_of(runtime, OAuthState, OAuthState.token_hash) == ["h-1", "h1"]


def test_a_login_that_lasts_stays_and_an_ended_one_goes(
    runtime: Runtime, make: Make, clock: ManualClock
) -> None:
    operator = make.operator(make.agency())
    make.session_token(operator)
    make.session_token(operator)
    first, second = rows_of(runtime, OperatorSession)
    with open_context(runtime, ACTOR) as ctx:
        ctx.session.execute(
            update(OperatorSession).where(OperatorSession.id == first).values(ended_at=clock.now())
        )
    clock.advance(181 * 86_400)
    perform(runtime, FORGET_IDENTITY.name, [])
    assert rows_of(runtime, OperatorSession) == [second]


def test_a_platforms_whole_answer_goes_and_the_attempt_stays(desk: Desk) -> None:
    runtime = desk.runtime
    desk.write("您好")
    desk.deliver()
    with open_context(runtime, ACTOR, write=False) as ctx:
        answered = (
            select(func.count()).select_from(OutboundAttempt).where(OutboundAttempt.response.is_not(None))
        )
        assert ctx.session.scalar(answered) == 1
    desk.clock.advance(91 * 86_400)
    perform(runtime, FORGET_OUTBOUND.name, [])
    with open_context(runtime, ACTOR, write=False) as ctx:
        (attempt,) = ctx.session.scalars(select(OutboundAttempt))
    assert (attempt.outcome, attempt.response) == ("sent", None)


def test_every_rule_is_run_by_the_scheduler(runtime: Runtime) -> None:
    due = []
    with open_context(runtime, ACTOR, write=False) as ctx:
        for entry in PERIODIC:
            if entry.name.startswith("old rows of "):
                due += [deferred.job.name for deferred in entry.due(ctx)]
    wanted = (FORGET_ACCOUNTS, FORGET_EVENTS, FORGET_IDENTITY, FORGET_OUTBOUND)
    assert sorted(due) == sorted(job.name for job in wanted)


def test_what_platforms_sent_is_kept_for_ever_unless_a_setting_says_otherwise(
    runtime: Runtime, clock: ManualClock, make: Make
) -> None:
    agency = make.agency()
    account = make.account(agency, make.team(agency))
    answered, open_one = make.request(account, raw={"n": 1}), make.request(account, raw={"n": 2})
    make.store(account, make.post("随便聊聊", raw={"n": 3}))
    make.judge()
    make.store(account, make.post("还没有判定", raw={"n": 4}))
    with open_context(runtime, LISTENER) as ctx:
        lifecycle.set_status(ctx, ctx.session.get_one(ServiceRequest, answered.id), RequestStatus.RESOLVED)
    clock.advance(400 * 86_400)
    perform(runtime, FORGET_LISTENER.name, [])
    assert [raw["n"] for raw in rows_of(runtime, InboundItem, InboundItem.raw)] == [1, 2, 3, 4]
    runtime.settings.raw_days = 365
    perform(runtime, FORGET_LISTENER.name, [])
    assert rows_of(runtime, InboundItem, InboundItem.raw) == [{}, {"n": 2}, {}, {"n": 4}], open_one.id
    texts = rows_of(runtime, InboundItem, InboundItem.text)
    assert all(texts)


def test_a_raw_body_that_is_to_be_reviewed_stays(runtime: Runtime, clock: ManualClock, make: Make) -> None:
    """Case B2: it is all there is to see."""
    agency = make.agency()
    account = make.account(agency, make.team(agency))
    make.store(account, make.post("随便聊聊", raw={"n": 1}))
    make.judge()
    with open_context(runtime, LISTENER) as ctx:
        ctx.session.execute(update(Verdict).values(needs_review=True))
    clock.advance(400 * 86_400)
    runtime.settings.raw_days = 30
    perform(runtime, FORGET_LISTENER.name, [])
    assert rows_of(runtime, InboundItem, InboundItem.raw) == [{"n": 1}]
