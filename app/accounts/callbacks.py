"""The address platforms push to. It verifies, keeps the raw body, and answers; understanding comes later.

A push needs none of what Flask does for a browser (cookies, language, rights, a page's headers), and that
costs three times what keeping it does. So they are answered at the door, which stands before the application.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest, HTTPException
from werkzeug.sansio.utils import get_content_length
from werkzeug.wsgi import get_input_stream

from app.accounts.acceptance import Push, acceptance, accounts_by_key, known
from app.accounts.platforms import platforms
from app.adapters.base import SignatureRejected
from app.adapters.types import PushAck
from app.api.endpoint import current_runtime
from app.core.errors import NotFound
from app.core.ids import new_request_id
from app.core.metrics import HTTP_SECONDS
from app.core.runtime import Runtime
from app.extensions import csrf

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

log = structlog.get_logger(__name__)
callbacks = Blueprint("callbacks", __name__, url_prefix="/callbacks")
csrf.exempt(callbacks)  # a platform has no cookie of ours; its signature is checked on the raw body

MAX_BODY_BYTES = 1_048_576
_KEPT_OF_TOO_LARGE = 4096
_MOST_PARAMETERS = 50
_PATH = re.compile(r"/callbacks/([a-z0-9_-]{1,30})/([A-Za-z0-9_-]{1,64})", re.ASCII)
_TEXT = "text/plain; charset=utf-8"
Environ = dict[str, Any]


@callbacks.get("/<platform>/<key>")
def challenge(platform: str, key: str) -> Response:
    """The platform checks that the address is ours."""
    runtime = current_runtime()
    account = known(accounts_by_key(runtime, {key}), platform, key)
    receiver = platforms(runtime).push_receiver(platform)
    status, body = receiver.verify_challenge(request.args.to_dict(), platforms(runtime).ref(account))
    return Response(body, status=status, content_type=_TEXT)


@callbacks.post("/<platform>/<key>")
def receive(platform: str, key: str) -> Response:
    """A push: acknowledged only after it is committed. The door answers it; here it is listed as a route."""
    del platform, key  # read from the path, as the door does
    status, ack = answer_push(current_runtime(), request.environ)
    return Response(ack.body, status=status, content_type=ack.content_type)


class Door:
    """WSGI middleware: answers pushes itself, lets everything else through."""

    def __init__(self, inner: WSGIApplication, runtime: Runtime) -> None:
        self._inner = inner
        self._runtime = runtime

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "POST" or not environ["PATH_INFO"].startswith("/callbacks/"):
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
        push = _read(environ)
        ack = acceptance(runtime).accept(push)
    except SignatureRejected:
        return HTTPStatus.FORBIDDEN, _NOTHING
    except NotFound:
        return HTTPStatus.NOT_FOUND, _NOTHING
    except HTTPException as error:
        return HTTPStatus(error.code or HTTPStatus.BAD_REQUEST), _NOTHING
    except Exception as error:
        log.error("push_not_kept", exc_info=error)
        return HTTPStatus.INTERNAL_SERVER_ERROR, _NOTHING
    if push.too_large is not None:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _NOTHING
    return HTTPStatus.OK, ack


_NOTHING = PushAck(body="")


def _read(environ: Environ) -> Push:
    """Raises NotFound for what cannot be an address of ours, HTTPException for a body that cannot be read."""
    address = _PATH.fullmatch(environ["PATH_INFO"])
    if address is None:
        raise NotFound
    length = get_content_length(environ.get("CONTENT_LENGTH"), environ.get("HTTP_TRANSFER_ENCODING")) or 0
    if length > MAX_BODY_BYTES:
        # No platform sends megabytes; the beginning is kept so that somebody can see what it was.
        body, too_large = environ["wsgi.input"].read(_KEPT_OF_TOO_LARGE), length
    else:
        body, too_large = get_input_stream(environ, max_content_length=MAX_BODY_BYTES).read(), None
    return Push(address[1], address[2], _query(environ), _request_headers(environ), body, too_large)


def _query(environ: Environ) -> dict[str, str]:
    """Of a parameter given twice the first counts, for the signature and for what is kept."""
    text = environ.get("QUERY_STRING", "").encode("latin-1").decode("utf-8", "replace")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        raise BadRequest from None
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


__all__ = ["MAX_BODY_BYTES", "Door", "callbacks"]
