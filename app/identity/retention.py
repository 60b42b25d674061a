"""What identity keeps for a while only: logins that have ended, attempts that failed."""

from __future__ import annotations

from datetime import timedelta

from app.core.retention import Rule
from app.models import LoginAttempt, OperatorSession

RETENTION = (
    Rule(
        OperatorSession,
        lambda ctx: (
            OperatorSession.ended_at.is_not(None)
            & (OperatorSession.ended_at < ctx.now() - timedelta(days=ctx.runtime.settings.session_days))
        ),
    ),
    Rule(LoginAttempt, lambda ctx: LoginAttempt.created_at < ctx.now() - timedelta(days=2)),
)
