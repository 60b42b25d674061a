"""How good a model is on rows it was not trained on: a table a person can read, and its numbers for
machines.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from app.core.errors import Invalid
from app.nlp.serving.classifier import Classification, Classifier
from app.nlp.serving.heads import INTENTS
from app.nlp.text.emoticons import without_emoticons
from app.nlp.training.calibrate import expected_calibration_error, macro_f1
from app.nlp.training.corpus import WEIBO_SETS, Labelled, data_file, load_labelled, polar_label, read_rows
from app.nlp.training.metrics import Flags, auc, average_precision, bootstrap, confusion, f1, wilson

_NEGATIONS = "不没无别未非莫勿"
_MOCKING = (
    "呵呵",
    "真好",
    "太好了",
    "真棒",
    "厉害",
    "佩服",
    "谢谢",
    "感谢",
    "恭喜",
    "良心",
    "不错",
    "[微笑]",
    "[doge]",
)


@dataclass(frozen=True)
class Figure:
    """One measured value with its 95 % interval over `rows` posts."""

    name: str
    value: float
    low: float
    high: float
    rows: int


@dataclass(frozen=True)
class Report:
    """`sentiment` lists the two-class sets and slices, `judged` the figures of the judged posts, `matrix` the
    intents' confusion (actual, predicted) in the order of `INTENTS`.
    """

    sentiment: list[Figure]
    judged: list[Figure]
    matrix: list[list[int]]

    def value(self, name: str) -> float:
        """A figure by name; raises KeyError for one that was not measured."""
        return {figure.name: figure.value for figure in (*self.sentiment, *self.judged)}[name]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def evaluate(classifier: Classifier, folder: Path, split: str = "dev") -> Report:
    """Measure on the rows of a data folder whose `split` says so; raises Invalid when there are none."""
    rows = _polar_rows(folder, split)
    judged_file = data_file(folder, "intent")
    labelled = load_labelled(judged_file, split) if judged_file.exists() else []
    if not rows and not labelled:
        raise Invalid("nothing_to_evaluate", folder=folder.name, split=split)
    sentiment = _sentiment_figures(classifier, rows) if rows else []
    judged, matrix = judge_figures(classifier, labelled) if labelled else ([], [])
    return Report(sentiment, judged, matrix)


def judge_figures(
    classifier: Classifier, labelled: Sequence[Labelled]
) -> tuple[list[Figure], list[list[int]]]:
    """The figures of judged posts, and the intents' confusion matrix."""
    verdicts = classifier.classify([row.text for row in labelled])
    count = len(labelled)
    needs = np.array([row.needs_service for row in labelled])
    service = np.array([verdict.service_score for verdict in verdicts], dtype=np.float32)
    request = np.array([verdict.is_request for verdict in verdicts])
    actual = np.array([INTENTS.index(row.intent) for row in labelled])
    intent = np.array([INTENTS.index(verdict.intent) for verdict in verdicts])
    spam = np.array([verdict.spam_score for verdict in verdicts], dtype=np.float32)
    mood = np.array(
        [verdict.sentiment == row.sentiment for verdict, row in zip(verdicts, labelled, strict=True)]
    )
    hurry = np.array([verdict.urgency > 0 for verdict in verdicts])
    urgent = np.array([row.urgency > 0 for row in labelled])
    ones = np.ones(count, dtype=np.float32)
    is_spam = actual == INTENTS.index("spam")

    def resampled(name: str, measure: Callable[[Any], float]) -> Figure:
        return Figure(name, measure(np.arange(count)), *bootstrap(measure, count), count)

    figures = [
        resampled("service AP", lambda at: average_precision(service[at], needs[at])),
        resampled("service F1", lambda at: f1(request[at], needs[at])),
        resampled("service AUC", lambda at: auc(service[at], needs[at])),
        resampled("service ECE", lambda at: expected_calibration_error(service[at], needs[at])),
        _share("intent accuracy", intent == actual),
        resampled("intent macro-F1", lambda at: macro_f1(intent[at], actual[at], len(INTENTS), ones[at])),
        _share("sentiment accuracy", mood),
        resampled("spam AP", lambda at: average_precision(spam[at], is_spam[at])),
        resampled("urgency F1", lambda at: f1(hurry[at], urgent[at])),
    ]
    figures += [
        resampled(f"F1 {name}", lambda at, n=number: f1(intent[at] == n, actual[at] == n))  # type: ignore[misc]
        for number, name in enumerate(INTENTS)
    ]
    return figures, confusion(intent, actual, len(INTENTS)).tolist()


