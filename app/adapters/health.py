"""From a failed check to the state an account page shows, with what to do about it."""

from __future__ import annotations

import re
from datetime import datetime

from app.adapters.types import AccountHealth, HealthState
from app.core.errors import PlatformError, PlatformErrorKind

ADDRESS_ADVICE = "add_ip_to_whitelist"

_STATES: dict[PlatformErrorKind, tuple[HealthState, str]] = {
    PlatformErrorKind.AUTH_EXPIRED: (HealthState.RECONNECT, "reconnect"),
    PlatformErrorKind.CONFIG: (HealthState.MISCONFIGURED, "check_settings"),
    PlatformErrorKind.ADDRESS_REFUSED: (HealthState.MISCONFIGURED, ADDRESS_ADVICE),
    PlatformErrorKind.ACCOUNT_BLOCKED: (HealthState.BLOCKED, "ask_platform"),
    PlatformErrorKind.HUMAN_CHECK: (HealthState.BLOCKED, "confirm_on_platform"),
    PlatformErrorKind.RATE_LIMITED: (HealthState.LIMITED, "wait"),
    PlatformErrorKind.QUOTA_EXHAUSTED: (HealthState.LIMITED, "wait"),
    PlatformErrorKind.CAPABILITY_MISSING: (HealthState.MISCONFIGURED, "apply_for_interface"),
}


_ADDRESS = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])")


def _address(error: PlatformError) -> str:
    """Our own address as the platform saw it, which is what has to be entered there."""
    found = _ADDRESS.search(error.raw) if error.kind is PlatformErrorKind.ADDRESS_REFUSED else None
    return found.group() if found else ""


def health_of_error(error: PlatformError, now: datetime) -> AccountHealth:
    """Faults of the network or the platform are UNREACHABLE. The platform's own advice wins over the
    general."""
    state, advice = _STATES.get(error.kind, (HealthState.UNREACHABLE, "retry_later"))
    specific = error.message if error.message.replace("_", "").isalpha() else ""
    return AccountHealth(
        state=state,
        checked_at=now,
        advice=specific or advice,
        # Never the body: whatever stands at the configured address would be read out to whoever asks.
        detail=" ".join(part for part in (error.platform_code or "", error.message, _address(error)) if part),
        quota_resets_at=error.retry_at,
    )
