"""What the tests need from the operating system: a browser, Chinese glyphs, PostgreSQL, nginx for its sample.

Installed with apt when missing and when we may; otherwise the tests that need them skip, or fail with
CI=true, and say which package is missing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from steps.console import SetupError, run_quietly, say, timed

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def ensure_for_tests() -> None:
    missing = missing_packages()
    if not missing:
        return
    if not _may_install():
        say(f"missing for some tests and not installable from here: {' '.join(missing)}")
        return
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        with timed(f"installing with apt: {' '.join(missing)}"):
            run_quietly(["apt-get", "update", "-qq"], failure="apt-get update failed", env=env)
            install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
            run_quietly(install, failure="apt-get install failed", env=env)
    except SetupError as error:
        say(f"{error}: the tests that need these will say so")


def missing_packages() -> list[str]:
    """Debian names of what is not here yet."""
    missing = []
    if not any(shutil.which(name) for name in BROWSERS):
        missing.append("chromium")
    if not _has_chinese_font():
        missing.append("fonts-noto-cjk")
    if not has_postgres():
        missing.append("postgresql")
    if not shutil.which("nginx"):
        missing.append("nginx-light")
    return missing


def has_postgres() -> bool:
    """Whether a server's initdb is on PATH or where Debian puts it."""
    return bool(shutil.which("initdb")) or any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def _has_chinese_font() -> bool:
    if not shutil.which("fc-list"):
        return any(Path("/usr/share/fonts").rglob("*CJK*"))
    fonts = subprocess.run(["fc-list", ":lang=zh-cn", "family"], check=False, capture_output=True, text=True)
    return bool(fonts.stdout.strip())


def _may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None
