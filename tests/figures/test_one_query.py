"""A number on the screen is how many rows its list has, or follows from them, and is what the export says.

All metrics, five reaches, both databases, random work: each number's condition is sent to the list that it
opens, as that person; the rows that come back are counted, or the number is worked out anew from them.
"""

from __future__ import annotations

import csv
import io
import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from math import ceil
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.db import open_session
from app.core.moments import whole_seconds
from app.figures.answering import rows_behind
from app.figures.catalogue import METRICS, Metric, Share
from app.figures.rounding import rounded
from app.figures.schemas import CellView, FiguresOfSpan, FiguresView, MetricFigures
from app.figures.spans import Comparison, Named
from app.models import OutboundMessage, ServiceClock, ServiceMark, ServiceRequest, Verdict, VerdictOutcome
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.figures.house import REACHES, House
from tests.figures.spreadsheets import read_sheets

ROWS = 200
CELLS = 4
"""So many cells of each answer are opened, besides the whole."""
LISTS = {"service_request": "/service-requests", "inbound_item": "/inbound-items", "reply": "/replies"}
TABLES: dict[str, Any] = {
    "service_request": (ServiceRequest, ServiceRequest.id),
    "inbound_item": (Verdict, Verdict.inbound_item_id),
    "reply": (OutboundMessage, OutboundMessage.cargo_id),
}
OF_REQUESTS = {
    "all": [
        {
            "any": [
                {"field": "type", "op": "is", "value": "complaint"},
                {"field": "lane", "op": "is", "value": "public"},
            ]
        },
        {"not": {"field": "platform", "op": "is", "value": "wechat"}},
    ]
}


def _rank(percent: int, lengths: Sequence[int]) -> int | None:
    ordered = sorted(lengths)
    return ordered[ceil(percent * len(ordered) / 100) - 1] if ordered else None


def _took(ends: str) -> Callable[[Any], int]:
    return lambda row: rounded(whole_seconds(row.opened_at, getattr(row, ends)))


def _share(meant: Callable[[Any], bool]) -> Callable[[Sequence[Any]], float | None]:
    return lambda rows: sum(map(meant, rows)) / len(rows) if rows else None


def _kept(clock: ServiceClock) -> Callable[[Sequence[Any]], float | None]:
    return _share(lambda row: clock not in row.missed_clocks)


ANEW: dict[str, Callable[[Sequence[Any]], float | None]] = {
    "first_response_p50": lambda rows: _rank(50, [_took("first_replied_at")(row) for row in rows]),
    "first_response_p90": lambda rows: _rank(90, [_took("first_replied_at")(row) for row in rows]),
    "resolution_p50": lambda rows: _rank(50, [_took("resolved_at")(row) for row in rows]),
    "load_per_person": lambda rows: len(rows) / len({row.assignee_id for row in rows}) if rows else None,
    "kept_share": _share(lambda row: row.outcome is VerdictOutcome.KEPT),
    "rescue_rate": _share(lambda row: row.rescued_at is not None),
    **{f"level_{clock.value}_share": _kept(clock) for clock in ServiceClock},
}
"""How a number follows from its rows where it is not how many they are."""


@dataclass
class Screen:
    """Somebody who looks: asks for figures, opens lists, takes exports along."""

    app: Flask
    house: House
    reach: str

    def __post_init__(self) -> None:
        self.browser = Browser(self.app, self.house.make.session_token(self.house.people[self.reach]))

    def ask(self, **question: Any) -> FiguresView:
        answer = self.browser.post("/figures", {"period": {"named": "last_30_days"}, **question})
        assert answer.status_code == 200, answer.get_json()
        return FiguresView.model_validate(answer.get_json())

    def listed(self, subject: str, trees: Sequence[Any]) -> list[int]:
        """The ids of all that the list shows, page by page."""
        condition = json.dumps({"all": [tree.model_dump(mode="json", by_alias=True) for tree in trees]})
        ids: list[int] = []
        cursor: dict[str, str] = {}
        while True:
            answer = self.browser.get(LISTS[subject], condition=condition, limit="200", **cursor)
            assert answer.status_code == 200, answer.get_json()
            page = answer.get_json()
            ids += [item["id"] for item in page["items"]]
            if page["next_cursor"] is None:
                return ids
            cursor = {"cursor": page["next_cursor"]}

    def rows(self, subject: str, trees: Sequence[Any]) -> list[Any]:
        model, by = TABLES[subject]
        session = open_session(self.house.runtime.sessions, write=False)
        try:
            found = list(session.scalars(select(model).where(by.in_(self.listed(subject, trees)))))
            if model is ServiceRequest:
                _look_up_missed(session, found)
            return found
        finally:
            session.close()


