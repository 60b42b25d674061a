"""No process outlives the stack it belongs to."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from app.ops import process_tree
from app.ops.launch_lock import is_locked, launch_lock
from app.ops.layout import ROOT, Layout
from app.ops.refusal import StartRefused
from tests.support.stack import wait_for

PARENT_DEATH = ROOT / "app" / "ops" / "parent_death.py"
SLEEP = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)"]


def test_processes_of_a_data_folder_are_found_by_their_mark(tmp_path: Path) -> None:
    ours = subprocess.Popen(SLEEP, env={**os.environ, process_tree.MARK: str(tmp_path)})
    others = subprocess.Popen(SLEEP, env={**os.environ, process_tree.MARK: str(tmp_path / "other")})
    try:
        found = process_tree.orphans_of(tmp_path)
        assert [process.pid for process in found] == [ours.pid]
        assert process_tree.end(found, grace=2.0) == 1
        assert not psutil.pid_exists(ours.pid)
        assert others.poll() is None
    finally:
        ours.kill()
        others.kill()
        ours.wait()
        others.wait()


def test_a_process_that_does_not_listen_is_killed() -> None:
    deaf = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import signal,time; signal.signal(15, signal.SIG_IGN); print(1,flush=True); time.sleep(600)",
        ],
        stdout=subprocess.PIPE,
    )
    with deaf:
        assert deaf.stdout is not None
        deaf.stdout.readline()
        process_tree.end([psutil.Process(deaf.pid)], grace=0.2)
        # Killed, and perhaps not yet reaped by us, who started it.
        assert not psutil.pid_exists(deaf.pid) or psutil.Process(deaf.pid).status() == psutil.STATUS_ZOMBIE


@pytest.mark.skipif(sys.platform != "linux", reason="the death signal is Linux's")
def test_a_tied_program_ends_when_its_starter_is_killed() -> None:
    starter_code = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-I', '-S', {str(PARENT_DEATH)!r}, *{SLEEP!r}])\n"
        "print(child.pid, flush=True); time.sleep(600)\n"
    )
    starter = subprocess.Popen([sys.executable, "-c", starter_code], stdout=subprocess.PIPE, text=True)
    with starter:
        assert starter.stdout is not None
        child = psutil.Process(int(starter.stdout.readline()))
        assert wait_for(
            lambda: "time.sleep" in " ".join(child.cmdline()) and "parent_death" not in str(child.cmdline())
        )
        starter.kill()
        assert wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


@pytest.mark.skipif(sys.platform != "linux", reason="adopting orphans is Linux's")
def test_grandchildren_of_a_killed_child_are_adopted_and_ended() -> None:
    code = f"""
import subprocess, sys, time, psutil
from app.ops import process_tree
process_tree.adopt_orphans()
inner = "import subprocess,sys,time; c=subprocess.Popen({SLEEP!r}); print(c.pid, flush=True); time.sleep(600)"
middle = subprocess.Popen([sys.executable, "-c", inner], stdout=subprocess.PIPE, text=True)
kept = subprocess.Popen({SLEEP!r})
grandchild = psutil.Process(int(middle.stdout.readline()))
middle.kill(); middle.wait()
deadline = time.monotonic() + 60
while grandchild.ppid() != psutil.Process().pid and time.monotonic() < deadline:
    time.sleep(0.02)
assert process_tree.end_adopted(keep={{kept.pid}}) == 1
assert not grandchild.is_running()
assert kept.poll() is None
kept.kill()
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_one_data_folder_has_one_launcher(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert not is_locked(path)
    with launch_lock(path, address="http://127.0.0.1:5000"):
        assert is_locked(path)
        with (
            pytest.raises(
                StartRefused, match=f"already running .*process {os.getpid()}, http://127.0.0.1:5000"
            ),
            launch_lock(path, address="x"),
        ):
            pass
    assert not is_locked(path)


def test_a_long_data_folder_keeps_its_sockets_where_the_system_can_address_them(tmp_path: Path) -> None:
    short, long = Layout(Path("/srv/lingke")), Layout(tmp_path / ("x" * 120))
    assert short.queue_socket == Path("/srv/lingke/valkey.sock")
    assert len(str(long.queue_socket)) < 104
    assert long.queue_socket == Layout(tmp_path / ("x" * 120)).queue_socket
    assert long.queue_socket != Layout(tmp_path / ("y" * 120)).queue_socket
