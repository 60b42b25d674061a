"""A trained model: its parts, the batch scores they give, and its file.

The file is one `.npz` of 8-bit tables, small float arrays and a JSON manifest (provenance, seed, thresholds).
Nothing in it can run: it is read without pickle.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from app.core.errors import Unavailable
from app.nlp.serving.heads import HEADS, INTENTS, LINEAR_HEADS, MOOD_HEADS, SERVICE_INTENTS
from app.nlp.serving.logistic import logit
from app.nlp.serving.network import Mixture, Network, standardised
from app.nlp.serving.tables import Table
from app.nlp.text.encode import Encoded
from app.nlp.text.features import Slots
from app.nlp.text.surface import surface_features, with_emoticons

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

FORMAT = 3
TABLES = ("grams", "words")
GATE = LINEAR_HEADS.index("kind")
"""Its place among the network's inputs, which begin with the linear heads."""
_POLARITY, _SPAM = HEADS.index("polarity"), LINEAR_HEADS.index("spam")
MOODS = np.array([name in MOOD_HEADS for name in LINEAR_HEADS])
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
class Shown:
    """What emoticons add: `counts` of them, and SnowNLP's ln odds for the `words` they stand for (posts,)."""

    counts: Ints
    snow: Floats
    words: Floats

    @property
    def rows(self) -> Ints:
        """The posts with emoticons."""
        return np.flatnonzero(self.counts)


@dataclass(frozen=True)
class Readings:
    """A batch read twice: `plain` without emoticons, which is all that intent, service and urgency may know;
    `felt` with them, for the posts `rows` that have some.
    """

    plain: Scores
    felt: Scores
    rows: Ints

    @classmethod
    def of(cls, plain: Scores, moods: Floats, shown: Shown) -> Readings:
        """`moods` (`shown.rows`, heads) are the heads' scores with emoticons. Without them `bare_polarity`
        speaks for `polarity`; `plain` is changed so.
        """
        plain.heads[:, _POLARITY] = plain.heads[:, HEADS.index("bare_polarity")]
        rows = shown.rows
        part = plain.part(rows)
        felt = Scores(
            np.where(MOODS, moods, part.heads),
            part.topics,
            (part.snow + shown.snow[rows]).astype(np.float32),
            part.words + shown.words[rows],
            with_emoticons(part.surface, shown.counts[rows]),
        )
        return cls(plain, felt, rows)

    def part(self, chosen: slice) -> Readings:
        """The readings of the posts of a slice with a begin and an end."""
        here = (self.rows >= chosen.start) & (self.rows < chosen.stop)
        return Readings(self.plain.part(chosen), self.felt.part(here), self.rows[here] - chosen.start)


