"""What each `make` target does after the Python version is known to be right."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from steps import frontend, node, python_env, suite, system_packages
from steps.checkout import FRONTEND, ROOT, VENV_PYTHON, exclusive
from steps.console import SetupError, say


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
    os.execve(VENV_PYTHON, [str(VENV_PYTHON), "-m", "app.ops.launcher", "--with-history", *arguments], env)


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
    with exclusive(), ThreadPoolExecutor() as pool:
        packages = pool.submit(system_packages.ensure_for_tests)
        _install_and_build("requirements-dev.txt")
        packages.result()
    failed = []
    if (FRONTEND / "package.json").is_file():
        failed += _failing([("browser application's unit tests", _npm("run", "test"))])
    outcome = suite.run_python_tests(arguments)
    if outcome.unsteady:
        say(f"unsteady, failed once and passed alone; mend first: {', '.join(outcome.unsteady)}")
    return _verdict(failed + outcome.failed_parts)


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
        npm = {"prettier": "format:check", "eslint": "lint", "vue-tsc": "typecheck"}
        parts += [(name, _npm("run", script)) for name, script in npm.items()]
    return _all_of(parts)


def format_sources(_: list[str]) -> int:
    """Lay out the sources of both languages."""
    with exclusive():
        python_env.ensure_installed("requirements-dev.txt")
    ruff = str(VENV_PYTHON.parent / "ruff")
    return _all_of(
        [
            ("ruff format", [ruff, "format", "."]),
            ("ruff --fix", [ruff, "check", "--fix", "."]),
            ("prettier", _npm("run", "format")),
        ]
    )


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
    return _verdict(_failing(parts))


def _failing(parts: Sequence[tuple[str, Sequence[str]]]) -> list[str]:
    failed = []
    for name, command in parts:
        say(f"--- {name}")
        if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
            failed.append(name)
    return failed


def _verdict(failed: Sequence[str]) -> int:
    say(f"failed: {', '.join(failed)}" if failed else "all passed")
    return 1 if failed else 0


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "run": run,
    "test": test,
    "check": check,
    "format": format_sources,
    "assets": assets,
    "install": install,
    "install-dev": install_dev,
}
