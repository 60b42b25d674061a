"""Events: one vocabulary (`resource.past_participle`) for browsers, webhooks, audit and subscribers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel


@dataclass(frozen=True)
class Audience:
    """Rooms that may hear an event, and rooms that hear only that the object is no longer theirs."""

    rooms: frozenset[str]
    withdraw: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Event:
    """A change that is about to be committed. `payload` is the view that GET would return."""

    name: str
    payload: BaseModel
    audience: Audience
    subject: dict[str, int] = field(default_factory=dict)
    """Ids that in-process subscribers need (`service_request_id`, …)."""

    def dump(self) -> dict[str, Any]:
        return self.payload.model_dump(mode="json")


class EventNames:
    """Every event there is, with the class of its payload: the list that tests and documentation read."""

    def __init__(self) -> None:
        self._payloads: dict[str, type[BaseModel]] = {}

    def declare(self, name: str, payload: type[BaseModel]) -> str:
        resource, _, verb = name.partition(".")
        if not resource or not verb:
            raise ValueError(f"{name!r} is not resource.past_participle")
        if self._payloads.setdefault(name, payload) is not payload:
            raise ValueError(f"{name!r} is declared twice with different payloads")
        return name

    def payload_of(self, name: str) -> type[BaseModel]:
        return self._payloads[name]

    def all(self) -> dict[str, type[BaseModel]]:
        return dict(sorted(self._payloads.items()))


EVENTS = EventNames()
