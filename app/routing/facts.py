"""What deciding who gets a request looks at. Frozen: the same facts give the same decision anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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
    queue_id: int | None = None
    wanted: tuple[tuple[int, int], ...] = ()
    """Skills with the least level of each, without those that have fallen away meanwhile."""
    ring: int = 0
    """How many have fallen away."""
    answered_by: tuple[int, timedelta] | None = None
    """Who answered this customer last, and how long ago; read where a strategy asks for it."""
    answerer_serves: bool = False
    """Whether they still serve the account, at work or not."""


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
    skills: Mapping[int, int] = field(default_factory=dict)
    """What they can do, with the level of each."""
    last_turn: int = 0
    """The higher, the later they were last given work; 0: never. Read where a strategy asks for it."""

    @property
    def load(self) -> float:
        """The share of the capacity that is in use."""
        return self.open_requests / max(1, self.capacity)

    def level_of(self, skill_id: int) -> int:
        """0: they do not have it."""
        return self.skills.get(skill_id, 0)

    def with_one_more(self, turn: int | None = None) -> OperatorFacts:
        """After they have been given another, by the decision of this turn."""
        last = self.last_turn if turn is None else turn
        return replace(self, open_requests=self.open_requests + 1, last_turn=last)
