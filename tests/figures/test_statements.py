"""What a question costs in statements, by what it is split by: written down, and no more with more rows."""

from __future__ import annotations

import random
from typing import Any

import pytest
from flask import Flask

from app.core.permissions import system_actor
from app.core.unit_of_work import open_context
from app.figures import keeping
from app.figures.catalogue import METRICS, Metric, Percentile
from tests.factories.make import Make
from tests.figures.house import House
from tests.figures.test_one_query import Screen
from tests.support.statements import counted

FEW, MANY = 12, 60
WORKER = 3
"""With SQLite a worker answers: more to be told who asks, and what."""
OF_SPLIT = {"": 0, "account": 1, "team": 1, "assignee": 1, "author": 1, "unit": 3}
"""What a split costs besides counting: names; of units the tree, their names, the name of the one above."""
OF_METRIC = {"backlog": 2, "load_per_person": 2}
"""Metrics whose rows are asked for twice: what ended and what did not, parts and a whole that is no sum."""
WITH_SUMS = {"backlog": 2, "unit": 1}
"""What sums cost besides: a day's beginnings and ends by themselves, the tree once more."""


def _expected(metric: Metric, split: str) -> int:
    """Who asks, the numbers, and which days are summed where sums could know."""
    counting = OF_METRIC.get(metric.key, 1) if split or metric.key != "load_per_person" else 1
    asked = sum(
        kept.answers(
            metric.rows if metric.summed is None else metric.summed, [split] if split != "day" else []
        )
        if split
        else True
        for kept in metric.sums[:1]
    )
    return 1 + counting + asked + OF_SPLIT.get(split, 0)


def _splits(metric: Metric) -> tuple[str, ...]:
    return ("", *(("day",) if metric.has_time else ()), *metric.splits)


def _costs(app: Flask, house: House) -> dict[str, int]:
    """By metric and split."""
    screen = Screen(app, house, "manager")
    screen.ask(metrics=["arrivals"])  # its token is fetched
    found = {}
    for metric in METRICS.all():
        for split in _splits(metric):
            question: dict[str, Any] = {"metrics": [metric.key], "split": [split] if split else []}
            with counted(house.runtime.engine) as statements:
                screen.ask(**question)
            found[f"{metric.key} {split}"] = len(statements)
    return found


RANKED = {metric.key for metric in METRICS.all() if isinstance(metric.kind, Percentile)}
OF_LENGTHS = {"", "day", "account", "platform", "team", "unit"}
"""What packed lengths are told apart by: they are read beside the rows that are younger, and ranked here."""


@pytest.mark.parametrize("summed", [False, True])
def test_a_split_costs_what_is_written_down(app: Flask, make: Make, summed: bool) -> None:
    house = House(make)
    costs = []
    for seed, rows in ((1, FEW), (2, MANY)):
        house.fill(random.Random(seed), rows)
        if summed:
            keeping.rebuild(lambda: open_context(house.runtime, system_actor("figures")))
        costs.append(_costs(app, house))
    worker = WORKER if house.runtime.engine.dialect.name == "sqlite" else 0
    few, many = costs
    expected = {
        f"{metric.key} {split}": _expected(metric, split) + worker
        for metric in METRICS.all()
        for split in _splits(metric)
    }
    keep = {metric.key for metric in METRICS.all() if metric.sums and metric.key != "backlog"}
    for key in expected:
        metric, split = key.split(" ")
        if summed and metric in WITH_SUMS and split == "day":
            expected[key] += WITH_SUMS[metric]
        if summed and split in OF_LENGTHS and metric in RANKED:
            expected[key] += 1
        if summed and split in WITH_SUMS and metric in keep:
            expected[key] += WITH_SUMS[split]
    assert many == expected
    assert [key for key in few if few[key] > many[key]] == []
