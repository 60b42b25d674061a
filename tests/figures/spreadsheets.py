"""Reading a spreadsheet back, as far as our own exports go: numbers and texts by column letter."""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree

_NAMES = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
Line = dict[str, float | str]


def read_sheets(content: bytes) -> list[list[Line]]:
    """The lines of each sheet; an empty cell is not there."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        shared = _texts(book)
        names = sorted(name for name in book.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name))
        return [_lines(ElementTree.fromstring(book.read(name)), shared) for name in names]


def _texts(book: zipfile.ZipFile) -> list[str]:
    root = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
    return ["".join(part.itertext()) for part in root.findall("m:si", _NAMES)]


def _lines(root: ElementTree.Element, shared: list[str]) -> list[Line]:
    return [
        {
            re.sub(r"\d", "", cell.get("r", "")): _value(cell, shared)
            for cell in row.findall("m:c", _NAMES)
            if cell.find("m:v", _NAMES) is not None
        }
        for row in root.iterfind("m:sheetData/m:row", _NAMES)
    ]


def _value(cell: ElementTree.Element, shared: list[str]) -> float | str:
    text = cell.findtext("m:v", "", _NAMES)
    return shared[int(text)] if cell.get("t") == "s" else float(text)
