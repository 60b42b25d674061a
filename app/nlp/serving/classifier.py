"""The classifier: one call, a batch of posts in, a verdict for each out.

    classifier = Classifier.load()
    for verdict in classifier.classify(["宽带断了三天没人管"]):
        print(verdict.intent, verdict.service_score)

Loading takes half a second and about 120 MB, of which `Classifier.load_mapped` shares most with other
processes; a loaded classifier is read-only and may be shared by threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from app.nlp.serving.explain import Reason, explain_batch
from app.nlp.serving.heads import HEADS, INTENTS, SERVICE_INTENTS
from app.nlp.serving.logistic import sigmoid
from app.nlp.serving.mapped import load_mapped
from app.nlp.serving.model import Model, Readings, service_logit, spam_inputs
from app.nlp.text.encode import encode
from app.nlp.text.segment import Backend, Segmenter, default_segmenter

Floats = npt.NDArray[np.float32]

WEIGHTS = Path(__file__).parents[1] / "weights" / "model.npz"
_CHUNK = 512
"""Posts per pass: large enough to hide Python, small enough to stay in the processor's cache."""
_SENTIMENT = 2
"""The place of the sentiment among the network's tasks."""
_TROUBLED = [INTENTS.index("complaint")]
_UNSURE = 0.15
"""A polarity probability within this distance of one half is called unsure."""


@dataclass(frozen=True, slots=True)
class Classification:
    """What the models say about one post. Scores are probabilities, 0..1.

    `intent_score` is the probability of `intent`; `service_score` the calibrated probability that somebody
    at the brand must act; `sentiment` is -1, 0 or 1; `sentiment_score` the calibrated probability that the
    feelings in the post are good rather than bad; `sentiment_unsure` asks a person to look; `urgency` 0
    none, 1 today, 2 now; `priority` 1 (at once) to 4 (nobody need act), as of service requests.
    """

    intent: str
    intent_score: float
    is_request: bool
    service_score: float
    sentiment: int
    sentiment_score: float
    sentiment_unsure: bool
    spam_score: float
    urgency: int
    offensive: bool
    priority: int
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class _Verdicts:
    """The same, as arrays over a batch."""

    intent: npt.NDArray[np.int64]
    intent_score: Floats
    is_request: npt.NDArray[np.bool_]
    service: Floats
    sentiment: npt.NDArray[np.int64]
    positive: Floats
    unsure: npt.NDArray[np.bool_]
    spam: Floats
    urgency: npt.NDArray[np.int64]
    offensive: npt.NDArray[np.bool_]
    priority: npt.NDArray[np.int64]


