"""Reading platforms' XML: no DTD, no entities, no deep nesting; elements become plain dictionaries.

Characters that XML 1.0 forbids are left out, written out or as references: people paste them into messages,
platforms pass them on, and one of them would cost the whole message.
"""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from app.adapters import lenient
from app.adapters.lenient import Unreadable

_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,300}\?>\s*")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LITERAL = re.compile(r"(<!\[CDATA\[.*?\]\]>)", re.DOTALL)
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,10}));")
_MAX_DEPTH = 20
_MAX_ELEMENTS = 5_000


def parse(text: str) -> dict[str, Any]:
    """The root's children by tag: text as str, nested elements as dict, repeated tags as list.

    Raises Unreadable on anything that is not one well-formed element without a DTD.
    """
    if text.count("<") > 2 * _MAX_ELEMENTS:
        raise Unreadable("too many elements")
    try:
        # The declaration may name an encoding that the text has not any more.
        content = allowed(_DECLARATION.sub("", text, count=1)).encode()
        root = fromstring(content, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Unreadable(f"xml: {type(error).__name__}") from error
    value = _value(root, 0)
    return value if isinstance(value, dict) else {}


def allowed(text: str) -> str:
    """The text without what XML 1.0 forbids; inside CDATA a reference is a person's own words and stays."""
    parts = _LITERAL.split(_FORBIDDEN.sub("", text))
    parts[::2] = [_REFERENCE.sub(_allowed_reference, part) for part in parts[::2]]
    return "".join(parts)


def _allowed_reference(found: re.Match[str]) -> str:
    code = int(found[1], 16) if found[1] else int(found[2])
    return found[0] if code <= 0x10FFFF and not _FORBIDDEN.match(chr(code)) else ""


def _value(element: Element, depth: int) -> Any:
    if depth > _MAX_DEPTH:
        raise Unreadable("xml: too deep")
    children = list(element)
    if not children:
        return lenient.text(element.text or "").strip()
    result: dict[str, Any] = {}
    for child in children:
        value = _value(child, depth + 1)
        if child.tag not in result:
            result[child.tag] = value
        elif isinstance(result[child.tag], list):
            result[child.tag].append(value)
        else:
            result[child.tag] = [result[child.tag], value]
    return result
