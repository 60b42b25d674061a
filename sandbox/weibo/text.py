"""Weibo's way of counting and cutting text, and of reading names in it."""

from __future__ import annotations

import math
import re

_URL = re.compile(r"https?://[A-Za-z0-9./?=&_%#:~+\-]+")
_NAME = re.compile(r"@([\w\-\u00b7]{1,30})")
_TOPIC = re.compile(r"#[^#\n]{1,140}#")
_URL_UNITS = 10
_ZERO_WIDTH = "\u200b"


def units(text: str) -> int:
    """Length in Weibo's units: full-width 1, half-width 0.5, a link about 10; rounded up."""
    links = len(_URL.findall(text))
    rest = _URL.sub("", text)
    half = sum(1 for char in rest if ord(char) < 0x80)
    return math.ceil(half / 2 + (len(rest) - half) + links * _URL_UNITS)


def mentioned_names(text: str) -> set[str]:
    return set(_NAME.findall(text))


def has_topic(text: str) -> bool:
    return _TOPIC.search(text) is not None


def links(text: str) -> list[str]:
    return _URL.findall(text)


def shortened(text: str, uid: str, status_id: int, limit: int) -> tuple[str, bool]:
    """What lists show of a long text, and whether it was cut: the beginning, a link to the rest, U+200B."""
    if units(text) <= limit:
        return text, False
    kept = text[:limit].rstrip()
    return f"{kept}...全文： http://m.weibo.cn/{uid}/{status_id} {_ZERO_WIDTH}", True
