"""Events of this package."""

from __future__ import annotations

from app.accounts.schemas import AccountChanged
from app.core.events import EVENTS

ACCOUNT_CAPABILITIES_CHANGED = EVENTS.declare("account.capabilities_changed", AccountChanged)
ACCOUNT_STATUS_CHANGED = EVENTS.declare("account.status_changed", AccountChanged)
