"""The guide for new features says what is so: its code is the code, its names are names.

Who follows it has not seen the rest. A part that was renamed, or a column that is declared otherwise now,
is an hour of a newcomer's and nobody else notices.
"""

from __future__ import annotations

import re
from functools import cache

from app.migrate import FOLDER

ROOT = FOLDER.parent
GUIDE = (ROOT / "docs" / "add-a-feature.md").read_text(encoding="utf-8")
_FENCED = re.compile(r"^ *```(\w+)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_QUOTED = re.compile(r"`([^`\n]+)`")
_NAME = re.compile(r"\b(?:[A-Z][A-Z_]{2,}|[A-Z][a-z]\w+|[a-z]+[A-Z]\w+|[a-z]+(?:_[a-z]+)+)\b")
# What the example is about, and what stands for the reader's own words.
INVENTED = re.compile(r"snooz|^WAKE$|^NAME$|^ABOUT$|^KIND$|^_chunk$", re.IGNORECASE)
NOT_OURS = {"GET", "POST"}


@cache
def _sources() -> str:
    places = (
        ("app", "*.py"),
        ("app/locales", "*.json"),
        ("tests", "*.py"),
        ("frontend/src", "*.ts"),
        ("frontend/src", "*.vue"),
        ("frontend/src", "*.json"),
        ("frontend/tests", "*.ts"),
        ("docs/api", "*.json"),
    )
    return "\n".join(
        path.read_text(encoding="utf-8")
        for place, pattern in places
        for path in sorted((ROOT / place).rglob(pattern))
    )


def _plain(code: str) -> str:
    """Without what a formatter and a reader's hints add."""
    code = re.sub(r"//.*", "", code)
    return re.sub(r",(?=[)}\]])", "", re.sub(r"\s+", "", code))


def test_names_in_the_guide_are_names_of_the_code() -> None:
    prose = _FENCED.sub("", GUIDE)
    asked = {
        name
        for quoted in _QUOTED.findall(prose)
        if "<" not in quoted and "/" not in quoted
        for name in _NAME.findall(quoted)
        if not INVENTED.search(name) and name not in NOT_OURS
    }
    assert len(asked) > 100
    known = set(re.findall(r"\w+", _sources())) | {path.stem for path in (ROOT / "tests").rglob("*.py")}
    assert sorted(asked - known) == []


def test_the_guides_list_page_is_the_page_that_stands() -> None:
    example = next(code for language, code in _FENCED.findall(GUIDE) if language == "ts")
    real = _plain((ROOT / "frontend/src/features/audit/auditList.ts").read_text(encoding="utf-8"))
    parts = re.findall(r"^  (\S.*?),?(?: *//.*)?$", example, re.MULTILINE)
    assert len(parts) > 8
    assert [part for part in parts if _plain(part) not in real] == []


def test_the_guides_python_reads_as_python_and_calls_what_is_there() -> None:
    known = set(re.findall(r"\w+", _sources()))
    blocks = [code for language, code in _FENCED.findall(GUIDE) if language == "python"]
    assert len(blocks) >= 3
    for block in blocks:
        lines = [line[len(block) - len(block.lstrip()) :] for line in block.splitlines()]
        compile("\n".join(lines), "guide", "exec")
        code = "\n".join(line.split("#")[0] for line in lines)
        called = {name for name in re.findall(r"\b(\w+)\(", code) if not INVENTED.search(name)}
        assert sorted(called - known - {"tidy"}) == []
