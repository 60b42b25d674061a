"""What judging tells browsers and other packages."""

from __future__ import annotations

from pydantic import BaseModel

from app.accounts.events import ACCOUNT
from app.core.events import EVENTS


class InboundItemsJudged(BaseModel):
    """A batch of one account's items has been judged: totals, and the newest item's id."""

    account_id: int
    kept: int
    dropped: int
    needs_review: int
    newest_id: int
    monitor_ids: list[int]
    """Monitors that caught something in it."""


ITEMS_JUDGED = EVENTS.declare("inbound_item.judged", InboundItemsJudged, ACCOUNT)
"""About the account: one event tells how a whole batch of its items fared."""
