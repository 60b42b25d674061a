"""Figures of merit, from arrays: accuracy with its interval, F1, ranking quality, calibration."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


def wilson(right: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share; (0, 1) when nothing was counted."""
    if not total:
        return 0.0, 1.0
    share = right / total
    centre = share + z * z / (2 * total)
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def f1(predicted: Flags, actual: Flags) -> float:
    """2 x hits / (claimed + real); 0 when both are empty."""
    sides = int(predicted.sum()) + int(actual.sum())
    return 2 * int((predicted & actual).sum()) / sides if sides else 0.0


def average_precision(score: Floats, actual: Flags) -> float:
    """Area under the precision-recall steps; equal scores count as one step. nan without positives."""
    if not actual.any():
        return float("nan")
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(actual[order])
    last_of_tie = np.append(np.diff(score[order]) != 0, True)
    precision = (hits / np.arange(1, len(order) + 1))[last_of_tie]
    recall = np.concatenate(([0.0], hits[last_of_tie] / hits[-1]))
    return float((np.diff(recall) * precision).sum())


def auc(score: Floats, actual: Flags) -> float:
    """Chance that a positive scores above a negative, ties counting half; nan without both."""
    positives, negatives = int(actual.sum()), int((~actual).sum())
    if not positives or not negatives:
        return float("nan")
    values, place, counts = np.unique(score, return_inverse=True, return_counts=True)
    del values
    mean_rank = np.cumsum(counts) - (counts - 1) / 2
    rank_sum = float(mean_rank[place][actual].sum())
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


def confusion(predicted: Ints, actual: Ints, classes: int) -> Ints:
    """(actual, predicted) counts."""
    return np.bincount(actual * classes + predicted, minlength=classes * classes).reshape(classes, classes)


def bootstrap(
    measure: Callable[[Ints], float], rows: int, seed: int = 7, rounds: int = 500
) -> tuple[float, float]:
    """The 95 % interval of `measure(row numbers)` over resampled rows; nan where it never has a value."""
    rng = np.random.default_rng(seed)
    values = np.array([measure(rng.integers(0, rows, rows)) for _ in range(rounds)])
    values = values[~np.isnan(values)]
    if not len(values):
        return float("nan"), float("nan")
    low, high = np.quantile(values, (0.025, 0.975))
    return float(low), float(high)
