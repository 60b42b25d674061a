"""Linear heads by logistic regression (liblinear), in full and out of fold. Training only: needs
scikit-learn.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Answers = npt.NDArray[np.int8]

_PASSES = 20
"""Passes of coordinate descent; after twenty the decisions no longer change, the last digits do not matter.

"""


@dataclass(frozen=True)
class Heads:
    """Weights (columns, heads) and constants (heads,) over a `weighted` matrix."""

    weights: Floats
    bias: Floats

    def scores(self, rows: Any) -> Floats:
        return np.asarray(rows @ self.weights + self.bias, dtype=np.float32)


def fit_heads(rows: Any, answers: Answers, sample_weights: Floats, strength: float, seed: int) -> Heads:
    """One head per column of `answers` (1, 0, -1 for not known); a head without two classes stays zero.

    `strength` is liblinear's C: larger trusts the rows more.
    """
    fitted = [
        _fit(rows, answers[:, head], sample_weights, strength, seed) for head in range(answers.shape[1])
    ]
    weights = np.stack([weight for weight, _ in fitted], axis=1)
    return Heads(weights.astype(np.float32), np.array([bias for _, bias in fitted], dtype=np.float32))


def out_of_fold(
    rows: Any,
    answers: Answers,
    sample_weights: Floats,
    folds: npt.NDArray[np.int64],
    strength: float,
    seed: int,
) -> Floats:
    """Each row's scores by heads that have not seen its fold: (rows, heads)."""
    scores = np.zeros(answers.shape, dtype=np.float32)
    for fold in np.unique(folds):
        seen = folds != fold
        heads = fit_heads(rows[seen], answers[seen], sample_weights[seen], strength, seed)
        scores[~seen] = heads.scores(rows[~seen])
    return scores


def fit_small(inputs: Floats, answers: Sequence[int], sample_weights: Floats | None = None) -> Floats:
    """Logistic regression on a few dense inputs whose last column is the constant: the weights."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - training only

    model = LogisticRegression(C=100.0, max_iter=500, fit_intercept=False)
    model.fit(inputs, np.asarray(answers), sample_weight=sample_weights)
    return np.asarray(model.coef_[0], dtype=np.float32)


def _fit(rows: Any, answers: Answers, weights: Floats, strength: float, seed: int) -> tuple[Floats, float]:
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415 - training only
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - training only

    known = np.flatnonzero(answers >= 0)
    if len(np.unique(answers[known])) < 2:
        return np.zeros(rows.shape[1], dtype=np.float32), 0.0
    model = LogisticRegression(C=strength, solver="liblinear", dual=True, max_iter=_PASSES, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(rows[known], answers[known], sample_weight=weights[known])
    return model.coef_[0].astype(np.float32), float(model.intercept_[0])
