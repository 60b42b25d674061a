"""Answering with a file that somebody else made: shown only where a browser runs nothing in it."""

from __future__ import annotations

from pathlib import Path

from flask import Response, send_file

from app.core.errors import NotFound

# Whatever the content is, opened by itself it is nobody: no scripts, no forms, no origin.
_POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
_BYTES = "application/octet-stream"


def kept_file(path: Path, *, sha256: str, mime_type: str, name: str, inline: bool) -> Response:
    """The file at `path`; what is not `inline` is bytes to be saved, whatever it is. Raises NotFound."""
    if not path.exists():
        raise NotFound
    response = send_file(
        path,
        mimetype=mime_type if inline else _BYTES,
        as_attachment=not inline,
        download_name=name,
        conditional=True,
        etag=sha256,
    )
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
