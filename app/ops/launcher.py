"""`make run`: check, start, wait until ready; then this process becomes `app.ops.watcher`.

Run as `python -m app.ops.launcher [--with-history]`. Exit status: 0 after a wished stop, 1 when nothing was
started or the start failed, each with one clear line.
"""

from __future__ import annotations

import os
import sys
import time

import psutil

from app.config import ConfigurationError
from app.ops import banner, preflight, process_tree
from app.ops.bringing_up import bring_up
from app.ops.environment import USUAL_HISTORY, Given, Plan, make_plan, read_given
from app.ops.launch_lock import launch_lock
from app.ops.redis_binary import find_queue_server
from app.ops.refusal import StartRefused
from app.ops.stack import Stack
from app.ops.terminal import say, when_asked_to_stop, write
from app.ops.watcher import become_watcher

WITH_HISTORY = "--with-history"
"""Given by `make run`: a new demo begins with its usual history."""


class StopAsked(Exception):
    """A person or the system asked for the end while something was being started."""


def main() -> int:
    os.umask(0o077)  # customers' texts are in the database and the logs
    given = read_given(os.environ, USUAL_HISTORY if WITH_HISTORY in sys.argv[1:] else None)
    try:
        preflight.check_data_dir(given.layout)
        with launch_lock(given.layout.run / "launcher.lock", address=_address(given)) as lock:
            _run(given, lock)
    except (StartRefused, ConfigurationError) as error:
        write(sys.stderr, f"lingke: {error}\n")
        return 1
    except StopAsked:
        pass
    return 0


def _run(given: Given, lock: int) -> None:
    """Returns never: it raises, or this process goes on as the watcher."""
    when_asked_to_stop(_raise_stop)
    process_tree.adopt_orphans()
    _end_leftovers(given)
    plan = make_plan(given)
    check(plan)
    stack = Stack(plan.layout, plan.environ, say)
    try:
        say(f"starting on port {plan.settings.port}, data in {plan.layout.data_dir} …")
        bring_up(plan, stack)
        logins = banner.demo_logins(plan.layout.logs / "seed-demo.log")
        write(sys.stdout, banner.ready_text(plan, _age_of_this_process(), logins))
        become_watcher(plan.layout, plan.environ, stack, lock)
    finally:
        when_asked_to_stop(stack.kill)
        stack.stop()
        say("stopped")


def _raise_stop() -> None:
    raise StopAsked


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


if __name__ == "__main__":
    sys.exit(main())
