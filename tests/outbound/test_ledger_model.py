"""Random lives of the ledger: never two arrivals, nothing silently lost, order kept, states honest.

`HYPOTHESIS_PROFILE=thorough` looks fifty times as long.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from app.core.clock import ManualClock
from tests.factories.make import Make
from tests.fakes.platforms import Remote
from tests.outbound.machine import LedgerMachine

COMMON = settings(
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.filter_too_much),
)


def profile(database: str) -> settings:
    """The default looks less long on PostgreSQL: the rules are the same, only the locks differ."""
    if os.environ.get("HYPOTHESIS_PROFILE") == "thorough":
        return settings(COMMON, max_examples=800, stateful_step_count=50)
    # Without shrinking a failure shows the whole life that led to it, and comes within the suite's time.
    examples = 10 if database == "sqlite" else 4
    return settings(COMMON, max_examples=examples, derandomize=True, phases=(Phase.generate,))


def test_no_life_of_the_ledger_breaks_its_promises(make: Make, clock: ManualClock, remote: Remote) -> None:
    class Machine(LedgerMachine):
        def __init__(self) -> None:
            super().__init__(make, clock, remote)

    run_state_machine_as_test(Machine, settings=profile(make.runtime.engine.dialect.name))
