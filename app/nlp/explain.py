"""Why a verdict came out: the spans of a post whose n-grams and words moved a head most.

A linear head's score is a sum over features, so each character's share is the sum over the features that cover
it; a span is a run of characters with a share in the same direction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.nlp.encode import Encoded
from app.nlp.model import LINEAR_HEADS, Model
from app.nlp.normalise import MENTION, NUMBER, URL, folded_with_positions

Floats = npt.NDArray[np.float32]

_LIMIT = 3
_LEAST_SHARE = 0.05
_MAX_SPAN = 12
_READABLE = {URL: "链接", MENTION: "@", NUMBER: "数字"}


@dataclass(frozen=True, slots=True)
class Reason:
    """`kind` is the head (`intent:complaint`, `service`, `sentiment`, `spam`), `text` the deciding span, `weight` its
    share of the head's log-odds (positive speaks for the head), `span` its place in the post or None when the span
    stands for a replaced link, name or number.
    """

    kind: str
    text: str
    weight: float
    span: tuple[int, int] | None = None


def explain_batch(
    model: Model, encoded: Encoded, texts: Sequence[str], intents: Sequence[str]
) -> list[dict[str, list[Reason]]]:
    """For each post the strongest spans of its intent's head, service, sentiment and spam."""
    order = np.argsort(encoded.owner, kind="stable")
    bounds = np.searchsorted(encoded.owner[order], np.arange(encoded.batch.size + 1))
    rows = model.grams.row_of_slot[encoded.slots]
    result = []
    for post, (text, intent) in enumerate(zip(texts, intents, strict=True)):
        mine = order[bounds[post] : bounds[post + 1]]
        mine = mine[rows[mine] > 0]
        weights = model.grams.weights[rows[mine]]
        norm = np.sqrt(max(float(weights[:, -1].sum()), 1e-6))
        start, end = int(encoded.batch.starts[post]), int(encoded.batch.ends[post])
        normal = encoded.batch.codes[start:end].tobytes().decode("utf-32-le")
        place = _Finder(text)
        heads = {}
        for kind, column in (
            (f"intent:{intent}", LINEAR_HEADS.index(intent)),
            ("service", LINEAR_HEADS.index("service")),
            ("sentiment", LINEAR_HEADS.index("polarity")),
            ("spam", LINEAR_HEADS.index("spam")),
        ):
            shares = _shares(
                end - start,
                encoded.begins[mine] - start,
                encoded.stops[mine] - start,
                weights[:, column] / norm,
            )
            heads[kind] = [
                Reason(kind, _readable(normal[a:b]), round(value, 3), place.find(normal[a:b]))
                for a, b, value in strongest_spans(shares)
            ]
        result.append(heads)
    return result


def _shares(
    length: int, begins: npt.NDArray[np.int64], stops: npt.NDArray[np.int64], weights: Floats
) -> Floats:
    """Each character's share: a feature's weight is spread evenly over the characters it covers."""
    steps = np.zeros(length + 1, dtype=np.float64)
    even = weights / np.maximum(stops - begins, 1)
    np.add.at(steps, begins, even)
    np.add.at(steps, stops, -even)
    return np.cumsum(steps[:-1]).astype(np.float32)


def strongest_spans(shares: Floats, limit: int = _LIMIT) -> list[tuple[int, int, float]]:
    """Runs of characters with shares of one sign, strongest first: (start, end, sum of shares)."""
    spans: list[tuple[int, int, float]] = []
    begin = 0
    for at in range(1, len(shares) + 1):
        turned = at == len(shares) or (shares[at] > 0) != (shares[begin] > 0) or at - begin >= _MAX_SPAN
        if turned:
            spans.append((begin, at, float(shares[begin:at].sum())))
            begin = at
    strong = [span for span in spans if abs(span[2]) >= _LEAST_SHARE]
    return sorted(strong, key=lambda span: -abs(span[2]))[:limit]


def _readable(span: str) -> str:
    return "".join(_READABLE.get(c, c) for c in span)


class _Finder:
    """Finds a span of the normal form in the text as it was sent."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._folded: tuple[str, list[int]] | None = None

    def find(self, span: str) -> tuple[int, int] | None:
        if not span or any(token in span for token in _READABLE):
            return None
        if self._folded is None:
            self._folded = folded_with_positions(self._text)
        folded, positions = self._folded
        at = folded.find(span)
        return None if at < 0 else (positions[at], positions[at + len(span) - 1] + 1)
