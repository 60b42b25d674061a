"""A forked process in which gevent replaces the standard library after everything was imported."""

from __future__ import annotations

import os
import subprocess
import sys

from app.ops.layout import ROOT

FORKED = """
import os, sys, warnings
warnings.simplefilter("ignore")
from app.processes import preloading
import app.processes.worker
preloading.load_shared()
{driver}
from app.ops import late_patching
late_patching.remember()
if os.fork():
    sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
status = 1
try:
    from gevent import monkey
    monkey.patch_all()
    late_patching.renew()
    {then}
    status = 0
except BaseException:
    import traceback
    traceback.print_exc()
finally:
    sys.stderr.flush()
    os._exit(status)
"""
NOTHING_IS_LEFT = """
    import time, redis.retry, concurrent.futures.thread as threads
    assert redis.retry.sleep is time.sleep
    native = monkey.get_original('_thread', 'allocate_lock')
    assert type(threads._global_shutdown_lock) is not type(native())
    old = [(t.module, t.name) for t in late_patching._taken
           if getattr(sys.modules[t.module], t.name) is monkey.saved.get(t.standard, {}).get(t.original)]
    assert old == [], old
"""
OTHERS_RUN_MEANWHILE = """
    import gevent, time, redis.retry
    order = []
    def wait():
        redis.retry.sleep(0.05); order.append('waited')
    gevent.joinall([gevent.spawn(wait), gevent.spawn(lambda: order.append('other'))])
    assert order == ['other', 'waited'], order
"""
THE_DRIVER_WAITS_FOR_ALL = """
    from psycopg import waiting
    assert waiting.wait is not waiting.wait_c
"""


def run(then: str, driver: str = "") -> None:
    script = FORKED.replace("{driver}", driver).replace("    {then}\n", then.lstrip("\n"))
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "LINGKE_ENV": "demo"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_nobody_keeps_what_was_replaced() -> None:
    run(NOTHING_IS_LEFT)


def test_who_took_a_name_before_lets_others_run_while_it_waits() -> None:
    run(OTHERS_RUN_MEANWHILE)


def test_the_driver_of_postgresql_does_not_stop_everybody() -> None:
    run(THE_DRIVER_WAITS_FOR_ALL, driver="import psycopg")
