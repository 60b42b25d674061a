"""From a failed check to the state an account page shows, with what to do about it."""

from __future__ import annotations

from datetime import datetime

from app.adapters.types import AccountHealth, HealthState
from app.core.errors import PlatformError, PlatformErrorKind

_STATES: dict[PlatformErrorKind, tuple[HealthState, str]] = {
    PlatformErrorKind.AUTH_EXPIRED: (HealthState.RECONNECT, "reconnect"),
    PlatformErrorKind.CONFIG: (HealthState.MISCONFIGURED, "check_settings"),
    PlatformErrorKind.ACCOUNT_BLOCKED: (HealthState.BLOCKED, "ask_platform"),
    PlatformErrorKind.HUMAN_CHECK: (HealthState.BLOCKED, "confirm_on_platform"),
    PlatformErrorKind.RATE_LIMITED: (HealthState.LIMITED, "wait"),
    PlatformErrorKind.QUOTA_EXHAUSTED: (HealthState.LIMITED, "wait"),
    PlatformErrorKind.CAPABILITY_MISSING: (HealthState.MISCONFIGURED, "apply_for_interface"),
}


def health_of_error(error: PlatformError, now: datetime) -> AccountHealth:
    """Faults of the network or the platform are UNREACHABLE. The platform's own advice wins over the
    general."""
    state, advice = _STATES.get(error.kind, (HealthState.UNREACHABLE, "retry_later"))
    specific = error.message if error.message.replace("_", "").isalpha() else ""
    return AccountHealth(
        state=state,
        checked_at=now,
        advice=specific or advice,
        detail=f"{error.platform_code or ''} {error.raw or error.message}".strip(),
        quota_resets_at=error.retry_at,
    )
