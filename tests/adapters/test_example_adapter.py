"""A separate package adds a platform: the example is installed into an empty folder and used from there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "adapter-bulletin"


def run(*arguments: str, path: list[Path]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example as `pip install` leaves it. pip fetches the build tool, so it needs the package
    registry."""
    target = tmp_path_factory.mktemp("installed")
    source = tmp_path_factory.mktemp("source") / "package"
    _copy(EXAMPLE, source)  # building leaves files beside the sources
    done = run("-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target), str(source), path=[])
    if done.returncode != 0 and not os.environ.get("CI"):
        pytest.skip(f"pip cannot install here: {done.stderr[-300:]}")
    assert done.returncode == 0, done.stderr
    return target


def _copy(source: Path, target: Path) -> None:
    for path in source.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            copied = target / path.relative_to(source)
            copied.parent.mkdir(parents=True, exist_ok=True)
            copied.write_bytes(path.read_bytes())


def test_an_installed_package_brings_its_platform_and_its_tests_pass(installed: Path) -> None:
    """Its own tests ask the registry for the platform, so they pass only if the entry point was found."""
    tests = run(
        "-m", "pytest", "-q", "-p", "no:cacheprovider", str(EXAMPLE / "tests"), path=[installed, ROOT]
    )
    assert tests.returncode == 0, tests.stdout + tests.stderr
    assert "passed" in tests.stdout


def test_a_broken_package_is_left_out_and_stops_nobody(tmp_path: Path) -> None:
    info = tmp_path / "broken-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[lingke.adapters]\nbroken = no_such_module:Adapter\nodd = json:dumps\n"
    )
    listed = run(
        "-c", "from app.adapters import registry; print(*registry.all_adapters())", path=[tmp_path, ROOT]
    )
    assert listed.stdout.split() == ["weibo", "wechat", "mastodon"], listed.stderr
    assert "no_such_module" in listed.stderr


def test_an_adapter_that_lacks_a_method_is_left_out_and_named(tmp_path: Path) -> None:
    info = tmp_path / "half-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: half\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[lingke.adapters]\nhalf = half:HalfAdapter\n", encoding="utf-8")
    (tmp_path / "half.py").write_text(
        "from app.adapters.base import PlatformAdapter\n"
        "class HalfAdapter(PlatformAdapter):\n"
        "    platform = 'half'\n",
        encoding="utf-8",
    )
    done = run(
        "-c", "from app.adapters import registry; print(*registry.all_adapters())", path=[tmp_path, ROOT]
    )
    assert "half" not in done.stdout
    assert "lacks check_account, measure_text, platform_capabilities" in done.stderr
