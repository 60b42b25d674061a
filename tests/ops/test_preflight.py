"""Whatever can be known to be wrong is said in one line before anything starts."""

from __future__ import annotations

import gzip
import os
import socket
import stat
from pathlib import Path

import pytest

from app.ops import preflight
from app.ops.layout import Layout
from app.ops.refusal import StartRefused
from tests.support import postgres


def refusal(pattern: str) -> pytest.RaisesExc[StartRefused]:
    """The check refuses with exactly one line that matches."""
    return pytest.raises(StartRefused, match=rf"\A[^\n]*{pattern}[^\n]*\Z")


def test_a_free_port_passes_and_a_taken_one_is_named(free_port: int) -> None:
    preflight.check_port_free("127.0.0.1", free_port)
    with socket.socket() as other:
        other.bind(("127.0.0.1", free_port))
        other.listen()
        with refusal(f"port {free_port} on 127.0.0.1 is taken by another program.*PORT="):
            preflight.check_port_free("127.0.0.1", free_port)


def test_a_port_that_does_not_exist_is_refused() -> None:
    with refusal("port 65580 does not exist"):
        preflight.check_port_free("127.0.0.1", 65580)


def test_a_data_folder_is_made_private(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "new" / "data")
    preflight.check_data_dir(layout)
    assert stat.S_IMODE(layout.logs.stat().st_mode) == 0o700


def test_a_data_folder_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with refusal("DATA_DIR .*file/data cannot be used: Not a directory"):
        preflight.check_data_dir(Layout(tmp_path / "file" / "data"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_data_folder_that_may_not_be_written_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with refusal("cannot be used: Permission denied"):
        preflight.check_data_dir(Layout(tmp_path / "data"))


def test_a_read_only_file_system_is_refused() -> None:
    with refusal("DATA_DIR /proc/lingke cannot be used"):
        preflight.check_data_dir(Layout(Path("/proc/lingke")))


def test_a_full_disk_is_refused(tmp_path: Path) -> None:
    with refusal("is full: .* MB free"):
        preflight.check_data_dir(Layout(tmp_path), needed_bytes=10**18)


def test_a_missing_corpus_is_refused_and_a_relative_one_is_the_callers(tmp_path: Path) -> None:
    with refusal("CORPUS .*/none.jsonl does not exist"):
        preflight.check_corpus("none.jsonl", relative_to=tmp_path)
    (tmp_path / "posts.jsonl").write_text('{"text": "信号不好"}\n', encoding="utf-8")
    assert preflight.check_corpus("posts.jsonl", relative_to=tmp_path) == tmp_path / "posts.jsonl"


def test_a_packed_corpus_is_read(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "posts.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write('{"text": "信号不好"}\n')
    assert preflight.check_corpus("posts.jsonl.gz", relative_to=tmp_path).name == "posts.jsonl.gz"


@pytest.mark.parametrize("content", [b"", b"not json\n", b'{"body": "x"}\n', b"[]\n", b"\xff\xfe\n"])
def test_a_corpus_of_something_else_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "posts.jsonl").write_bytes(content)
    with refusal("CORPUS .*posts.jsonl"):
        preflight.check_corpus("posts.jsonl", relative_to=tmp_path)


def test_a_corpus_that_only_claims_to_be_packed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "posts.jsonl.gz").write_text('{"text": "x"}\n')
    with refusal("is not a file of JSON lines"):
        preflight.check_corpus("posts.jsonl.gz", relative_to=tmp_path)


def test_an_unreachable_database_is_named_without_its_password() -> None:
    with refusal(r"DATABASE_URL postgresql://u:\*\*\*@127.0.0.1:1/x cannot be reached") as caught:
        preflight.check_database("postgresql+psycopg://u:geheim@127.0.0.1:1/x")
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "pattern"),
    [
        ("mysql://u@h/x", "mysql: only postgresql:// and sqlite:/// are supported"),
        ("no address", "is not an address like"),
        ("sqlite://", "in memory"),
        ("sqlite:////proc/lingke/x.db", "cannot be used"),
    ],
)
def test_a_database_we_cannot_use_is_refused(address: str, pattern: str) -> None:
    with refusal(pattern):
        preflight.check_database(address)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"this is certainly not a database file" * 100)
    with refusal("file is not a database"):
        preflight.check_database(f"sqlite:///{tmp_path / 'x.db'}")


def test_both_kinds_of_database_pass(tmp_path: Path, postgres_cluster: postgres.Cluster) -> None:
    preflight.check_database(f"sqlite:///{tmp_path / 'x.db'}")
    postgres_cluster.create("preflight")
    preflight.check_database(postgres_cluster.address("preflight"))
    postgres_cluster.drop("preflight")


def test_a_queue_server_that_answers_passes(redis_url: str) -> None:
    preflight.check_redis(redis_url)


@pytest.mark.parametrize("address", ["redis://127.0.0.1:1/0", "unix:///nowhere/at/all.sock", "http://x"])
def test_a_queue_server_that_does_not_is_refused(address: str) -> None:
    with refusal("REDIS_URL"):
        preflight.check_redis(address)
