"""How `make test` runs the Python tests, and what it does with those that fail only now and then.

Thousands of tests with real servers, browsers and deadlines on a busy machine: one that fails is asked again,
alone, up to twice. A third failure is a failure. A test that passes then is named at the very end as
unsteady: it (or what it tests) has a race, and is mended before anything else. Tests of what must never
happen, not even once, get no second chance, and neither do many failures together. An error while a test's
fixtures are taken down counts as its failure.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field

from steps.checkout import ROOT, VENV_PYTHON
from steps.console import say

# Each starts its own PostgreSQL and queue server.
MOST_PROCESSES = 4
MOST_ASKED_AGAIN = 3
MORE_TRIES = 2
NO_SECOND_CHANCE = ("tests/e2e/test_chaos.py", "tests/outbound/", "tests/jobs/test_killed_worker.py")
"""Doubled, lost or sent twice is wrong however rarely it happens."""
_PYTEST = (str(VENV_PYTHON), "-m", "pytest", "--durations=15", "--durations-min=5")
_BY_FILE = ("--dist", "loadfile", "--no-loadscope-reorder")
"""A file's tests in one process; files in the order of tests/conftest.py, those that take longest first."""
_FAILED = ROOT / ".pytest_cache" / "v" / "cache" / "lastfailed"
_TESTS_FAILED = 1
"""pytest's exit status; the others mean that it could not run."""


@dataclass
class Outcome:
    failed_parts: list[str] = field(default_factory=list)
    unsteady: list[str] = field(default_factory=list)


def run_python_tests(paths: Sequence[str]) -> Outcome:
    """All tests, or those under `paths`."""
    outcome = Outcome()
    if paths:
        say("--- Python tests")
        if _run([*_PYTEST, *paths]) != 0:
            outcome.failed_parts.append("Python tests")
        return outcome
    processes = processes_for_tests()
    for name, options in (
        ("Python tests on both databases", ["-n", str(processes), "-m", "not (slow or e2e)"]),
        ("whole installations and the browser", ["-n", str(min(processes, 2)), "-m", "slow or e2e"]),
    ):
        say(f"--- {name}")
        status = _run([*_PYTEST, "--cache-clear", *_BY_FILE, *options])
        if status == _TESTS_FAILED and _asked_again(outcome):
            continue
        if status != 0:
            outcome.failed_parts.append(name)
    return outcome


def processes_for_tests() -> int:
    return min(os.cpu_count() or 1, MOST_PROCESSES)


def _asked_again(outcome: Outcome) -> bool:
    """Whether all that failed pass when they run again alone."""
    failed = still = _failed()
    if not may_be_asked_again(failed):
        return False
    for _ in range(MORE_TRIES):
        say(f"--- once more, alone: {', '.join(still)}")
        if _run([*_PYTEST, *still]) == 0:
            outcome.unsteady += failed
            return True
        still = _failed()
        if not still:  # it did not come to running them
            return False
    return False


def _failed() -> list[str]:
    """What failed when it was last run, as pytest remembers it."""
    return sorted(json.loads(_FAILED.read_text())) if _FAILED.exists() else []


def may_be_asked_again(failed: Sequence[str]) -> bool:
    """A few tests by name; not a file that could not be read, nor a promise that was broken."""
    return 0 < len(failed) <= MOST_ASKED_AGAIN and all(
        "::" in test and not test.startswith(NO_SECOND_CHANCE) for test in failed
    )


def _run(command: Sequence[str]) -> int:
    return subprocess.run(command, cwd=ROOT, check=False).returncode