@dataclass(frozen=True)
class Lessons:
    """What the network was taught: `rows` (readings, inputs), `targets` (readings, tasks) class numbers or
    -1, `weights`, `folds` (readings,), and which were sampled as they came. A post with emoticons gives two
    rows: without them for what it wants, with them for how it feels. Numbers only; no text can be read back.
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
    network: Mixture
    polarity: Floats
    knobs: dict[str, Any]
    lessons: Lessons | None = None
    manifest: dict[str, Any] = field(default_factory=dict)

    def readings(self, encoded: Encoded) -> Readings:
        """Level-one scores of a batch, without and with its emoticons."""
        sums = self.grams.sums(encoded.slots, encoded.slot_bounds)
        word_sums = self.words.sums(encoded.word_slots, encoded.word_bounds)
        count = np.diff(encoded.word_bounds).astype(np.float32)
        plain = Scores(
            heads=by_norm(sums[:, :-1], sums[:, -1:]) + self.bias,
            topics=by_norm(word_sums[:, :-2], word_sums[:, -1:]),
            snow=word_sums[:, -2] + np.float32(self.snow_unknown) * count + np.float32(self.snow_prior),
            words=count,
            surface=surface_features(encoded.batch, encoded.reposted),
        )
        moods = encoded.moods
        spoken = np.diff(moods.word_bounds)
        shown = Shown(moods.counts, self._odds_of_words(moods.words, spoken), spoken.astype(np.float32))
        rows = shown.rows
        felt = sums[rows]
        if len(rows):
            felt += self.grams.sums(moods.grams, np.append(moods.gram_bounds[rows], len(moods.grams)))
        return Readings.of(plain, by_norm(felt[:, :-1], felt[:, -1:]) + self.bias, shown)

    def _odds_of_words(self, slots: Slots, counts: Ints) -> Floats:
        """SnowNLP's ln odds of some posts' words, `counts` of them each: (posts,)."""
        odds = self.words.weights[self.words.rows(slots), -2] + np.float32(self.snow_unknown)
        owner = np.repeat(np.arange(len(counts)), counts)
        return np.bincount(owner, odds, minlength=len(counts)).astype(np.float32)

    def positive_probability(self, scores: Scores) -> Floats:
        """Calibrated probability that a post with feelings has good ones: (posts,)."""
        logit = polarity_inputs(scores) @ self.polarity
        return np.asarray(1 / (1 + np.exp(-np.clip(logit, -30, 30))), dtype=np.float32)

    def to_bytes(self) -> bytes:
        """The file's content: the same model gives the same bytes."""
        arrays: dict[str, Any] = {
            "bias": self.bias,
            "polarity": self.polarity,
        }
        for name, network in (("stream", self.network.stream), ("kinds", self.network.kinds)):
            arrays[f"{name}_centre"] = network.centre
            arrays[f"{name}_scale"] = network.scale
            arrays[f"{name}_hidden"] = network.hidden.astype(np.float16)
            arrays[f"{name}_out"] = network.out.astype(np.float16)
        for name, table in (("grams", self.grams), ("words", self.words)):
            arrays[f"{name}_slots"] = np.diff(table.slots, prepend=0).astype(np.uint32)
            arrays[f"{name}_levels"] = np.ascontiguousarray(table.levels.T)
            arrays[f"{name}_scales"] = table.scales
        if self.lessons is not None:
            arrays |= _packed(self.lessons, self.network.stream)
        settings = {
            "format": FORMAT,
            "snow_unknown": self.snow_unknown,
            "snow_prior": self.snow_prior,
            "sizes": list(self.network.stream.sizes),
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
        with opened(path) as arrays:
            return from_arrays(dict(arrays), {name: _table(arrays, name) for name in TABLES})


def read_settings(path: Path) -> dict[str, Any]:
    """`knobs` and `manifest` of a model's file, without its tables; raises Unavailable like `Model.load`."""
    with opened(path) as arrays:
        return _settings(arrays["settings"])


def is_of_earlier_format(path: Path) -> bool:
    """Whether an earlier version of this program wrote it; raises Unavailable when it cannot be read."""
    with opened(path) as arrays:
        return bool(json.loads(arrays["settings"].tobytes())["format"] < FORMAT)


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """The arrays of a model's file, each unpacked when it is asked for; Unavailable like `Model.load`."""
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
    head = scores.heads[:, [_POLARITY]]
    return np.concatenate((head, scores.snow_inputs(), np.ones_like(head)), axis=1)


def service_logit(service: Floats, intent: Floats) -> Floats:
    """ln odds that somebody must act, from the two answers the network gives to that question: (posts,)."""
    by_intent = intent[:, [INTENTS.index(name) for name in sorted(SERVICE_INTENTS)]].sum(axis=1)
    return (logit(service[:, 1]) + logit(by_intent)) / np.float32(2)


def spam_inputs(inputs: Floats, intent: Floats) -> Floats:
    """What the probability of an advert is computed from: the network's answer, the linear head beside it,
    which the network hears too little (`inputs` are `Scores.inputs`), and a constant: (posts, 3).
    """
    said = logit(intent[:, INTENTS.index("spam")])
    return np.stack((said, inputs[:, _SPAM], np.ones_like(said)), axis=1)


def from_arrays(arrays: Mapping[str, Any], tables: Mapping[str, Table], *, taught: bool = True) -> Model:
    """A model of a file's arrays and of its tables; unless `taught`, without the lessons, which only learning
    reads.
    """
    settings = _settings(arrays["settings"])
    stream, kinds = (_network(arrays, name, tuple(settings["sizes"])) for name in ("stream", "kinds"))
    return Model(
        grams=tables["grams"],
        bias=arrays["bias"],
        words=tables["words"],
        snow_unknown=settings["snow_unknown"],
        snow_prior=settings["snow_prior"],
        network=Mixture(stream, kinds, GATE),
        polarity=arrays["polarity"],
        knobs=settings["knobs"],
        lessons=_unpacked(arrays, stream) if taught and "lesson_rows" in arrays else None,
        manifest=settings["manifest"],
    )


def _network(arrays: Mapping[str, Any], name: str, sizes: tuple[int, ...]) -> Network:
    return Network(
        arrays[f"{name}_centre"],
        arrays[f"{name}_scale"],
        arrays[f"{name}_hidden"].astype(np.float32),
        arrays[f"{name}_out"].astype(np.float32),
        sizes,
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


def _unpacked(arrays: Mapping[str, Any], network: Network) -> Lessons:
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
