"""The launcher shows how far the demo's history is: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from app.ops.terminal import say, write

HISTORY_LINE = "history: {written} of {days} days"
_LINE = re.compile(r"^history: (\d+) of (\d+) days$", re.MULTILINE)
_WIDE = 30
_LINES = 10
"""How many plain lines are written, about."""


class HistoryTold:
    """Reads the preparation's log as it grows."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._told = -1
        self._is_terminal = sys.stdout.isatty()

    def moves(self) -> bool:
        """Show what is new; whether another day has been written since the last look."""
        try:
            found = _LINE.findall(self._log.read_text(encoding="utf-8", errors="replace"))
        except OSError:
            return False
        if not found:
            return False
        written, days = (int(number) for number in found[-1])
        if written == self._told or (self._told < 0 and written == days):
            return False  # nothing new, or all of it has been there for long
        before, self._told = self._told, written
        self._show(before, written, days)
        return True

    def _show(self, before: int, written: int, days: int) -> None:
        if self._is_terminal:
            filled = _WIDE * written // days
            ending = "\n" if written == days else ""
            bar = f"{'█' * filled}{'·' * (_WIDE - filled)}"
            write(sys.stdout, f"\rlingke: 生成历史 making history {bar} {written}/{days}{ending}")
        elif before * _LINES // days != written * _LINES // days or written == days:
            say(f"making history: {written} of {days} days")
