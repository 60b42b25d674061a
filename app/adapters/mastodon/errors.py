"""HTTP states → our kinds (mastodon.md §6). The text of `error` is translated by the server, so states
decide."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.adapters import lenient
from app.adapters.faults import retry_after_seconds
from app.adapters.transport import Answer, Call
from app.core.clock import Clock
from app.core.errors import PlatformError, PlatformErrorKind

_K = PlatformErrorKind
_DEFAULT_WAIT = timedelta(minutes=5)  # the servers' own rate window

STATES: dict[int, tuple[PlatformErrorKind, str]] = {
    400: (_K.REJECTED, "bad_request"),
    401: (_K.AUTH_EXPIRED, "reconnect"),
    403: (_K.CAPABILITY_MISSING, "scope_or_permission_missing"),
    404: (_K.NOT_FOUND, "gone_or_hidden"),
    406: (_K.REJECTED, "refused_by_server"),
    408: (_K.TEMPORARY, "retry"),
    409: (_K.TEMPORARY, "retry"),
    410: (_K.NOT_FOUND, "gone"),
    413: (_K.REJECTED, "media_too_large"),
    415: (_K.REJECTED, "media_unfit"),
    418: (_K.CONFIG, "user_agent_missing"),
    422: (_K.REJECTED, "validation_failed"),
    429: (_K.RATE_LIMITED, "too_many_requests"),
}


def status_error(call: Call, answer: Answer, clock: Clock) -> PlatformError:
    """For any state ≥ 400. A throttling 503 (it names a wait) has done nothing; another 5xx may have
    acted."""
    wait = _wait(answer, clock.now())
    kind, advice = STATES.get(answer.status, (_K.REJECTED, "refused"))
    if answer.status >= 500:
        throttled = answer.status == 503 and wait is not None
        kind = _K.UNKNOWN_OUTCOME if call.writes and not throttled else _K.TEMPORARY
        advice = "retry"
    if kind is _K.RATE_LIMITED and wait is None:
        wait = clock.now() + _DEFAULT_WAIT
    return PlatformError(
        kind,
        platform="mastodon",
        message=advice,
        platform_code=f"http_{answer.status}",
        request_id=answer.headers.get("x-request-id"),
        retry_at=wait if kind in (_K.RATE_LIMITED, _K.TEMPORARY) else None,
        raw=answer.beginning(),
    )


def _wait(answer: Answer, now: datetime) -> datetime | None:
    """Retry-After, else X-RateLimit-Reset (an ISO time) when the quota is used up."""
    seconds = retry_after_seconds(answer.headers.get("retry-after"))
    if seconds is not None:
        return now + timedelta(seconds=seconds)
    if answer.status != 429:
        return None
    reset = lenient.iso_time(answer.headers.get("x-ratelimit-reset"))
    return reset if reset is not None and now <= reset <= now + timedelta(days=1) else None
