"""The door that platforms' pushes come in by: it verifies, keeps the raw body, and answers.

A push needs none of what Flask does for a browser (cookies, language, rights, a page's headers), and that
costs three times what keeping it does. So they are answered before any application is asked: by a process of
their own where one keeps the port (app.processes.door), else in the web process, before Flask.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import structlog

from app.accounts.acceptance import Push, acceptance
from app.adapters.base import SignatureRejected
from app.adapters.types import PushAck
from app.core.errors import NotFound
from app.core.ids import new_request_id
from app.core.metrics import HTTP_SECONDS
from app.core.runtime import Runtime

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

log = structlog.get_logger(__name__)

PREFIX = "/callbacks/"
MAX_BODY_BYTES = 1_048_576
_MOST_PARAMETERS = 50
_PATH = re.compile(r"/callbacks/([a-z0-9_-]{1,30})/([A-Za-z0-9_-]{1,64})", re.ASCII)
Environ = dict[str, Any]


class _Unreadable(Exception):
    """What was sent is not a push that can be kept."""

    def __init__(self, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(status.phrase)
        self.status = status


class Door:
    """WSGI middleware: answers pushes itself, lets everything else through."""

    def __init__(self, inner: WSGIApplication, runtime: Runtime) -> None:
        self._inner = inner
        self._runtime = runtime

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "POST" or not environ["PATH_INFO"].startswith(PREFIX):
            return self._inner(environ, start_response)
        began = time.perf_counter()
        request_id = new_request_id(environ.get("HTTP_X_REQUEST_ID"))
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            status, ack = answer_push(self._runtime, environ)
        body = ack.body.encode()
        start_response(f"{status.value} {status.phrase}", _headers(ack, body, request_id))
        HTTP_SECONDS.labels("callbacks.receive", "POST", status.value).observe(time.perf_counter() - began)
        return [body]


def answer_push(runtime: Runtime, environ: Environ) -> tuple[HTTPStatus, PushAck]:
    """Never raises: a platform repeats what was not answered with 200."""
    try:
        ack = acceptance(runtime).accept(_read(environ))
    except SignatureRejected:
        return HTTPStatus.FORBIDDEN, _NOTHING
    except NotFound:
        return HTTPStatus.NOT_FOUND, _NOTHING
    except _Unreadable as error:
        log.warning("callback_unreadable", path=environ["PATH_INFO"][:100], status=error.status.value)
        return error.status, _NOTHING
    except Exception as error:
        log.error("push_not_kept", exc_info=error)
        return HTTPStatus.INTERNAL_SERVER_ERROR, _NOTHING
    return HTTPStatus.OK, ack


_NOTHING = PushAck(body="")


def _read(environ: Environ) -> Push:
    """Raises NotFound for what cannot be an address of ours, _Unreadable for a body that cannot be read."""
    address = _PATH.fullmatch(environ["PATH_INFO"])
    if address is None:
        raise NotFound
    return Push(address[1], address[2], _query(environ), _request_headers(environ), _body(environ))


def _body(environ: Environ) -> bytes:
    """All of the body, or _Unreadable: half of one must never be kept, nor acknowledged.

    What is too large is not kept at all: nobody has shown yet who sent it, and no platform sends megabytes.
    """
    is_chunked = environ.get("HTTP_TRANSFER_ENCODING", "").lower() not in ("", "identity")
    declared = None if is_chunked else _declared_length(environ.get("CONTENT_LENGTH", ""))
    if not is_chunked and declared is None:
        return b""
    if declared is not None and declared > MAX_BODY_BYTES:
        raise _Unreadable(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    body = _read_at_most(environ["wsgi.input"], MAX_BODY_BYTES + 1 if declared is None else declared)
    if declared is None and len(body) > MAX_BODY_BYTES:
        raise _Unreadable(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if declared is not None and len(body) != declared:
        raise _Unreadable  # the connection broke: the platform sends it again
    return body


def _declared_length(text: str) -> int | None:
    """None where no length is given. Raises _Unreadable for one that is none."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise _Unreadable
    return int(text[:20])


def _read_at_most(stream: Any, most: int) -> bytes:
    """A stream may give less than it is asked for although more is to come."""
    parts: list[bytes] = []
    left = most
    while left > 0:
        try:
            part = stream.read(left)
        except OSError as error:
            raise _Unreadable from error
        if not part:
            break
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _query(environ: Environ) -> dict[str, str]:
    """Of a parameter given twice the first counts, for the signature and for what is kept."""
    text = environ.get("QUERY_STRING", "").encode("latin-1").decode("utf-8", "replace")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        raise _Unreadable from None
    return dict(reversed(pairs))


def _request_headers(environ: Environ) -> dict[str, str]:
    headers = {
        name[5:].replace("_", "-").title(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    headers["Content-Type"] = environ.get("CONTENT_TYPE", "")
    return headers


def _headers(ack: PushAck, body: bytes, request_id: str) -> list[tuple[str, str]]:
    return [
        ("Content-Type", ack.content_type),
        ("Content-Length", str(len(body))),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Request-ID", request_id),
    ]
