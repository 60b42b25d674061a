"""What deciding who gets a request looks at. Frozen: the same facts give the same decision anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from app.core.lanes import Lane
from app.identity.dealing import ONE, InHand, Weights
from app.models import Presence

RETURN_REST = timedelta(minutes=30)
"""For so long a request does not go back to whoever gave it back, or did not open it in time, even when
nobody else is there."""
STANDARD_WEIGHTS = Weights()


@dataclass(frozen=True)
class Declined:
    """Somebody was given the request and did not open it in time."""

    operator_id: int
    ago: timedelta
    """The last time."""
    times: int = 1


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
    lane: Lane = Lane.PUBLIC
    declined: tuple[Declined, ...] = ()
    """Each person once."""
    withheld: str | None = None
    """Nobody is given it, for this reason: its customer is on a special list."""
    comes_back: bool = False
    """It was resolved and is taken up again: whoever answered comes first, as their agency says."""


@dataclass(frozen=True)
class OperatorFacts:
    """Somebody who serves the request's account."""

    id: int
    name: str
    team_ids: frozenset[int]
    presence: Presence
    capacity: int
    """How much they hold at most, by weight: a private request is one. 0: they are given none."""
    in_hand: InHand
    skills: Mapping[int, int] = field(default_factory=dict)
    """What they can do, with the level of each."""
    last_turn: int = 0
    """The higher, the later they were last given work; 0: never. Read where a strategy asks for it."""
    weights: Weights = STANDARD_WEIGHTS
    """Of their agency."""
    private_most: int | None = None
    public_most: int | None = None
    """So many of a lane they work on at most; None: as many as the capacity takes."""
    given_lately: int = 0
    """How many they were given within the span of `intake_most`."""
    intake_most: int | None = None
    """None: as fast as it comes."""
    off_shift: bool = False
    """They are not on shift, and their agency gives work only to who is."""
    return_within: timedelta | None = None
    """What they answered so lately comes back to them when it is taken up again; None: it does not."""

    @property
    def open_requests(self) -> int:
        """What takes their time now."""
        return self.in_hand.open

    @property
    def weight(self) -> int:
        """What they have in hand, in hundredths of a request."""
        return self.in_hand.weight(self.weights)

    @property
    def load(self) -> float:
        """The share of the capacity that is in use."""
        return self.weight / (ONE * max(1, self.capacity))

    def level_of(self, skill_id: int) -> int:
        """0: they do not have it."""
        return self.skills.get(skill_id, 0)

    def has_room(self, lane: Lane) -> bool:
        """Whether one more of the lane still lies within the capacity."""
        return self.weight + self.weights.of(lane) <= ONE * self.capacity

    def most_of(self, lane: Lane) -> int | None:
        return self.private_most if lane is Lane.PRIVATE else self.public_most

    def with_one_more(self, lane: Lane, turn: int | None = None) -> OperatorFacts:
        """After they have been given another, by the decision of this turn."""
        last = self.last_turn if turn is None else turn
        held = self.in_hand
        more = (
            replace(held, private=held.private + 1)
            if lane is Lane.PRIVATE
            else replace(held, public=held.public + 1)
        )
        return replace(self, in_hand=more, given_lately=self.given_lately + 1, last_turn=last)
