"""Preparing a checkout with nothing but the system's Python."""

from __future__ import annotations

import ast
import subprocess
import sys
import threading
from pathlib import Path

import bootstrap
import pytest
from steps import checkout, console, frontend, node

from app.ops.layout import ROOT

BOOTSTRAP = ROOT / "scripts" / "bootstrap.py"


@pytest.mark.parametrize("version", [(3, 6, 9), (3, 10, 14), (2, 7, 18)])
def test_an_old_python_is_refused_with_one_line(
    version: tuple[int, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert bootstrap.main(["run"], version=version) == 1
    said = capsys.readouterr().err
    assert said.startswith("lingke: Python 3.11 or newer is needed, this is {}.{}".format(*version))
    assert said.count("\n") == 1


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 14, 1), (4, 0, 0)])
def test_a_new_enough_python_is_taken(version: tuple[int, ...]) -> None:
    assert bootstrap.old_python_message(version) == ""


def test_the_entry_file_can_be_read_by_an_old_python() -> None:
    ast.parse(BOOTSTRAP.read_text(encoding="utf-8"), feature_version=(3, 5))


def test_an_unknown_command_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, str(BOOTSTRAP), "dance"], check=False, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "run|test|check" in done.stderr


def test_a_fingerprint_follows_content_and_names_only(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text("1")
    second.write_text("2")
    before = checkout.fingerprint([first, second], root=tmp_path)
    assert checkout.fingerprint([second, first], root=tmp_path) == before
    first.write_text("changed")
    assert checkout.fingerprint([first, second], root=tmp_path) != before
    first.write_text("1")
    first.rename(tmp_path / "c")
    assert checkout.fingerprint([tmp_path / "c", second], root=tmp_path) != before


def test_installed_packages_and_built_files_are_not_sources(tmp_path: Path) -> None:
    for name in ("src/main.ts", "node_modules/x/index.js", "src/deep/node_modules/y.js", "package.json"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    assert {path.relative_to(tmp_path).as_posix() for path in frontend.sources(tmp_path)} == {
        "src/main.ts",
        "package.json",
    }


def test_two_preparations_of_one_checkout_wait_for_each_other(tmp_path: Path) -> None:
    order = []

    def second() -> None:
        with checkout.exclusive(tmp_path):
            order.append("second")

    with checkout.exclusive(tmp_path):
        waiting = threading.Thread(target=second)
        waiting.start()
        waiting.join(0.2)
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]


def test_a_failing_command_shows_its_last_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(console.SetupError, match="it broke \\(exit status 3"):
        console.run_quietly([sys.executable, "-c", "print('why it broke'); exit(3)"], failure="it broke")
    assert "why it broke" in capsys.readouterr().err


def test_a_node_that_does_not_run_is_too_old(tmp_path: Path) -> None:
    fake = tmp_path / "node"
    fake.write_text("#!/bin/sh\necho v18.19.1\n")
    fake.chmod(0o755)
    assert node.node_version(str(fake)) == (18, 19)
    assert node.node_version(str(tmp_path / "none")) == (0, 0)
    assert node.node_version(str(fake)) < node.OLDEST_NODE


def test_help_lists_every_target_with_an_explanation() -> None:
    listed = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    wanted = "run test check bench chaos fuzz lock openapi assets migration shell format clean"
    lines = {line.split()[0]: line.split()[1:] for line in listed.splitlines()[1:]}
    assert all(lines.get(target) for target in wanted.split())
