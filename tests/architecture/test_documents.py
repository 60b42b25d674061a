"""What the documents lead a reader to is there."""

from __future__ import annotations

import re

from app.migrate import FOLDER

ROOT = FOLDER.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
_PLACE = re.compile(r"`((?:app|bench|docs|frontend|migrations|sandbox|scripts|tests)/[\w./-]+)(?:::\w+)?`")
# A bench writes the one; the reader of the other document writes the other.
NOT_THERE_YET = {"bench/results", "tests/forum.py"}
# What they say was so when it was written.
HISTORY = {"CHANGELOG.md"}
MOST_WIDE = 160


def test_every_file_that_a_document_names_is_there() -> None:
    named = {
        (document.name, place)
        for document in DOCUMENTS
        if document.name not in HISTORY
        for place in _PLACE.findall(document.read_text(encoding="utf-8"))
    }
    assert len(named) > 60
    gone = {(name, place) for name, place in named if not (ROOT / place).exists()}
    assert {(name, place) for name, place in gone if place not in NOT_THERE_YET} == set()


def test_prose_is_broken_into_lines() -> None:
    """Rows of tables and what stands between fences cannot be; a long line hides what changed in it."""
    long = []
    for path in DOCUMENTS:
        fenced = False
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            fenced ^= line.lstrip().startswith("```")
            if len(line) > MOST_WIDE and not fenced and not line.lstrip().startswith("|"):
                long.append(f"{path.relative_to(ROOT)}:{number}")
    assert long == []
