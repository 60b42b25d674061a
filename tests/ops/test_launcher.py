"""`make run` starts everything, keeps it running, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from app.ops.layout import ROOT
from tests.support.postgres import Cluster
from tests.support.servers import unused_port
from tests.support.stack import RunningStack, answers, get_json, launch_in_vain, running_stack, wait_for

pytestmark = pytest.mark.slow

PROGRAMS = {
    "valkey-server": "queue",
    "gunicorn": "web",
    "app.processes.worker ingest": "worker-ingest",
    "app.processes.worker outbound": "worker-outbound",
    "app.processes.worker default": "worker-default",
    "app.processes.worker questions": "worker-questions",
    "app.processes.scheduler": "scheduler",
    "app.processes.door": "door",
    "-m sandbox": "sandbox",
}
RESTART_SECONDS = 120.0


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    with running_stack(tmp_path_factory.mktemp("run") / "data", unused_port()) as running:
        yield running


def queue_program(stack: RunningStack) -> str:
    """The queue server's name: a machine's own redis-server goes before the bundled one."""
    return "valkey-server" if stack.processes("valkey-server") else "redis-server"


def oldest(stack: RunningStack, part: str) -> psutil.Process:
    return min(stack.processes(part), key=lambda process: process.create_time())


def test_it_prints_where_to_go_and_how_to_log_in(stack: RunningStack) -> None:
    printed = stack.printed()
    assert stack.address in printed
    assert stack.sandbox_address in printed
    assert "demo logins" in printed
    assert len([line for line in printed.splitlines() if "administrator" in line]) >= 1


def test_everything_answers_when_it_says_ready(stack: RunningStack) -> None:
    assert answers(f"{stack.address}/readyz")
    assert answers(f"{stack.address}/healthz")
    assert answers(f"{stack.sandbox_address}/")


def test_the_queue_listens_on_a_private_socket_only(stack: RunningStack) -> None:
    server = psutil.Process(oldest(stack, queue_program(stack)).pid)
    assert [c for c in server.net_connections(kind="inet") if c.status == psutil.CONN_LISTEN] == []


def test_a_second_start_on_the_same_data_is_refused(stack: RunningStack) -> None:
    second = launch_in_vain(stack.data_dir, unused_port())
    assert (
        f"already running on this DATA_DIR: process {stack.process.pid}, {stack.address}" in second.printed()
    )
    assert answers(f"{stack.address}/healthz")


def test_a_taken_port_is_refused_before_anything_starts(stack: RunningStack, tmp_path: Path) -> None:
    other = launch_in_vain(tmp_path / "data", stack.port)
    assert other.printed().splitlines() == [
        f"lingke: port {stack.port} on 127.0.0.1 is taken by another program: choose another with PORT=…"
    ]
    assert other.processes() == []


@pytest.mark.parametrize("part", PROGRAMS)
def test_a_killed_process_runs_again(stack: RunningStack, part: str) -> None:
    command = queue_program(stack) if part == "valkey-server" else part
    before = oldest(stack, command)
    before.kill()
    assert wait_for(lambda: any(p.pid != before.pid for p in stack.processes(command)), RESTART_SECONDS)
    assert wait_for(lambda: answers(f"{stack.address}/readyz"), RESTART_SECONDS)
    assert wait_for(lambda: f"{PROGRAMS[part]} had died and runs again" in stack.printed(), RESTART_SECONDS)


def test_children_of_a_killed_server_do_not_outlive_it(stack: RunningStack) -> None:
    master = oldest(stack, "gunicorn")
    children = master.children()
    assert children
    master.kill()
    assert wait_for(lambda: not any(child.is_running() for child in children))
    assert wait_for(lambda: answers(f"{stack.address}/readyz"), RESTART_SECONDS)


def test_a_killed_supervisor_is_replaced_with_all_its_processes(stack: RunningStack) -> None:
    before = {process.pid for process in stack.processes()}
    oldest(stack, "supervisord").kill()
    assert wait_for(lambda: not before & {process.pid for process in stack.processes()}, RESTART_SECONDS)
    assert wait_for(lambda: answers(f"{stack.address}/readyz"), RESTART_SECONDS)
    assert wait_for(
        lambda: all(stack.processes(part) for part in PROGRAMS if "valkey" not in part), RESTART_SECONDS
    )


@pytest.fixture(scope="module")
def kept_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One DATA_DIR for several starts, each on what the one before left."""
    return tmp_path_factory.mktemp("kept") / "data"


