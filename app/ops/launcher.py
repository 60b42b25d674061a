"""`make run`: check, start, wait until ready, look after, stop.

Run as `python -m app.ops.launcher`. Exit status: 0 after a wished stop, 1 when nothing was started or the
start failed, each with one clear line.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import suppress
from types import FrameType
from typing import TextIO

import psutil

from app.config import ConfigurationError
from app.ops import banner, preflight, process_tree
from app.ops.environment import Given, Plan, make_plan, read_given
from app.ops.launch_lock import launch_lock
from app.ops.redis_binary import find_queue_server
from app.ops.refusal import StartRefused
from app.ops.stack import Stack

STOPPING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOOK_SECONDS = 1.0


class StopAsked(Exception):
    """A person or the system asked for the end while something was being started."""


def main() -> int:
    os.umask(0o077)  # customers' texts are in the database and the logs
    given = read_given(os.environ)
    try:
        preflight.check_data_dir(given.layout)
        with launch_lock(given.layout.run / "launcher.lock", address=_address(given)):
            return _run(given)
    except (StartRefused, ConfigurationError) as error:
        _write(sys.stderr, f"lingke: {error}\n")
        return 1
    except StopAsked:
        return 0


def say(text: str) -> None:
    """Show one line."""
    _write(sys.stdout, f"lingke: {text}\n")


def _write(stream: TextIO, text: str) -> None:
    """A terminal that went away must not stop the console."""
    with suppress(OSError):
        stream.write(text)
        stream.flush()


def _run(given: Given) -> int:
    stop = threading.Event()
    _stop_by_exception()
    process_tree.adopt_orphans()
    _end_leftovers(given)
    plan = make_plan(given)
    check(plan)
    stack = Stack(plan, say)
    try:
        say(f"starting on port {plan.settings.port}, data in {plan.layout.data_dir} …")
        stack.start()
        _stop_by_event(stop)
        logins = banner.demo_logins(plan.layout.logs / "seed-demo.log")
        _write(sys.stdout, banner.ready_text(plan, _age_of_this_process(), logins))
        while not stop.wait(LOOK_SECONDS):
            stack.look_after()
    finally:
        _kill_at_next_signal(stack)
        stack.stop()
        say("stopped")
    return 0


def check(plan: Plan) -> None:
    """Everything that can be known before a process is started. Raises StartRefused."""
    preflight.check_port_free(plan.settings.bind_host, plan.settings.port)
    if plan.sandbox_port:
        preflight.check_port_free("127.0.0.1", plan.sandbox_port)
    preflight.check_database(plan.settings.database_url)
    if plan.own_queue:
        find_queue_server()
    else:
        preflight.check_redis(plan.settings.redis_url)


def _age_of_this_process() -> float:
    """Seconds since `make run` began: the preparation became this process, so its time is in it."""
    return time.time() - float(psutil.Process().create_time())


def _address(given: Given) -> str:
    return f"http://127.0.0.1:{given.get('PORT') or 5000}"


def _end_leftovers(given: Given) -> None:
    """After a kill -9 of a launcher, and of everything, some processes may live on: they hold our port."""
    count = process_tree.end(process_tree.orphans_of(given.layout.data_dir), grace=5.0)
    if count:
        say(f"ended {count} process(es) left by an earlier start")


def _stop_by_exception() -> None:
    def raise_it(_number: int, _frame: FrameType | None) -> None:
        raise StopAsked

    _handle(raise_it)


def _stop_by_event(stop: threading.Event) -> None:
    def set_it(_number: int, _frame: FrameType | None) -> None:
        say("stopping …")
        stop.set()

    _handle(set_it)


def _kill_at_next_signal(stack: Stack) -> None:
    def kill(_number: int, _frame: FrameType | None) -> None:
        stack.kill()

    _handle(kill)


def _handle(handler: object) -> None:
    for number in STOPPING_SIGNALS:
        signal.signal(number, handler)  # type: ignore[arg-type]


if __name__ == "__main__":
    sys.exit(main())