def _look_up_missed(session: Session, rows: Sequence[Any]) -> None:
    marks = session.execute(
        select(ServiceMark.service_request_id, ServiceMark.kind).where(
            ServiceMark.service_request_id.in_([row.id for row in rows]), ServiceMark.missed_at.is_not(None)
        )
    ).all()
    for row in rows:
        row.missed_clocks = {kind for number, kind in marks if number == row.id}


@pytest.fixture
def house(make: Make) -> House:
    return House(make)


def _metrics() -> list[Metric]:
    return METRICS.all()


@pytest.mark.parametrize("reach", REACHES)
def test_every_number_is_what_its_list_holds(app: Flask, house: House, reach: str) -> None:
    rng = random.Random(reach)
    house.fill(rng, ROWS)
    screen = Screen(app, house, reach)
    opened = 0
    for metric in _metrics():
        if not _may(house, reach, metric):
            refused = screen.browser.post("/figures", {"metrics": [metric.key], "period": {"named": "today"}})
            assert refused.get_json()["fields"].keys() == {"metrics.0"}
            continue
        for question in _questions(metric, rng):
            answered = screen.ask(metrics=[metric.key], **question)
            opened += _open_cells(screen, metric, answered.metrics[0], rng)
    assert opened > 60  # something was compared


PERIODS: tuple[dict[str, Any], ...] = (
    *({"named": name.value} for name in Named),
    {"first": "2026-11-20", "last": "2026-11-20"},
    {"first": "2026-10-30", "last": "2026-11-09"},
    {"first": "2026-11-20", "last": "2026-12-03"},
)
"""Every name, a day, a stretch over the end of a month, one that goes on beyond the present."""
FIELDS = ("unit", "assignee", "author", "account", "team")
GRAINS = ("hour", "day", "week", "month")
COMPARISONS = (None, *(comparison.value for comparison in Comparison))


@pytest.mark.parametrize("reach", REACHES)
def test_by_unit_person_and_account_in_every_kind_of_period(app: Flask, house: House, reach: str) -> None:
    """Each metric by each of them and by each part of time, the kinds of period in turn: screen, list and
    export say the same."""
    rng = random.Random(f"{reach} in all")
    house.fill(rng, ROWS)
    screen = Screen(app, house, reach)
    periods, comparisons = cycle(PERIODS), cycle(COMPARISONS)
    asked: Counter[str] = Counter()
    for metric in _metrics():
        if not _may(house, reach, metric):
            continue
        fields = [field for field in FIELDS if field in metric.splits]
        for field in [*fields, *(GRAINS if metric.has_time else ())]:
            period = next(periods)
            if field == "hour" and period.get("named") == "last_90_days":
                period = next(periods)
            question = {
                "metrics": [metric.key],
                "split": [field],
                "period": period,
                "comparison": next(comparisons),
            }
            figures = screen.ask(**question).metrics[0]
            asked[f"{field} {'rows' if _open_cells(screen, metric, figures, rng) else 'none'}"] += 1
            asked[str(period)] += 1
            shown = _shown(figures.now)  # behind them may come what only the span of comparison has
            assert _exported(screen, question)[: len(shown)] == pytest.approx(shown, abs=1e-6)
    assert all(asked[str(period)] for period in PERIODS), asked
    assert asked["account rows"] > 5, asked


