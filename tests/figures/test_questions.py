"""What a question may be: what is wrong with it is named, what is too much is refused uncounted."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask

from app.core.i18n import LOCALES, catalogue
from app.core.permissions import RoleName
from app.figures.catalogue import METRICS, Percentile
from app.figures.rounding import rounded
from app.figures.spans import Comparison, Grain, Named, before, count_parts, of_name, parts
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.support.statements import counted

TODAY = {"named": "today"}
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
"""A Sunday, ten in the morning in Shanghai."""
DEEP: Any = {"any": [{"not": {"any": [{"not": {"field": "type", "op": "is", "value": "lead"}}]}}]}


@pytest.fixture
def browser(app: Flask, make: Make) -> Browser:
    agency = make.agency()
    team = make.team(agency)
    make.request(make.account(agency, team))
    return Browser(app, make.session_token(make.operator(agency, team, role=RoleName.SUPERVISOR)))


@pytest.mark.parametrize(
    ("question", "wrong"),
    [
        ({"metrics": []}, "metrics"),
        ({"metrics": ["arrivals"] * 9}, "metrics"),
        ({"metrics": ["nonsense"]}, "metrics.0"),
        ({"metrics": ["arrivals", "arrivals"]}, "metrics.1"),
        ({"metrics": ["Robert'); DROP"]}, "metrics.0"),
        ({"split": ["day", "hour"]}, "split.1"),
        ({"split": ["type", "type"]}, "split.1"),
        ({"split": ["shoe_size"]}, "split.0"),
        ({"metrics": ["waiting_now"], "split": ["day"]}, "split.0"),
        ({"split": ["type", "team", "account", "lane"]}, "split"),
        ({"split": ["hour"], "period": {"first": "2026-01-01", "last": "2026-11-20"}}, "split"),
        ({"period": {"first": "2026-01-02", "last": "2026-01-01"}}, "period.last"),
        ({"period": {"first": "2025-01-01", "last": "2026-11-20"}}, "period.last"),
        ({"period": {"first": "0001-01-01", "last": "0001-01-02"}}, "period.first"),
        ({"period": {"first": "9999-12-30", "last": "9999-12-31"}}, "period.first"),
        ({"period": {"first": "2026-01-01"}}, "period"),
        ({"period": {"named": "today", "first": "2026-01-01"}}, "period"),
        ({"period": {}}, "period"),
        ({"condition": {"field": "shoe", "op": "is", "value": 1}}, "condition.field"),
        ({"condition": DEEP}, "condition"),
        ({"condition": {"all": [{"field": "number", "op": "is", "value": "长" * 190}] * 30}}, "condition"),
        (
            {
                "metrics": ["arrivals", "kept_share"],
                "condition": {"field": "type", "op": "is", "value": "lead"},
            },
            "metrics.1",
        ),
    ],
)
def test_what_is_wrong_is_named(browser: Browser, question: dict[str, Any], wrong: str) -> None:
    answer = browser.post("/figures", {"metrics": ["arrivals"], "period": TODAY, **question})
    assert answer.status_code == 422
    assert wrong in answer.get_json()["fields"], answer.get_json()


def test_what_lies_ahead_is_empty_and_not_wrong(browser: Browser) -> None:
    ahead = {"first": "2027-01-01", "last": "2027-01-03"}
    for metric in METRICS.all():
        if not metric.has_time:
            continue
        question = {"metrics": [metric.key], "split": ["day"], "period": ahead, "comparison": "previous"}
        answer = browser.post("/figures", question)
        assert answer.status_code == 200, answer.get_json()
        assert answer.get_json()["metrics"][0]["now"]["cells"] == []


def test_an_answer_costs_few_statements(browser: Browser, make: Make) -> None:
    question = {"metrics": ["arrivals"], "split": ["day", "team"], "period": {"named": "last_30_days"}}
    browser.post("/figures", question)  # its token is fetched
    with counted(make.runtime.engine) as few:
        browser.post("/figures", {**question, "comparison": "previous"})
    agency = make.agency()
    for _ in range(8):
        make.request(make.account(agency, make.team(agency)))
    with counted(make.runtime.engine) as many:
        browser.post("/figures", {**question, "comparison": "previous"})
    assert len(many) == len(few) <= 10


@pytest.mark.parametrize("locale", LOCALES)
def test_every_metric_reads_in_every_language_and_opens_a_list(locale: str) -> None:
    texts = catalogue(locale)
    for metric in METRICS.all():
        for part in ("title", "formula", "apart"):
            assert texts.get(f"figure.{metric.key}.{part}"), (metric.key, part)
        assert metric.splits
        assert metric.source.subject.key in ("service_request", "inbound_item", "reply")
    assert {key.split(".")[1] for key in texts if key.startswith("figure.")} == {m.key for m in METRICS.all()}


def test_two_questions_have_one_name_when_they_are_one(browser: Browser) -> None:
    question = {"metrics": ["arrivals"], "period": TODAY}
    first = browser.post("/figures", question).get_json()
    again = browser.post("/figures", {**question, "split": [], "comparison": None}).get_json()
    other = browser.post("/figures", {**question, "split": ["day"]}).get_json()
    assert first["question"] == again["question"] != other["question"]


@pytest.mark.parametrize("named", list(Named))
@pytest.mark.parametrize("grain", list(Grain))
def test_parts_make_the_whole_and_begin_at_the_offices_midnight(named: Named, grain: Grain) -> None:
    span = of_name(named, NOW).cut(NOW)
    found = parts(span, grain)
    assert [found[0][0], found[-1][1]] == [span.since, span.until]
    assert all(until == following for (_, until), (following, _) in pairwise(found))
    assert len(found) <= count_parts(span, grain)
    if grain is not Grain.HOUR:
        assert {since.hour for since, _ in found} == {16}  # UTC


@pytest.mark.parametrize(
    ("named", "comparison", "since", "until"),
    [
        (Named.TODAY, Comparison.PREVIOUS, "2026-11-20T16:00", "2026-11-21T02:00"),
        (Named.TODAY, Comparison.SAME_WEEKDAYS, "2026-11-14T16:00", "2026-11-15T02:00"),
        (Named.YESTERDAY, Comparison.PREVIOUS, "2026-11-19T16:00", "2026-11-20T16:00"),
        (Named.LAST_7_DAYS, Comparison.PREVIOUS, "2026-11-08T16:00", "2026-11-15T02:00"),
        (Named.LAST_30_DAYS, Comparison.SAME_WEEKDAYS, "2026-09-18T16:00", "2026-10-18T02:00"),
        (Named.THIS_MONTH, Comparison.PREVIOUS, "2026-09-30T16:00", "2026-10-22T02:00"),
        (Named.LAST_MONTH, Comparison.PREVIOUS, "2026-08-31T16:00", "2026-09-30T16:00"),
    ],
)
def test_half_a_day_stands_beside_half_a_day(
    named: Named, comparison: Comparison, since: str, until: str
) -> None:
    compared = before(of_name(named, NOW), comparison, NOW)
    assert compared.since == datetime.fromisoformat(since + "+00:00")
    assert compared.until == datetime.fromisoformat(until + "+00:00")


@pytest.mark.parametrize(
    ("seconds", "cut"),
    [
        (-5, 0),
        (0, 0),
        (9, 0),
        (3599, 3590),
        (3660, 3660),
        (21_659, 21_600),
        (86_399, 86_100),
        (90_001, 90_000),
    ],
)
def test_lengths_are_cut_as_screens_show_them(seconds: int, cut: int) -> None:
    assert rounded(seconds) == cut


def test_percentiles_are_declared_within_a_hundred() -> None:
    kinds = [metric.kind for metric in METRICS.all() if isinstance(metric.kind, Percentile)]
    assert kinds
    assert all(0 < kind.percent <= 100 for kind in kinds)
