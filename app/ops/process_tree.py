"""Processes that belong together: made to die together, found again, ended for certain.

Three nets, because each has a hole: a parent's death signal (not for grandchildren), the launcher as the
adoptive parent of orphans (not when it was killed itself), and a mark in the environment that every
process of one DATA_DIR inherits (read at the next start). The first two need Linux; elsewhere only the
mark works.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import psutil

MARK = "LINGKE_STACK"

# Numbers from Linux' include/uapi/linux/prctl.h.
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Make this process the parent of every descendant whose own parent dies."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent() -> None:
    """Called in a new child: have the kernel send it SIGTERM when its parent dies, however that dies."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def orphans_of(data_dir: Path) -> list[psutil.Process]:
    """Processes of an earlier run on this DATA_DIR that outlived it; this one and its parents are not."""
    own = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    found = []
    for process in psutil.process_iter():
        if process.pid in own:
            continue
        try:
            marked = process.environ().get(MARK) == str(data_dir)  # a zombie's is empty: it is no obstacle
        except (psutil.Error, OSError):
            continue
        if marked:
            found.append(process)
    return found


def descendants() -> list[psutil.Process]:
    """Every living process below this one, adopted orphans included."""
    found: list[psutil.Process] = psutil.Process().children(recursive=True)
    return found


def end(processes: Iterable[psutil.Process], *, grace: float) -> int:
    """Ask the processes to stop, wait `grace` seconds for all together, then kill; return their number."""
    chosen = list(processes)
    _signal_all(chosen, signal.SIGTERM)
    _signal_all(_still_running(chosen, grace), signal.SIGKILL)
    _still_running(chosen, 5.0)
    return len(chosen)


def _still_running(processes: Iterable[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Those that did not end in time; one that only waits for its parent to take notice has ended."""
    deadline = time.monotonic() + seconds
    while True:
        _, unreaped = psutil.wait_procs(list(processes), timeout=0)
        alive = [process for process in unreaped if not _is_zombie(process)]
        if not alive or time.monotonic() >= deadline:
            return alive
        time.sleep(0.02)


def _is_zombie(process: psutil.Process) -> bool:
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def end_adopted(keep: set[int]) -> int:
    """End children that are not in `keep`: their parent was killed, its restarted copy needs their place."""
    adopted = [child for child in psutil.Process().children() if child.pid not in keep]
    trees = [process for child in adopted for process in _tree(child)]
    return end(trees, grace=2.0) if trees else 0


def _tree(process: psutil.Process) -> list[psutil.Process]:
    try:
        return [*process.children(recursive=True), process]
    except psutil.NoSuchProcess:
        return []


def _signal_all(processes: Iterable[psutil.Process], number: int) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue


def _prctl(option: int, value: int) -> None:
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
