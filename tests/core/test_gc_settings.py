"""What vanishes only by a collection does not pile up in processes that mostly wait."""

from __future__ import annotations

import subprocess
import sys

from app.ops.layout import ROOT

MAKES_CIRCLES = """
import weakref
from app.core.gc_settings import settle_heap

class Circle:
    def __init__(self):
        self.itself = self

settle_heap()
alive, most = weakref.WeakSet(), 0
for _ in range(45_000):
    alive.add(Circle())
    most = max(most, len(alive))
print(most)
"""


def test_a_process_that_has_settled_keeps_little_that_nobody_needs() -> None:
    """At rest the scheduler kept 7 MB of what its statements had left."""
    done = subprocess.run(
        [sys.executable, "-c", MAKES_CIRCLES],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert 1_000 < int(done.stdout) <= 12_000
