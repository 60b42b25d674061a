"""Where a name ends in a text: one rule per platform, for everybody who looks for names.

Inside the console a name ends at a character that no name can contain on any platform (a blank, punctuation):
that is Weibo's own rule. Where a platform ends names earlier - Mastodon after the last Latin letter or digit,
so that `@yunling你们` names `yunling` - its adapter sets them apart with a blank when a text comes in, as it
does what follows our own account's name at once: that name we know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.core.names import fold_at_signs

_ADDRESS_OF_PAGE = re.compile(r"(?:https?://|www\.)[!#-;=?-~]+", re.IGNORECASE)
_ENDS_AN_ADDRESS = frozenset(",;!'()*")
_INSIDE_NAMES = re.compile(r"[\w\-]")
"""What the console takes for a part of a name."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it stands in a text, from `begin` to `end`; `server` is None where none is written."""

    name: str
    server: str | None
    begin: int
    end: int

    @property
    def handle(self) -> str:
        return self.name if self.server is None else f"{self.name}@{self.server}"


@dataclass(frozen=True, slots=True)
class NameRule:
    """`pattern` has the groups `name` and, where the platform knows servers, `server`."""

    pattern: re.Pattern[str]

    def find(self, text: str) -> list[Name]:
        """All names, in order. What stands inside the address of a web page is none."""
        hidden = [match.span() for match in _ADDRESS_OF_PAGE.finditer(text)] if "@" in text else []
        return [
            Name(match["name"], match.groupdict().get("server"), *match.span())
            for match in self.pattern.finditer(text)
            if not _is_within(match.start(), text, hidden)
        ]

    def set_apart(self, text: str, own: frozenset[str] = frozenset()) -> str:
        """The text with plain at-signs and a blank after each name that goes on with what names may hold.

        A name that begins with one of `own` (lower case) ends where that ends, unless the text also names
        us properly: then it is somebody else's.
        """
        text = fold_at_signs(text)
        if "@" not in text:
            return text
        names = self.find(text)
        if any(found.name.lower() in own for found in names):
            own = frozenset()
        parts, done = [], 0
        for found in names:
            end = _own_end(found, own)
            if _INSIDE_NAMES.match(text, end):
                parts.append(text[done:end])
                done = end
        return " ".join([*parts, text[done:]])

    def without(self, text: str) -> str:
        """The text with its names cut out."""
        text = fold_at_signs(text)
        parts, done = [], 0
        for found in self.find(text):
            parts.append(text[done : found.begin])
            done = found.end
        return "".join([*parts, text[done:]])


def _own_end(found: Name, own: frozenset[str]) -> int:
    """Where a name ends: after the longest of our own that it begins with, else where it was found to end."""
    lengths = [len(name) for name in own if found.server is None and found.name.lower().startswith(name)]
    return found.begin + len("@") + max(lengths) if lengths else found.end


def _is_within(place: int, text: str, addresses: list[tuple[int, int]]) -> bool:
    """Whether an `@` belongs to the address of a page; after a comma or bracket it may be a name."""
    inside = any(begin < place < end for begin, end in addresses)
    return inside and text[place - 1] not in _ENDS_AN_ADDRESS


WEIBO_NAME = r"@(?P<name>[\w\-]{1,30})"
WEIBO = NameRule(re.compile(rf"(?<![A-Za-z0-9._%+\-]){WEIBO_NAME}"))
"""Chinese and Latin letters, digits, `_` and `-`, at most 30 of them."""

MASTODON = NameRule(
    re.compile(
        r"(?<![A-Za-z0-9_])@(?P<name>[a-z0-9_]+(?:[.\-]+[a-z0-9_]+)*)"
        r"(?:@(?P<server>[a-z0-9\-]+(?:\.[a-z0-9\-]+)*))?",
        re.IGNORECASE | re.ASCII,
    )
)
"""Latin letters, digits and `_`, inside also `.` and `-`, with the server of who lives elsewhere.

Servers differ in what may stand before the `@`; here everything but a Latin letter or digit may: a name
that is overlooked sends a private answer to somebody else.
"""
