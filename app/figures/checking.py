"""A question held against what there is, and against the person who asks."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError

from app.conditions.binding import Names, bind, names_of
from app.conditions.sentences import sentence
from app.conditions.tree import AllOf, Condition
from app.core.context import Context
from app.core.errors import Invalid
from app.core.json_text import json_text
from app.figures.catalogue import METRICS, Metric, Parted, Trees, leaf
from app.figures.schemas import MOST_CELLS, MOST_DAYS, Question
from app.figures.spans import Grain, Span, before, count_parts, of_dates, of_name

GRAINS = tuple(grain.value for grain in Grain)
_LONGEST_CONDITION = 5500
"""Of the whole condition of a number as text: it travels in the address of a list."""
_TREE = TypeAdapter[Any](Condition)
Faults = dict[str, str]


@dataclass(frozen=True)
class Asked:
    """A question that can be answered."""

    name: str
    metrics: list[Metric]
    splits: list[str]
    span: Span
    compared: Span | None
    condition: Trees
    names: Names
    """Of what the condition refers to."""
    sentence: str | None
    parted: dict[str, Parted]
    """The splits by fields of several values."""
    days: dict[Any, list[datetime]] = field(default_factory=dict)
    """Of moments and spans, the days whose sums stand: read once for a question."""

    @property
    def grain(self) -> Grain | None:
        return next((Grain(split) for split in self.splits if split in GRAINS), None)

    def trees(self, metric: Metric, *more: Any) -> AllOf:
        """What rows of the metric meet, with the question's condition."""
        return AllOf(all=[*metric.rows, *self.condition, *more])


def checked(ctx: Context, question: Question) -> Asked:
    """Raises Invalid that names each wrong field.

    Statements: one a kind that the condition refers to, one for each split by a field of several values.
    """
    faults: Faults = {}
    metrics = _metrics(ctx, question, faults)
    span = _span(ctx, question, faults)
    _check_splits(question, metrics, faults)
    if faults or span is None:
        raise Invalid(fields=faults)
    parts = _parts_of(question.condition)
    _check_sizes(question, metrics, span, parts, faults)
    if faults:
        raise Invalid(fields=faults)
    names: Names = {}
    if question.condition is not None:
        subject = metrics[0].source.asked
        names = names_of(ctx, subject, question.condition)
        bind(ctx, subject, question.condition, names=names)
    now = ctx.now()
    return Asked(
        _name(question),
        metrics,
        list(question.split),
        span.cut(now),
        before(span, question.comparison, now) if question.comparison else None,
        parts,
        names,
        sentence(metrics[0].source.subject, question.condition, names, ctx.locale)
        if question.condition is not None
        else None,
        {
            split: made(ctx, parts)
            for split in question.split
            if (made := metrics[0].source.parted.get(split)) is not None
        },
    )


def may_ask(ctx: Context, metric: Metric) -> bool:
    """Whoever may read the rows may count them."""
    return ctx.actor.may(metric.source.subject.right)


def _metrics(ctx: Context, question: Question, faults: Faults) -> list[Metric]:
    found: list[Metric] = []
    for at, key in enumerate(question.metrics):
        metric = METRICS.get(key)
        if metric is None:
            faults[f"metrics.{at}"] = "metric_unknown"
        elif not may_ask(ctx, metric):
            faults[f"metrics.{at}"] = "metric_hidden"
        elif metric in found:
            faults[f"metrics.{at}"] = "named_twice"
        else:
            if question.condition is not None and found and found[0].source.subject != metric.source.subject:
                faults[f"metrics.{at}"] = "metric_of_other_subject"
            found.append(metric)
    return found


def _span(ctx: Context, question: Question, faults: Faults) -> Span | None:
    period = question.period
    if period.named is not None:
        return of_name(period.named, ctx.now())
    if period.first is None or period.last is None:  # the schema has refused this
        return None
    if period.last < period.first:
        faults["period.last"] = "period_backwards"
    elif period.last - period.first >= timedelta(days=MOST_DAYS):
        faults["period.last"] = "period_too_long"
    elif not 1971 <= period.first.year <= period.last.year < 2199:
        faults["period.first"] = "moment_out_of_range"
    else:
        return of_dates(period.first, period.last)
    return None


def _check_splits(question: Question, metrics: list[Metric], faults: Faults) -> None:
    grains = 0
    for at, key in enumerate(question.split):
        where = f"split.{at}"
        grains += key in GRAINS
        if key in question.split[:at]:
            faults[where] = "named_twice"
        elif key in GRAINS and grains > 1:
            faults[where] = "split_one_time"
        elif key in GRAINS:
            if not all(metric.has_time for metric in metrics):
                faults[where] = "metric_stands_now"
        elif not all(key in metric.splits for metric in metrics):
            faults[where] = "split_not_of_metric"


def _check_sizes(question: Question, metrics: list[Metric], span: Span, parts: Trees, faults: Faults) -> None:
    grain = next((split for split in question.split if split in GRAINS), None)
    if grain is not None and count_parts(span, Grain(grain)) * len(metrics) > MOST_CELLS:
        faults["split"] = "too_many_cells"
    for metric in metrics:
        during = metric.during(span.since.isoformat(), span.until.isoformat())
        places = [leaf(key, "is_not_empty") for key in question.split if key not in GRAINS]
        asked = (*metric.source.whole, *metric.rows, *parts, *during, *places)
        whole = {"all": [tree.model_dump(mode="json", by_alias=True) for tree in asked]}
        if len(json_text(whole)) > _LONGEST_CONDITION:
            faults["condition"] = "condition_too_large"
        try:
            _TREE.validate_python(whole)
        except ValidationError as error:
            faults["condition"] = error.errors()[0]["type"]


def _parts_of(condition: Any) -> Trees:
    """A group of which all holds as its parts: it needs no level of its own."""
    if condition is None:
        return ()
    return tuple(condition.all) if isinstance(condition, AllOf) else (condition,)


def _name(question: Question) -> str:
    """The same for the same question, however it was written down."""
    told = question.model_dump(mode="json", by_alias=True, exclude={"format"})
    return hashlib.sha256(json_text(told).encode()).hexdigest()[:16]
