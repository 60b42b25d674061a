"""The one family of expected errors.

A wrapper (REST, Socket.IO, RQ, CLI) maps these once: to problem+json, a socket
acknowledgement, a retry decision or an exit code. Code raises the kind that says
what happened; it never decides how the caller is told.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any


class AppError(Exception):
    """An error whose cause is known and whose text may be shown.

    `code` is stable and machine readable (`reply_window_closed`); the text shown to a person is
    looked up as `errors.<code>` in the message catalogue with `details` as its parameters.
    """

    status = 500
    default_code = "internal"

    def __init__(self, code: str | None = None, **details: Any) -> None:
        self.code = code or self.default_code
        self.details = details
        super().__init__(self.code)

    def __str__(self) -> str:
        return f"{self.code} {self.details}" if self.details else self.code


class Invalid(AppError):
    """The request is wrong; `details["fields"]` maps a field's path to what is wrong with it."""

    status = 422
    default_code = "invalid"


class Unauthenticated(AppError):
    status = 401
    default_code = "unauthenticated"


class Forbidden(AppError):
    """The actor lacks a right; `details["permission"]` names it."""

    status = 403
    default_code = "forbidden"


class NotFound(AppError):
    """No such object, or none that the actor may know of: the two are never told apart."""

    status = 404
    default_code = "not_found"


class Conflict(AppError):
    """Somebody else was first, or the object is no longer in the state the caller saw."""

    status = 409
    default_code = "conflict"


class RateLimited(AppError):
    """Too many calls; `details["retry_after"]` is the wait in seconds."""

    status = 429
    default_code = "rate_limited"


class Unavailable(AppError):
    """A part of ours (database, Redis, model) does not answer now."""

    status = 503
    default_code = "unavailable"


class TimedOut(AppError):
    """A part of ours has taken it on and is not done in time."""

    status = 504
    default_code = "timed_out"


class PlatformErrorKind(StrEnum):
    """What a platform's refusal means for us, whatever the platform calls it."""

    TEMPORARY = "temporary"
    RATE_LIMITED = "rate_limited"
    AUTH_EXPIRED = "auth_expired"
    CONFIG = "config"
    ADDRESS_REFUSED = "address_refused"
    """The platform takes no calls from this machine's network address; the account itself works."""
    CAPABILITY_MISSING = "capability_missing"
    WINDOW_CLOSED = "window_closed"
    QUOTA_EXHAUSTED = "quota_exhausted"
    NOT_FOUND = "not_found"
    REJECTED = "rejected"
    RECIPIENT_REFUSED = "recipient_refused"
    DUPLICATE = "duplicate"
    HUMAN_CHECK = "human_check"
    ACCOUNT_BLOCKED = "account_blocked"
    UNKNOWN_OUTCOME = "unknown_outcome"


class PlatformError(AppError):
    """A platform refused, or did not answer, a call.

    `retry_at` (UTC) is the earliest moment a repeat can succeed, when the platform or its
    documented rule says so. `platform_code` and `request_id` are the platform's own, for support.
    `raw` is the answer's beginning with tokens removed.
    """

    status = 502
    default_code = "platform"

    def __init__(
        self,
        kind: PlatformErrorKind,
        *,
        platform: str,
        message: str = "",
        platform_code: str | None = None,
        request_id: str | None = None,
        retry_at: datetime | None = None,
        raw: str = "",
    ) -> None:
        super().__init__(
            f"platform_{kind.value}", platform=platform, message=message, platform_code=platform_code
        )
        self.kind = kind
        self.platform = platform
        self.message = message
        self.platform_code = platform_code
        self.request_id = request_id
        self.retry_at = retry_at
        self.raw = raw
