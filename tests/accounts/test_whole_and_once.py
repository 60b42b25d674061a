"""Cases B10 and E1: what is acknowledged was kept whole, and a signature counts for one body."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from app.accounts.door import MAX_BODY_BYTES
from app.models import CallbackDelivery
from tests.accounts.test_callbacks import Line, sign
from tests.factories.make import Make


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002
        del type, message, args


@pytest.fixture
def line(app: Flask, make: Make) -> Line:
    return Line(app, make)


@pytest.fixture
def server(app: Flask) -> Iterator[BaseWSGIServer]:
    """The door behind real HTTP."""
    made = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join(5)


def post(
    server: BaseWSGIServer, line: Line, body: bytes, *, pieces: int = 0, length: int | None = None
) -> int | None:
    """A push over HTTP, chunked when `pieces` says so; None when the server hung up."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=60)
    path = f"/callbacks/wechat/{line.account.callback_key}?{urlencode(line.query(body=body))}"
    try:
        if pieces:
            size = max(1, -(-len(body) // pieces))
            parts = (body[at : at + size] for at in range(0, len(body), size))
            connection.request(
                "POST", path, body=parts, encode_chunked=True, headers={"Transfer-Encoding": "chunked"}
            )
        elif length is not None:
            connection.putrequest("POST", path)
            connection.putheader("Content-Length", str(length))
            connection.endheaders(body)
            assert connection.sock is not None
            connection.sock.shutdown(1)  # nothing more will come
        else:
            connection.request("POST", path, body=body)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def padded(line: Line, size: int) -> bytes:
    """A whole message of exactly this size."""
    empty = len(line.message(""))
    return line.message("长" * ((size - empty) // 3) + "x" * ((size - empty) % 3))


@pytest.mark.parametrize("pieces", [1, 7, 400])
def test_a_chunked_push_that_is_too_large_is_neither_kept_nor_acknowledged(
    line: Line, server: BaseWSGIServer, pieces: int
) -> None:
    assert post(server, line, padded(line, 2_600_000), pieces=pieces) in (413, None)
    assert line.rows(CallbackDelivery) == []


@pytest.mark.parametrize("pieces", [0, 1, 9])
@pytest.mark.parametrize("size", [MAX_BODY_BYTES - 1, MAX_BODY_BYTES])
def test_what_just_fits_is_kept_to_its_last_byte(
    line: Line, server: BaseWSGIServer, pieces: int, size: int
) -> None:
    body = padded(line, size)
    assert len(body) == size
    assert post(server, line, body, pieces=pieces) == 200
    assert [row.body for row in line.rows(CallbackDelivery)] == [body]


@pytest.mark.parametrize("pieces", [0, 3])
def test_one_byte_more_is_refused(line: Line, server: BaseWSGIServer, pieces: int) -> None:
    assert post(server, line, padded(line, MAX_BODY_BYTES + 1), pieces=pieces) in (413, None)
    assert line.rows(CallbackDelivery) == []


def test_a_body_shorter_than_its_length_says_is_not_kept(line: Line, server: BaseWSGIServer) -> None:
    body = line.message()
    assert post(server, line, body, length=len(body) + 10) in (400, None)
    assert line.rows(CallbackDelivery) == []


@pytest.mark.parametrize("length", ["-1", "1e3", "１２", "0x10", "many"])
def test_a_length_that_is_none_is_refused(line: Line, length: str) -> None:
    client = line.app.test_client()
    path = f"/callbacks/wechat/{line.account.callback_key}"
    answer = client.post(
        path, data=line.message(), query_string=line.query(), environ_overrides={"CONTENT_LENGTH": length}
    )
    assert answer.status_code == 400
    assert line.rows(CallbackDelivery) == []


def test_a_seen_signature_with_another_body_is_refused(line: Line) -> None:
    """Case E1, also where the border between its fields was moved."""
    body = line.message("原话")
    query = {**line.query(), "nonce": "5551234"}
    query["signature"] = sign("wechat-token", query["timestamp"], query["nonce"])
    assert line.push(body, query).status_code == 200
    assert line.push(line.message("假话", 2), query).status_code == 403
    assert line.push(body, query).status_code == 200  # the platform's own repeat
    assert [row.body for row in line.rows(CallbackDelivery)] == [body]


def test_of_two_bodies_at_once_under_one_signature_one_is_kept(line: Line) -> None:
    query = line.query()
    bodies = [line.message(f"第{number}句", number) for number in range(8)]
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda b=body: answers.append(line.push(b, query).status_code))
        for body in bodies
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] + [403] * 7
    assert len(line.rows(CallbackDelivery)) == 1


def test_two_accounts_may_share_a_token_and_a_moment(line: Line, make: Make) -> None:
    other = Line(line.app, make)
    query = line.query()
    assert line.push(line.message("甲"), query).status_code == 200
    assert other.push(other.message("乙"), query).status_code == 200
