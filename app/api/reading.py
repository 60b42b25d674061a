"""Reading a request: how long it may be, what its JSON may hold, and how its faults are named.

Limits stand before the work: a body is refused by its length before it is read, by its depth before it is
built, and of a thousand faults twenty are named.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar, get_origin

from flask import Flask, g, request
from pydantic import BaseModel, ValidationError

from app.core.errors import Invalid, NotFound
from app.core.field_errors import field_problems
from app.core.wire import parse_command, read_json

BODY_BYTES = 64 * 1024
"""Of a request, unless its endpoint says otherwise."""
QUERY_BYTES = 8 * 1024
MOST_PARAMETERS = 50
MOST_QUOTES = MOST_COMMAS = 100_000
"""In a body, however long: the work goes by its parts. Ten thousand words with spellings have 40,000."""
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
M = TypeVar("M", bound=BaseModel)


class TooLarge(Invalid):
    status = 413
    default_code = "too_large"


class NotJson(Invalid):
    status = 415
    default_code = "not_json"


def register_limits(app: Flask, body_bytes: dict[str, int]) -> None:
    """`body_bytes` names the endpoints that take more than the usual body."""

    @app.before_request
    def limit() -> None:
        request.max_content_length = body_bytes.get(request.endpoint or "", BODY_BYTES)
        if request.content_length is not None and request.content_length > request.max_content_length:
            raise TooLarge(limit=request.max_content_length)
        if len(request.query_string) > QUERY_BYTES:
            raise TooLarge(limit=QUERY_BYTES)
        # Nobody of ours sends forms; to look for a token in one, the CSRF check would take it apart first.
        if request.mimetype in _FORMS:
            raise NotJson
        if _holds_nul((request.view_args or {}).values()):
            raise NotFound


def read_query(model: type[M]) -> M:
    """The query as a model: the last of a repeated parameter counts, unless the field is a list."""
    if request.query_string.count(b"&") >= MOST_PARAMETERS:
        raise Invalid(fields={"": "too_many_parameters"})
    values: dict[str, Any] = {}
    for name in request.args:
        several = request.args.getlist(name)
        if _holds_nul(several):
            raise Invalid(fields={name: "control_character"})
        kind = model.model_fields.get(name)
        is_list = kind is not None and get_origin(kind.annotation) is list
        values[name] = several if is_list else several[-1]
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise Invalid(fields=field_problems(error, g.locale)) from None


def read_body(model: type[M]) -> M:
    if not request.is_json:
        raise Invalid("not_json", fields={"": "not_json"})
    raw = request.get_data(cache=False)
    if raw.count(b'"') > MOST_QUOTES or raw.count(b",") > MOST_COMMAS:
        raise TooLarge
    try:
        value = read_json(raw)
    except ValueError:
        raise Invalid("not_json", fields={"": "not_json"}) from None
    if value is None:
        raise Invalid("not_json", fields={"": "not_json"})
    try:
        return parse_command(model, raw)
    except ValidationError as error:
        raise Invalid(fields=field_problems(error, g.locale)) from None


def _holds_nul(values: Iterable[Any]) -> bool:
    """NUL has no meaning in any text of ours, and PostgreSQL stores none."""
    return any(isinstance(value, str) and "\0" in value for value in values)
