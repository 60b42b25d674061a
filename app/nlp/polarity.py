"""Training of the two-class sentiment: its linear head, and the calibrated probability that is shown.

The head has a recipe of its own (`linear.fit_scaled_head`), because its labels are many and clean. What is
shown is a logistic regression on the head and SnowNLP, taught on scores of posts that neither had seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from app.nlp.corpus import HEADS, POLARITY_WEIGHTS, WEIBO_SETS, Example, text_hash
from app.nlp.linear import Heads, fit_scaled_head, fit_small, out_of_fold
from app.nlp.model import Scores, polarity_inputs

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Answers = npt.NDArray[np.int8]

_FOLDS = 3
_HEAD = HEADS.index("polarity")


@dataclass(frozen=True)
class Polar:
    """The posts whose feelings are known: `chosen` are their row numbers, `rows` their weighted n-grams,
    `answers` (posts, 1) 1 for good and 0 for bad, `folds` and `is_weibo` (posts,).
    """

    chosen: Ints
    rows: Any
    answers: Answers
    weights: Floats
    folds: Ints
    is_weibo: npt.NDArray[np.bool_]
    fit: Callable[[Any, Answers, Floats], Heads]

    @classmethod
    def of(
        cls, examples: Sequence[Example], rows: Any, answers: Answers, strength: float, seed: int
    ) -> Polar:
        """`rows` and `answers` (posts, heads) of all training posts, the examples first."""
        answer = answers[:, [_HEAD]]
        chosen = np.flatnonzero(answer >= 0)
        known = [examples[int(at)] for at in chosen]
        return cls(
            chosen,
            rows[chosen],
            answer[chosen],
            np.array([POLARITY_WEIGHTS.get(example.source, 1.0) for example in known], dtype=np.float32),
            np.array([text_hash(example.text) // 11 % _FOLDS for example in known], dtype=np.int64),
            np.array([example.source in WEIBO_SETS for example in known], dtype=np.bool_),
            partial(fit_scaled_head, strength=strength, seed=seed),
        )

    def head(self) -> Heads:
        """The linear head over all of them."""
        return self.fit(self.rows, self.answers, self.weights)

    def shown(self, scores: Scores, words: Any) -> Floats:
        """Weights over `polarity_inputs`, from the Weibo posts among them. `scores` and `words` (counts) are
        those of all training posts.
        """
        if not len(self.chosen):
            return np.array([1, 0, 0, 0], dtype=np.float32)
        part = scores.part(self.chosen)
        unseen = out_of_fold(self.rows, self.answers, self.weights, self.folds, self.fit)
        part.heads[:, _HEAD] = unseen[:, 0]
        odds = _unseen_odds(words[self.chosen], self.answers[:, 0], self.folds)
        part = Scores(part.heads, part.topics, odds, part.words, part.surface)
        weibo = self.is_weibo
        return fit_small(polarity_inputs(part)[weibo], self.answers[weibo, 0].tolist())


def _unseen_odds(counts: Any, answer: Answers, folds: Ints) -> Floats:
    """SnowNLP's ln odds of each row by word counts of the other folds."""
    scores = np.zeros(len(answer), dtype=np.float32)
    for fold in np.unique(folds):
        totals = []
        for value in (1, 0):
            seen = np.asarray(counts[(folds != fold) & (answer == value)].sum(axis=0)).ravel() + 1
            totals.append(np.log(seen / seen.sum()))
        here = folds == fold
        scores[here] = counts[here] @ (totals[0] - totals[1]).astype(np.float32)
    return scores
