"""A separate package adds a strategy: the example is put where Python looks, and used from there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "strategy-quiet"
ASK = """
import json
from app.identity.dealing import InHand
from app.models import Presence
from app.routing.decide import decide
from app.routing.facts import OperatorFacts, RequestFacts
from app.routing.setup.queries import reason_said, strategy_said
from app.routing.strategies import all_strategies, strategy_named
held = {1: InHand(private=0), 2: InHand(private=5)}
people = [OperatorFacts(n, str(n), frozenset(), Presence.ONLINE, 10, held[n]) for n in (1, 2)]
found = {"known": list(all_strategies())}
quiet = strategy_named("quiet")
choice = decide(RequestFacts(1, 1, None), people, quiet, quiet.settings(**{"operator_ids": [1]}))
found["chosen"] = choice.chosen.id
found["reason"] = reason_said(choice.strategy, choice.reason, "zh-CN")
found["name"] = strategy_said("quiet", "en")
print(json.dumps(found))
"""


def asked(path: Path, code: str = ASK) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(path), str(ROOT)])}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The example as an installation leaves it: its code, and what its project file says of entry points."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    package = tmp_path / "lingke_quiet"
    package.mkdir()
    source = EXAMPLE / "lingke_quiet" / "__init__.py"
    (package / "__init__.py").write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    info = tmp_path / f"lingke_quiet-{project['version']}.dist-info"
    info.mkdir()
    lines = [f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"]
    (info / "METADATA").write_text("".join(lines), encoding="utf-8")
    points = "".join(
        f"[{group}]\n" + "".join(f"{name} = {target}\n" for name, target in named.items())
        for group, named in project["entry-points"].items()
    )
    (info / "entry_points.txt").write_text(points, encoding="utf-8")
    return tmp_path


def test_an_installed_package_brings_its_strategy_with_its_words(installed: Path) -> None:
    done = asked(installed)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["known"][-1] == "quiet"
    assert found["chosen"] == 2, "the other is spared, however little they hold"
    assert (found["reason"], found["name"]) == ("在线，不在照顾名单里", "Spare some")


def test_a_broken_package_is_left_out_and_stops_nobody(tmp_path: Path) -> None:
    info = tmp_path / "broken-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1\n", encoding="utf-8")
    points = (
        "[lingke.strategies]",
        "broken = no_such_module:Strategy",
        "odd = json:dumps",
        "pull = app.routing.strategies.pull:Pull",
    )
    (info / "entry_points.txt").write_text("\n".join(points), encoding="utf-8")
    code = (
        "from app.routing.strategies import STRATEGIES, all_strategies\nprint(all_strategies() == STRATEGIES)"
    )
    done = asked(tmp_path, code)
    assert (done.returncode, done.stdout.strip()) == (0, "True"), done.stderr
