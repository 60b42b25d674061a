"""What launcher and watcher say to the person at the terminal, and how they hear that it is to end."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import TextIO

STOPPING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def say(text: str) -> None:
    """Show one line."""
    write(sys.stdout, f"lingke: {text}\n")


def write(stream: TextIO, text: str) -> None:
    """A terminal that went away must not stop the console."""
    with suppress(OSError):
        stream.write(text)
        stream.flush()


def when_asked_to_stop(act: Callable[[], None]) -> None:
    """Call `act` for each stopping signal from now on."""

    def handler(_number: int, _frame: FrameType | None) -> None:
        act()

    for number in STOPPING_SIGNALS:
        signal.signal(number, handler)
