"""What the `nlp` commands do, for `flask nlp …` and `python -m app.nlp …` alike."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from app.core.errors import Invalid
from app.nlp.serving.classifier import Classification, Classifier
from app.nlp.serving.model import Model
from app.nlp.training.corpus import Labelled, load_labelled
from app.nlp.training.decide import adapt
from app.nlp.training.evaluate import Report, evaluate
from app.nlp.training.train import Plan, train

_BATCH = 1000


def run_train(
    data: Path | None, labels: Sequence[Path], out: Path, weights: Path | None = None
) -> dict[str, Any]:
    """Train and save to `out`; gives the version, the seconds taken and the file's size in bytes.

    With `data` every head is trained from that folder, `labels` joining its judged posts. Without it the
    model at `weights` (or the shipped one) learns from `labels` alone. Raises Invalid for files that cannot
    be used.
    """
    begun = time.perf_counter()
    own: list[Labelled] = [row for path in labels for row in load_labelled(path)]
    if data is not None:
        model = train(data, Plan(), own)
    else:
        base = Classifier.load(weights)
        model = adapt(base.model, own, base.segmenter)
    model.save(out)
    seconds = round(time.perf_counter() - begun, 1)
    return {"version": model.manifest["version"], "seconds": seconds, "bytes": out.stat().st_size}


def run_evaluate(data: Path, weights: Path | None = None, split: str = "dev") -> Report:
    """Measure the model at `weights` (or the shipped one) on a folder's rows of `split`."""
    return evaluate(Classifier.load(weights), data, split)


def classify_lines(lines: Iterable[str], classifier: Classifier, reasons: bool = True) -> Iterator[str]:
    """JSON lines `{"text": …}` to JSON lines of verdicts, in order, a batch at a time.

    Raises Invalid naming the first line that is not such an object.
    """
    numbered = enumerate(lines, start=1)
    while batch := list(islice(numbered, _BATCH)):
        texts = [_text(line, number) for number, line in batch if line.strip()]
        for verdict in classifier.classify(texts, reasons=reasons):
            yield json.dumps(as_dict(verdict), ensure_ascii=False)


def as_dict(verdict: Classification) -> dict[str, Any]:
    """A verdict as JSON-ready names and values; reasons as objects."""
    return asdict(verdict)


def model_card(model: Model) -> dict[str, Any]:
    """What a page about a model shows: its manifest and thresholds."""
    return {"manifest": model.manifest, "knobs": model.knobs, "features": len(model.grams.slots)}


def _text(line: str, number: int) -> str:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise Invalid("bad_line", line=number) from error
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise Invalid("bad_line", line=number)
    text: str = row["text"]
    return text
