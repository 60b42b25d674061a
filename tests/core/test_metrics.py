"""Figures of all processes that share a folder, told by any of them; what a dead one held is forgotten."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from app.core.metrics import FOLDER

WORKER = "from app.core.metrics import *; LIVE_STEP_SECONDS.labels('taken').observe(0.25); SOCKETS.inc(7)"
WEB = "from app.core.metrics import *; SOCKETS.inc(2); print(exposition().decode())"


def run(folder: Path, code: str) -> str:
    environ = {**os.environ, FOLDER: str(folder)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    return done.stdout


def test_what_a_worker_measured_is_told_by_the_web_process(tmp_path: Path) -> None:
    run(tmp_path, WORKER)
    told = run(tmp_path, WEB)
    assert 'lingke_live_step_seconds_sum{step="taken"} 0.25' in told
    assert "lingke_sockets 2.0" in told, "the worker has ended, and its seven browsers with it"


FORKED = """
import os, sys
from app.core.metrics import LIVE_STEP_SECONDS, close_files
close_files()
child = os.fork()
if child == 0:
    os.closerange(3, 64)  # as a supervisor does
    pipes = [os.pipe() for _ in range(20)]
    LIVE_STEP_SECONDS.labels("taken").observe(0.5)
    for _, end in pipes:
        os.write(end, b"still open")
    os._exit(0)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_forked_process_opens_files_of_its_own_and_closes_nobody_elses(tmp_path: Path) -> None:
    run(tmp_path, FORKED)
    assert 'lingke_live_step_seconds_sum{step="taken"} 0.5' in run(tmp_path, WEB)
