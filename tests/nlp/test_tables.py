"""Score tables: sums over features."""

from __future__ import annotations

import numpy as np

from app.nlp.tables import Table, grouped_sums


def test_sums_are_those_of_a_plain_loop() -> None:
    rng = np.random.default_rng(3)
    weights = rng.normal(size=(50, 5)).astype(np.float32)
    owner = rng.integers(0, 300, 5000)
    rows = rng.integers(0, 50, 5000)
    weights[0] = 0
    expected = np.zeros((301, 5))
    np.add.at(expected, owner, weights[rows])
    assert np.allclose(grouped_sums(weights, rows, owner, 301), expected, atol=1e-3)


def test_one_huge_post_among_small_ones_is_summed() -> None:
    weights = np.array([[0.0], [1.0]], dtype=np.float32)
    owner = np.array([0] * 100_000 + [2])
    assert grouped_sums(weights, np.ones(len(owner), dtype=np.int64), owner, 3).ravel().tolist() == [
        100_000,
        0,
        1,
    ]


def test_no_features_give_zero() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    assert grouped_sums(np.zeros((1, 2), np.float32), nothing, nothing, 2).tolist() == [[0, 0], [0, 0]]


def test_rounding_stays_within_half_a_step_and_unknown_slots_weigh_nothing() -> None:
    weights = np.linspace(-1, 1, 401).reshape(-1, 1)
    table = Table.from_weights(np.arange(10, 411), weights)
    inner = slice(5, -5)
    assert np.abs(table.weights[1:][inner] - weights[inner]).max() <= table.scales[0] / 2 + 1e-6
    assert table.sums(np.array([0]), np.array([5]), 1).tolist() == [[0]]
