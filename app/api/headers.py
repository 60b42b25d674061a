"""Security headers of every answer, and the request's id, language and log context."""

from __future__ import annotations

import secrets
import time

import structlog
from flask import Flask, Response, g, request

from app.config import Settings
from app.core.i18n import best_locale
from app.core.ids import new_request_id
from app.core.metrics import HTTP_SECONDS


def register_headers(app: Flask, settings: Settings) -> None:
    @app.before_request
    def begin() -> None:
        g.started = time.perf_counter()
        g.request_id = new_request_id(request.headers.get("X-Request-ID"))
        g.locale = best_locale(request.accept_languages.values(), settings.default_locale)
        g.csp_nonce = secrets.token_urlsafe(16)
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def finish(response: Response) -> Response:
        nonce = g.get("csp_nonce", "")
        headers = response.headers
        headers.setdefault("Content-Security-Policy", content_security_policy(nonce))
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        headers["X-Request-ID"] = g.get("request_id", "")
        if settings.cookie_secure:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        if request.path.startswith("/api/"):
            headers.setdefault("Cache-Control", "no-store")
        _measure(response)
        return response


def content_security_policy(nonce: str) -> str:
    """Only our own files; scripts and styles additionally by this answer's nonce; no plug-ins, no framing."""
    return (
        "default-src 'self'; "
        f"script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
        "img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    )


def _measure(response: Response) -> None:
    if "started" in g:
        HTTP_SECONDS.labels(request.endpoint or "none", request.method, response.status_code).observe(
            time.perf_counter() - g.started
        )
