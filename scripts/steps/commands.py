"""What each `make` target does after the Python version is known to be right."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from steps import frontend, node, python_env, system_packages
from steps.checkout import FRONTEND, ROOT, VENV_PYTHON, exclusive
from steps.console import SetupError, say

# Each starts its own PostgreSQL and queue server.
MOST_TEST_PROCESSES = 4


def main(arguments: Sequence[str]) -> int:
    """Run one command; the exit status is non-zero with one line on standard error when it cannot be done."""
    name = arguments[0] if arguments else ""
    command = COMMANDS.get(name)
    if command is None:
        sys.stderr.write(f"usage: bootstrap.py {'|'.join(COMMANDS)}\n")
        return 2
    try:
        return command(list(arguments[1:]))
    except SetupError as error:
        sys.stderr.write(f"lingke: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def run(arguments: list[str]) -> int:
    """Install, build, then become the launcher: signals reach it directly."""
    with exclusive():
        _install_and_build("requirements.txt")
    # A relative CORPUS or DATA_DIR means the caller's directory, not the checkout.
    env = {**os.environ, "LINGKE_CALLER_CWD": os.getcwd(), "PYTHONUNBUFFERED": "1"}
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execve(VENV_PYTHON, [str(VENV_PYTHON), "-m", "app.ops.launcher", *arguments], env)


def install(_: list[str]) -> int:
    with exclusive():
        python_env.ensure_installed("requirements.txt")
    return 0


def install_dev(_: list[str]) -> int:
    with exclusive():
        python_env.ensure_installed("requirements-dev.txt")
    return 0


def assets(_: list[str]) -> int:
    with exclusive():
        python_env.ensure_environment()
        frontend.ensure_built()
    return 0


def test(arguments: list[str]) -> int:
    """Everything tests need, then all of them; a failing part does not hide the parts after it."""
    with exclusive():
        system_packages.ensure_for_tests()
        _install_and_build("requirements-dev.txt")
    parts = []
    if (FRONTEND / "package.json").is_file():
        parts.append(("browser application's unit tests", _npm("run", "test")))
    return _all_of([*parts, *_pytest_parts(arguments)])


def _pytest_parts(arguments: list[str]) -> list[tuple[str, list[str]]]:
    """Quick tests side by side, then those that start whole installations or a browser, one at a time."""
    pytest = [str(VENV_PYTHON), "-m", "pytest"]
    if arguments:
        return [("Python tests", [*pytest, *arguments])]
    processes = str(min(os.cpu_count() or 1, MOST_TEST_PROCESSES))
    side_by_side = ["-n", processes, "--dist", "loadfile", "-m", "not (slow or e2e)"]
    return [
        ("Python tests on both databases", [*pytest, *side_by_side]),
        ("whole installations and the browser", [*pytest, "-m", "slow or e2e"]),
    ]


def check(_: list[str]) -> int:
    """Lint, format, types and import contracts of both languages."""
    with exclusive():
        python_env.ensure_installed("requirements-dev.txt")
    tool = str(VENV_PYTHON.parent)
    os.environ["MYPYPATH"] = str(ROOT / "scripts")
    parts = [
        ("ruff", [f"{tool}/ruff", "check", "."]),
        ("ruff format", [f"{tool}/ruff", "format", "--check", "."]),
        ("mypy", [f"{tool}/mypy"]),
        ("mypy of scripts and tests", [f"{tool}/mypy", "--explicit-package-bases", "scripts", "tests"]),
        ("import contracts", [f"{tool}/lint-imports"]),
    ]
    if (FRONTEND / "package.json").is_file():
        parts += [("eslint", _npm("run", "lint")), ("vue-tsc", _npm("run", "typecheck"))]
    return _all_of(parts)


def _install_and_build(requirements: str) -> None:
    """Both languages' packages, at the same time unless Node itself has to come from a Python wheel."""
    python_env.ensure_environment()
    if not node.is_on_machine():
        python_env.ensure_installed(requirements)
        frontend.ensure_built()
        return
    with ThreadPoolExecutor() as pool:
        steps = [pool.submit(python_env.ensure_installed, requirements), pool.submit(frontend.ensure_built)]
        for step in steps:
            step.result()


def _npm(*arguments: str) -> list[str]:
    with exclusive():
        python_env.ensure_environment()
        npm = frontend.ensure_modules()
    os.environ.update(npm.env)
    return [*npm.command, "--prefix", str(FRONTEND), *arguments]


def _all_of(parts: Sequence[tuple[str, Sequence[str]]]) -> int:
    failed = []
    for name, command in parts:
        say(f"--- {name}")
        if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
            failed.append(name)
    say(f"failed: {', '.join(failed)}" if failed else "all passed")
    return 1 if failed else 0


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "run": run,
    "test": test,
    "check": check,
    "assets": assets,
    "install": install,
    "install-dev": install_dev,
}
