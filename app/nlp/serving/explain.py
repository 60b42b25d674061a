"""Why a verdict came out: the words of a post whose n-grams moved a head most.

A linear head's score is a sum over features, so each character's share is the sum over the features that
cover it, and a word's share that of its characters; a span is a run of words that pull the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from app.nlp.serving.heads import LINEAR_HEADS
from app.nlp.serving.model import Model
from app.nlp.text.encode import Encoded, Features
from app.nlp.text.normalise import MENTION, NUMBER, URL, folded_with_positions

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

_LIMIT = 3
_LEAST_SHARE = 0.05
_MAX_SPAN = 12
_SEPARATORS = ",.。、;:~…"
_READABLE = {URL: "链接", MENTION: "@", NUMBER: "数字"}
_TOKENS = frozenset(_READABLE)


@dataclass(frozen=True, slots=True)
class Reason:
    """`kind` is the head (`intent:complaint`, `service`, `sentiment`, `spam`), `text` the deciding words in
    normal form, `weight` their share of the head's log-odds (positive speaks for the head; for sentiment:
    for good feelings), `span` their place in the post, or None when they stand for a replaced link, name or
    number or lie in a part that was cut off.
    """

    kind: str
    text: str
    weight: float
    span: tuple[int, int] | None = None


def explain_batch(
    model: Model, encoded: Encoded, texts: Sequence[str], intents: Sequence[str]
) -> list[dict[str, list[Reason]]]:
    """For each post the strongest spans of its intent's head, service, sentiment and spam."""
    features = encoded.features()
    rows = model.grams.rows(features.slots)
    bounds = np.searchsorted(features.owner, np.arange(encoded.batch.size + 1))
    return [
        _explain(model, encoded, _Post(number, text, intent), _Known.of(features, rows, slice(*around)))
        for number, (text, intent, around) in enumerate(
            zip(texts, intents, pairwise(bounds.tolist()), strict=True)
        )
    ]


def strongest_spans(word_shares: Floats, begins: Ints, stops: Ints) -> list[tuple[int, int, float]]:
    """Runs of words with shares of one sign, at most twelve characters, strongest first: (begin, end,
    share).
    """
    spans: list[tuple[int, int, float]] = []
    for share, begin, stop in zip(word_shares.tolist(), begins.tolist(), stops.tolist(), strict=True):
        if spans:
            first, last, total = spans[-1]
            if last == begin and (total > 0) == (share > 0) and stop - first <= _MAX_SPAN:
                spans[-1] = (first, stop, total + share)
                continue
        spans.append((begin, stop, share))
    strong = [span for span in spans if abs(span[2]) >= _LEAST_SHARE]
    return sorted(strong, key=lambda span: -abs(span[2]))[:_LIMIT]


@dataclass(frozen=True)
class _Post:
    number: int
    text: str
    intent: str


@dataclass(frozen=True)
class _Known:
    """The features of a post that the table knows: their rows in it and their spans in the buffer."""

    rows: Ints
    begins: Ints
    stops: Ints

    @classmethod
    def of(cls, features: Features, rows: Ints, around: slice) -> _Known:
        known = np.flatnonzero(rows[around]) + around.start
        return cls(rows[known], features.begins[known], features.stops[known])


def _explain(model: Model, encoded: Encoded, post: _Post, known: _Known) -> dict[str, list[Reason]]:
    weights = model.grams.weights[known.rows]
    words = slice(*encoded.word_bounds[post.number : post.number + 2].tolist())
    start, end = int(encoded.batch.starts[post.number]), int(encoded.batch.ends[post.number])
    kinds = (f"intent:{post.intent}", "service", "sentiment", "spam")
    columns = [LINEAR_HEADS.index(name) for name in (post.intent, "service", "bare_polarity", "spam")]
    norm = np.sqrt(max(float(weights[:, -1].sum()), 1e-6))
    begins = np.clip(known.begins - start, 0, end - start)
    stops = np.clip(known.stops - start, 0, end - start)
    summed = _running_shares(end - start, begins, stops, weights[:, columns] / norm)
    told = ~_separator_table()[np.minimum(encoded.batch.codes[encoded.word_begins[words]], 0xFFFF)]
    word_begins, word_stops = (
        encoded.word_begins[words][told] - start,
        encoded.word_stops[words][told] - start,
    )
    shares = summed[word_stops] - summed[word_begins]
    place = _Finder(post.text)
    normal = encoded.batch.codes[start:end].tobytes().decode("utf-32-le")
    return {
        kind: [
            Reason(kind, _readable(normal[a:b]), round(value, 3), place.find(normal[a:b]))
            for a, b, value in strongest_spans(shares[:, number], word_begins, word_stops)
        ]
        for number, kind in enumerate(kinds)
    }


def _running_shares(length: int, begins: Ints, stops: Ints, weights: Floats) -> Floats:
    """(length + 1, heads): the summed shares of the first characters. A feature's weight is spread evenly
    over the characters it covers.
    """
    steps = np.zeros((length + 2, weights.shape[1]), dtype=np.float64)
    even = weights / np.maximum(stops - begins, 1)[:, None]
    np.add.at(steps, begins + 1, even)
    np.add.at(steps, stops + 1, -even)
    return np.cumsum(np.cumsum(steps, axis=0), axis=0)[:-1].astype(np.float32)


def _readable(span: str) -> str:
    return span if _TOKENS.isdisjoint(span) else "".join(_READABLE.get(c, c) for c in span)


@cache
def _separator_table() -> npt.NDArray[np.bool_]:
    table = np.zeros(0x10000, dtype=np.bool_)
    table[[ord(c) for c in _SEPARATORS]] = True
    return table


class _Finder:
    """Finds a span of the normal form in the text as it was sent."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._folded: tuple[str, list[int]] | None = None

    def find(self, span: str) -> tuple[int, int] | None:
        if not _TOKENS.isdisjoint(span):
            return None
        direct = self._text.find(span)
        if direct >= 0:
            return direct, direct + len(span)
        if self._folded is None:
            self._folded = folded_with_positions(self._text)
        folded, positions = self._folded
        at = folded.find(span)
        return None if at < 0 else (positions[at], positions[at + len(span) - 1] + 1)
