"""A trained model: its parts, the batch scores they give, and its file.

The file is one `.npz` of 8-bit tables, small float arrays and a JSON manifest (provenance, seed, thresholds).
Nothing in it can run: it is read without pickle.
"""

from __future__ import annotations

import io
import json
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
from app.nlp.network import Network
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
    """Level-one scores of a batch: linear heads (posts, heads), topics (posts, dimensions), SnowNLP's ln odds and
    the number of words it read (posts,), surface facts (posts, facts).
    """

    heads: Floats
    topics: Floats
    snow: Floats
    words: Floats
    surface: Floats

    def inputs(self) -> Floats:
        """What the network reads: one row per post."""
        return np.concatenate((self.heads, self.topics, self.snow_inputs(), self.surface), axis=1)

    def snow_inputs(self) -> Floats:
        """SnowNLP's score, bounded, and per square root of its words: it takes each word for independent proof."""
        bounded = np.tanh(self.snow / 8)
        even = self.snow / np.sqrt(self.words + 1)
        return np.stack((bounded, even), axis=1).astype(np.float32)


@dataclass(frozen=True)
class Model:
    """`grams`: columns `LINEAR_HEADS` + idf²; `words`: topics + SnowNLP + idf². `polarity` are the weights of the
    calibrated two-class sentiment over `polarity_inputs`, the last one its constant. `knobs` are thresholds.
    """

    grams: Table
    bias: Floats
    words: Table
    snow_unknown: float
    snow_prior: float
    network: Network
    polarity: Floats
    knobs: dict[str, Any]
    manifest: dict[str, Any] = field(default_factory=dict)

    def scores(self, encoded: Encoded) -> Scores:
        """Level-one scores of a batch."""
        posts = encoded.batch.size
        sums = self.grams.sums(encoded.owner, encoded.slots, posts)
        word_sums = self.words.sums(encoded.word_owner, encoded.word_slots, posts)
        count = np.bincount(encoded.word_owner, minlength=posts).astype(np.float32)
        return Scores(
            heads=sums[:, :-1] / np.sqrt(np.maximum(sums[:, -1:], 1e-6)) + self.bias,
            topics=word_sums[:, :-2] / np.sqrt(np.maximum(word_sums[:, -1:], 1e-6)),
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
        try:
            with np.load(path, allow_pickle=False) as arrays:
                return _from_arrays(dict(arrays))
        except (OSError, KeyError, ValueError, BadZipFile) as error:
            raise Unavailable("model_unreadable", file=path.name) from error


def polarity_inputs(scores: Scores) -> Floats:
    """What the two-class sentiment is computed from: the linear head, SnowNLP, and a constant."""
    head = scores.heads[:, [HEADS.index("polarity")]]
    return np.concatenate((head, scores.snow_inputs(), np.ones_like(head)), axis=1)


def service_logit(service: Floats, intent: Floats) -> Floats:
    """ln odds that somebody must act, from the two answers the network gives to that question: (posts,)."""
    by_intent = intent[:, [INTENTS.index(name) for name in sorted(SERVICE_INTENTS)]].sum(axis=1)
    return (logit(service[:, 1]) + logit(by_intent)) / np.float32(2)


def _from_arrays(arrays: dict[str, Any]) -> Model:
    settings = json.loads(arrays["settings"].tobytes())
    if settings["format"] != FORMAT:
        raise ValueError("another format")
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
        manifest=settings["manifest"],
    )


def _table(arrays: dict[str, Any], name: str) -> Table:
    slots: Slots = np.cumsum(arrays[f"{name}_slots"].astype(np.int64))
    return Table(slots, np.ascontiguousarray(arrays[f"{name}_levels"].T), arrays[f"{name}_scales"])
