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

from app.nlp.serving.heads import HEADS
from app.nlp.serving.model import Scores, polarity_inputs
from app.nlp.training.corpus import POLARITY_WEIGHTS, WEIBO_SETS, Example, text_hash
from app.nlp.training.linear import Heads, fit_scaled_head, fit_small, out_of_fold

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Answers = npt.NDArray[np.int8]
Flags = npt.NDArray[np.bool_]

_FOLDS = 3
_HEAD = HEADS.index("polarity")


@dataclass(frozen=True)
class Polar:
    """The posts whose feelings are known: `chosen` are their row numbers, `felt` and `plain` their weighted
    n-grams with and without emoticons, `shows` which have some, `answers` (posts, 1) 1 for good and 0 for
    bad, `folds` and `is_weibo` (posts,).
    """

    chosen: Ints
    felt: Any
    plain: Any
    shows: Flags
    answers: Answers
    weights: Floats
    folds: Ints
    is_weibo: Flags
    fit: Callable[[Any, Answers, Floats], Heads]

    @classmethod
    def of(
        cls,
        examples: Sequence[Example],
        said: tuple[Any, Any],
        answers: Answers,
        strength: float,
        seed: int,
    ) -> Polar:
        """`said`, with emoticons and without, and `answers` (posts, heads) are of all training posts, the
        examples first.
        """
        answer = answers[:, [_HEAD]]
        chosen = np.flatnonzero(answer >= 0)
        known = [examples[int(at)] for at in chosen]
        felt, plain = (rows[chosen] for rows in said)
        return cls(
            chosen,
            felt,
            plain,
            felt.getnnz(axis=1) > plain.getnnz(axis=1),
            answer[chosen],
            np.array([POLARITY_WEIGHTS.get(example.source, 1.0) for example in known], dtype=np.float32),
            np.array([text_hash(example.text) // 11 % _FOLDS for example in known], dtype=np.int64),
            np.array([example.source in WEIBO_SETS for example in known], dtype=np.bool_),
            partial(fit_scaled_head, strength=strength, seed=seed),
        )

    def heads(self) -> tuple[Heads, Heads]:
        """The linear heads for posts with emoticons and without. The first leaves to emoticons what the words
        would have said too, so a post that has none is asked by the second.
        """
        felt, plain = (self.fit(rows, self.answers, self.weights) for rows in (self.felt, self.plain))
        return felt, plain

    def shown(self, scores: Scores, words: Any) -> Floats:
        """Weights over `polarity_inputs`, from the Weibo posts among them. `scores` and `words` (counts) are
        those of all training posts.
        """
        if not len(self.chosen):
            return np.array([1, 0, 0, 0], dtype=np.float32)
        part = scores.part(self.chosen)
        felt, plain = (
            out_of_fold(rows, self.answers, self.weights, self.folds, self.fit)[0][:, 0]
            for rows in (self.felt, self.plain)
        )
        part.heads[:, _HEAD] = np.where(self.shows, felt, plain)
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
