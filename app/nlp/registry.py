"""Versions of a model in a directory: a candidate is promoted only when it is not worse, and can be rolled
back.

The directory holds `<version>.npz` files and `registry.json`, written in one step. One process at a time may
change it (the training job holds a lock of its own); any number may read.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from app.core.clock import Clock, SystemClock
from app.core.errors import Conflict, NotFound, Unavailable
from app.nlp.serving.classifier import WEIGHTS, Classifier
from app.nlp.serving.model import Model, is_of_earlier_format, read_settings
from app.nlp.text.segment import default_segmenter
from app.nlp.training.corpus import Labelled
from app.nlp.training.metrics import average_precision, f1

State = Literal["candidate", "active", "retired", "refused"]
GATED = ("service_ap", "service_f1", "sentiment_accuracy")
TOLERANCE = 0.005
"""A figure may fall by this much: a twentieth of its own standard error on a few hundred pinned posts."""


@dataclass(frozen=True)
class Version:
    """One model in the registry. `figures` are measured on the pinned posts, `created_at` is ISO 8601."""

    name: str
    state: State
    created_at: str
    figures: dict[str, float]
    fallen: tuple[str, ...] = ()


class ModelRegistry:
    """The versions of one directory; without any, the shipped weights are active."""

    def __init__(self, directory: Path, clock: Clock | None = None) -> None:
        self._directory = directory
        self._clock = clock or SystemClock()

    def versions(self) -> list[Version]:
        """Oldest first."""
        path = self._directory / "registry.json"
        if not path.exists():
            return []
        return [
            Version(**{**row, "fallen": tuple(row["fallen"])}) for row in json.loads(path.read_text("utf-8"))
        ]

    def active_path(self) -> Path:
        """The weights to load. A model that this installation learnt before an upgrade changed the format of
        models is left aside for the shipped weights: judging goes on until the next training.
        """
        active = self._active()
        if active is None:
            return WEIGHTS
        path = self._file(active.name)
        return WEIGHTS if path.exists() and _is_left_aside(path, path.stat().st_mtime_ns) else path

    def service_threshold(self) -> float:
        """The active model's line between requests and the rest, without loading its tables."""
        path = self.active_path()
        return _service_threshold(path, path.stat().st_mtime_ns)

    def load(self, tables: Path | None = None) -> Classifier:
        """The active classifier, its tables mapped from below `tables` when that is given; raises Unavailable
        when its file is broken.
        """
        path = self.active_path()
        return Classifier.load_mapped(path, tables) if tables else Classifier.load(path)

    def propose(self, model: Model, pinned: Sequence[Labelled]) -> Version:
        """Store a model as a candidate with its figures on the pinned posts.

        Raises Conflict when a version of that name is already here.
        """
        name = str(model.manifest["version"])
        if any(version.name == name for version in self.versions()):
            raise Conflict("model_version_exists", version=name)
        model.save(self._file(name))
        figures = pinned_figures(Classifier(model, default_segmenter()), pinned)
        version = Version(name, "candidate", self._clock.now().isoformat(), figures)
        self._write([*self.versions(), version])
        return version

    def promote(self, name: str, pinned: Sequence[Labelled]) -> Version:
        """Make a candidate the active model if no gated figure falls against the active one; else mark it
        refused.

        The returned version says which: `state` active or refused, `fallen` naming the figures. Raises
        NotFound.
        """
        candidate = self._version(name)
        before = pinned_figures(self.load(), pinned)
        fallen = tuple(key for key in GATED if candidate.figures[key] < before[key] - TOLERANCE)
        decided = replace(candidate, state="refused" if fallen else "active", fallen=fallen)
        self._write([self._after(version, decided) for version in self.versions()])
        return decided

    def roll_back(self) -> Path:
        """Return to the version that was active before, or to the shipped weights; gives the path now active.

        Raises NotFound when the shipped weights are active already.
        """
        active = self._active()
        if active is None:
            raise NotFound("no_model_to_roll_back")
        versions = self.versions()
        earlier = [v for v in versions[: versions.index(active)] if v.state == "retired"]
        target = earlier[-1].name if earlier else None
        states: dict[str, State] = {active.name: "refused"}
        if target is not None:
            states[target] = "active"
        self._write([replace(v, state=states.get(v.name, v.state)) for v in versions])
        return self.active_path()

    def _after(self, version: Version, decided: Version) -> Version:
        if version.name == decided.name:
            return decided
        if decided.state == "active" and version.state == "active":
            return replace(version, state="retired")
        return version

    def _active(self) -> Version | None:
        return next((version for version in self.versions() if version.state == "active"), None)

    def _version(self, name: str) -> Version:
        for version in self.versions():
            if version.name == name:
                return version
        raise NotFound("no_such_model", version=name)

    def _file(self, name: str) -> Path:
        return self._directory / f"{name}.npz"

    def _write(self, versions: list[Version]) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        rows: list[dict[str, Any]] = [asdict(version) for version in versions]
        partial = self._directory / "registry.json.partial"
        partial.write_text(json.dumps(rows, ensure_ascii=False, indent=1), "utf-8")
        partial.replace(self._directory / "registry.json")


@lru_cache(maxsize=8)
def _is_left_aside(path: Path, _changed_at: int) -> bool:
    try:
        return is_of_earlier_format(path)
    except Unavailable:
        return False  # broken: loading it says so


@lru_cache(maxsize=8)
def _service_threshold(path: Path, _changed_at: int) -> float:
    return float(read_settings(path)["knobs"]["service_threshold"])


def pinned_figures(classifier: Classifier, pinned: Sequence[Labelled]) -> dict[str, float]:
    """The gated figures on pinned posts: service AP and F1, sentiment accuracy. All 0 without posts."""
    if not pinned:
        return dict.fromkeys(GATED, 0.0)
    verdicts = classifier.classify([row.text for row in pinned])
    needs = np.array([row.needs_service for row in pinned])
    scores = np.array([verdict.service_score for verdict in verdicts], dtype=np.float32)
    requests = np.array([verdict.is_request for verdict in verdicts])
    moods = [verdict.sentiment == row.sentiment for verdict, row in zip(verdicts, pinned, strict=True)]
    return {
        "service_ap": average_precision(scores, needs) if needs.any() else 0.0,
        "service_f1": f1(requests, needs),
        "sentiment_accuracy": float(np.mean(moods)),
    }
