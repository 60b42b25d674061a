"""What deciding who gets a request looks at. Frozen: the same facts give the same decision anywhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from app.models import Presence

RETURN_REST = timedelta(minutes=30)
"""For so long a request does not go back to whoever gave it back, even when nobody else is there."""


@dataclass(frozen=True)
class RequestFacts:
    """A request that waits for somebody."""

    id: int
    account_id: int
    team_id: int | None
    """Whose queue it waits in; None: anybody's who serves the account."""
    returned: tuple[tuple[int, timedelta], ...] = ()
    """Who gave it back, each with how long ago, newest first."""


@dataclass(frozen=True)
class OperatorFacts:
    """Somebody who serves the request's account."""

    id: int
    name: str
    team_ids: frozenset[int]
    presence: Presence
    capacity: int
    """How many requests they hold at most; 0: they are given none."""
    open_requests: int

    @property
    def load(self) -> float:
        """The share of the capacity that is in use."""
        return self.open_requests / max(1, self.capacity)

    def with_one_more(self) -> OperatorFacts:
        return replace(self, open_requests=self.open_requests + 1)
