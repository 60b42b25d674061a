"""The virtual environment and what is installed in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from steps.checkout import ROOT, VENV, VENV_PYTHON, fingerprint, is_current, leave_stamp
from steps.console import SetupError, run_quietly, timed

# The environment with the test tools takes about 0.9 GB; npm's modules and caches the rest.
NEEDED_BYTES = 2_000_000_000


def pip(*arguments: str, failure: str) -> None:
    command = [str(VENV_PYTHON), "-m", "pip", "--disable-pip-version-check", *arguments]
    run_quietly(command, failure=failure, cwd=ROOT, env={**os.environ, "PIP_ROOT_USER_ACTION": "ignore"})


def ensure_environment() -> None:
    """Make .venv, or make it anew when its interpreter no longer starts (moved checkout, upgraded Python)."""
    if _works(VENV_PYTHON):
        return
    free = shutil.disk_usage(ROOT).free
    if free < NEEDED_BYTES:
        raise SetupError(
            f"the disk is too full: {free // 1_000_000} MB free, {NEEDED_BYTES // 1_000_000} MB needed"
        )
    with timed("making the virtual environment .venv"):
        run_quietly(
            [sys.executable, "-m", "venv", "--clear", str(VENV)],
            failure="Python's venv module cannot make .venv; on Debian: apt-get install python3-venv",
        )


def ensure_installed(requirements: str) -> None:
    """Install a lock file of the checkout when its content changed since the last time.

    `requirements` is `requirements.txt` or `requirements-dev.txt`; the second includes the first.
    """
    ensure_environment()
    files = [ROOT / "requirements.txt", ROOT / requirements]
    wanted = fingerprint(set(files), salt=f"{sys.version_info[:2]}")
    stamp = VENV / f".installed-{requirements}"
    if is_current(stamp, wanted):
        return
    with timed(f"installing {requirements} (about a minute the first time)"):
        pip("install", "--quiet", "-r", requirements, failure=f"pip could not install {requirements}")
    leave_stamp(stamp, wanted)
    if requirements == "requirements-dev.txt":
        ensure_installed("requirements.txt")


def _works(python: Path) -> bool:
    if not python.exists():
        return False
    probe = [str(python), "-c", "import sys, pip; sys.exit(sys.version_info < (3, 11))"]
    return subprocess.run(probe, check=False, capture_output=True).returncode == 0
