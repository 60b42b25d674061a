"""Tables on disk: rows as they are gathered, and the CSV or XLSX file made of them. Memory stays flat."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TextIO

from app.core.json_text import json_text, json_value
from app.longwork.cells import Cell

Format = Literal["csv", "xlsx"]
MIME_TYPES: dict[Format, str] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_BOM = "\ufeff"
"""By which spreadsheets know that a CSV file is UTF-8."""
_WIDTH = 18
_LATEST_YEAR = 9999


class Spool:
    """Rows, one a line. How many bytes of it count is kept with the work's position: what a killed step wrote
    behind them is cut off before anything else is written."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "rows.jsonl"

    def holds(self, size: int) -> bool:
        """Whether all that was committed is still there."""
        return size == 0 or (self._path.exists() and self._path.stat().st_size >= size)

    def append(self, size: int, rows: Sequence[Sequence[Cell]]) -> int:
        """Write rows behind the first `size` bytes; how many count now. On disk when it returns."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(handle, "r+b") as file:
            file.truncate(size)
            file.seek(size)
            for row in rows:
                file.write(json_text(list(row)).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
            return file.tell()

    def rows(self, size: int) -> Iterator[list[Cell]]:
        """The rows within the first `size` bytes."""
        if size == 0:
            return
        with self._path.open("rb") as file:
            while file.tell() < size:
                yield json_value(file.readline())


def write_table(
    path: Path, format_: Format, title: str, heads: Sequence[str], rows: Iterator[list[Cell]]
) -> None:
    """Make the file; one that a killed worker had begun is made anew."""
    if format_ == "csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            write_csv(file, heads, rows)
    else:
        _write_xlsx(path, title, heads, rows)


def write_csv(file: TextIO, heads: Sequence[str], rows: Iterator[list[Cell]]) -> None:
    file.write(_BOM)
    writer = csv.writer(file)
    writer.writerow(heads)
    for row in rows:
        writer.writerow([_as_text(value) for value in row])


def _as_text(value: Cell) -> Any:
    return value["at"].replace("T", " ") if isinstance(value, dict) else value


def _write_xlsx(path: Path, title: str, heads: Sequence[str], rows: Iterator[list[Cell]]) -> None:
    from xlsxwriter import Workbook  # noqa: PLC0415 - a worker that writes no table does without it

    options = {
        "constant_memory": True,
        "tmpdir": str(path.parent),
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with Workbook(str(path), options) as book:
        sheet = book.add_worksheet(title[:31])
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet.set_column(0, max(0, len(heads) - 1), _WIDTH)
        sheet.freeze_panes(1, 0)
        bold = book.add_format({"bold": True})
        for column, head in enumerate(heads):
            sheet.write_string(0, column, head, bold)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                _write_cell(sheet, number, column, value, moment)


def _write_cell(sheet: Any, row: int, column: int, value: Cell, moment: Any) -> None:
    if value is None:
        return
    if isinstance(value, dict):
        at = datetime.fromisoformat(value["at"])
        if at.year >= _LATEST_YEAR:
            sheet.write_string(row, column, _as_text(value))
        else:
            sheet.write_datetime(row, column, at, moment)
    elif isinstance(value, str):
        sheet.write_string(row, column, value)
    else:
        sheet.write_number(row, column, value)
