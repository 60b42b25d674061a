"""The answer to a question: numbers with what lists the rows behind each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

from app.core.context import Context
from app.core.errors import Invalid
from app.core.i18n import translate
from app.core.office import OFFICE_ZONE
from app.core.permissions import Permission
from app.figures.catalogue import Empty, Metric, Share
from app.figures.checking import Asked, checked
from app.figures.counting import basis, count
from app.figures.numbers import Counted, Number
from app.figures.places import Place, places_of, split_label
from app.figures.schemas import (
    MOST_CELLS,
    AxisView,
    CellView,
    FiguresOfSpan,
    FiguresView,
    MetricFigures,
    PlaceView,
    Question,
    SpanView,
)
from app.figures.spans import Span


def answer(ctx: Context, question: Question) -> FiguresView:
    """Raises Invalid that names what is wrong with the question.

    Statements: one or two for each metric and span, one for the names of each split.
    """
    ctx.require(Permission.FIGURES_READ)
    asked = checked(ctx, question)
    now = _counted(ctx, asked, asked.metrics, asked.span)
    spanning = [metric for metric in asked.metrics if metric.has_time]
    before = _counted(ctx, asked, spanning, asked.compared) if asked.compared else {}
    return FiguresView(
        question=asked.name,
        counted_at=ctx.now(),
        zone=str(OFFICE_ZONE),
        span=_span(asked.span),
        compared=_span(asked.compared) if asked.compared else None,
        sentence=asked.sentence,
        metrics=[
            _figures(ctx, asked, metric, now[metric.key], before.get(metric.key)) for metric in asked.metrics
        ],
    )


def _span(span: Span) -> SpanView:
    return SpanView(since=span.since, until=span.until)


def _counted(ctx: Context, asked: Asked, metrics: Sequence[Metric], span: Span) -> dict[str, Counted]:
    """Metrics that one statement answers are asked together."""
    together: dict[Any, list[Metric]] = {}
    for metric in metrics:
        together.setdefault(basis(metric), []).append(metric)
    return {
        metric.key: counted
        for group in together.values()
        for metric, counted in zip(group, count(ctx, asked, group, span), strict=True)
    }


def _figures(
    ctx: Context, asked: Asked, metric: Metric, now: Counted, before: Counted | None
) -> MetricFigures:
    kind = metric.kind
    return MetricFigures(
        key=metric.key,
        title=title_of(metric, ctx.locale),
        unit=kind.unit,
        good=metric.good,
        additivity=metric.additivity,
        empty=kind.empty,
        version=metric.version,
        subject=metric.source.subject.key,
        rows=[*metric.source.whole, *metric.rows, *asked.condition],
        part=list(kind.part) if isinstance(kind, Share) else None,
        now=_of_span(ctx, asked, metric, asked.span, now),
        before=_of_span(ctx, asked, metric, asked.compared, before) if asked.compared and before else None,
    )


def title_of(metric: Metric, locale: str) -> str:
    return translate(f"figure.{metric.key}.title", locale)


def _of_span(ctx: Context, asked: Asked, metric: Metric, span: Span, counted: Counted) -> FiguresOfSpan:
    axes = [
        places_of(ctx, asked, metric, split, span, (keys[at] for keys in counted.cells))
        for at, split in enumerate(asked.splits)
    ]
    combinations = list(product(*(range(len(axis)) for axis in axes))) if axes else []
    if len(combinations) * len(asked.metrics) > MOST_CELLS:
        raise Invalid(fields={"split": "too_many_cells"})
    missing = Number(0 if metric.kind.empty is Empty.ZERO else None)
    return FiguresOfSpan(
        during=list(metric.during(span.since.isoformat(), span.until.isoformat())),
        total=_cell([], counted.total),
        axes=[
            AxisView(
                split=split, label=split_label(ctx, metric, split), places=[_place(place) for place in axis]
            )
            for split, axis in zip(asked.splits, axes, strict=True)
        ],
        cells=[
            _cell(
                list(at),
                counted.cells.get(tuple(axis[n].value for axis, n in zip(axes, at, strict=True)), missing),
            )
            for at in combinations
        ],
    )


def _cell(at: list[int], number: Number) -> CellView:
    return CellView(at=at, value=number.value, count=number.count, part=number.part)


def _place(place: Place) -> PlaceView:
    return PlaceView(key=place.key, label=place.label, rows=None if place.rows is None else list(place.rows))


def rows_behind(figures: MetricFigures, span: FiguresOfSpan, cell: CellView) -> list[Any] | None:
    """What is asked of the rows behind a number; None where a part of it may not be asked for."""
    placed = [axis.places[n] for axis, n in zip(span.axes, cell.at, strict=False)]
    timed = any(axis.split in ("hour", "day", "week", "month") for axis in span.axes) and bool(cell.at)
    found = [*figures.rows, *([] if timed else span.during)]
    for place in placed:
        if place.rows is None:
            return None
        found.extend(place.rows)
    return found
