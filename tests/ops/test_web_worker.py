"""A body that was refused is not read to its end."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from app.ops.layout import ROOT
from tests.support.stack import wait_for

ANSWERS = """
def application(environ, start_response):
    if environ["PATH_INFO"] == "/refuse":
        start_response("413 Too Large", [("Content-Length", "3")])
        return [b"no\\n"]
    size = str(len(environ["wsgi.input"].read())).encode()
    start_response("200 OK", [("Content-Length", str(len(size)))])
    return [size]
"""
MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("answers")
    (folder / "answers.py").write_text(ANSWERS)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "-c", "app/ops/gunicorn.py", "answers:application"]
    env = {**os.environ, "PORT": str(number), "PYTHONPATH": f"{ROOT}:{folder}"}
    process = subprocess.Popen([*command, "--pythonpath", str(folder)], cwd=ROOT, env=env)
    try:
        assert wait_for(lambda: _listens(number))
        yield number
    finally:
        process.terminate()
        process.wait(60)


@pytest.mark.parametrize("chunked", [False, True])
def test_what_was_refused_is_not_read_and_the_answer_is_seen(port: int, chunked: bool) -> None:
    slowest: list[float] = []
    stop = threading.Event()
    watching = threading.Thread(target=_ask_again_and_again, args=(port, stop, slowest))
    watching.start()
    sent, answer = _send_all_the_same(port, 200 * MEGABYTE, chunked=chunked)
    stop.set()
    watching.join()
    assert answer.startswith(b"HTTP/1.1 413")
    assert sent < 30 * MEGABYTE, "the connection ends, and with it what it brings"
    assert max(slowest) < 15, "nobody else waits meanwhile: read to its end it took twenty"


def test_after_a_small_body_left_unread_the_connection_stays(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for path, status in (("/refuse", 413), ("/read", 200), ("/refuse", 413), ("/read", 200)):
        connection.request("POST", path, body=b"x" * 10_000)
        answer = connection.getresponse()
        assert answer.status == status
        answer.read()
    connection.close()


def test_a_long_body_that_is_wanted_is_read_and_the_connection_stays(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for _ in range(2):
        connection.request("POST", "/read", body=b"x" * MEGABYTE)
        assert connection.getresponse().read() == str(MEGABYTE).encode()
    connection.close()


def _listens(port: int) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0


def _send_all_the_same(port: int, size: int, *, chunked: bool) -> tuple[int, bytes]:
    """How many bytes were taken, and what came back."""
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {size}"
    part = b"x" * 65_536
    framed = b"10000\r\n" + part + b"\r\n" if chunked else part
    sent, heard = 0, b""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall(f"POST /refuse HTTP/1.1\r\nHost: here\r\n{length}\r\n\r\n".encode())
        try:
            while sent < size:
                line.sendall(framed)
                sent += len(part)
                if not heard:
                    heard = _what_came(line)
        except OSError:
            pass
    return sent, heard


def _what_came(line: socket.socket) -> bytes:
    line.setblocking(False)
    try:
        return line.recv(1000)
    except BlockingIOError:
        return b""
    finally:
        line.settimeout(60)


def _ask_again_and_again(port: int, stop: threading.Event, slowest: list[float]) -> None:
    while not stop.is_set():
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("POST", "/read", body=b"")
        connection.getresponse().read()
        connection.close()
        slowest.append(time.monotonic() - began)
        time.sleep(0.02)
