"""JSON answers leave packed (gzip) when the caller takes that and it is worth it.

Packing tells of what is inside by its length: who can put words of their own beside a secret, and watch
lengths, can guess the secret letter by letter (BREACH). So answers that carry one (the CSRF token, a callback
address, an authorisation) are never packed. Of the rest nobody elsewhere can ask in somebody's name: the
session's cookie is `SameSite=Lax`.

Static files come packed from the build (`assets.py`); files, streams and sockets are left alone.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from functools import cache

from flask import Flask, Response, request
from pydantic import BaseModel

from app.api.endpoint import EndpointSpec

WORTH = 1024
"""Bytes; below that the headers weigh more."""
MOST = 4 * 1024 * 1024
"""Bytes; packing holds the processor, about 10 ms for each megabyte."""
_LEVEL = 4
SECRETS = frozenset({"csrf_token", "callback_path", "authorize_url"})


def register(app: Flask, endpoints: Iterable[EndpointSpec]) -> None:
    """Pack the answers of those endpoints that have nothing to guess."""
    packable = {spec.name for spec in endpoints if spec.response and not carries_secret(spec.response)}

    @app.after_request
    def pack(response: Response) -> Response:
        if request.endpoint in packable and response.mimetype == "application/json":
            response.vary.add("Accept-Encoding")
            if _is_worth(response):
                response.set_data(gzip.compress(response.get_data(), _LEVEL, mtime=0))
                response.content_encoding = "gzip"
        return response


@cache  # a form's schema takes milliseconds to write, and there are a hundred forms
def carries_secret(model: type[BaseModel]) -> bool:
    """Whether an answer of this form, or anything within it, has a field named in SECRETS."""
    schema = model.model_json_schema(mode="serialization")
    parts = [schema, *schema.get("$defs", {}).values()]
    return any(SECRETS & part.get("properties", {}).keys() for part in parts)


def _is_worth(response: Response) -> bool:
    if response.status_code != 200 or response.is_streamed or response.direct_passthrough:
        return False
    if response.content_encoding or request.accept_encodings["gzip"] <= 0:
        return False
    return WORTH <= (response.content_length or 0) <= MOST
