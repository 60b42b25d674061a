"""What the launcher becomes when everything is ready: `python -m app.ops.watcher DATA_DIR PID KNOWN`.

The same process, so that the kernel's ties hold: the lock on DATA_DIR, the adoption of orphans, the death
signals of its children. It has nothing of the application in memory. Exit status: 0 after a wished stop.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from app.ops.layout import Layout
from app.ops.stack import Stack
from app.ops.terminal import STOPPING_SIGNALS, say, when_asked_to_stop

LOOK_SECONDS = 1.0


def become_watcher(layout: Layout, environ: Mapping[str, str], stack: Stack, lock: int) -> NoReturn:
    """Replace this process's program. `lock` is the open file that holds DATA_DIR.

    Signals wait meanwhile: none is lost, and none ends the process without ceremony.
    """
    os.set_inheritable(lock, True)
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING_SIGNALS)
    command = [sys.executable, "-m", "app.ops.watcher", str(layout.data_dir), str(stack.supervisor_pid)]
    command.append(json.dumps(dict(stack.known)))
    os.execve(sys.executable, command, dict(environ))  # noqa: S606 - our own interpreter and module


def main(arguments: list[str]) -> int:
    stop = threading.Event()
    stack = Stack(Layout(Path(arguments[0])), os.environ, say)

    def ask() -> None:
        say("stopping …")
        stop.set()

    when_asked_to_stop(ask)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING_SIGNALS)
    try:
        stack.adopt(int(arguments[1]), json.loads(arguments[2]))
        while not stop.wait(LOOK_SECONDS):
            stack.look_after()
    finally:
        when_asked_to_stop(stack.kill)
        stack.stop()
        say("stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
