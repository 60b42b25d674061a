"""Mastodon's HTML → text, and its way of counting (mastodon.md §5). A parser reads the HTML, never a
regex."""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser

import nh3

_BLOCKS = frozenset({"p", "div", "blockquote", "pre", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"})
_VOID = frozenset({"br", "img", "hr", "input", "wbr", "meta", "link"})
_ALLOWED_TAGS = {
    "p", "br", "span", "a", "strong", "b", "em", "i", "del", "s", "u", "code", "pre",
    "blockquote", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6",
}  # fmt: skip
_URL = re.compile(r"https?://[^\s<>\"]+")
_REMOTE_MENTION = re.compile(r"(@[A-Za-z0-9_]+)@[A-Za-z0-9.\-]+")
_URL_CHARS = 23
_JOINER = "\u200d"
_MAX_HTML = 200_000


def to_text(html: str) -> str:
    """What a reader sees: paragraphs apart, hidden spans dropped, plain links by their whole address."""
    reader = _TextReader()
    # Python's parser raises on some malformed declarations; what the sanitizer writes is always well-formed.
    reader.feed(sanitize(html))
    reader.close()
    lines = [line.rstrip() for line in "".join(reader.parts).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def sanitize(html: str) -> str:
    """HTML safe to keep: no scripts, styles, handlers or addresses other than http(s)."""
    return nh3.clean(
        html[:_MAX_HTML],
        tags=_ALLOWED_TAGS,
        attributes={"a": {"href", "class"}, "span": {"class"}},
        url_schemes={"http", "https"},
        link_rel="nofollow noopener noreferrer",
    )


def length(text: str) -> int:
    """Graphemes; an address counts 23, a remote mention without its domain."""
    shortened = _REMOTE_MENTION.sub(r"\1", _URL.sub("x" * _URL_CHARS, text))
    return _graphemes(shortened)


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
        self._hidden_depth = 0
        self._href: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        classes = (values.get("class") or "").split()
        if tag == "br":
            self.parts.append("\n")
        elif tag in _BLOCKS and self.parts:
            self.parts.append("\n\n")
        elif tag == "li":
            self.parts.append("\n- ")
        if tag in _VOID:
            return
        if self._hidden_depth or "invisible" in classes:
            self._hidden_depth += 1
        is_plain_link = tag == "a" and not {"mention", "hashtag"} & set(classes)
        if is_plain_link and values.get("href") and not self._hidden_depth:
            # The visible text of a link is shortened by the server; the address is what was written.
            self.parts.append(values.get("href") or "")
            self._href = tag
            self._hidden_depth = 1

    def handle_endtag(self, tag: str) -> None:
        if self._hidden_depth and tag not in _VOID:
            self._hidden_depth -= 1

    def handle_data(self, data: str) -> None:
        if not self._hidden_depth:
            self.parts.append(data)
