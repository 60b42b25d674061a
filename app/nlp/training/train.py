"""Train every head from a folder of labelled files: seconds, seeded, the same bytes each time.

Order: encode the posts; keep the frequent n-grams; linear heads on all files; linear heads on the judged
posts, out of fold; topics (a truncated SVD of the word matrix); SnowNLP; round the tables; a small network
over all those scores; calibration and thresholds on out-of-fold predictions of training rows.
"""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from app.core.errors import Invalid
from app.nlp.serving.heads import DIRECT_HEADS, HEADS, INTENTS
from app.nlp.serving.model import MOODS, Model, Readings, Scores, Shown, by_norm
from app.nlp.serving.network import Recipe
from app.nlp.serving.tables import Table
from app.nlp.text.features import Slots, slots_of_words
from app.nlp.text.segment import Segmenter, default_segmenter
from app.nlp.training.corpus import Example, Labelled, data_file, load_examples, load_labelled, sources
from app.nlp.training.decide import ALWAYS_TAUGHT, KIND_TAUGHT, decide, fold_numbers, lessons_of, named
from app.nlp.training.linear import Heads, fit_heads, out_of_fold
from app.nlp.training.matrix import Posts, frequent_columns, idf_of, read_posts, weighted
from app.nlp.training.own_posts import KINDS, is_own, own_posts
from app.nlp.training.polarity import Polar
from app.nlp.training.snow import LogOdds, compile_log_odds, train_sentiment

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Answers = npt.NDArray[np.int8]
Flags = npt.NDArray[np.bool_]
Fit = Callable[[Any, Answers, Floats], Heads]


@dataclass(frozen=True)
class Plan:
    """Everything that decides the weights besides the data."""

    seed: int = 20
    grams: int = 160_000
    topics: int = 64
    strength: float = 4.0
    polarity_strength: float = 1.0
    network: Recipe = field(default_factory=Recipe)


@dataclass(frozen=True)
class Material:
    """The posts of a training run: `examples` first, then `labelled`, encoded together."""

    examples: list[Example]
    labelled: list[Labelled]
    posts: Posts

    @property
    def judged(self) -> slice:
        return slice(len(self.examples), len(self.examples) + len(self.labelled))

    @property
    def weights(self) -> Floats:
        """How much each post counts: (posts,)."""
        judged = [row.weight for row in self.labelled]
        return np.concatenate((np.ones(len(self.examples)), judged)).astype(np.float32)


@dataclass(frozen=True)
class Said:
    """Weighted n-grams of the training posts without and with their emoticons."""

    plain: Any
    felt: Any

    def part(self, rows: slice) -> Said:
        return Said(self.plain[rows], self.felt[rows])

    def fitted(self, answers: Answers, weights: Floats, moods: Flags, fit: Fit) -> Heads:
        """Heads that ask for moods learn from what was felt, the others from the plain text."""
        felt, plain = (
            fit(self.felt, np.where(moods, answers, -1), weights),
            fit(self.plain, np.where(moods, -1, answers), weights),
        )
        return Heads(np.where(moods, felt.weights, plain.weights), np.where(moods, felt.bias, plain.bias))

    def unseen(
        self, answers: Answers, weights: Floats, folds: Ints, moods: Flags, fit: Fit
    ) -> tuple[Floats, Floats]:
        """Out-of-fold scores of such heads, for the posts without and with emoticons."""
        (wants,) = out_of_fold(self.plain, np.where(moods, -1, answers), weights, folds, fit)
        feels = out_of_fold(
            self.felt, np.where(moods, answers, -1), weights, folds, fit, (self.plain, self.felt)
        )
        return np.where(moods, feels[0], wants), np.where(moods, feels[1], wants)


def train(folder: Path, plan: Plan | None = None, extra: list[Labelled] | None = None) -> Model:
    """A model from the files of `folder` and further judged posts; raises Invalid when nothing is to be
    learnt.
    """
    plan = plan or Plan()
    segmenter = default_segmenter()
    material = read_material(folder, segmenter, extra or [])
    return train_on(material, segmenter, plan)


def read_material(folder: Path, segmenter: Segmenter, extra: list[Labelled]) -> Material:
    """Read and encode all training rows; raises Invalid when there are no judged posts."""
    examples = load_examples(folder)
    judged_file = data_file(folder, "intent")
    labelled = (load_labelled(judged_file, "train") if judged_file.exists() else []) + extra
    if len(labelled) < _LEAST_JUDGED:
        raise Invalid("too_few_labels", found=len(labelled), needed=_LEAST_JUDGED)
    labelled += own_posts()
    texts = [example.text for example in examples] + [row.text for row in labelled]
    return Material(examples, labelled, read_posts(texts, segmenter))


