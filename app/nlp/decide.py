"""The last step of training: the network over all scores, its thresholds, and learning from corrections.

What the network learns from are rows of numbers, not text. A model's file carries them (one byte a number),
so that an installation without the training files can still learn from its operators: the shipped lessons are
taught again together with the corrections.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from app.core.errors import Invalid
from app.nlp.calibrate import best_threshold, class_offsets, sigmoid
from app.nlp.corpus import INTENTS, Labelled, text_hash
from app.nlp.encode import encode
from app.nlp.linear import fit_small
from app.nlp.model import TASK_SIZES, Lessons, Model, service_logit
from app.nlp.network import Network, Recipe, train_network
from app.nlp.segment import Segmenter

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

FOLDS = 5
ALWAYS_TAUGHT = FOLDS
"""The fold of rows that teach and are never asked: sentences written to train say nothing about a stream."""
CORRECTION_WEIGHT = 3.0
_GENEROUS = 0.005
"""F1 hardly changes over a wide range of cuts; among equals the lowest is taken, because a customer who is
missed costs more than a look at a post that wanted nothing.
"""


def decide(lessons: Lessons, recipe: Recipe, seed: int) -> tuple[Network, dict[str, Any]]:
    """The network of all lessons, and thresholds from networks that had not seen the row."""
    targets = list(lessons.targets.T.astype(np.int64))
    unseen = [np.zeros((len(lessons.rows), size), dtype=np.float32) for size in TASK_SIZES]
    smaller = replace(recipe, members=max(1, recipe.members // 2))
    for fold in range(FOLDS):
        seen = lessons.folds != fold
        some = [target[seen] for target in targets]
        network = train_network(lessons.rows[seen], some, TASK_SIZES, lessons.weights[seen], smaller, seed)
        if not seen.all():
            for whole, part in zip(unseen, network.probabilities(lessons.rows[~seen]), strict=True):
                whole[~seen] = part
    network = train_network(lessons.rows, targets, TASK_SIZES, lessons.weights, recipe, seed)
    asked = lessons.folds != ALWAYS_TAUGHT
    answers = [target[asked] for target in targets]
    knobs = choose_knobs(
        [part[asked] for part in unseen], answers, stream_weights(answers[0], lessons.sampled[asked])
    )
    return network, knobs


def adapt(model: Model, corrections: Sequence[Labelled], segmenter: Segmenter, seed: int = 20) -> Model:
    """A model that has also learnt from an installation's own judged posts; takes some seconds.

    Raises Invalid without corrections, or when the model's file carries no lessons.
    """
    if not corrections or model.lessons is None:
        raise Invalid("nothing_to_learn_from", corrections=len(corrections))
    texts = [row.text for row in corrections]
    own = Lessons(
        rows=model.scores(encode(texts, segmenter)).inputs(),
        targets=judgements(corrections),
        weights=np.array([row.weight * CORRECTION_WEIGHT for row in corrections], dtype=np.float32),
        folds=fold_numbers(texts),
        sampled=np.zeros(len(texts), dtype=np.bool_),
    )
    lessons = model.lessons.joined(own)
    network, knobs = decide(lessons, Recipe(), seed)
    manifest = model.manifest | {"parent": model.manifest.get("version"), "corrections": len(corrections)}
    return named(replace(model, network=network, knobs=knobs, lessons=lessons, manifest=manifest))


def named(model: Model) -> Model:
    """The model with a version that follows from its content."""
    nameless = {key: value for key, value in model.manifest.items() if key != "version"}
    content = replace(model, manifest=nameless).to_bytes()
    return replace(model, manifest=nameless | {"version": "m" + hashlib.sha256(content).hexdigest()[:10]})


def fold_numbers(texts: Sequence[str]) -> Ints:
    """The fold of each post, by its text alone."""
    return np.array([text_hash(text) // 7 % FOLDS for text in texts], dtype=np.int64)


def judgements(labelled: Sequence[Labelled]) -> npt.NDArray[np.int8]:
    """(posts, tasks): class numbers of intent, needs service, sentiment, urgency."""
    return np.array(
        [(INTENTS.index(row.intent), row.needs_service, row.sentiment + 1, row.urgency) for row in labelled],
        dtype=np.int8,
    )


def stream_weights(intents: Ints, sampled: npt.NDArray[np.bool_]) -> Floats:
    """Row weights that give every intent the share it has among the rows sampled as they came."""
    weights = np.ones(len(intents), dtype=np.float32)
    for number in range(len(INTENTS)):
        plain = int((sampled & (intents == number)).sum())
        picked = int((~sampled & (intents == number)).sum())
        if picked and plain:
            weights[~sampled & (intents == number)] = plain / picked
    return weights


def choose_knobs(unseen: list[Floats], targets: list[Ints], weights: Floats) -> dict[str, Any]:
    """Thresholds and calibration from out-of-fold probabilities."""
    intent, service, _, urgency = unseen
    raw = service_logit(service, intent)
    slope, constant = fit_small(np.stack((raw, np.ones_like(raw)), axis=1), targets[1].tolist(), weights)
    calibrated = sigmoid(slope * raw + constant)
    threshold, _ = best_threshold(calibrated, targets[1] == 1, weights, _GENEROUS)
    return {
        "intent_offsets": [float(v) for v in class_offsets(intent, targets[0], weights)],
        "urgency_offsets": [float(v) for v in class_offsets(urgency, targets[3], weights)],
        "service": [float(slope), float(constant)],
        "service_threshold": threshold,
    }
