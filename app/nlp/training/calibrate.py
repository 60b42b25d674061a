"""From scores to decisions: thresholds, class weights and calibration, chosen on out-of-fold predictions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


def best_threshold(
    probability: Floats, positive: npt.NDArray[np.bool_], weights: Floats, slack: float = 0.0
) -> tuple[float, float]:
    """The lowest cut whose weighted F1 is within `slack` of the largest, and its F1.

    It lies no more than a quarter below the best one: where classes part cleanly F1 is flat over the whole
    gap, and its far end is the first wrong post.
    """
    order = np.argsort(-probability, kind="stable")
    hit = np.cumsum(np.where(positive, weights, 0)[order])
    taken = np.cumsum(weights[order])
    f1 = 2 * hit / (taken + hit[-1])
    best = int(np.argmax(f1))
    if slack:
        near = (f1 >= f1[best] - slack) & (probability[order] >= 0.75 * probability[order[best]])
        best = int(np.flatnonzero(near)[-1])
    following = probability[order[min(best + 1, len(order) - 1)]]
    return float((probability[order[best]] + following) / 2), float(f1[best])


def macro_f1(predicted: Ints, actual: Ints, classes: int, weights: Floats) -> float:
    """Mean of the classes' weighted F1; a class that neither side has counts as 0."""
    table = np.bincount(actual * classes + predicted, weights=weights, minlength=classes * classes)
    confusion = table.reshape(classes, classes)
    right = np.diag(confusion)
    return float(np.mean(2 * right / np.maximum(confusion.sum(axis=0) + confusion.sum(axis=1), 1e-9)))


def class_offsets(probabilities: Floats, actual: Ints, weights: Floats, resamples: int = 8) -> Floats:
    """Numbers to add to the log probabilities so that the weighted macro-F1 is largest: (classes,).

    The mean over resampled rows: a rare class has so few rows that the best offset on exactly these is luck.
    """
    scores = np.log(np.maximum(probabilities, 1e-9))
    rng = np.random.default_rng(0)
    found = []
    for _ in range(resamples):
        at = rng.integers(0, len(actual), len(actual))
        found.append(_best_offsets(scores[at], actual[at], weights[at]))
    return np.asarray(np.mean(found, axis=0), dtype=np.float32)


def _best_offsets(scores: Floats, actual: Ints, weights: Floats, rounds: int = 2) -> Floats:
    """One class at a time over a coarse grid, with a small price on large offsets."""
    offsets = np.zeros(scores.shape[1], dtype=np.float32)
    grid = [step / 4 for step in range(-6, 9)]
    for _ in range(rounds):
        for number in range(len(offsets)):
            offsets[number] = max(
                grid, key=lambda value: _gain(scores, offsets, number, value, actual, weights)
            )
    return offsets


def _gain(scores: Floats, offsets: Floats, number: int, value: float, actual: Ints, weights: Floats) -> float:
    moved = offsets.copy()
    moved[number] = value
    predicted = (scores + moved).argmax(axis=1)
    return macro_f1(predicted, actual, scores.shape[1], weights) - 0.002 * abs(value)


def expected_calibration_error(probability: Floats, positive: npt.NDArray[np.bool_], bins: int = 10) -> float:
    """Mean gap between stated and real share of positives over equally wide bins, weighted by their size."""
    slot = np.minimum((probability * bins).astype(np.int64), bins - 1)
    size = np.bincount(slot, minlength=bins)
    stated = np.bincount(slot, weights=probability, minlength=bins)
    real = np.bincount(slot, weights=positive.astype(np.float64), minlength=bins)
    return float(np.abs(stated - real).sum() / max(size.sum(), 1))
