"""`make test` asks a failed test again, and says so."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from steps import suite

PASSES = "def test_passes():\n    pass\n"
FAILS = "def test_fails():\n    assert False\n"
FAILS_SOMETIMES = """from pathlib import Path

def failed_already():
    seen = Path(__file__).with_suffix(".seen")
    tries = int(seen.read_text()) if seen.exists() else 0
    seen.write_text(str(tries + 1))
    return tries

def test_now_and_then():
    assert failed_already() >= {failures}
"""
FAILS_AFTERWARDS = """import pytest
from pathlib import Path

@pytest.fixture
def left_behind():
    yield
    seen = Path(__file__).with_suffix(".seen")
    first, _ = not seen.exists(), seen.touch()
    assert not first

def test_passes(left_behind):
    pass
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(suite, "ROOT", tmp_path)
    monkeypatch.setattr(suite, "_FAILED", tmp_path / ".pytest_cache" / "v" / "cache" / "lastfailed")
    monkeypatch.setattr(suite, "_PYTEST", (sys.executable, "-m", "pytest", "-q", "-p", "xdist"))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setattr(suite, "processes_for_tests", lambda: 0)
    markers = "[pytest]\nmarkers =\n    slow: alone\n    e2e: with a browser\n"
    (tmp_path / "pytest.ini").write_text(markers)
    return tmp_path


def write(checkout: Path, **contents: str) -> None:
    for name, text in contents.items():
        (checkout / f"test_{name}.py").write_text(text)
        slow = f"import pytest\n\npytestmark = pytest.mark.slow\n\n{PASSES}"
        (checkout / "test_of_the_other_part.py").write_text(slow)


@pytest.mark.parametrize("failures", [1, 2])
def test_what_passes_in_the_end_is_named_as_unsteady(checkout: Path, failures: int) -> None:
    write(checkout, steady=PASSES, unsteady=FAILS_SOMETIMES.format(failures=failures))
    outcome = suite.run_python_tests([])
    assert (outcome.failed_parts, outcome.unsteady) == ([], ["test_unsteady.py::test_now_and_then"])


def test_an_error_while_fixtures_are_taken_down_is_asked_about_too(checkout: Path) -> None:
    write(checkout, steady=PASSES, untidy=FAILS_AFTERWARDS)
    outcome = suite.run_python_tests([])
    assert (outcome.failed_parts, outcome.unsteady) == ([], ["test_untidy.py::test_passes"])


def test_what_fails_three_times_has_failed(checkout: Path) -> None:
    write(checkout, steady=PASSES, unsteady=FAILS_SOMETIMES.format(failures=3))
    assert suite.run_python_tests([]).failed_parts == ["Python tests on both databases"]


def test_what_always_fails_has_failed(checkout: Path) -> None:
    write(checkout, steady=PASSES, wrong=FAILS)
    outcome = suite.run_python_tests([])
    assert (outcome.failed_parts, outcome.unsteady) == (["Python tests on both databases"], [])


def test_a_file_that_cannot_be_read_has_failed(checkout: Path) -> None:
    write(checkout, steady=PASSES, broken="import nothing_of_this_name\n")
    assert len(suite.run_python_tests([]).failed_parts) == 2, "each part reads all files"


@pytest.mark.parametrize(
    ("failed", "asked"),
    [
        (["tests/core/test_bulk.py::test_one"], True),
        ([f"tests/core/test_bulk.py::test_{number}" for number in range(4)], False),
        (["tests/e2e/test_chaos.py::test_killed"], False),
        (["tests/outbound/test_ledger.py::test_once[sqlite]"], False),
        (["tests/core/test_bulk.py"], False),
        ([], False),
    ],
)
def test_a_broken_promise_gets_no_second_chance(failed: list[str], asked: bool) -> None:
    assert suite.may_be_asked_again(failed) is asked
