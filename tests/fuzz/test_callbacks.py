"""A short run of the fuzzer; `python -m tests.fuzz.callbacks --bodies 100000` is the long one."""

from __future__ import annotations

from tests.fuzz.callbacks import SLOWEST_ALLOWED, run
from tests.fuzz.mutate import Mutator


def test_no_malformed_body_makes_a_parser_raise_or_linger() -> None:
    findings = run(bodies=4_000, seed=11)
    assert findings.failures == []
    assert findings.slowest < SLOWEST_ALLOWED
    assert findings.bodies == 4_000


def test_the_run_reaches_both_sides_of_every_fork() -> None:
    outcomes = run(bodies=4_000, seed=12).outcomes
    for name in ("item unknown", "item private_message", "item event", "item mention", "answer read"):
        assert outcomes[name] > 0, name
    assert outcomes["answer refused"] > 0
    assert outcomes["signature refused"] > 0


def test_a_run_can_be_repeated_by_its_seed() -> None:
    first, second = Mutator(3), Mutator(3)
    assert [first.body() for _ in range(50)] == [second.body() for _ in range(50)]
