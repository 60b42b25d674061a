"""What accounts keep for a while only: pushes as they came, counted calls, consents that were begun."""

from __future__ import annotations

from datetime import timedelta

from app.adapters.identity import UNDECRYPTABLE
from app.core.retention import Rule
from app.models import CallbackDelivery, CallUsage, DeliveryStatus, OAuthState

LONGEST_WINDOW = timedelta(days=40)
"""No quota counts further back than a month."""

RETENTION = (
    # What is still to be understood stays, however old it is.
    Rule(
        CallbackDelivery,
        lambda ctx: (
            CallbackDelivery.status.in_((DeliveryStatus.PROCESSED, DeliveryStatus.REJECTED))
            # What no key has opened yet may still be read: it is a customer's message.
            & (CallbackDelivery.reason.is_(None) | CallbackDelivery.reason.not_like(f"{UNDECRYPTABLE}%"))
            & (CallbackDelivery.created_at < ctx.now() - timedelta(days=ctx.runtime.settings.callback_days))
        ),
    ),
    Rule(CallUsage, lambda ctx: CallUsage.slice_start < ctx.now() - LONGEST_WINDOW),
    Rule(OAuthState, lambda ctx: OAuthState.expires_at < ctx.now() - timedelta(days=1)),
)
