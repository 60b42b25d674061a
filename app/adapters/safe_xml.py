"""Reading platforms' XML: no DTD, no entities, no deep nesting; elements become plain dictionaries."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from app.adapters import lenient
from app.adapters.lenient import Unreadable

_MAX_DEPTH = 20
_MAX_ELEMENTS = 5_000


def parse(content: bytes) -> dict[str, Any]:
    """The root's children by tag: text as str, nested elements as dict, repeated tags as list.

    Raises Unreadable on anything that is not one well-formed element without a DTD.
    """
    if content.count(b"<") > 2 * _MAX_ELEMENTS:
        raise Unreadable("too many elements")
    try:
        root = fromstring(content, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Unreadable(f"xml: {type(error).__name__}") from error
    value = _value(root, 0)
    return value if isinstance(value, dict) else {}


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
