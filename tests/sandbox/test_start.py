"""What goes wrong at the start is said in one clear line."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from sandbox.testing import start_sandbox


def test_a_taken_port(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        start = start_sandbox(data=tmp_path, extra=("--port", port))
        with pytest.raises(RuntimeError, match=r"sandbox cannot start") as caught, start:
            pass
    assert "Traceback" not in str(caught.value)


def test_a_data_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    start = start_sandbox(data=tmp_path / "file" / "data")
    with pytest.raises(RuntimeError, match=r"sandbox cannot start") as caught, start:
        pass
    assert "Traceback" not in str(caught.value)


def test_a_damaged_corpus(tmp_path: Path) -> None:
    corpus = tmp_path / "rows.jsonl.gz"
    corpus.write_bytes(b"\x1f\x8b damaged")
    start = start_sandbox(corpus=corpus)
    with pytest.raises(RuntimeError, match=r"sandbox cannot start") as caught, start:
        pass
    assert "Traceback" not in str(caught.value)
