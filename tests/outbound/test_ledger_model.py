"""Random lives of the ledger: never two arrivals, nothing silently lost, order kept, states honest.

`HYPOTHESIS_PROFILE=thorough` looks fifty times as long.
"""

from __future__ import annotations

import os
from functools import partial

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from app.core.clock import ManualClock
from tests.factories.make import Make
from tests.fakes.platforms import Remote
from tests.outbound.machine import LedgerMachine

_SLOW_IS_FINE = (HealthCheck.too_slow, HealthCheck.filter_too_much)
PROFILES = {
    "default": settings(
        max_examples=8,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=_SLOW_IS_FINE,
        derandomize=True,
    ),
    "thorough": settings(
        max_examples=600, stateful_step_count=60, deadline=None, suppress_health_check=_SLOW_IS_FINE
    ),
}


@pytest.mark.parametrize("platform", ["weibo", "wechat"])
def test_no_life_of_the_ledger_breaks_its_promises(
    make: Make, clock: ManualClock, remote: Remote, platform: str
) -> None:
    profile = PROFILES[os.environ.get("HYPOTHESIS_PROFILE", "default")]
    run_state_machine_as_test(partial(LedgerMachine, make, clock, remote, platform), settings=profile)