_LEAST_JUDGED = 50
_OWN_MIN_POSTS = 4


def train_on(material: Material, segmenter: Segmenter, plan: Plan) -> Model:
    """The model of already encoded material, summed in one thread: the same every time."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # noqa: PLC0415

    # The limit counts for libraries that are loaded: what brings linear algebra of its own has to be there.
    importlib.import_module("scipy.linalg")
    importlib.import_module("sklearn.utils.extmath")
    with threadpool_limits(1):
        return _train_on(material, segmenter, plan)


def _train_on(material: Material, segmenter: Segmenter, plan: Plan) -> Model:
    posts = material.posts
    answers = head_answers(material)
    columns = _columns(material, plan.grams)
    counts = posts.grams[:, columns]
    felt_counts = (counts + posts.moods[:, columns]).tocsr()
    idf = idf_of(felt_counts)
    rows = Said(weighted(counts, idf), weighted(felt_counts, idf))
    weights, judged = material.weights, material.judged
    folds = fold_numbers([row.group or row.text for row in material.labelled])
    own = np.array([is_own(row) for row in material.labelled])
    polar = Polar.of(material.examples, (rows.felt, rows.plain), answers, plan.polarity_strength, plan.seed)
    wide = _wide_heads(rows, answers, weights, polar, plan)
    direct_answers = answers[judged, len(HEADS) :]
    fit = partial(fit_heads, strength=plan.strength, seed=plan.seed)
    direct = rows.part(judged).fitted(direct_answers, weights[judged], MOODS[len(HEADS) :], fit)
    unseen = rows.part(judged).unseen(direct_answers, weights[judged], folds, MOODS[len(HEADS) :], fit)
    grams = _gram_table(posts.gram_slots[columns], wide, direct, idf)
    bias = np.concatenate((wide.bias, direct.bias))
    words, snow = _word_table(material, segmenter, plan)
    readings = _readings(posts, (counts, felt_counts), grams, bias, words, snow)
    polarity = polar.shown(readings.plain, (posts.words + posts.mood_words).tocsr())
    taught = readings.part(judged)
    taught.plain.heads[:, len(HEADS) :] = unseen[0]
    taught.felt.heads[:, len(HEADS) :] = unseen[1][taught.rows]
    kinds = np.array([row.source == KINDS for row in material.labelled])
    asked = np.select([kinds, own], [KIND_TAUGHT, ALWAYS_TAUGHT], folds)
    lessons = lessons_of(taught, material.labelled, weights[judged], asked, sampled(material))
    network, knobs = decide(lessons, plan.network, plan.seed)
    model = Model(
        grams=grams,
        bias=bias,
        words=words,
        snow_unknown=snow.unknown,
        snow_prior=snow.prior,
        network=network,
        polarity=polarity,
        knobs=knobs,
        lessons=lessons,
        manifest=_manifest(material, plan),
    )
    return named(model)


def _columns(material: Material, limit: int) -> Ints:
    """The n-grams to keep: what is frequent, and what recurs in the posts written for this project, which
    are too few to be heard otherwise and whose repeated sentences must not crowd out others.
    """
    own = np.array([is_own(row) for row in material.labelled])
    count = material.judged.stop - int(own.sum())
    grams = (material.posts.grams + material.posts.moods).tocsr()
    recurring = np.bincount(grams[count:].indices, minlength=grams.shape[1]) >= _OWN_MIN_POSTS
    judged = slice(material.judged.start, count)
    return np.union1d(frequent_columns(grams[:count], judged, limit), np.flatnonzero(recurring))


def _wide_heads(rows: Said, answers: Answers, weights: Floats, polar: Polar, plan: Plan) -> Heads:
    """`HEADS` in their order, polarity by a recipe of its own."""
    wanted = answers[:, : len(HEADS)].copy()
    wanted[:, HEADS.index("polarity")] = -1
    fit = partial(fit_heads, strength=plan.strength, seed=plan.seed)
    heads = rows.fitted(wanted, weights, MOODS[: len(HEADS)], fit)
    if len(polar.chosen):
        for name, own in zip(("polarity", "bare_polarity"), polar.heads(), strict=True):
            at = HEADS.index(name)
            heads.weights[:, at], heads.bias[at] = own.weights[:, 0], own.bias[0]
    return heads


def head_answers(material: Material) -> Answers:
    """(posts, linear heads): 1, 0, or -1 where a post says nothing about a head."""
    answers = np.full((material.judged.stop, len(HEADS) + len(DIRECT_HEADS)), -1, dtype=np.int8)
    number = {name: at for at, name in enumerate(HEADS)}
    for at, example in enumerate(material.examples):
        for name, answer in example.answers.items():
            answers[at, number[name]] = answer
    for at, row in enumerate(material.labelled, start=len(material.examples)):
        answers[at, len(HEADS) :] = [
            *(row.intent == intent for intent in INTENTS),
            row.needs_service,
            *(row.sentiment == value for value in (-1, 0, 1)),
            row.urgency > 0,
            row.source == KINDS,
        ]
    return answers


def _gram_table(slots: Slots, wide: Heads, direct: Heads, idf: Floats) -> Table:
    weights = np.concatenate((wide.weights, direct.weights), axis=1) * idf[:, None]
    return Table.from_weights(slots, np.concatenate((weights, (idf * idf)[:, None]), axis=1))


def _word_table(material: Material, segmenter: Segmenter, plan: Plan) -> tuple[Table, LogOdds]:
    """Topics, SnowNLP's log-odds over those of an unknown word, and idf² for each word."""
    from sklearn.utils.extmath import randomized_svd  # noqa: PLC0415 - training only

    counts = material.posts.words
    idf = idf_of(counts)
    _, _, directions = randomized_svd(weighted(counts, idf), plan.topics, n_iter=3, random_state=plan.seed)
    topics = directions.T.astype(np.float32) * idf[:, None] * np.float32(np.sqrt(counts.shape[1]) / 10)
    snow = _snow(material, segmenter)
    odds = np.zeros(len(idf), dtype=np.float32)
    row = {int(slot): at for at, slot in enumerate(material.posts.word_slots)}
    for word, slot in zip(snow.words, slots_of_words(list(snow.words)), strict=True):
        at = row.get(int(slot))
        if at is not None:
            odds[at] = snow.words[word] - snow.unknown
    weights = np.concatenate((topics, odds[:, None], (idf * idf)[:, None]), axis=1)
    return Table.from_weights(material.posts.word_slots, weights), snow


