"""The door keeps the port: it answers pushes, and hands over all else, unread, to a real gunicorn."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from app.ops.layout import ROOT, WEB_SOCKET
from app.processes.door import HANDS, Doorkeeper, listen
from tests.support.stack import wait_for

WEB = """
def application(environ, start_response):
    said = environ["wsgi.input"].read().decode()
    told = ["web", environ["PATH_INFO"], said, environ["SERVER_PORT"], environ["REMOTE_ADDR"]]
    body = " ".join(told).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
"""
PUSH = "/callbacks/wechat/key"
MEGABYTE = 1024 * 1024


def door(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    if int(environ.get("CONTENT_LENGTH") or 0) > MEGABYTE:
        start_response("413 Too Large", [("Content-Length", "3")])
        return [b"no\n"]
    body = b"door " + environ["PATH_INFO"].encode() + b" " + environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where a web process takes connections over."""
    folder = tmp_path_factory.mktemp("web")
    (folder / "answers.py").write_text(WEB)
    address = folder / "web.sock"
    command = [sys.executable, "-m", "gunicorn", "-c", "app/ops/gunicorn.py", "answers:application"]
    env = {**os.environ, WEB_SOCKET: str(address), "PYTHONPATH": f"{ROOT}:{folder}"}
    process = subprocess.Popen([*command, "--pythonpath", str(folder)], cwd=ROOT, env=env)
    try:
        assert wait_for(address.exists)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def kept(web: Path) -> Iterator[int]:
    listener = listen("127.0.0.1", 0)
    port: int = listener.getsockname()[1]
    keeper = Doorkeeper(listener, door, web)
    thread = threading.Thread(target=keeper.serve)
    thread.start()
    try:
        yield port
    finally:
        keeper.stop()
        thread.join()


@pytest.fixture
def port(web: Path) -> Iterator[int]:
    yield from kept(web)


@pytest.fixture
def lonely(tmp_path: Path) -> Iterator[int]:
    """The port of a door whose web process is not there."""
    yield from kept(tmp_path / "nobody.sock")


def ask(connection: http.client.HTTPConnection, method: str, path: str, body: str = "") -> str:
    connection.request(method, path, body=body)
    return connection.getresponse().read().decode()


def opened(port: int) -> closing[http.client.HTTPConnection]:
    return closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60))


def ask_once(port: int, method: str, path: str, body: str = "") -> str:
    with opened(port) as connection:
        return ask(connection, method, path, body)


def test_pushes_are_answered_here_and_all_else_by_the_web_process(port: int) -> None:
    assert ask_once(port, "POST", PUSH, "words") == f"door {PUSH} words"
    assert ask_once(port, "POST", "/api/v1/session", "words") == (
        f"web /api/v1/session words {port} 127.0.0.1"
    )
    assert ask_once(port, "GET", PUSH).startswith(f"web {PUSH}"), "whether the address is ours"


def test_a_connection_may_bring_one_after_the_other(port: int) -> None:
    with opened(port) as connection:
        for number in range(3):
            assert ask(connection, "POST", PUSH, str(number)) == f"door {PUSH} {number}"
        for number in range(2):
            assert ask(connection, "GET", f"/{number}").startswith(f"web /{number}")
        assert ask(connection, "POST", PUSH, "x").startswith(f"web {PUSH} x"), "it stays where it went"


def test_a_push_that_comes_in_crumbs_is_answered(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as slow:
        slow.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for crumb in ("PO", f"ST {PUSH} HTTP/1.1\r\nHost: x\r\n", "Content-Length: 2\r\n\r\n", "o", "k"):
            slow.sendall(crumb.encode())
        assert slow.recv(4096).startswith(b"HTTP/1.1 200")


def test_while_all_hands_are_busy_the_web_process_answers_pushes(port: int) -> None:
    with ExitStack() as held:
        for _ in range(HANDS):
            slow = held.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
            slow.sendall(f"POST {PUSH} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\no".encode())
        assert ask_once(port, "POST", PUSH, "x").startswith(f"web {PUSH} x")


def test_what_is_refused_unread_is_not_read_and_the_answer_is_seen(port: int) -> None:
    with opened(port) as connection:
        connection.putrequest("POST", PUSH)
        connection.putheader("Content-Length", str(300 * MEGABYTE))
        connection.endheaders(b"x" * MEGABYTE)
        assert connection.getresponse().status == 413


def test_what_is_no_request_is_refused_and_harms_nobody(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as odd:
        odd.sendall(f"POST {PUSH} nonsense\r\n\r\n".encode())
        assert odd.recv(4096).startswith(b"HTTP/1.1 400")
    assert ask_once(port, "POST", PUSH, "x") == f"door {PUSH} x"


def test_without_a_web_process_pushes_are_answered_and_others_see_no_server(lonely: int) -> None:
    with pytest.raises(OSError):
        ask_once(lonely, "GET", "/")
    assert ask_once(lonely, "POST", PUSH, "x") == f"door {PUSH} x"
