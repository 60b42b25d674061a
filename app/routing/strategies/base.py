"""What a strategy is: one pure method over facts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from app.routing.facts import OperatorFacts, RequestFacts


class Fact(StrEnum):
    """What is read for a strategy only where it asks for it."""

    TURNS = "turns"
    """`OperatorFacts.last_turn`"""
    LAST_ANSWER = "last_answer"
    """`RequestFacts.answered_by`"""


class NoSettings(BaseModel):
    """Of a strategy that has nothing to set."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class Ranked:
    """A candidate in the order of preference, with the reason as a code and the number that it stands on."""

    operator: OperatorFacts
    reason: str
    value: float
    parts: Mapping[str, float] = field(default_factory=dict)
    """What the place was made of, by codes."""


class Strategy(ABC):
    """Subclass it, and name the class by an entry point in the group `lingke.strategies`."""

    name: ClassVar[str]
    """The code under which queues and decisions name it."""
    settings: ClassVar[type[BaseModel]] = NoSettings
    """What a queue may set; every field has a default."""
    needs: ClassVar[frozenset[Fact]] = frozenset()
    waits_as: ClassVar[str] = "nobody_available"
    """The reason when it chooses nobody though somebody is free."""
    words: ClassVar[Mapping[str, Mapping[str, str]]] = {}
    """Of one that is not ours: texts by language and code (its name, its reasons, its parts)."""

    @abstractmethod
    def rank(self, request: RequestFacts, candidates: Sequence[OperatorFacts], settings: Any) -> list[Ranked]:
        """Those who may have it, best first; whoever is missing is not wanted. Equal facts, equal order.

        `settings` is an object of the strategy's own class.
        """


def by_load(person: OperatorFacts) -> tuple[float, int]:
    """How most strategies break a tie: the smaller load, then whoever has been here longest."""
    return person.load, person.id
