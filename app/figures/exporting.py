"""An answer as a table that leaves the house: CSV, or XLSX with a sheet that says how it was worked out.

The numbers are those of the answer itself, nothing is counted again.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from app.core.context import Context
from app.core.i18n import translate
from app.core.office import OFFICE_ZONE
from app.figures.catalogue import Unit
from app.figures.schemas import CellView, FiguresOfSpan, FiguresView, MetricFigures

Format = Literal["csv", "xlsx"]
Key = tuple[Any, ...]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MOMENT = "%Y-%m-%d %H:%M"
_SHEET_CHARS = 31


@dataclass(frozen=True)
class Export:
    content: bytes
    content_type: str
    name: str

    @property
    def address_name(self) -> str:
        """The name as a header carries it."""
        return quote(self.name)


@dataclass(frozen=True)
class _Column:
    title: str
    is_share: bool
    values: dict[Key, float | None]


def export(ctx: Context, answered: FiguresView, kind: Format) -> Export:
    first = answered.span.since.astimezone(OFFICE_ZONE).date().isoformat()
    name = f"{answered.metrics[0].title} {first}.{kind}"
    table = _Table(ctx, answered)
    if kind == "csv":
        return Export(table.csv(), "text/csv; charset=utf-8", name)
    return Export(table.xlsx(), _XLSX, name)


class _Table:
    """Lines are the places of the splits, the whole first; columns are metrics and what they compare with."""

    def __init__(self, ctx: Context, answered: FiguresView) -> None:
        self.locale = ctx.locale
        self.answered = answered
        self.whose = ctx.actor.label
        self.axes = answered.metrics[0].now.axes
        self.labels: dict[Key, list[str]] = {(): [self.say("whole"), *[""] * max(0, len(self.axes) - 1)]}
        self.columns: list[_Column] = []
        for metric in answered.metrics:
            self._add(metric)

    def say(self, key: str, **params: Any) -> str:
        return translate(f"figures.export.{key}", self.locale, **params)

    def _add(self, metric: MetricFigures) -> None:
        unit = translate(f"figures.unit.{metric.unit}", self.locale)
        is_share = metric.unit is Unit.SHARE
        title = self.say("column", title=metric.title, unit=unit)
        self.columns.append(_Column(title, is_share, self._values(metric.now)))
        if metric.unit is not Unit.ROWS:
            counts = self._values(metric.now, of=lambda cell: cell.count)
            self.columns.append(_Column(self.say("count", title=metric.title), is_share=False, values=counts))
        if metric.before is not None:
            before = self.say("before", title=metric.title)
            self.columns.append(_Column(before, is_share, self._values(metric.before)))

    def _values(self, span: FiguresOfSpan, of: Any = lambda cell: cell.value) -> dict[Key, float | None]:
        values: dict[Key, float | None] = {(): of(span.total)}
        for cell in span.cells:
            key = self._key(span, cell)
            values[key] = of(cell)
            self.labels.setdefault(
                key, [axis.places[at].label for axis, at in zip(span.axes, cell.at, strict=True)]
            )
        return values

    @staticmethod
    def _key(span: FiguresOfSpan, cell: CellView) -> Key:
        """Parts of time by their order, so that the first day stands beside the first day before."""
        return tuple(
            at if axis.split in ("hour", "day", "week", "month") else axis.places[at].key
            for axis, at in zip(span.axes, cell.at, strict=True)
        )

    def header(self) -> list[str]:
        split = [axis.label for axis in self.axes] or [self.say("whole")]
        return [*split, *(column.title for column in self.columns)]

    def lines(self) -> list[tuple[list[str], list[float | None]]]:
        return [
            (labels, [column.values.get(key) for column in self.columns])
            for key, labels in self.labels.items()
        ]

    def csv(self) -> bytes:
        text = io.StringIO()
        written = csv.writer(text)
        written.writerow([harmless(title) for title in self.header()])
        for labels, values in self.lines():
            written.writerow(
                [*map(harmless, labels), *("" if value is None else number(value) for value in values)]
            )
        # The mark tells spreadsheets that it is UTF-8; without it Chinese text is unreadable in some.
        return b"\xef\xbb\xbf" + text.getvalue().encode()

    def xlsx(self) -> bytes:
        # Loaded by whoever makes the first: no other process needs its memory.
        from xlsxwriter import Workbook  # noqa: PLC0415

        content = io.BytesIO()
        book = Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        bold, share = book.add_format({"bold": True}), book.add_format({"num_format": "0.0%"})
        sheet = book.add_worksheet(self.say("sheet")[:_SHEET_CHARS])
        for at, title in enumerate(self.header()):
            sheet.write_string(0, at, title, bold)
        for line, (labels, values) in enumerate(self.lines(), start=1):
            for at, label in enumerate(labels):
                sheet.write_string(line, at, label)
            for at, (column, value) in enumerate(zip(self.columns, values, strict=True), start=len(labels)):
                if value is not None:
                    sheet.write_number(line, at, value, share if column.is_share else None)
        sheet.freeze_panes(1, max(1, len(self.axes)))
        sheet.set_column(0, len(self.header()) - 1, 16)
        told = book.add_worksheet(self.say("about")[:_SHEET_CHARS])
        for line, (name, text) in enumerate(self.about()):
            told.write_string(line, 0, name, bold)
            told.write_string(line, 1, text)
        told.set_column(0, 0, 16)
        told.set_column(1, 1, 90)
        book.close()
        return content.getvalue()

    def about(self) -> list[tuple[str, str]]:
        """How the numbers came about: what was asked, whose reach they are of, each metric's formula."""
        answered = self.answered
        found = [(self.say("span"), self._between(answered.span.since, answered.span.until))]
        if answered.compared is not None:
            found.append(
                (self.say("compared"), self._between(answered.compared.since, answered.compared.until))
            )
        found.append((self.say("condition"), answered.sentence or self.say("no_condition")))
        found.append((self.say("whose"), self.whose))
        found.append((self.say("counted"), self._moment(answered.counted_at)))
        found.append((self.say("question"), answered.question))
        for metric in answered.metrics:
            formula = translate(f"figure.{metric.key}.formula", self.locale)
            apart = translate(f"figure.{metric.key}.apart", self.locale)
            found.append(
                (metric.title, self.say("formula", formula=formula, apart=apart, version=metric.version))
            )
        return found

    def _between(self, since: Any, until: Any) -> str:
        return self.say("between", since=self._moment(since), until=self._moment(until), zone=OFFICE_ZONE)

    @staticmethod
    def _moment(moment: Any) -> str:
        return str(moment.astimezone(OFFICE_ZONE).strftime(_MOMENT))


def harmless(text: str) -> str:
    """What a spreadsheet would take for a formula is marked as text."""
    return f"'{text}" if text.startswith(_BEGINS_A_FORMULA) else text


def number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(round(value, 6))
