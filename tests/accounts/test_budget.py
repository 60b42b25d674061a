"""Quotas: no window of a platform's length ever holds more calls than it allows."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

import pytest

from app.accounts import budget
from app.core.clock import ManualClock
from app.core.permissions import Permission, system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.models import Account
from tests.factories.make import Make

ACTOR = system_actor("test", Permission.ACCOUNTS_SYNC)


@pytest.fixture
def account(make: Make) -> Account:
    """A Weibo account with the documented 100 calls a day."""
    agency = make.agency()
    return make.account(agency, make.team(agency), settings={"user_calls_per_day": 100})


def test_calls_are_counted_and_run_out(runtime: Runtime, account: Account) -> None:
    with open_context(runtime, ACTOR) as ctx:
        assert budget.calls_left(ctx, account, budget.CALLS) == 100
        budget.count_calls(ctx, account, budget.CALLS, 99)
        budget.count_calls(ctx, account, budget.CALLS)
        assert budget.calls_left(ctx, account, budget.CALLS) == 0


def test_reading_leaves_a_share_for_answers(runtime: Runtime, account: Account) -> None:
    with open_context(runtime, ACTOR) as ctx:
        budget.count_calls(ctx, account, budget.CALLS, 80)
        share = 1 - budget.RESERVED_FOR_REPLIES
        assert budget.calls_left(ctx, account, budget.CALLS, share=share) == 0
        assert budget.calls_left(ctx, account, budget.CALLS) == 20


def test_reserved_calls_that_were_not_made_are_given_back(runtime: Runtime, account: Account) -> None:
    with open_context(runtime, ACTOR) as ctx:
        budget.count_calls(ctx, account, budget.CALLS, 25)
        budget.count_calls(ctx, account, budget.CALLS, -24)
        assert budget.calls_left(ctx, account, budget.CALLS) == 99


def test_an_unlimited_quota_has_no_count(runtime: Runtime, account: Account) -> None:
    with open_context(runtime, ACTOR) as ctx:
        budget.count_calls(ctx, account, "no_such_quota", 5)
        assert budget.calls_left(ctx, account, "no_such_quota") is None


def test_the_moment_named_for_the_next_call_is_one_at_which_it_is_allowed(
    runtime: Runtime, account: Account, clock: ManualClock
) -> None:
    with open_context(runtime, ACTOR) as ctx:
        budget.count_calls(ctx, account, budget.CALLS, 100)
        again = budget.free_again_at(ctx, account, budget.CALLS)
    clock.advance((again - clock.now()).total_seconds() + 1)
    with open_context(runtime, ACTOR) as ctx:
        assert budget.calls_left(ctx, account, budget.CALLS) == 100


def test_in_a_simulated_week_no_day_long_window_holds_more_than_the_quota(
    runtime: Runtime, account: Account, clock: ManualClock
) -> None:
    """Calls as often as allowed, at odd moments; every window of 24 hours is looked at."""
    made: deque[datetime] = deque()
    end = clock.now() + timedelta(days=7)
    total = 0
    while clock.now() < end:
        with open_context(runtime, ACTOR) as ctx:
            if budget.calls_left(ctx, account, budget.CALLS) != 0:
                budget.count_calls(ctx, account, budget.CALLS)
                made.append(clock.now())
                total += 1
                step = 47.0
            else:
                step = 1801.0
        while made and clock.now() - made[0] >= timedelta(days=1):
            made.popleft()
        assert len(made) <= 100
        clock.advance(step)
    assert total >= 600  # careful, yet most of the seven hundred are used


def test_the_pause_between_readings_spends_the_day_evenly(runtime: Runtime, account: Account) -> None:
    with open_context(runtime, ACTOR) as ctx:
        pause = budget.spacing(ctx, account, streams=3)
        again = budget.rereading_pause(ctx, account, calls=2)
    a_call = timedelta(days=1) / 100
    assert abs(pause - a_call * 3 / 0.7) < timedelta(seconds=1)
    assert abs(again - a_call * 2 / 0.1) < timedelta(seconds=1)
