"""Built files over HTTP: packed as the browser takes them, kept for ever when named by their content."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from flask import Flask, Response, current_app, request, send_from_directory
from werkzeug.security import safe_join

_HASHED = "dist/assets/"
_A_YEAR = 365 * 24 * 3600
# The build leaves packed copies beside each file (frontend/scripts/packed.mjs); the smaller comes first.
_PACKED = (("br", ".br"), ("gzip", ".gz"))


def register(app: Flask) -> None:
    """Answer for /static/ in place of Flask's own view."""
    app.view_functions["static"] = send


def send(filename: str) -> Response:
    folder = current_app.static_folder or ""
    packed = _packed(folder, filename)
    if packed is None:
        response = send_from_directory(folder, filename)
    else:
        encoding, ending = packed
        # By the name of the file itself: the copy's own would make it a download.
        kind = mimetypes.guess_type(filename)[0] or "application/octet-stream"
        response = send_from_directory(folder, filename + ending, mimetype=kind)
        response.content_encoding = encoding
    response.vary.add("Accept-Encoding")
    if filename.startswith(_HASHED):
        response.cache_control.no_cache = None
        response.cache_control.public = True
        response.cache_control.max_age = _A_YEAR
        response.cache_control.immutable = True
    else:
        response.cache_control.no_cache = True
    return response


def _packed(folder: str, filename: str) -> tuple[str, str] | None:
    """The best packed copy that there is and that this browser takes; none of a part of a file."""
    if "Range" in request.headers:
        return None
    for encoding, ending in _PACKED:
        path = safe_join(folder, filename + ending)
        if request.accept_encodings[encoding] > 0 and path is not None and Path(path).is_file():
            return encoding, ending
    return None