def interrupt(stack: RunningStack) -> None:
    stack.process.send_signal(signal.SIGINT)
    assert stack.process.wait(90) == 0


def terminate(stack: RunningStack) -> None:
    assert stack.stop() == 0
    assert "stopped" in stack.printed()


def kill_launcher(stack: RunningStack) -> None:
    stack.process.kill()


def kill_everything(stack: RunningStack) -> None:
    for process in [psutil.Process(stack.process.pid), *stack.processes()]:
        process.kill()


@pytest.mark.parametrize("end", [interrupt, terminate, kill_launcher, kill_everything])
def test_however_it_ends_nothing_is_left_and_the_next_start_keeps_the_data(
    kept_data: Path, end: Callable[[RunningStack], None]
) -> None:
    secrets = kept_data / "secrets.env"
    before = secrets.read_text() if secrets.exists() else None
    with running_stack(kept_data, unused_port()) as stack:
        assert answers(f"{stack.address}/readyz")
        assert before in (None, secrets.read_text())
        end(stack)
        assert wait_for(lambda: stack.processes() == [])


def test_a_survivor_of_an_earlier_start_is_ended(kept_data: Path) -> None:
    sleeper = [sys.executable, "-c", "import time; time.sleep(300)"]
    survivor = subprocess.Popen(sleeper, env={**os.environ, "LINGKE_STACK": str(kept_data)})
    try:
        with running_stack(kept_data, unused_port()) as stack:
            assert survivor.wait(60) != 0
            assert "ended 1 process(es) left by an earlier start" in stack.printed()
    finally:
        survivor.kill()
        survivor.wait()


def test_it_runs_on_ones_own_database_and_queue(
    tmp_path: Path, postgres_cluster: Cluster, redis_url: str
) -> None:
    postgres_cluster.create("launched")
    own = {"DATABASE_URL": postgres_cluster.address("launched"), "REDIS_URL": redis_url}
    with running_stack(tmp_path / "data", unused_port(), **own) as stack:
        assert get_json(f"{stack.address}/readyz")["status"] == "ready"
        assert stack.processes(queue_program(stack)) == []
        assert not (stack.data_dir / "lingke.db").exists()
    postgres_cluster.drop("launched")


@pytest.mark.parametrize(
    ("environ", "line"),
    [
        (
            {"DATABASE_URL": "postgresql://u:p@127.0.0.1:1/x"},
            "DATABASE_URL postgresql://u:***@127.0.0.1:1/x cannot be",
        ),
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "REDIS_URL cannot be reached"),
        ({"CORPUS": "nowhere.jsonl"}, "nowhere.jsonl does not exist"),
        ({"LINGKE_ENV": "holiday"}, "LINGKE_ENV is 'holiday': it must be one of demo, test, production"),
    ],
)
def test_what_cannot_work_is_refused_with_one_line(
    tmp_path: Path, environ: dict[str, str], line: str
) -> None:
    stack = launch_in_vain(tmp_path / "data", unused_port(), **environ)
    assert len(stack.printed().splitlines()) == 1
    assert line in stack.printed()
    assert stack.processes() == []


def test_a_data_folder_that_cannot_be_written_is_refused_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    inherited = {**os.environ, "DATA_DIR": str(tmp_path / "file" / "data"), "LINGKE_ENV": "demo"}
    done = subprocess.run(
        [sys.executable, "-m", "app.ops.launcher"],
        cwd=ROOT,
        env=inherited,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"lingke: DATA_DIR {tmp_path}/file/data cannot be used: Not a directory"
    ]


def test_production_with_missing_secrets_names_every_mistake(tmp_path: Path) -> None:
    stack = launch_in_vain(tmp_path / "data", unused_port(), LINGKE_ENV="production")
    assert "SECRET_KEY must be set" in stack.printed()
    assert "CREDENTIAL_KEYS must hold" in stack.printed()
    assert stack.processes() == []


def test_a_relative_corpus_is_the_callers(tmp_path: Path) -> None:
    (tmp_path / "posts.jsonl").write_text(json.dumps({"text": "宽带又断了"}) + "\n", encoding="utf-8")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        stack = launch_in_vain(
            tmp_path / "data",
            taken.getsockname()[1],
            CORPUS="posts.jsonl",
            LINGKE_CALLER_CWD=str(tmp_path),
        )
        assert "is taken by another program" in stack.printed(), (
            "the corpus was found, the port is the obstacle"
        )
