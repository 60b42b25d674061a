"""What came of a what-if as a table: what was, what would be as everything is set, and what was tried."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator

from app.core.context import Context
from app.core.errors import Conflict
from app.core.i18n import translate
from app.core.office import OFFICE_ZONE
from app.core.permissions import Permission
from app.figures.exporting import Export
from app.longwork.cells import plain_text
from app.routing.whatif.outcome import Outcome
from app.routing.whatif.schemas import Findings
from app.routing.whatif.services import read_what_if

_Cells = list[str]
_LINES: dict[str, Callable[[Outcome], float | None]] = {
    "requests": lambda side: side.requests,
    "given": lambda side: side.given,
    "wait_p50": lambda side: side.wait_p50,
    "wait_p90": lambda side: side.wait_p90,
    "answer_p50": lambda side: side.answer_p50,
    "answer_p90": lambda side: side.answer_p90,
    "due": lambda side: side.due,
    "in_time": lambda side: side.in_time,
    "gini": lambda side: side.gini,
}


def export_what_if(ctx: Context, what_if_id: int) -> Export:
    """Raises Conflict(`what_if_not_done`) while nothing has come of it."""
    ctx.require(Permission.EXPORTS_CREATE)
    view = read_what_if(ctx, what_if_id)
    if view.findings is None:
        raise Conflict("what_if_not_done")
    text = io.StringIO()
    written = csv.writer(text)
    for line in [*_measures(ctx.locale, view.findings), [], *_people(ctx.locale, view.findings)]:
        written.writerow(line)
    since = view.since.astimezone(OFFICE_ZONE).date().isoformat()
    # The mark tells spreadsheets that it is UTF-8.
    content = b"\xef\xbb\xbf" + text.getvalue().encode()
    return Export(content, "text/csv; charset=utf-8", f"{view.name} {since}.csv")


def _sides(locale: str) -> _Cells:
    return [_said(side, locale) for side in ("was", "replayed", "tried")]


def _measures(locale: str, found: Findings) -> Iterator[_Cells]:
    yield [_said("measure", locale), *_sides(locale)]
    for key, of in _LINES.items():
        values = (of(side) for side in (found.was, found.replayed, found.tried))
        yield [_said(key, locale), *("" if value is None else str(value) for value in values)]


def _people(locale: str, found: Findings) -> Iterator[_Cells]:
    """How many requests each was given; who gets most in what is tried comes first."""
    sides = (found.was, found.replayed, found.tried)
    given = [{one.operator_id: one.given for one in side.people} for side in sides]
    busiest = {one.operator_id: one.busiest for one in found.tried.people}
    names = {one.operator_id: one.name for side in sides for one in side.people}
    yield [_said("person", locale), *_sides(locale), _said("busiest", locale)]
    for number in sorted(names, key=lambda one: (-given[2].get(one, 0), -given[1].get(one, 0), one)):
        name = names[number] if number > 0 else translate("what_if.export.stand_in", locale, number=-number)
        counts = [*(side.get(number, 0) for side in given), busiest.get(number, 0)]
        yield [plain_text(name), *map(str, counts)]


def _said(key: str, locale: str) -> str:
    return translate(f"what_if.export.{key}", locale)
