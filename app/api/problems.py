"""Errors as application/problem+json (RFC 9457), in the reader's language."""

from __future__ import annotations

import json
from typing import Any

import structlog
from flask import Flask, Response, g
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app.core.errors import AppError
from app.core.field_errors import field_texts
from app.core.i18n import translate

log = structlog.get_logger(__name__)


def problem(status: int, code: str, **details: Any) -> Response:
    """A problem response; `details` become extension members and parameters of the text."""
    locale = g.get("locale", "zh-CN")
    if "fields" in details:
        details["fields"] = field_texts(details["fields"], locale)
    title = title_of(code, status, locale, **details)
    detail = translate(f"errors.{code}.detail", locale, **details)
    body = {
        "type": f"urn:lingke:problem:{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": "" if detail == f"errors.{code}.detail" else detail,
        "request_id": g.get("request_id"),
        **{key: value for key, value in details.items() if value is not None},
    }
    response = Response(
        json.dumps(body, ensure_ascii=False, default=str),
        status=status,
        content_type="application/problem+json",
    )
    if "retry_after" in details:
        response.headers["Retry-After"] = str(details["retry_after"])
    return response


def title_of(code: str, status: int, locale: str, **details: Any) -> str:
    """What a problem is called; one whose code has no words is told by whose fault it is, never by a key."""
    for key in (f"errors.{code}", "errors.internal" if status == 500 else "errors.http_error"):
        title = translate(key, locale, **details)
        if title != key:
            break
    return title


def register_problems(app: Flask) -> None:
    app.register_error_handler(AppError, _app_error)
    app.register_error_handler(CSRFError, lambda _error: problem(400, "csrf_failed"))
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def _app_error(error: AppError) -> Response:
    if error.status >= 500:
        log.warning("request_failed", code=error.code, cause=repr(error.__cause__))
    return problem(error.status, error.code, **error.details)


HTTP_CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "not_json",
}


def _http_error(error: HTTPException) -> Response:
    if error.response is not None and isinstance(error.response, Response):
        return error.response
    status = error.code or 500
    return problem(status, HTTP_CODES.get(status, "http_error"))


def _unexpected(error: Exception) -> Response:
    log.error("request_crashed", exc_info=error)
    return problem(500, "internal")