def _shown(span: FiguresOfSpan) -> list[float | None]:
    return [span.total.value, *(cell.value for cell in span.cells)]


def _exported(screen: Screen, question: dict[str, Any]) -> list[float | None]:
    text = screen.browser.post("/figures/export", {**question, "format": "csv"})
    lines = list(csv.reader(io.StringIO(text.get_data().decode("utf-8-sig"))))[1:]
    return [float(line[1]) if line[1] else None for line in lines]


def _may(house: House, reach: str, metric: Metric) -> bool:
    return house.make.actor(house.people[reach]).may(metric.source.subject.right)


def _questions(metric: Metric, rng: random.Random) -> list[dict[str, Any]]:
    """In all, by day beside the days before, by a field, by both; requests with a condition too."""
    field = rng.choice(metric.splits)
    questions: list[dict[str, Any]] = [{}, {"split": [field]}]
    if metric.has_time:
        questions.append(
            {"split": ["day", field], "period": {"named": "last_7_days"}, "comparison": "previous"}
        )
        questions.append({"split": [rng.choice(("week", "month", "day"))]})
    if metric.source.subject.key == "service_request":
        questions.append({"split": [field], "condition": OF_REQUESTS})
    return questions


def _open_cells(screen: Screen, metric: Metric, figures: MetricFigures, rng: random.Random) -> int:
    opened = 0
    for span in (figures.now, figures.before):
        if span is None:
            continue
        filled = [cell for cell in span.cells if cell.count] or span.cells
        for cell in [span.total, *rng.sample(filled, min(CELLS, len(filled)))]:
            opened += _open(screen, metric, figures, span, cell)
    return opened


def _open(screen: Screen, metric: Metric, figures: MetricFigures, span: FiguresOfSpan, cell: CellView) -> int:
    trees = rows_behind(figures, span, cell)
    if trees is None:
        return 0
    rows = screen.rows(figures.subject, trees)
    place = (metric.key, screen.reach, cell.at)
    assert len(rows) == cell.count, place
    anew = ANEW.get(metric.key, len)(rows)
    assert cell.value == (None if anew is None else pytest.approx(anew)), place
    if isinstance(metric.kind, Share):
        assert len(screen.rows(figures.subject, [*trees, *(figures.part or [])])) == (cell.part or 0), place
    return 1


@pytest.mark.parametrize("reach", REACHES)
def test_the_export_says_the_same(app: Flask, house: House, reach: str) -> None:
    house.fill(random.Random(reach), ROWS)
    screen = Screen(app, house, reach)
    for metric in _metrics():
        if not _may(house, reach, metric):
            continue
        question = {
            "metrics": [metric.key],
            "period": {"named": "last_7_days"},
            "split": ["day"] if metric.has_time else [metric.splits[0]],
        }
        figures = screen.ask(**question).metrics[0].now
        shown = [figures.total.value, *(cell.value for cell in figures.cells)]
        text = screen.browser.post("/figures/export", {**question, "format": "csv"})
        lines = list(csv.reader(io.StringIO(text.get_data().decode("utf-8-sig"))))[1:]
        assert [float(line[1]) if line[1] else None for line in lines] == pytest.approx(shown, abs=1e-6)
        book = screen.browser.post("/figures/export", {**question, "format": "xlsx"})
        sheet = read_sheets(book.get_data())[0]
        assert [line.get("B") for line in sheet[1:]] == pytest.approx(shown)


def test_parts_of_a_sum_make_the_whole_and_others_do_not_pretend_to(app: Flask, house: House) -> None:
    house.fill(random.Random(5), ROWS)
    screen = Screen(app, house, "manager")
    for metric in _metrics():
        if not metric.has_time:
            continue
        figures = screen.ask(metrics=[metric.key], split=["day"]).metrics[0].now
        alone = screen.ask(metrics=[metric.key]).metrics[0].now
        assert figures.total == alone.total
        if metric.additivity == "sum":
            assert sum(cell.value or 0 for cell in figures.cells) == figures.total.value
        if metric.key == "backlog":
            assert figures.cells[-1].value == figures.total.value
