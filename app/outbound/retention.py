"""What the ledger keeps for a while only: the platforms' whole answers. The attempts themselves stay."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import null

from app.core.retention import Rule
from app.models import OutboundAttempt

RETENTION = (
    Rule(
        OutboundAttempt,
        lambda ctx: (
            OutboundAttempt.response.is_not(None)
            & OutboundAttempt.finished_at.is_not(None)
            & (OutboundAttempt.created_at < ctx.now() - timedelta(days=ctx.runtime.settings.answer_days))
        ),
        emptied={"response": null()},
    ),
)