def _snow(material: Material, segmenter: Segmenter) -> LogOdds:
    docs: dict[int, list[str]] = {0: [], 1: []}
    for example in material.examples:
        answer = example.answers.get("polarity")
        if answer is not None:
            docs[answer].append(example.text)
    if not docs[0] or not docs[1]:
        return LogOdds({}, 0.0, 0.0)
    return compile_log_odds(train_sentiment(docs[0], docs[1], segmenter))


def _readings(
    posts: Posts, counts: tuple[Any, Any], grams: Table, bias: Floats, words: Table, snow: LogOdds
) -> Readings:
    """What `Model.readings` will give for the training posts, from the matrices at hand: `counts` without
    and with emoticons.
    """
    heads = []
    for said in counts:
        sums = said @ grams.weights[1:]
        heads.append(by_norm(sums[:, :-1], sums[:, -1:]) + bias)
    word_sums = posts.words @ words.weights[1:]
    count = np.asarray(posts.words.sum(axis=1)).ravel().astype(np.float32)
    plain = Scores(
        heads=heads[0],
        topics=by_norm(word_sums[:, :-2], word_sums[:, -1:]),
        snow=(word_sums[:, -2] + snow.unknown * count + snow.prior).astype(np.float32),
        words=count,
        surface=posts.surface,
    )
    said = posts.mood_words @ words.weights[1:]
    spoken = np.asarray(posts.mood_words.sum(axis=1)).ravel().astype(np.float32)
    shown = Shown(posts.emoticons, said[:, -2] + snow.unknown * spoken, spoken)
    return Readings.of(plain, heads[1][shown.rows], shown)


def sampled(material: Material) -> npt.NDArray[np.bool_]:
    """Which judged posts came as they came, not picked by a model."""
    return np.array([row.sampled for row in material.labelled])


def _manifest(material: Material, plan: Plan) -> dict[str, Any]:
    digest = hashlib.sha256()
    for text in (*(e.text for e in material.examples), *(r.text for r in material.labelled)):
        digest.update(text.encode("utf-8", "surrogatepass") + b"\n")
    return {
        "plan": asdict(plan),
        "rows": sources(material.examples) | {"judged": len(material.labelled)},
        "texts_sha256": digest.hexdigest(),
    }
