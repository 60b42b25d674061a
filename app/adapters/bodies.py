"""Bodies from outside as text: whatever encoding they came in, with nothing that a parser or a database
refuses.

What platforms push is made of what people type, and people paste anything. A control character costs that
character, never the message.
"""

from __future__ import annotations

import codecs
import re
from typing import Any

from app.adapters import lenient, safe_xml

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""\A\s*<\?xml[^>]{0,200}encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
# The superset of what Chinese platforms and their proxies mean by these names.
_CHINESE = frozenset({"gb2312", "gbk", "gb18030", "cp936", "hz", "x-gbk", "euc-cn"})


def decode(content: bytes) -> str:
    """The text; bytes that are none become U+FFFD."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace")
    for encoding in _encodings(content):
        try:
            return content.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode("utf-8", "replace")


def _encodings(content: bytes) -> list[str]:
    declared = _DECLARED.match(content[:400])
    name = declared[1].decode("ascii").lower() if declared else "utf-8"
    # UTF-8 first whatever is declared: its bytes make sense by accident only where they are ASCII.
    return ["utf-8", "gb18030" if name in _CHINESE or name == "utf-8" else name]


def read(content: bytes) -> Any:
    """XML or JSON, told by the first character. Raises lenient.Unreadable."""
    text = decode(content).strip(" \t\r\n\ufeff\x00")
    return safe_xml.parse(text) if text.startswith("<") else lenient.loads(text)
