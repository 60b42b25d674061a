"""Linear heads by logistic regression (liblinear), in full and out of fold. Training only: needs
scikit-learn.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Answers = npt.NDArray[np.int8]

_RATIO_POWER = 0.7
_ENOUGH = 70_000
"""A head learns from at most so many posts; those that have more tell kinds of text apart, which is easy."""
_PASSES = 12
"""Passes of coordinate descent; after twelve the decisions no longer change, the last digits do not matter.

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
    fit: Callable[[Any, Answers, Floats], Heads],
    asked: Sequence[Any] = (),
) -> list[Floats]:
    """Each row's scores by heads (made by `fit`) that have not seen its fold: (rows, heads), once for each
    matrix of `asked`, which say the same posts in other ways; else for `rows`.
    """
    asked = asked or (rows,)
    scores = [np.zeros((len(folds), answers.shape[1]), dtype=np.float32) for _ in asked]
    for fold in np.unique(folds):
        seen = folds != fold
        heads = fit(rows[seen], answers[seen], sample_weights[seen])
        for whole, said in zip(scores, asked, strict=True):
            whole[~seen] = heads.scores(said[~seen])
    return scores


def fit_scaled_head(rows: Any, answers: Answers, sample_weights: Floats, strength: float, seed: int) -> Heads:
    """One head (`answers` (posts, 1), 0 or 1) over columns scaled by what they tell: naive Bayes' log ratio
    to the power `_RATIO_POWER`, on average 1.

    The scaling lets rare telling n-grams speak up against the penalty. It wins a point and a half of accuracy
    where labels are plenty, and loses on heads with a few hundred positives.
    """
    from scipy import sparse  # noqa: PLC0415 - training only

    scale = _log_ratios(rows, answers[:, 0] == 1) ** np.float32(_RATIO_POWER)
    scale /= np.sqrt(np.mean(scale * scale))
    scaled = (rows @ sparse.diags(scale)).tocsr()
    weights, bias = _fit(scaled, answers[:, 0], sample_weights, strength, seed)
    return Heads((weights * scale)[:, None], np.array([bias], dtype=np.float32))


def _log_ratios(rows: Any, positive: npt.NDArray[np.bool_]) -> Floats:
    """|ln P(column|positive) / P(column|negative)| for each column, one added to each sum."""
    logs = []
    for side in (positive, ~positive):
        sums = np.asarray(rows[side].sum(axis=0)).ravel() + 1
        logs.append(np.log(sums / sums.sum()))
    return np.asarray(np.abs(logs[0] - logs[1]), dtype=np.float32)


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
    if len(known) > _ENOUGH:  # every n-th: files come one after the other, so each keeps its share
        known = known[:: -(-len(known) // _ENOUGH)]
    if len(np.unique(answers[known])) < 2:
        return np.zeros(rows.shape[1], dtype=np.float32), 0.0
    model = LogisticRegression(C=strength, solver="liblinear", dual=True, max_iter=_PASSES, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(rows[known], answers[known], sample_weight=weights[known])
    return model.coef_[0].astype(np.float32), float(model.intercept_[0])