def format_report(report: Report) -> str:
    """The report as text: one line a figure, then the confusion matrix."""
    lines = []
    for title, figures in (("sentiment, two classes", report.sentiment), ("judged posts", report.judged)):
        if figures:
            lines.append(f"{title:32s} {'value':>6s}  95 % interval    posts")
            lines += [
                f"  {f.name:30s} {f.value:6.3f}  {f.low:.3f} - {f.high:.3f} {f.rows:7d}" for f in figures
            ]
    if report.matrix:
        lines.append("actual \\ predicted" + "".join(f"{name[:9]:>11s}" for name in INTENTS))
        for name, row in zip(INTENTS, report.matrix, strict=True):
            lines.append(f"{name:18s}" + "".join(f"{count:11d}" for count in row))
    return "\n".join(lines)


@dataclass(frozen=True)
class _PolarRow:
    text: str
    source: str
    positive: bool


def _polar_rows(folder: Path, split: str) -> list[_PolarRow]:
    rows = []
    for name in WEIBO_SETS:
        path = data_file(folder, name)
        if not path.exists():
            continue
        for row in read_rows(path):
            label = polar_label(name, row)
            if label is not None and row.get("split") == split:
                rows.append(_PolarRow(row["text"], name, label == 1))
    return rows


def _sentiment_figures(classifier: Classifier, rows: list[_PolarRow]) -> list[Figure]:
    positive = np.array([row.positive for row in rows])
    source = np.array([row.source for row in rows])
    score = _positive(classifier.classify([row.text for row in rows]))
    right = (score > 0.5) == positive
    sets = [_share(name, right[source == name]) for name in WEIBO_SETS if (source == name).any()]
    mean = float(np.mean([figure.value for figure in sets]))
    figures = [*sets, Figure("mean of the sets", mean, *_mean_interval(right, source), len(rows))]
    bare = _positive(classifier.classify([without_emoticons(row.text) for row in rows]))
    figures += [
        _share(f"{name}, no emoticons", ((bare > 0.5) == positive)[source == name])
        for name in ("weibo2018",)
        if (source == name).any()
    ]
    figures += [_share(name, right[flags]) for name, flags in _slices(rows).items()]
    figures.append(_plain("AUC, all sets", auc(score, positive), len(rows)))
    figures.append(
        _plain("macro-F1, all sets", (f1(score > 0.5, positive) + f1(score <= 0.5, ~positive)) / 2, len(rows))
    )
    figures.append(_plain("ECE, all sets", expected_calibration_error(score, positive), len(rows)))
    figures += [
        _plain(
            f"ECE, {name}",
            expected_calibration_error(score[source == name], positive[source == name]),
            int((source == name).sum()),
        )
        for name in dict.fromkeys(row.source for row in rows)
    ]
    return figures


def _slices(rows: list[_PolarRow]) -> dict[str, Flags]:
    """Kinds of posts that linear models find hard; "irony" are friendly words in a post labelled negative."""
    texts = [row.text for row in rows]
    return {
        "slice: negation": np.array([any(c in text for c in _NEGATIONS) for text in texts]),
        "slice: irony": np.array([not row.positive and any(w in row.text for w in _MOCKING) for row in rows]),
        "slice: short (< 15)": np.array([len(text) < 15 for text in texts]),
        "slice: long (> 120)": np.array([len(text) > 120 for text in texts]),
    }


def _positive(verdicts: Sequence[Classification]) -> Any:
    return np.array([verdict.sentiment_score for verdict in verdicts], dtype=np.float32)


def _share(name: str, right: Flags) -> Figure:
    return Figure(
        name,
        float(right.mean()) if len(right) else float("nan"),
        *wilson(int(right.sum()), len(right)),
        len(right),
    )


def _plain(name: str, value: float, rows: int) -> Figure:
    return Figure(name, value, float("nan"), float("nan"), rows)


def _mean_interval(right: Flags, source: Any) -> tuple[float, float]:
    """Interval of the unweighted mean of the sets' accuracies."""
    shares = [
        (float(right[source == name].mean()), int((source == name).sum())) for name in np.unique(source)
    ]
    mean = float(np.mean([share for share, _ in shares]))
    error = np.sqrt(sum(share * (1 - share) / count for share, count in shares)) / len(shares)
    return mean - 1.96 * float(error), mean + 1.96 * float(error)
