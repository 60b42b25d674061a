"""Mastodon's HTML → text, and its way of counting (mastodon.md §5). A parser reads the HTML, never a
regex."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from html.parser import HTMLParser

import nh3

from app.adapters.names import MASTODON

_BLOCKS = frozenset({"p", "div", "blockquote", "pre", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"})
_VOID = frozenset({"br", "img", "hr", "input", "wbr", "meta", "link"})
_ALLOWED_TAGS = {
    "p", "br", "span", "a", "strong", "b", "em", "i", "del", "s", "u", "code", "pre",
    "div", "blockquote", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6",
}  # fmt: skip
_URL = re.compile(r"https?://[^\s<>\"]+")
_URL_CHARS = 23
_JOINER = "\u200d"
_MAX_HTML = 200_000
_QUOTE = "quote-inline"
_NOT_THE_AUTHORS = frozenset({"invisible", _QUOTE, "gts-system-message"})


@dataclass(frozen=True, slots=True)
class Reading:
    """What somebody wrote, and the addresses of posts that the server says are quoted there."""

    text: str
    quoted_links: tuple[str, ...] = ()


def to_text(html: str) -> str:
    """What a reader sees; see `read`."""
    return read(html).text


def read(html: str) -> Reading:
    """Paragraphs apart, hidden spans dropped, plain links by their whole address.

    Names end at a blank or a mark (app.adapters.names). What servers put in by themselves - their own notes,
    and the link that stands for a quoted post - is no part of what somebody wrote.
    """
    reader = _TextReader()
    # Python's parser raises on some malformed declarations; what the sanitizer writes is always well-formed.
    reader.feed(sanitize(html))
    reader.close()
    lines = [line.rstrip() for line in MASTODON.set_apart("".join(reader.parts)).split("\n")]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return Reading(text, tuple(reader.quoted_links))


def sanitize(html: str) -> str:
    """HTML safe to keep: no scripts, styles, handlers or addresses other than http(s)."""
    return nh3.clean(
        html[:_MAX_HTML],
        tags=_ALLOWED_TAGS,
        attributes={tag: {"class"} for tag in ("p", "div", "span")} | {"a": {"href", "class"}},
        url_schemes={"http", "https"},
        link_rel="nofollow noopener noreferrer",
    )


def length(text: str) -> int:
    """Graphemes; an address counts 23, a remote mention without its domain."""
    shortened = _URL.sub("x" * _URL_CHARS, text)
    domains = sum(len(name.server) + 1 for name in MASTODON.find(shortened) if name.server)
    return _graphemes(shortened) - domains


def _graphemes(text: str) -> int:
    """Characters as a person counts them: marks, joined emoji and flags belong to what they follow."""
    count = 0
    joined = False
    flag_half = False
    for character in text:
        if character == _JOINER:
            joined = True
            continue
        if _is_continuation(character):
            continue
        is_flag = 0x1F1E6 <= ord(character) <= 0x1F1FF
        if joined or (is_flag and flag_half):
            joined = flag_half = False
            continue
        count += 1
        flag_half = is_flag
    return count


def _is_continuation(character: str) -> bool:
    code = ord(character)
    is_skin_tone = 0x1F3FB <= code <= 0x1F3FF
    is_selector = 0xFE00 <= code <= 0xFE0F
    return is_skin_tone or is_selector or unicodedata.category(character) in ("Mn", "Me")


class _TextReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.quoted_links: list[str] = []
        self._hidden_depth = 0
        self._in_quote = False
        self._name_ends = False
        self._in_name = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        classes = frozenset((values.get("class") or "").split())
        if not self._hidden_depth:
            self._break_before(tag)
        if tag in _VOID:
            return
        address = values.get("href") or ""
        if self._in_quote and tag == "a" and address:
            self.quoted_links.append(address)
        if self._hidden_depth or _NOT_THE_AUTHORS & classes:
            self._in_quote = self._in_quote or _QUOTE in classes
            self._hidden_depth += 1
        self._in_name = self._in_name or (tag == "a" and "mention" in classes and "hashtag" not in classes)
        is_plain_link = tag == "a" and not {"mention", "hashtag"} & classes
        if is_plain_link and address and not self._hidden_depth:
            # The visible text of a link is shortened by the server; the address is what was written.
            self.parts.append(address)
            self._hidden_depth = 1

    def _break_before(self, tag: str) -> None:
        if tag == "br":
            self.parts.append("\n")
        elif tag in _BLOCKS and self.parts:
            self.parts.append("\n\n")
        elif tag == "li":
            self.parts.append("\n- ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._in_name:
            self._in_name, self._name_ends = False, True
        if self._hidden_depth and tag not in _VOID:
            self._hidden_depth -= 1
            self._in_quote = self._in_quote and self._hidden_depth > 0

    def handle_data(self, data: str) -> None:
        if self._hidden_depth:
            return
        if self._name_ends and data[:1].isalnum() and self.parts and not self.parts[-1].isspace():
            self.parts.append(" ")
        self._name_ends = False
        self.parts.append(data)
