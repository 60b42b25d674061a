"""A trained model: its parts, the batch scores they give, and its file.

The file is one `.npz` of 8-bit tables, small float arrays and a JSON manifest (provenance, seed, thresholds).
Nothing in it can run: it is read without pickle.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from app.core.errors import Unavailable
from app.nlp.calibrate import logit
from app.nlp.corpus import HEADS, INTENTS, SERVICE_INTENTS
from app.nlp.encode import Encoded
from app.nlp.features import Slots
from app.nlp.network import Network, standardised
from app.nlp.surface import surface_features
from app.nlp.tables import Table

Floats = npt.NDArray[np.float32]

FORMAT = 1
DIRECT_HEADS = (*INTENTS, "service", "negative", "neutral", "positive", "urgent")
"""Linear heads trained on the judged posts themselves."""
LINEAR_HEADS = (*HEADS, *DIRECT_HEADS)
TASK_SIZES = (len(INTENTS), 2, 3, 3)
"""Classes of the network's answers: intent, needs service, sentiment (-1, 0, 1), urgency."""


@dataclass(frozen=True)
class Scores:
    """Level-one scores of a batch: linear heads (posts, heads), topics (posts, dimensions), SnowNLP's ln
    odds and the number of words it read (posts,), surface facts (posts, facts).
    """

    heads: Floats
    topics: Floats
    snow: Floats
    words: Floats
    surface: Floats

    def inputs(self) -> Floats:
        """What the network reads: one row per post."""
        return np.concatenate((self.heads, self.topics, self.snow_inputs(), self.surface), axis=1)

    def part(self, rows: Any) -> Scores:
        """The scores of some posts; the heads are a copy."""
        return Scores(
            self.heads[rows].copy(), self.topics[rows], self.snow[rows], self.words[rows], self.surface[rows]
        )

    def snow_inputs(self) -> Floats:
        """SnowNLP's score, bounded, and per square root of its words: it takes each word for independent
        proof.
        """
        bounded = np.tanh(self.snow / 8)
        even = self.snow / np.sqrt(self.words + 1)
        return np.stack((bounded, even), axis=1).astype(np.float32)


@dataclass(frozen=True)
class Lessons:
    """What the network was taught: `rows` (posts, inputs), `targets` (posts, tasks) class numbers or -1,
    `weights`, `folds` (posts,), and which posts were sampled as they came. Numbers only; no text can be
    read back from them.
    """

    rows: Floats
    targets: npt.NDArray[np.int8]
    weights: Floats
    folds: npt.NDArray[np.int64]
    sampled: npt.NDArray[np.bool_]

    def joined(self, more: Lessons) -> Lessons:
        """Both, these first."""
        return Lessons(*(np.concatenate((a, b)) for a, b in zip(_fields(self), _fields(more), strict=True)))


@dataclass(frozen=True)
class Model:
    """`grams`: columns `LINEAR_HEADS` + idf²; `words`: topics + SnowNLP + idf². `polarity` are the weights
    of the calibrated two-class sentiment over `polarity_inputs`, the last one its constant. `knobs` are
    thresholds.
    """

    grams: Table
    bias: Floats
    words: Table
    snow_unknown: float
    snow_prior: float
    network: Network
    polarity: Floats
    knobs: dict[str, Any]
    lessons: Lessons | None = None
    manifest: dict[str, Any] = field(default_factory=dict)

    def scores(self, encoded: Encoded) -> Scores:
        """Level-one scores of a batch."""
        sums = self.grams.sums(encoded.slots, encoded.slot_bounds)
        word_sums = self.words.sums(encoded.word_slots, encoded.word_bounds)
        count = np.diff(encoded.word_bounds).astype(np.float32)
        return Scores(
            heads=by_norm(sums[:, :-1], sums[:, -1:]) + self.bias,
            topics=by_norm(word_sums[:, :-2], word_sums[:, -1:]),
            snow=word_sums[:, -2] + np.float32(self.snow_unknown) * count + np.float32(self.snow_prior),
            words=count,
            surface=surface_features(encoded.batch, encoded.reposted),
        )

    def positive_probability(self, scores: Scores) -> Floats:
        """Calibrated probability that a post with feelings has good ones: (posts,)."""
        logit = polarity_inputs(scores) @ self.polarity
        return np.asarray(1 / (1 + np.exp(-np.clip(logit, -30, 30))), dtype=np.float32)

    def to_bytes(self) -> bytes:
        """The file's content: the same model gives the same bytes."""
        arrays: dict[str, Any] = {
            "bias": self.bias,
            "polarity": self.polarity,
            "centre": self.network.centre,
            "scale": self.network.scale,
            "hidden": self.network.hidden.astype(np.float16),
            "out": self.network.out.astype(np.float16),
        }
        for name, table in (("grams", self.grams), ("words", self.words)):
            arrays[f"{name}_slots"] = np.diff(table.slots, prepend=0).astype(np.uint32)
            arrays[f"{name}_levels"] = np.ascontiguousarray(table.levels.T)
            arrays[f"{name}_scales"] = table.scales
        if self.lessons is not None:
            arrays |= _packed(self.lessons, self.network)
        settings = {
            "format": FORMAT,
            "snow_unknown": self.snow_unknown,
            "snow_prior": self.snow_prior,
            "sizes": list(self.network.sizes),
            "knobs": self.knobs,
            "manifest": self.manifest,
        }
        arrays["settings"] = np.frombuffer(
            json.dumps(settings, ensure_ascii=False, sort_keys=True).encode(), np.uint8
        )
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **arrays)
        return buffer.getvalue()

    def save(self, path: Path) -> None:
        """Write the file in one step, so that a reader never meets half of it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(path.name + ".partial")
        partial.write_bytes(self.to_bytes())
        partial.replace(path)

    @classmethod
    def load(cls, path: Path) -> Model:
        """Read a model's file; raises Unavailable when it is missing, broken or of another format."""
        with _opened(path) as arrays:
            return _from_arrays(dict(arrays))


