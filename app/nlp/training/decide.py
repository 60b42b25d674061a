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
from app.nlp.serving.heads import INTENTS
from app.nlp.serving.logistic import sigmoid
from app.nlp.serving.model import GATE, TASK_SIZES, Lessons, Model, Readings, service_logit, spam_inputs
from app.nlp.serving.network import Mixture, Recipe, train_network
from app.nlp.text.encode import encode
from app.nlp.text.segment import Segmenter
from app.nlp.training.calibrate import best_threshold, class_offsets
from app.nlp.training.corpus import Labelled, text_hash
from app.nlp.training.linear import fit_small

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_SENTIMENT = 2
"""The place of the sentiment among the network's tasks."""
FOLDS = 5
ALWAYS_TAUGHT = FOLDS
"""The fold of rows that teach and are never asked: sentences written to train say nothing about a stream."""
KIND_TAUGHT = FOLDS + 1
"""The fold of sentences that stand for kinds, which are not asked either."""
_KINDS_IN_STREAM, _KINDS_AMONG_KINDS = 0.1, 2.0
"""How much those teach the two networks: the one for posts as they come pays for each (ADR 3)."""
CORRECTION_WEIGHT = 3.0
_GENEROUS = 0.005
"""F1 hardly changes over a wide range of cuts; among equals the lowest is taken, because a customer who is
missed costs more than a look at a post that wanted nothing.
"""


def decide(lessons: Lessons, recipe: Recipe, seed: int) -> tuple[Mixture, dict[str, Any]]:
    """The networks of all lessons, and thresholds from networks that had not seen the row."""
    targets = list(lessons.targets.T.astype(np.int64))
    unseen = [np.zeros((len(lessons.rows), size), dtype=np.float32) for size in TASK_SIZES]
    everything = np.ones(len(lessons.rows), dtype=np.bool_)
    for fold in range(FOLDS):
        seen = lessons.folds != fold
        if not seen.all():
            network = _taught(lessons, seen, recipe, seed, share=0.4)
            for whole, part in zip(unseen, network.probabilities(lessons.rows[~seen]), strict=True):
                whole[~seen] = part
    network = _taught(lessons, everything, recipe, seed)
    asked = (lessons.folds < FOLDS) & (lessons.targets[:, 0] >= 0)
    answers = [target[asked] for target in targets]
    knobs = choose_knobs(
        lessons.rows[asked],
        [part[asked] for part in unseen],
        answers,
        stream_weights(answers[0], lessons.sampled[asked]),
    )
    return network, knobs


def _taught(lessons: Lessons, seen: Flags, recipe: Recipe, seed: int, share: float = 1.0) -> Mixture:
    """Networks of the lessons `seen`, with a `share` of the recipe's members. Half as many know the kinds:
    they are asked about few posts.
    """
    kind = lessons.folds[seen] == KIND_TAUGHT
    some = [target[seen].astype(np.int64) for target in lessons.targets.T]
    stream, kinds = (
        train_network(
            lessons.rows[seen],
            some,
            TASK_SIZES,
            lessons.weights[seen] * np.where(kind, np.float32(weight), np.float32(1)),
            replace(recipe, members=max(1, int(recipe.members * part * share))),
            seed,
        )
        for weight, part in ((_KINDS_IN_STREAM, 1.0), (_KINDS_AMONG_KINDS, 0.6))
    )
    return Mixture(stream, kinds, GATE)


def adapt(model: Model, corrections: Sequence[Labelled], segmenter: Segmenter, seed: int = 20) -> Model:
    """A model that has also learnt from an installation's own judged posts; takes some seconds.

    Raises Invalid without corrections, or when the model's file carries no lessons.
    """
    if not corrections or model.lessons is None:
        raise Invalid("nothing_to_learn_from", corrections=len(corrections))
    texts = [row.text for row in corrections]
    own = lessons_of(
        model.readings(encode(texts, segmenter)),
        corrections,
        weights=np.array([row.weight * CORRECTION_WEIGHT for row in corrections], dtype=np.float32),
        folds=fold_numbers(texts),
        sampled=np.zeros(len(texts), dtype=np.bool_),
    )
    lessons = model.lessons.joined(own)
    network, knobs = decide(lessons, Recipe(), seed)
    manifest = model.manifest | {"parent": model.manifest.get("version"), "corrections": len(corrections)}
    return named(replace(model, network=network, knobs=knobs, lessons=lessons, manifest=manifest))


def lessons_of(
    readings: Readings, labelled: Sequence[Labelled], weights: Floats, folds: Ints, sampled: Flags
) -> Lessons:
    """A post with emoticons teaches what it wants without them, and how it feels with them."""
    wants = judgements(labelled)
    feels = np.full((len(readings.rows), len(TASK_SIZES)), -1, dtype=np.int8)
    feels[:, _SENTIMENT] = wants[readings.rows, _SENTIMENT]
    wants[readings.rows, _SENTIMENT] = -1
    plain = Lessons(readings.plain.inputs(), wants, weights, folds, sampled)
    again = readings.rows
    return plain.joined(Lessons(readings.felt.inputs(), feels, weights[again], folds[again], sampled[again]))


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


def choose_knobs(rows: Floats, unseen: list[Floats], targets: list[Ints], weights: Floats) -> dict[str, Any]:
    """Thresholds and calibration from out-of-fold probabilities of `rows`."""
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
        "spam": _spam_weights(spam_inputs(rows, intent), targets[0] == INTENTS.index("spam"), weights),
    }


def _spam_weights(inputs: Floats, is_spam: Flags, weights: Floats) -> list[float]:
    """Weights over `spam_inputs`; without adverts to learn from, the network's answer stands."""
    if not is_spam.any():
        return [1.0, 0.0, 0.0]
    return [float(v) for v in fit_small(inputs, is_spam.astype(np.int64).tolist(), weights)]
