"""Replay of a file: each row becomes one mention, also across a crash."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path
from typing import Any

import pytest

from sandbox.corpus import read_rows
from sandbox.testing import SandboxProcess, start_sandbox

ROWS = 300


def _write(path: Path, rows: int = ROWS) -> Path:
    """Rows with some equal texts, one long text, and lines that hold none."""
    lines = [json.dumps({"text": f"第{n // 3}件事", "label": 1}, ensure_ascii=False) for n in range(rows)]
    lines[5] = json.dumps({"text": "很长" * 200}, ensure_ascii=False)
    text = "\n".join([*lines[:10], "not json", '{"other": 1}', "", *lines[10:]]) + "\n"
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")
    return path


def _until(sandbox: SandboxProcess, emitted: int, seconds: float = 60) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while True:
        state = sandbox.control("GET", "/corpus")
        if state["emitted"] >= emitted:
            return state
        assert time.monotonic() < deadline, state
        time.sleep(0.05)


def _mentions(sandbox: SandboxProcess) -> list[dict[str, Any]]:
    """Every mention of the first account, oldest first, walked by max_id."""
    token = sandbox.accounts()["weibo-care"]["credentials"]["access_token"]
    found: dict[str, dict[str, Any]] = {}
    query: dict[str, Any] = {"access_token": token, "count": 100}
    while True:
        page = sandbox.http.get("/weibo/2/statuses/mentions.json", params=query).json()["statuses"]
        new = [status for status in page if status["idstr"] not in found]
        if not new:
            return sorted(found.values(), key=lambda status: int(status["id"]))
        found.update({status["idstr"]: status for status in new})
        query["max_id"] = min(int(status["id"]) for status in page) - 1


def test_every_row_becomes_one_mention_in_order(tmp_path: Path) -> None:
    corpus = _write(tmp_path / "rows.jsonl.gz")
    with start_sandbox(corpus=corpus, corpus_rate=2000) as sandbox:
        state = _until(sandbox, ROWS)
        assert (state["rows"], state["invalid"], state["emitted"]) == (ROWS, 2, ROWS)
        texts = [status["text"] for status in _mentions(sandbox)]
        expected = [row["text"] for row in read_rows(corpus) if row is not None]
        assert texts[:5] + texts[6:] == expected[:5] + expected[6:]
        assert texts[5].startswith("很长很长")


def test_a_killed_server_goes_on_with_the_next_row(tmp_path: Path) -> None:
    corpus, data = _write(tmp_path / "rows.jsonl"), tmp_path / "data"
    with start_sandbox(corpus=corpus, corpus_rate=250, data=data) as sandbox:
        for stop in (40, 120, 200):
            _until(sandbox, stop)
            sandbox.kill()
            sandbox.start()
        _until(sandbox, ROWS)
        assert len(_mentions(sandbox)) == ROWS


def test_the_rate_is_kept(tmp_path: Path) -> None:
    with start_sandbox(corpus=_write(tmp_path / "rows.jsonl"), corpus_rate=100) as sandbox:
        began = time.monotonic()
        before = _until(sandbox, 1)["emitted"]
        emitted = _until(sandbox, ROWS)["emitted"] - before
        # A slow machine may be late; early would be too fast. A first reading late by half a second is not.
        assert time.monotonic() - began > emitted / 100 - 0.5


def test_a_missing_file_ends_the_server_with_a_clear_line(tmp_path: Path) -> None:
    start = start_sandbox(corpus=tmp_path / "nothing.jsonl")
    with pytest.raises(RuntimeError, match=r"sandbox cannot start.*nothing\.jsonl"), start:
        pass


def test_state_survives_a_crash(tmp_path: Path) -> None:
    with start_sandbox(data=tmp_path) as sandbox:
        body = {"account": "weibo-care", "customer": "甲", "text": "还在吗"}
        post = sandbox.control("POST", "/customer/post", body)
        message = sandbox.control("POST", "/customer/message", body)
        sandbox.control(
            "POST",
            "/accounts",
            {"platform": "weibo", "name": "新号", "external_id": "77129", "callback_key": "new"},
        )
        sandbox.control("POST", "/accounts/weibo-care/settings", {"push_format": "xml"})
        sandbox.kill()
        sandbox.start()
        assert [status["idstr"] for status in _mentions(sandbox)] == [post["id"]]
        accounts = sandbox.accounts()
        assert "new" in accounts
        assert accounts["weibo-care"]["settings"]["push_format"] == "xml"
        thread = sandbox.control("GET", "/customer/thread", account="weibo-care", customer="甲", kind="dm")
        assert [line["id"] for line in thread["messages"]] == [message["id"]]
        again = sandbox.control("POST", "/customer/post", body)
        assert int(again["id"]) > int(post["id"])


def test_another_corpus_begins_at_its_own_first_row(tmp_path: Path) -> None:
    first, second, data = (
        _write(tmp_path / "a.jsonl", 30),
        _write(tmp_path / "b.jsonl", 20),
        tmp_path / "data",
    )
    with start_sandbox(corpus=first, corpus_rate=2000, data=data) as sandbox:
        _until(sandbox, 30)
    with start_sandbox(corpus=second, corpus_rate=2000, data=data) as sandbox:
        assert _until(sandbox, 20)["rows"] == 20
        assert len(_mentions(sandbox)) == 50
