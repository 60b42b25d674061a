"""A short kill campaign: the command that proves durability is itself kept working."""

from __future__ import annotations

import subprocess
import sys

import pytest

from app.ops.layout import ROOT

SHORT = [
    "--database",
    "sqlite",
    "--kills",
    "8",
    "--rows",
    "120",
    "--rate",
    "20",
    "--seconds",
    "25",
    "--settle",
    "600",
    "--seed",
    "11",
]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_killed_processes_lose_nothing_double_nothing_and_send_nothing_twice() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/chaos.py", *SHORT],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=840,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing lost, nothing doubled, nothing sent twice" in done.stdout
