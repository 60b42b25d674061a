"""What an account's owner lets another agency do with it: the words of a grant, and what each right needs.

An account belongs to one agency, which may everything. Others reach it by a grant (`app/models/grant.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Allowed(StrEnum):
    """What a grant may allow."""

    LISTEN = "listen"
    """To read what comes in, and what was answered."""
    PUBLIC_REPLY = "public_reply"
    PRIVATE_REPLY = "private_reply"
    PUBLISH = "publish"
    FANS = "fans"
    """To look at the account's customers."""


class OpensPast(StrEnum):
    """What of the time before it began a grant opens."""

    ACTIVE = "active"
    """Conversations with a request that is still worked on when it begins, or comes later."""
    ALL = "all"


NEEDS_LISTENING = frozenset({Allowed.PUBLIC_REPLY, Allowed.PRIVATE_REPLY, Allowed.FANS})
"""Nobody answers what they cannot read."""
REPLIES = frozenset({Allowed.PUBLIC_REPLY, Allowed.PRIVATE_REPLY})


@dataclass(frozen=True, order=True)
class Granted:
    """A grant as whoever works by it carries it: what holds from one moment to another."""

    id: int
    account_id: int
    agency_id: int
    team_id: int | None
    """Whose people it is for; None: of those alone whose role reaches their whole agency."""
    holds_from: datetime
    holds_until: datetime | None
    allows: frozenset[Allowed]
    takes_new: bool
    """New requests join the team's queue."""
    calendar_id: int | None
    """Acts are for its hours; None: for any hour."""
    opens_past: OpensPast
    opens_notes: bool
    """Notes that colleagues wrote before it began are read too."""

    def holds(self, at: datetime) -> bool:
        return self.holds_from <= at and (self.holds_until is None or at < self.holds_until)


_WORDS = {word.value: word for word in Allowed}


def known_allowed(words: Iterable[str]) -> frozenset[Allowed]:
    """What this version of the program does not know allows nothing."""
    return frozenset(_WORDS[word] for word in words if word in _WORDS)
