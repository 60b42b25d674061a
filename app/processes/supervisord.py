"""The supervisor of an installation: `python -m app.processes.supervisord -c supervisor.conf`.

It is supervisord, except that processes of ours that need the whole application are forked from it instead
of being started anew: what they import is imported once, kept out of the garbage collector's walks and shared
by all of them until somebody writes to it (the web process too, see app.ops.late_patching). A process that
died is there again in milliseconds. Nothing that lives in one process only (a connection, a thread, a
settings object) is made before the fork.

Elsewhere than on Linux, and when the application cannot be imported, each is started by its command as usual.
"""

from __future__ import annotations

import gc
import importlib
import logging
import os
import signal
import sys
import traceback
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from supervisor.options import ServerOptions
from supervisor.supervisord import Supervisor

from app.core.gc_settings import settle_heap
from app.ops import process_tree
from app.ops.process_title import set_title

PREPARATION = "app.processes.prepare"
WORKING = ("app.processes.worker", "app.processes.scheduler", "app.processes.door")
FORKED = {
    **{module: module for module in (*WORKING, PREPARATION)},
    "gunicorn": "app.processes.web_server",
    "sandbox": "sandbox.__main__",
}
"""What a command names, and the module whose `main(arguments)` does it and returns the exit status."""
_HANDLED = (
    signal.SIGTERM,
    signal.SIGINT,
    signal.SIGQUIT,
    signal.SIGHUP,
    signal.SIGCHLD,
    signal.SIGUSR2,
)


def forked_module(command: Sequence[str]) -> tuple[str, list[str]] | None:
    """Module and arguments of a command that is to be forked, however it is wrapped; None for any other."""
    for place, word in enumerate(command[:-1]):
        if word == "-m":
            module = command[place + 1]
            return (module, list(command[place + 2 :])) if module in FORKED else None
    return None


class Options(ServerOptions):  # type: ignore[misc]
    """supervisord's, with another way to start some programs."""

    def __init__(self) -> None:
        super().__init__()
        self._code = self._words = False
        self._own_pid = os.getpid()

    def check_execv_args(self, filename: str, argv: Sequence[str], st: Any) -> None:
        """Called for each program just before the fork: the last moment to load what is to be shared."""
        super().check_execv_args(filename, argv, st)
        ours = forked_module(argv)
        if ours and sys.platform == "linux":
            try:
                self._load(words=ours[0] != PREPARATION)
            except Exception:
                # Each program will say so itself, in its own log.
                self.logger.critical("the application cannot be loaded")
                self.logger.critical(traceback.format_exc())

    def _load(self, *, words: bool) -> None:
        """The code, then the words. The preparation, which all wait for, goes ahead and works meanwhile.

        All others are forked from one and the same state: what this process writes to between two forks is
        shared by nobody any more.
        """
        if not self._code:
            # Nothing becomes garbage meanwhile: walks would find it all alive, again and again.
            gc.disable()
            try:
                for module in WORKING:
                    importlib.import_module(module)
                _preloading().load_shared()
            finally:
                gc.enable()
            self._code = True
            settle_heap()
        if words and not self._words:
            self._words = True
            _preloading().load_language()
            settle_heap()

    def execve(self, filename: str, argv: Sequence[str], env: Mapping[str, str]) -> None:
        """In the child, after the fork: become the program."""
        ours = forked_module(argv)
        if ours is None or not self._code:
            super().execve(filename, argv, env)
        else:
            become(*ours, env, parent=self._own_pid)


def become(module: str, arguments: list[str], environ: Mapping[str, str], *, parent: int) -> NoReturn:
    """Run a module's `main` in this forked process as if it had been started by itself, and end with it.

    The supervisor's frames stay below: its closed files must not be closed again by a collector.
    """
    status = 1
    try:
        for number in _HANDLED:
            signal.signal(number, signal.SIG_DFL)
        process_tree.die_with_parent()
        if os.getppid() != parent:
            raise SystemExit("the parent died while this was starting")
        os.environ.clear()
        os.environ.update(environ)
        set_title([sys.executable, "-m", module, *arguments])
        sys.argv = [module, *arguments]
        status = int(importlib.import_module(FORKED[module]).main(arguments))
    except SystemExit as asked:
        status = _status(asked.code)
    except BaseException:
        traceback.print_exc()
    finally:
        logging.shutdown()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(status)


def _preloading() -> Any:
    return importlib.import_module("app.processes.preloading")


def _status(code: object) -> int:
    if code is None or isinstance(code, int):
        return code or 0
    sys.stderr.write(f"{code}\n")
    return 1


def main(arguments: list[str]) -> int:
    options = Options()
    options.realize(arguments, doc=__doc__)
    options.first, options.test = True, False
    Supervisor(options).main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
