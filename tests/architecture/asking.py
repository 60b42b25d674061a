"""How the access matrix asks: one request, who finds its object, and the status of success."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tests.architecture.organisation import Stage


class Reach(StrEnum):
    """Who, having the right, finds the object."""

    OWN = "own"
    """Nothing but the asker's own things: everybody."""
    REQUEST = "request"
    """The first agency's request, its conversation and messages."""
    ACCOUNT = "account"
    """The first agency's account and what came in on it."""
    OWNER = "owner"
    """The first agency's account, as those see it to whose agency it belongs."""
    AGENCY = "agency"
    """What belongs to the first agency as a whole: whichever team one is in."""


@dataclass(frozen=True)
class Ask:
    """One request: the path's variables, query and body."""

    path: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    query: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    reach: Reach
    status: int
    ask: Callable[[Stage], Ask]


def plain(_stage: Stage) -> Ask:
    return Ask()
