"""The command line by which others (ps, our own tools) know a process that was forked, not started."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Sequence
from pathlib import Path

_PR_SET_NAME = 15  # include/uapi/linux/prctl.h
# The places of arg_start and arg_end (48 and 49 in proc(5)) behind the name, which may hold blanks.
_ARG_START, _ARG_END = 45, 46


def set_title(command: Sequence[str]) -> None:
    """Show `command` as this process's arguments, cut to the room that the real ones take. Linux only."""
    if sys.platform != "linux":
        return
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    begin, end = int(fields[_ARG_START]), int(fields[_ARG_END])
    shown = b"\0".join(map(os.fsencode, command))[: end - begin - 1]
    ctypes.memmove(begin, shown.ljust(end - begin, b"\0"), end - begin)
    name = os.fsencode("-".join((command[2].rpartition(".")[2], *command[3:])))
    ctypes.CDLL(None).prctl(_PR_SET_NAME, name[:15], 0, 0, 0)
