"""Versions of a model: promoted only when not worse, and reversible."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.core.clock import ManualClock
from app.core.errors import Conflict, NotFound
from app.nlp.registry import ModelRegistry, pinned_figures
from app.nlp.serving import model as model_files
from app.nlp.serving.classifier import WEIGHTS
from app.nlp.serving.model import Model
from app.nlp.training.corpus import Labelled

PINNED = [
    Labelled("客服电话打不通，宽带断了两天", "complaint", -1, 1),
    Labelled("请问怎么取消自动续费？", "consult", 0, 0),
    Labelled("今天和朋友去爬山了[哈哈]", "other", 1, 0),
    Labelled("晚安，明天又是周一", "other", 0, 0),
]


@pytest.fixture
def registry(tmp_path: Path) -> ModelRegistry:
    return ModelRegistry(tmp_path / "models", ManualClock(datetime(2026, 11, 22, tzinfo=UTC)))


@pytest.fixture(scope="module")
def shipped() -> Model:
    return Model.load(WEIGHTS)


def renamed(model: Model, version: str) -> Model:
    return replace(model, manifest=model.manifest | {"version": version})


def worse(model: Model, version: str) -> Model:
    """A model whose needs-service answers are upside down."""
    slope, constant = model.knobs["service"]
    return renamed(replace(model, knobs=model.knobs | {"service": [-slope, -constant]}), version)


def test_without_versions_the_shipped_weights_are_active(registry: ModelRegistry) -> None:
    assert registry.active_path() == WEIGHTS
    assert registry.versions() == []
    with pytest.raises(NotFound):
        registry.roll_back()


def test_an_equal_candidate_is_promoted_and_can_be_rolled_back(
    registry: ModelRegistry, shipped: Model
) -> None:
    registry.propose(renamed(shipped, "one"), PINNED)
    assert registry.active_path() == WEIGHTS
    assert registry.promote("one", PINNED).state == "active"
    registry.propose(renamed(shipped, "two"), PINNED)
    registry.promote("two", PINNED)
    assert [version.state for version in registry.versions()] == ["retired", "active"]
    assert registry.load().version == "two"
    registry.roll_back()
    assert registry.load().version == "one"
    assert registry.roll_back() == WEIGHTS


def test_a_worse_candidate_is_refused_and_says_why(registry: ModelRegistry, shipped: Model) -> None:
    registry.propose(worse(shipped, "bad"), PINNED)
    decided = registry.promote("bad", PINNED)
    assert decided.state == "refused"
    assert "service_ap" in decided.fallen
    assert registry.active_path() == WEIGHTS


def test_a_version_is_stored_with_its_figures_and_time(registry: ModelRegistry, shipped: Model) -> None:
    version = registry.propose(renamed(shipped, "one"), PINNED)
    assert version.created_at == "2026-11-22T00:00:00+00:00"
    assert version.figures["service_f1"] == 1.0
    assert registry.versions() == [version]


def test_a_name_is_used_once(registry: ModelRegistry, shipped: Model) -> None:
    registry.propose(renamed(shipped, "one"), PINNED)
    with pytest.raises(Conflict):
        registry.propose(renamed(shipped, "one"), PINNED)


def test_an_unknown_version_cannot_be_promoted(registry: ModelRegistry) -> None:
    with pytest.raises(NotFound):
        registry.promote("none", PINNED)


def test_without_pinned_posts_the_figures_are_zero(registry: ModelRegistry) -> None:
    assert set(pinned_figures(registry.load(), []).values()) == {0.0}


def test_a_model_of_before_an_upgrade_is_left_aside_for_the_shipped_one(
    registry: ModelRegistry, shipped: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Judging must go on although the format of models has changed; the old file stays."""
    before = renamed(shipped, "before")
    registry.propose(before, PINNED)
    registry.promote("before", PINNED)
    with monkeypatch.context() as earlier:
        earlier.setattr(model_files, "FORMAT", model_files.FORMAT - 1)
        before.save(registry.active_path())
    assert registry.active_path() == WEIGHTS
    assert registry.load().version == shipped.manifest["version"]
    registry.propose(renamed(shipped, "after"), PINNED)
    assert registry.promote("after", PINNED).state == "active"
    assert registry.load().version == "after"
