"""Sentences written for the tests of the language models, by kind; hardly any of them is taught."""

from __future__ import annotations

from pathlib import Path


def _sections(name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    section = ""
    for line in Path(__file__).with_name(name).read_text("utf-8").splitlines():
        if line.startswith("## "):
            section = line[3:]
            found[section] = []
        elif section:
            found[section].append(line)
    return found


_SAID = _sections("sentences.txt")
COMPLAINTS, QUESTIONS, WISHES = _SAID["COMPLAINTS"], _SAID["QUESTIONS"], _SAID["WISHES"]
PRAISE, CHAT = _SAID["PRAISE"], _SAID["CHAT"]
ALL = [*COMPLAINTS, *QUESTIONS, *WISHES, *PRAISE, *CHAT]
EMOTICONS = _SAID["EMOTICONS"]
GOOD_BY_DENIAL, BAD_BY_DENIAL = _SAID["GOOD_BY_DENIAL"], _SAID["BAD_BY_DENIAL"]
OUTAGES, MIXED, MOCKED, CHATTER = _SAID["OUTAGES"], _SAID["MIXED"], _SAID["MOCKED"], _SAID["CHATTER"]
HELD_OUT = _sections("held_out.txt")
"""By kind, see the head of the file."""
