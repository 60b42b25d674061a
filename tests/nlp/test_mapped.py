"""Models whose tables are mapped from files judge as those that hold them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.nlp.serving.classifier import WEIGHTS, Classifier
from app.nlp.serving.mapped import load_mapped
from app.nlp.serving.model import Model
from app.nlp.text.features import NO_SLOT

TEXTS = [
    "宽带断了三天没人管",
    "今天天气真好[哈哈]",
    "转发抽奖送话费 http://t.cn/x",
    "",
    "5G 套餐怎么退订？@云岭通信",
]


def folders(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir())


def test_verdicts_and_reasons_are_the_same(tmp_path: Path) -> None:
    mapped = Classifier.load_mapped(WEIGHTS, tmp_path / "tables")
    assert mapped.classify(TEXTS, reasons=True) == Classifier.load().classify(TEXTS, reasons=True)


def test_the_tables_are_files_and_no_lessons_are_loaded(tmp_path: Path) -> None:
    model = load_mapped(WEIGHTS, tmp_path)
    assert isinstance(model.grams.weights.base, np.memmap)
    assert not model.grams.weights.flags.writeable
    assert model.lessons is None


def test_who_comes_later_writes_nothing(tmp_path: Path) -> None:
    load_mapped(WEIGHTS, tmp_path)
    (place,) = tmp_path.iterdir()
    before = {path: path.stat().st_mtime_ns for path in place.iterdir()}
    load_mapped(WEIGHTS, tmp_path)
    assert {path: path.stat().st_mtime_ns for path in place.iterdir()} == before


def test_another_model_takes_the_place_and_who_maps_the_old_one_keeps_it(tmp_path: Path) -> None:
    old = load_mapped(WEIGHTS, tmp_path / "tables")
    before = folders(tmp_path / "tables")
    shipped = Model.load(WEIGHTS)
    shipped.knobs["service_threshold"] = 0.123
    shipped.save(tmp_path / "other.npz")
    new = load_mapped(tmp_path / "other.npz", tmp_path / "tables")
    assert new.knobs["service_threshold"] == 0.123
    assert len(folders(tmp_path / "tables")) == 1
    assert folders(tmp_path / "tables") != before
    assert np.array_equal(old.grams.weights, new.grams.weights)


def test_a_folder_that_cannot_be_written_is_done_without(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "tables").write_text("in the way")
    model = load_mapped(WEIGHTS, tmp_path / "tables")
    assert model.lessons is not None
    assert "tables_not_mapped" in capsys.readouterr().out


def test_every_known_slot_has_its_row_and_no_other_has_one() -> None:
    grams = Model.load(WEIGHTS).grams
    every = np.arange(NO_SLOT + 1, dtype=np.int32)
    rows = grams.rows(every)
    assert np.array_equal(np.flatnonzero(rows), grams.slots)
    assert np.array_equal(rows[grams.slots], np.arange(1, len(grams.slots) + 1))