class Classifier:
    """Verdicts by a trained model."""

    def __init__(self, model: Model, segmenter: Segmenter) -> None:
        self.model = model
        self.segmenter = segmenter

    @classmethod
    def load(cls, path: Path | None = None, backend: Backend = "auto") -> Classifier:
        """The shipped weights, or those at `path`; raises Unavailable for a broken file.

        The process's BLAS is set to one thread: the products here are too small to share, and on a busy
        machine waiting threads cost several times what they save.
        """
        threadpool_limits(limits=1, user_api="blas")
        return cls(Model.load(path or WEIGHTS), default_segmenter(backend))

    @classmethod
    def load_mapped(cls, path: Path, tables: Path) -> Classifier:
        """The same for judging alone, sharing its tables with other processes by files below `tables`."""
        threadpool_limits(limits=1, user_api="blas")
        return cls(load_mapped(path, tables), default_segmenter())

    @property
    def service_threshold(self) -> float:
        """The `service_score` from which on a post is a request, chosen in training for its F1."""
        return float(self.model.knobs["service_threshold"])

    @property
    def version(self) -> str:
        """The model's name in its manifest; shown beside every verdict."""
        return str(self.model.manifest.get("version", "unnamed"))

    def classify(self, texts: Sequence[str], reasons: bool = False) -> list[Classification]:
        """One verdict per text, in order. `reasons=True` adds what decided, at several times the cost."""
        found: list[Classification] = []
        for begin in range(0, len(texts), _CHUNK):
            found.extend(self._classify_chunk(texts[begin : begin + _CHUNK], reasons))
        return found

    def explain(self, text: str) -> dict[str, list[Reason]]:
        """The spans of the text that moved each head most, by head: intent, service, sentiment, spam."""
        encoded = encode([text], self.segmenter)
        verdict = self.classify([text])[0]
        return explain_batch(self.model, encoded, [text], [verdict.intent])[0]

    def _classify_chunk(self, texts: Sequence[str], reasons: bool) -> list[Classification]:
        encoded = encode(texts, self.segmenter)
        verdicts = self._verdicts(self.model.readings(encoded))
        names = [INTENTS[number] for number in verdicts.intent.tolist()]
        if reasons:
            by_head = explain_batch(self.model, encoded, texts, names)
            why = [_told(name, heads) for name, heads in zip(names, by_head, strict=True)]
        else:
            why = [()] * len(texts)
        return list(map(Classification, names, *_columns(verdicts), why))

    def _verdicts(self, readings: Readings) -> _Verdicts:
        """Emoticons have a say in the mood and in nothing else."""
        knobs, scores = self.model.knobs, readings.plain
        inputs = scores.inputs()
        intent, service, sentiment, urgency = self.model.network.probabilities(inputs)
        slope, constant = knobs["service"]
        needs = sigmoid(slope * service_logit(service, intent) + constant)
        chosen = _decided(intent, knobs["intent_offsets"])
        feeling, positive = self._feelings(readings, sentiment, np.isin(chosen, _TROUBLED))
        hurry = _decided(urgency, knobs["urgency_offsets"])
        request = needs >= knobs["service_threshold"]
        return _Verdicts(
            intent=chosen,
            intent_score=intent[np.arange(len(chosen)), chosen],
            is_request=request,
            service=needs,
            sentiment=feeling,
            positive=positive,
            unsure=(np.abs(positive - 0.5) < _UNSURE) | (feeling * (positive - 0.5) < 0),
            spam=sigmoid(spam_inputs(inputs, intent) @ np.asarray(knobs["spam"], dtype=np.float32)),
            urgency=hurry,
            offensive=scores.heads[:, HEADS.index("offensive")] > 0,
            priority=_priority(request, needs, hurry, feeling),
        )

    def _feelings(
        self, readings: Readings, sentiment: Floats, troubled: npt.NDArray[np.bool_]
    ) -> tuple[npt.NDArray[np.int64], Floats]:
        """How each author feels (-1, 0, 1) and how surely well. A glad emoticon beside a complaint mocks: it
        makes no mood better than the words do, and none good.
        """
        feeling = sentiment.argmax(axis=1) - 1
        positive = self.model.positive_probability(readings.plain)
        rows = readings.rows
        if not len(rows):
            return feeling, positive
        felt = self.model.network.answers(readings.felt.inputs(), _SENTIMENT).argmax(axis=1) - 1
        gladly = self.model.positive_probability(readings.felt)
        mocks = troubled[rows]
        feeling[rows] = np.where(mocks & (felt > 0), np.minimum(feeling[rows], 0), felt)
        positive[rows] = np.where(mocks, np.minimum(gladly, positive[rows]), gladly)
        return feeling, positive


def _told(intent: str, heads: dict[str, list[Reason]]) -> tuple[Reason, ...]:
    """What spoke for the decision taken: whole words, and nothing of adverts where none was found."""
    return tuple(
        reason
        for kind, reasons in heads.items()
        if kind != "spam" or intent == "spam"
        for reason in reasons
        if len(reason.text) > 1 or reason.span is None
    )


def _decided(probabilities: Floats, offsets: Sequence[float]) -> npt.NDArray[np.int64]:
    shifted = np.log(np.maximum(probabilities, 1e-9)) + np.asarray(offsets, dtype=np.float32)
    return np.asarray(shifted.argmax(axis=1), dtype=np.int64)


def _priority(
    request: npt.NDArray[np.bool_],
    needs: Floats,
    urgency: npt.NDArray[np.int64],
    sentiment: npt.NDArray[np.int64],
) -> npt.NDArray[np.int64]:
    """4 for what needs nobody; 3 for a request; one step nearer when it is urgent, and when it is angry and
    certain or cannot wait at all. The scale is that of service requests.
    """
    angry = (sentiment < 0) & (needs > 0.8)
    level = 3 - (urgency >= 1).astype(np.int64) - ((urgency == 2) | angry)
    return np.asarray(np.where(request, level, 4), dtype=np.int64)


def _columns(verdicts: _Verdicts) -> list[list[float]]:
    """The arrays after `intent`, as Python numbers rounded to what a reader can use."""
    arrays = [getattr(verdicts, name) for name in _Verdicts.__dataclass_fields__ if name != "intent"]
    return [
        (np.round(array.astype(np.float64), 4) if array.dtype.kind == "f" else array).tolist()
        for array in arrays
    ]


__all__ = ["SERVICE_INTENTS", "WEIGHTS", "Classification", "Classifier", "Reason"]
