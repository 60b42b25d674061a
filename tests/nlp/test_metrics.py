"""Figures of merit, against scikit-learn and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

from app.nlp.training.calibrate import best_threshold, class_offsets, expected_calibration_error, macro_f1
from app.nlp.training.metrics import auc, average_precision, bootstrap, confusion, f1, wilson

rng = np.random.default_rng(11)
ACTUAL = rng.random(400) < 0.3
SCORE = np.round(rng.random(400) + 0.4 * ACTUAL, 2).astype(np.float32)


def test_ranking_figures_are_scikit_learns() -> None:
    assert average_precision(SCORE, ACTUAL) == pytest.approx(average_precision_score(ACTUAL, SCORE))
    assert auc(SCORE, ACTUAL) == pytest.approx(roc_auc_score(ACTUAL, SCORE))
    assert f1(SCORE > 0.7, ACTUAL) == pytest.approx(f1_score(ACTUAL, SCORE > 0.7))


def test_without_positives_there_is_no_ranking() -> None:
    assert math.isnan(auc(SCORE, np.zeros(400, dtype=np.bool_)))
    assert math.isnan(average_precision(SCORE, np.zeros(400, dtype=np.bool_)))


def test_wilsons_interval() -> None:
    assert list(wilson(85, 100)) == pytest.approx([0.767, 0.907], abs=0.001)
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(10, 10)[1] == pytest.approx(1.0)


def test_macro_f1_and_confusion() -> None:
    predicted, actual = np.array([0, 1, 1, 2]), np.array([0, 1, 2, 2])
    assert macro_f1(predicted, actual, 3, np.ones(4, np.float32)) == pytest.approx(
        f1_score(actual, predicted, average="macro")
    )
    assert confusion(predicted, actual, 3).tolist() == [[1, 0, 0], [0, 1, 0], [0, 1, 1]]


def test_the_best_threshold_is_the_one_with_the_largest_f1() -> None:
    cut, value = best_threshold(SCORE, ACTUAL, np.ones(400, np.float32))
    assert value == pytest.approx(f1(cut < SCORE, ACTUAL), abs=1e-6)
    assert all(f1(other < SCORE, ACTUAL) <= value + 1e-6 for other in np.arange(0, 1.4, 0.01))


def test_among_nearly_equal_cuts_the_lowest_is_taken() -> None:
    ones = np.ones(400, np.float32)
    strict, most = best_threshold(SCORE, ACTUAL, ones)
    generous, value = best_threshold(SCORE, ACTUAL, ones, slack=0.01)
    assert generous < strict
    assert most - 0.01 <= value <= most


def test_offsets_raise_a_class_that_is_always_overlooked() -> None:
    probabilities = np.tile(np.array([[0.6, 0.4]], np.float32), (100, 1))
    probabilities[:30] = (0.55, 0.45)
    actual = np.array([1] * 30 + [0] * 70)
    offsets = class_offsets(probabilities, actual, np.ones(100, np.float32))
    assert (
        macro_f1((np.log(probabilities) + offsets).argmax(axis=1), actual, 2, np.ones(100, np.float32)) == 1.0
    )


def test_calibration_error_of_honest_and_boastful_scores() -> None:
    truth = np.array([True] * 70 + [False] * 30)
    assert expected_calibration_error(np.full(100, 0.7, np.float32), truth) == pytest.approx(0, abs=1e-6)
    assert expected_calibration_error(np.full(100, 1.0, np.float32), truth) == pytest.approx(0.3, abs=1e-6)


def test_the_bootstrap_surrounds_the_value() -> None:
    low, high = bootstrap(lambda at: auc(SCORE[at], ACTUAL[at]), 400, rounds=100)
    assert low < auc(SCORE, ACTUAL) < high
