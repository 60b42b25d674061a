"""Random condition trees about a subject: every field, every operator, values that rows have too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from app.conditions.catalogue import FieldOf, SubjectOf
from app.conditions.operators import Operator, Takes, operators_of
from app.conditions.times import SPANS
from tests.conditions.rows import ALPHABET, MINUTES

Ids = dict[str, Sequence[int]]
"""Of what leaves may refer to, by kind."""


def trees(subject: SubjectOf, ids: Ids, now: datetime) -> st.SearchStrategy[Any]:
    leaf = st.one_of(
        [
            leaves(about, operator, ids, now)
            for about in subject.fields.values()
            for operator in operators_of(about).values()
        ]
    )
    several = st.lists(leaf, min_size=1, max_size=5)
    inner: st.SearchStrategy[Any] = leaf
    for _ in range(3):
        few = st.lists(inner, max_size=3)
        inner = st.one_of(
            leaf,
            st.builds(lambda parts: {"all": parts}, few),
            st.builds(lambda parts, one: {"any": [*parts, one]}, few, inner),
            st.builds(lambda part: {"not": part}, inner),
        )
    return st.one_of(inner, st.builds(lambda parts: {"any": parts}, several))


def leaves(about: FieldOf, operator: Operator, ids: Ids, now: datetime) -> st.SearchStrategy[Any]:
    value = values(about, operator.takes, ids, now)
    return st.builds(lambda it: {"field": about.key, "op": operator.key, "value": it}, value)


def values(about: FieldOf, takes: Takes, ids: Ids, now: datetime) -> st.SearchStrategy[Any]:
    choices = st.sampled_from(ids[about.kind.key] if about.kind is not None else about.choices or [0])
    numbers = st.sampled_from([0, 1, 2, 2.5, 3, -1, 100, 0.25, 0.1, 10_000, 2**31 - 1, 2**31, 2**53])
    moments = st.builds(
        lambda minutes, sign, beside: (
            now + sign * timedelta(minutes=minutes) + timedelta(microseconds=beside)
        ).isoformat(),
        st.sampled_from(MINUTES),
        st.sampled_from([-1, 1]),
        st.sampled_from([-1, 0, 0, 1]),
    )
    lengths = st.sampled_from(
        [
            {"amount": 1, "unit": "minutes"},
            {"amount": 30, "unit": "minutes"},
            {"amount": 2, "unit": "hours"},
            {"amount": 1, "unit": "days"},
            {"amount": 1, "unit": "weeks"},
            {"amount": 31, "unit": "days"},
        ]
    )
    return {
        Takes.NOTHING: st.none(),
        Takes.TEXT: st.text(st.sampled_from(ALPHABET), min_size=1, max_size=3).filter(str.strip),
        Takes.NUMBER: numbers,
        Takes.TWO_NUMBERS: st.lists(numbers, min_size=2, max_size=2),
        Takes.ONE: choices,
        Takes.SEVERAL: st.lists(choices, min_size=1, max_size=4),
        Takes.MOMENT: moments,
        Takes.LENGTH: lengths,
        Takes.WORKING_LENGTH: st.sampled_from(
            [
                {"amount": 1, "unit": "minutes"},
                {"amount": 2, "unit": "hours"},
                {"amount": 16, "unit": "hours"},
                {"amount": 200, "unit": "hours"},
            ]
        ),
        Takes.RELATED: _related(about, ids, now, lengths) if about.relation is not None else st.none(),
        Takes.SPAN: st.sampled_from(SPANS),
        Takes.TRUTH: st.booleans(),
    }[takes]


def _related(
    about: FieldOf, ids: Ids, now: datetime, lengths: st.SearchStrategy[Any]
) -> st.SearchStrategy[Any]:
    """How many of the related rows, since when, and what holds of each."""
    assert about.relation is not None
    each = st.one_of(
        [
            leaves(inner, operator, ids, now)
            for inner in about.relation.fields.values()
            for operator in operators_of(inner).values()
        ]
    )
    return st.builds(
        lambda count, within, where: {"count": count, "within": within, "where": where},
        st.sampled_from([0, 1, 2, 3]),
        st.one_of(st.none(), lengths),
        st.lists(each, max_size=2),
    )
