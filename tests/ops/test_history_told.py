"""Whoever waits for the first start sees how far the history is."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from app.ops.environment import USUAL_HISTORY, Given, make_plan, read_given
from app.ops.history_told import HISTORY_LINE, HistoryTold
from app.ops.programs import CALM_RATE, programs


def test_every_day_is_a_move_and_every_tenth_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "prepare.log"
    told = HistoryTold(log)
    assert not told.moves()
    for written in range(91):
        with log.open("a", encoding="utf-8") as file:
            file.write(HISTORY_LINE.format(written=written, days=90) + "\n")
        assert told.moves()
        assert not told.moves()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "lingke: making history: 0 of 90 days"
    assert lines[-1] == "lingke: making history: 90 of 90 days"
    assert len(lines) == 11


def test_a_history_that_has_long_been_there_is_not_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "prepare.log"
    log.write_text(HISTORY_LINE.format(written=90, days=90) + "\n", encoding="utf-8")
    assert not HistoryTold(log).moves()
    assert capsys.readouterr().out == ""


def history_days(tmp_path: Path, **values: str) -> int:
    given = Given({"DATA_DIR": str(tmp_path / "data"), **values}, tmp_path)
    given.layout.create()
    return make_plan(given).settings.history_days


def test_only_make_run_gives_a_history_and_a_person_may_say_otherwise(tmp_path: Path) -> None:
    assert read_given({}).get("HISTORY_DAYS") == ""
    assert read_given({}, USUAL_HISTORY).get("HISTORY_DAYS") == "90"
    assert read_given({"HISTORY_DAYS": "0"}, USUAL_HISTORY).get("HISTORY_DAYS") == "0"
    assert history_days(tmp_path) == 0
    assert history_days(tmp_path, HISTORY_DAYS="30") == 30


def test_a_corpus_comes_alone(tmp_path: Path) -> None:
    (tmp_path / "posts.jsonl").write_text('{"text": "断网了"}\n', encoding="utf-8")
    assert history_days(tmp_path, HISTORY_DAYS="30", CORPUS="posts.jsonl") == 0


def test_a_demo_with_a_past_is_written_to_at_its_pace(tmp_path: Path) -> None:
    given = Given({"DATA_DIR": str(tmp_path / "data"), "HISTORY_DAYS": "30"}, tmp_path)
    given.layout.create()
    command = next(program.command for program in programs(make_plan(given)) if program.name == "sandbox")
    assert ("--rate", CALM_RATE) in set(pairwise(command))
