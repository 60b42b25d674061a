"""Score tables: sums over features."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from app.nlp.serving.tables import Table, summed_rows
from app.nlp.text.features import NO_SLOT


def test_sums_are_those_of_a_plain_loop() -> None:
    rng = np.random.default_rng(3)
    weights = rng.normal(size=(50, 5)).astype(np.float32)
    rows = rng.integers(0, 50, 5000)
    bounds = np.sort(np.concatenate(([0, 0, 5000], rng.integers(0, 5000, 300))))
    expected = [weights[rows[begin:stop]].sum(axis=0) for begin, stop in pairwise(bounds)]
    assert np.allclose(summed_rows(weights, rows, bounds), expected, atol=1e-3)


def test_no_features_give_zero() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    assert summed_rows(np.zeros((1, 2), np.float32), nothing, np.zeros(3, np.int64)).tolist() == [
        [0, 0],
        [0, 0],
    ]


def test_missing_and_unknown_slots_weigh_nothing() -> None:
    table = Table.from_weights(np.array([7, 9]), np.array([[1.0], [2.0]]))
    slots = np.array([7, NO_SLOT, 9, 8, NO_SLOT, 9], dtype=np.int32)
    assert table.sums(slots, np.array([0, 3, 5, 6])).ravel() == pytest.approx([3, 0, 2], abs=0.02)


def test_rounding_stays_within_a_hundredth_of_the_largest_and_unknown_slots_weigh_nothing() -> None:
    weights = np.linspace(-1, 1, 401).reshape(-1, 1)
    table = Table.from_weights(np.arange(10, 411, dtype=np.int32), weights)
    assert np.abs(table.weights[1:] - weights).max() <= 0.01
    small = np.abs(weights) < 0.01
    assert np.abs(table.weights[1:][small] - weights[small]).max() <= 0.001
    assert table.sums(np.array([5]), np.array([0, 1])).tolist() == [[0]]
