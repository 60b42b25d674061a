"""The outbound ledger: whatever fails or dies, a reply is never sent twice and never lost."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.accounts.outcomes import BACKOFF_FIRST_SECONDS, note_failure, note_success
from app.core.errors import PlatformErrorKind
from app.core.unit_of_work import open_context
from app.models import Account, AccountStatus, Message, OutboundAttempt, OutboundState
from app.outbound import ledger, results, steps
from app.outbound.courier import COURIER
from app.outbound.results import MOST_ATTEMPTS, RECONCILE_FOR
from app.outbound.steps import Step, Task
from app.workbench.cargo import REPLIES
from app.workbench.jobs import deliver_replies
from tests.fakes.platforms import Fault, platform_error
from tests.workbench.desk import Desk

K = PlatformErrorKind


class Killed(BaseException):
    """The process dies here: nothing after it runs, not even an `except Exception`."""


def take(desk: Desk, message_id: int) -> Task | None:
    with open_context(desk.runtime, COURIER) as ctx:
        return next(iter(ledger.take(ctx, REPLIES, [desk.outbound(message_id).id])), None)


def attempts(desk: Desk) -> list[tuple[int, str | None]]:
    with open_context(desk.runtime, COURIER, write=False) as ctx:
        rows = ctx.session.execute(
            select(OutboundAttempt.number, OutboundAttempt.outcome).order_by(OutboundAttempt.id)
        )
        return [(number, outcome) for number, outcome in rows]


def account_status(desk: Desk) -> AccountStatus:
    with open_context(desk.runtime, COURIER, write=False) as ctx:
        return ctx.session.get_one(Account, desk.account.id).status


def test_a_reply_waits_for_its_undo_time_and_goes_once(desk: Desk) -> None:
    message = desk.write("马上为您查询")
    desk.deliver(wait=9)
    assert (desk.state(message.id), desk.remote.texts()) == ("queued", [])
    desk.deliver(wait=2)
    desk.deliver()
    assert (desk.state(message.id), desk.remote.texts()) == ("sent", ["马上为您查询"])
    assert attempts(desk) == [(1, "sent")]


def test_the_platform_gets_target_address_and_key(desk: Desk) -> None:
    message = desk.write()
    desk.deliver()
    (sent,) = desk.remote.arrived
    assert sent.target["status_id"]
    assert sent.actor_ip == "10.1.2.3"
    assert sent.operation_key == desk.outbound(message.id).operation_key


def test_the_attempt_is_committed_before_the_call(desk: Desk) -> None:
    seen: list[list[tuple[int, str | None]]] = []
    desk.remote.before_answer = lambda _request: seen.append(attempts(desk))
    desk.write()
    desk.deliver()
    assert seen == [[(1, None)]]


def test_a_worker_that_dies_before_the_call_leaves_it_to_another(desk: Desk) -> None:
    message = desk.write()
    desk.clock.advance(11)
    assert take(desk, message.id) is not None  # and then nothing: it died
    assert desk.due() == [], "its lease still runs"
    desk.deliver(wait=31)
    assert desk.remote.texts() == [], "what may have arrived is looked for, not sent again"
    assert (desk.state(message.id), attempts(desk)) == ("queued", [(1, "absent")])
    desk.deliver(wait=400)
    assert (desk.state(message.id), len(desk.remote.arrived)) == ("sent", 1)


def test_a_worker_that_dies_after_the_call_does_not_cause_a_second_one(desk: Desk) -> None:
    message = desk.write()
    desk.clock.advance(11)
    task = take(desk, message.id)
    assert task is not None
    steps.perform(desk.runtime, task)  # arrived; then it died before recording
    for _ in range(4):
        desk.deliver(wait=31)
    assert (desk.state(message.id), len(desk.remote.arrived)) == ("sent", 1)
    assert desk.outbound(message.id).external_id is not None


@pytest.mark.parametrize("acted", [True, False], ids=["after it acted", "before it acted"])
def test_a_worker_that_dies_inside_the_call_sends_once(desk: Desk, acted: bool) -> None:
    message = desk.write()
    desk.remote.send_faults.append(Fault(Killed(), acted))
    desk.clock.advance(11)
    with pytest.raises(Killed):
        deliver_replies(desk.runtime)
    assert desk.state(message.id) == "sending"
    for _ in range(5):
        desk.deliver(wait=120)
    assert (desk.state(message.id), len(desk.remote.arrived)) == ("sent", 1)


def test_a_worker_that_dies_while_reading_back_is_followed_by_another(desk: Desk) -> None:
    message = desk.write()
    desk.remote.fail_next(K.UNKNOWN_OUTCOME, acted=True)
    desk.remote.read_faults.append(Killed())
    desk.clock.advance(11)
    with pytest.raises(Killed):
        deliver_replies(desk.runtime)
    desk.deliver(wait=31)
    assert (desk.state(message.id), len(desk.remote.arrived)) == ("sent", 1)


def test_a_worker_whose_lease_ran_out_records_nothing(desk: Desk) -> None:
    message = desk.write()
    desk.clock.advance(11)
    slow = take(desk, message.id)
    assert slow is not None
    outcome = steps.perform(desk.runtime, slow)
    assert outcome is not None
    desk.clock.advance(31)
    second = take(desk, message.id)
    assert second is not None
    assert second.step is Step.READ_BACK
    with open_context(desk.runtime, COURIER) as ctx:
        results.record(ctx, REPLIES, [(slow, outcome)])
    assert desk.state(message.id) == "sending", "the row is the second worker's now"
    found = steps.perform(desk.runtime, second)
    assert found is not None
    with open_context(desk.runtime, COURIER) as ctx:
        results.record(ctx, REPLIES, [(second, found)])
    assert (desk.state(message.id), len(desk.remote.arrived)) == ("sent", 1)


def test_two_workers_never_hold_one_reply(desk: Desk) -> None:
    message = desk.write()
    desk.clock.advance(11)
    assert take(desk, message.id) is not None
    assert take(desk, message.id) is None


def test_an_unknown_outcome_that_arrived_is_found_by_reading_back(desk: Desk) -> None:
    message = desk.write()
    desk.remote.fail_next(K.UNKNOWN_OUTCOME, acted=True)
    desk.deliver()
    assert (desk.state(message.id), len(desk.remote.arrived)) == ("sent", 1)


def test_an_unknown_outcome_that_did_not_arrive_is_sent_again(desk: Desk) -> None:
    message = desk.write()
    desk.remote.fail_next(K.UNKNOWN_OUTCOME)
    desk.deliver()
    assert (desk.state(message.id), desk.outbound(message.id).error_code) == ("queued", "absent")
    desk.deliver(wait=10)
    assert (desk.state(message.id), len(desk.remote.arrived)) == ("sent", 1)


def test_without_read_back_an_unknown_outcome_waits_for_a_person(wechat_desk: Desk) -> None:
    desk = wechat_desk
    message = desk.write("您好", request=desk.private)
    desk.remote.fail_next(K.UNKNOWN_OUTCOME, acted=True)
    for _ in range(5):
        desk.deliver(wait=300)
    assert (desk.state(message.id), len(desk.remote.arrived)) == ("unknown", 1)


def test_a_failing_read_back_is_repeated_and_then_given_to_a_person(desk: Desk) -> None:
    message = desk.write()
    desk.remote.fail_next(K.UNKNOWN_OUTCOME, acted=True)
    desk.remote.read_faults.extend(platform_error(K.TEMPORARY) for _ in range(50))
    desk.deliver()
    assert desk.state(message.id) == "sending"
    desk.deliver(wait=RECONCILE_FOR.total_seconds())
    assert (desk.state(message.id), len(desk.remote.arrived)) == ("unknown", 1)


def test_a_thread_that_cannot_be_read_back_holds_up_no_other_customer(desk: Desk) -> None:
    stuck = desk.write()
    desk.remote.fail_next(K.UNKNOWN_OUTCOME, acted=True)
    desk.remote.read_faults.extend(platform_error(K.TEMPORARY) for _ in range(50))
    for _ in range(8):
        desk.deliver(wait=40)
    other = desk.write("您好", request=desk.private)
    desk.deliver()
    assert (desk.state(stuck.id), desk.state(other.id)) == ("sending", "sent")


def test_calls_that_fail_together_make_the_account_wait_once(desk: Desk) -> None:
    """Twenty failures of one moment are one trouble: the wait stays that of a first failure."""
    with open_context(desk.runtime, COURIER) as ctx:
        account = ctx.session.get_one(Account, desk.account.id)
        for _ in range(20):
            note_failure(ctx, account, platform_error(K.TEMPORARY))
        assert account.error_streak == 1
        assert account.retry_at is not None
        assert (account.retry_at - ctx.now()).total_seconds() <= BACKOFF_FIRST_SECONDS


def test_the_first_call_that_works_lets_waiting_replies_go(desk: Desk) -> None:
    message = desk.write()
    with open_context(desk.runtime, COURIER) as ctx:
        account = ctx.session.get_one(Account, desk.account.id)
        note_failure(ctx, account, platform_error(K.RATE_LIMITED, retry_at=desk.make.later(300)))
    desk.deliver()
    assert desk.state(message.id) == "queued"
    with open_context(desk.runtime, COURIER) as ctx:
        note_success(ctx, ctx.session.get_one(Account, desk.account.id))
    desk.deliver(wait=0)
    assert desk.state(message.id) == "sent"


def test_a_duplicate_of_our_own_is_success(desk: Desk) -> None:
    message = desk.write()
    desk.remote.fail_next(K.DUPLICATE, acted=True)
    desk.deliver()
    assert (desk.state(message.id), len(desk.remote.arrived)) == ("sent", 1)


def test_a_duplicate_of_something_else_fails_with_advice(desk: Desk) -> None:
    message = desk.write()
    desk.remote.fail_next(K.DUPLICATE)
    desk.deliver()
    assert (desk.state(message.id), desk.outbound(message.id).error_code) == ("failed", "duplicate")


@pytest.mark.parametrize("kind", [K.TEMPORARY, K.RATE_LIMITED])
def test_a_passing_refusal_is_tried_again(desk: Desk, kind: PlatformErrorKind) -> None:
    message = desk.write()
    desk.remote.fail_next(kind)
    desk.deliver()
    assert (desk.state(message.id), desk.remote.texts()) == ("queued", [])
    desk.deliver(wait=700)
    assert (desk.state(message.id), len(desk.remote.arrived)) == ("sent", 1)


def test_a_moment_named_by_the_platform_is_kept_to(desk: Desk) -> None:
    message = desk.write()
    desk.remote.fail_next(K.RATE_LIMITED, retry_at=desk.make.later(3600))
    desk.deliver()
    desk.deliver(wait=3000)
    assert desk.remote.texts() == []
    desk.deliver(wait=700)
    assert desk.state(message.id) == "sent"


def test_endless_trouble_ends_as_failed_and_a_person_may_retry(desk: Desk) -> None:
    message = desk.write()
    for _ in range(MOST_ATTEMPTS):
        desk.remote.fail_next(K.TEMPORARY)
    for _ in range(MOST_ATTEMPTS + 2):
        desk.deliver(wait=700)
    assert desk.state(message.id) == "failed"
    assert len(attempts(desk)) == MOST_ATTEMPTS


FINAL = sorted(set(K) - {K.TEMPORARY, K.RATE_LIMITED, K.ADDRESS_REFUSED, K.UNKNOWN_OUTCOME, K.DUPLICATE})


@pytest.mark.parametrize("kind", FINAL)
def test_a_final_refusal_is_shown_and_not_repeated(desk: Desk, kind: PlatformErrorKind) -> None:
    message = desk.write()
    desk.remote.fail_next(kind)
    for _ in range(3):
        desk.deliver(wait=400)
    assert (desk.state(message.id), desk.outbound(message.id).error_code) == ("failed", kind.value)
    assert desk.remote.texts() == []


def test_a_lost_authorisation_stops_the_account_until_a_person_acts(desk: Desk) -> None:
    desk.write()
    desk.remote.fail_next(K.AUTH_EXPIRED)
    desk.deliver()
    assert account_status(desk) is AccountStatus.REAUTHORISE


def test_the_order_of_a_conversation_is_kept(desk: Desk) -> None:
    first, second = desk.write("第一条"), desk.write("第二条")
    desk.remote.fail_next(K.TEMPORARY)
    desk.deliver()
    assert desk.remote.texts() == [], "the second one waits for the first"
    for _ in range(3):
        desk.deliver(wait=700)
    assert desk.remote.texts() == ["第一条", "第二条"]
    assert [desk.state(m.id) for m in (first, second)] == ["sent", "sent"]


def test_lanes_do_not_wait_for_each_other(desk: Desk) -> None:
    public = desk.write("公开回复")
    private = desk.write("私信回复", request=desk.private)
    desk.clock.advance(11)
    assert take(desk, public.id) is not None  # on its way, for as long as it takes
    desk.deliver(wait=0)
    assert desk.state(private.id) == "sent"


def test_a_reply_for_tomorrow_does_not_hold_up_one_for_now(desk: Desk) -> None:
    tomorrow = desk.write("明天的提醒", send_at=desk.make.later(86_400))
    now = desk.write("现在的回复")
    desk.deliver()
    assert (desk.state(now.id), desk.state(tomorrow.id)) == ("sent", "queued")
    desk.deliver(wait=86_400)
    assert desk.remote.texts() == ["现在的回复", "明天的提醒"]


def test_a_failed_reply_does_not_block_those_behind_it(desk: Desk) -> None:
    desk.write("被拒绝的")
    desk.remote.fail_next(K.REJECTED)
    second = desk.write("下一条")
    desk.deliver()
    desk.deliver()
    assert desk.state(second.id) == "sent"


def test_the_versions_of_a_message_only_grow(desk: Desk) -> None:
    message = desk.write()
    versions = [message.version]
    desk.remote.fail_next(K.TEMPORARY)
    for _ in range(3):
        desk.deliver(wait=700)
        with open_context(desk.runtime, COURIER, write=False) as ctx:
            versions.append(ctx.session.get_one(Message, message.id).version)
    assert versions == sorted(versions)
    assert versions[-1] > versions[0]
    assert desk.outbound(message.id).state is OutboundState.SENT