def read_settings(path: Path) -> dict[str, Any]:
    """`knobs` and `manifest` of a model's file, without its tables; raises Unavailable like `Model.load`."""
    with _opened(path) as arrays:
        return _settings(arrays["settings"])


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            yield arrays
    except (OSError, EOFError, KeyError, ValueError, TypeError, BadZipFile) as error:
        raise Unavailable("model_unreadable", file=path.name) from error


def _settings(stored: npt.NDArray[np.uint8]) -> dict[str, Any]:
    settings: dict[str, Any] = json.loads(stored.tobytes())
    if settings["format"] != FORMAT:
        raise ValueError("another format")
    return settings


def by_norm(sums: Floats, squares: Floats) -> Floats:
    """Sums of a post's weights by the length of its feature vector."""
    return (sums / np.sqrt(np.maximum(squares, np.float32(1e-6)))).astype(np.float32)


def polarity_inputs(scores: Scores) -> Floats:
    """What the two-class sentiment is computed from: the linear head, SnowNLP, and a constant."""
    head = scores.heads[:, [HEADS.index("polarity")]]
    return np.concatenate((head, scores.snow_inputs(), np.ones_like(head)), axis=1)


def service_logit(service: Floats, intent: Floats) -> Floats:
    """ln odds that somebody must act, from the two answers the network gives to that question: (posts,)."""
    by_intent = intent[:, [INTENTS.index(name) for name in sorted(SERVICE_INTENTS)]].sum(axis=1)
    return (logit(service[:, 1]) + logit(by_intent)) / np.float32(2)


def _from_arrays(arrays: dict[str, Any]) -> Model:
    settings = _settings(arrays["settings"])
    network = Network(
        arrays["centre"],
        arrays["scale"],
        arrays["hidden"].astype(np.float32),
        arrays["out"].astype(np.float32),
        tuple(settings["sizes"]),
    )
    return Model(
        grams=_table(arrays, "grams"),
        bias=arrays["bias"],
        words=_table(arrays, "words"),
        snow_unknown=settings["snow_unknown"],
        snow_prior=settings["snow_prior"],
        network=network,
        polarity=arrays["polarity"],
        knobs=settings["knobs"],
        lessons=_unpacked(arrays, network) if "lesson_rows" in arrays else None,
        manifest=settings["manifest"],
    )


def _fields(lessons: Lessons) -> tuple[Any, ...]:
    return lessons.rows, lessons.targets, lessons.weights, lessons.folds, lessons.sampled


def _packed(lessons: Lessons, network: Network) -> dict[str, Any]:
    """Lessons with one byte a number: six deviations either way in 127 steps."""
    steps = np.rint(standardised(lessons.rows, network.centre, network.scale) * (127 / 6)).astype(np.int8)
    return {
        "lesson_rows": np.ascontiguousarray(steps.T),
        "lesson_targets": lessons.targets,
        "lesson_weights": lessons.weights,
        "lesson_folds": lessons.folds.astype(np.uint8),
        "lesson_sampled": lessons.sampled,
    }


def _unpacked(arrays: dict[str, Any], network: Network) -> Lessons:
    steps = np.ascontiguousarray(arrays["lesson_rows"].T).astype(np.float32)
    return Lessons(
        rows=steps * np.float32(6 / 127) * network.scale + network.centre,
        targets=arrays["lesson_targets"],
        weights=arrays["lesson_weights"],
        folds=arrays["lesson_folds"].astype(np.int64),
        sampled=arrays["lesson_sampled"],
    )


def _table(arrays: dict[str, Any], name: str) -> Table:
    slots: Slots = np.cumsum(arrays[f"{name}_slots"], dtype=np.int32)
    return Table(slots, np.ascontiguousarray(arrays[f"{name}_levels"].T), arrays[f"{name}_scales"])
