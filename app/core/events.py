"""Events and acts: one vocabulary (`resource.past_participle`) for browsers, subscribers and the audit log.

A name is declared once, in its package's `events.py`: what it carries, what kind of object it is about,
whether browsers hear it, whether the audit log keeps it. Nothing is emitted or recorded under another name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NewType

from pydantic import BaseModel

EventName = NewType("EventName", str)
WITHDRAWN = "withdrawn"


def is_withdrawal(name: str) -> bool:
    return name.endswith(f".{WITHDRAWN}")


@dataclass(frozen=True)
class Subject:
    """The one object that an event or an act is about, and whose it is."""

    kind: str
    id: int | str
    account_id: int | None = None
    agency_id: int | None = None


@dataclass(frozen=True)
class Kind:
    """A kind of object that events tell of."""

    name: str
    entity: Any = None
    """Its table, by whose visibility rule a missed event is told or not; None for what is no row."""
    is_named: bool = False
    """Known by a name instead of a number."""

    def about(
        self, number: int | str, *, account_id: int | None = None, agency_id: int | None = None
    ) -> Subject:
        return Subject(self.name, number, account_id, agency_id)

    def of(self, row: Any, *, agency_id: int | None = None) -> Subject:
        """The row as a subject. `agency_id` where the row does not carry it (it belongs to an account)."""
        agency = agency_id if agency_id is not None else getattr(row, "agency_id", None)
        return Subject(self.name, row.id, getattr(row, "account_id", None), agency)

    @property
    def withdrawn(self) -> str:
        """What those hear who could see such an object and cannot any more; it carries the id alone."""
        return f"{self.name}.{WITHDRAWN}"

    def id_of(self, text: str) -> int | str:
        """The id as it was, from how the log keeps it."""
        return text if self.is_named else int(text)


@dataclass(frozen=True)
class Part:
    """A field of a payload that is an object of its own, which fewer people may see than the whole."""

    about: Subject
    rooms: frozenset[str]


@dataclass(frozen=True)
class Audience:
    """Rooms that may hear an event, and rooms that hear only that the object is no longer theirs."""

    rooms: frozenset[str] = frozenset()
    withdraw: frozenset[str] = frozenset()
    parts: Mapping[str, Part] = field(default_factory=dict)
    """Fields that only some of `rooms` may hear; for the others they are null."""


NOBODY = Audience()
"""For what only our own packages hear, inside the transaction."""


@dataclass(frozen=True)
class Event:
    """A change that is about to be committed. `payload` is the view that GET would return."""

    name: EventName
    payload: BaseModel
    audience: Audience = NOBODY
    about: Subject | None = None

    def dump(self) -> dict[str, Any]:
        return self.payload.model_dump(mode="json")


@dataclass(frozen=True)
class Declared:
    """What is known of a name."""

    name: EventName
    kind: Kind | None
    """None for what tells of several objects at once; browsers never hear it."""
    payload: type[BaseModel] | None = None
    """None for an act that only the audit log hears of."""
    is_audited: bool = False
    newest_wins: bool = False
    """Carries the whole state of its object, so that of several in one frame the newest says it all."""


# Past participles that do not end in -ed.
_IRREGULAR = frozenset(
    "begun drawn given held left lost made put seen sent taken told written".split()  # noqa: SIM905
)
_NAME = re.compile(r"[a-z]+(?:_[a-z]+)*\.[a-z]+(?:_[a-z]+)*")


def _is_past(verb: str) -> bool:
    return any(word in _IRREGULAR or (word.endswith("ed") and len(word) > 4) for word in verb.split("_"))


class EventNames:
    """Every name there is: the list that tests and documentation read."""

    def __init__(self) -> None:
        self._declared: dict[str, Declared] = {}
        self._kinds: dict[str, Kind] = {}

    def kind(self, name: str, entity: Any = None, *, is_named: bool = False) -> Kind:
        """Declare a kind of object; `<name>.withdrawn` is then how its loss is told."""
        kind = Kind(name, entity, is_named)
        if self._kinds.setdefault(name, kind) != kind:
            raise ValueError(f"the kind {name!r} is declared twice")
        return kind

    def declare(
        self,
        name: str,
        payload: type[BaseModel],
        about: Kind | None = None,
        *,
        audited: bool = False,
        newest_wins: bool = False,
    ) -> EventName:
        """An event with its payload. Without `about` it stays inside: subscribers hear it, browsers never."""
        return self._add(Declared(EventName(name), about, payload, audited, newest_wins))

    def act(self, name: str, about: Kind | None = None) -> EventName:
        """Something that the audit log keeps and that no browser hears of by itself."""
        return self._add(Declared(EventName(name), about, None, is_audited=True))

    def _add(self, declared: Declared) -> EventName:
        _, _, verb = declared.name.partition(".")
        if not _NAME.fullmatch(declared.name) or not _is_past(verb) or verb == WITHDRAWN:
            raise ValueError(f"{declared.name!r} is not resource.past_participle")
        if self._declared.setdefault(declared.name, declared) != declared:
            raise ValueError(f"{declared.name!r} is declared twice and differently")
        return declared.name

    def known(self, name: str) -> Declared:
        """Raises LookupError for a name that nobody declared."""
        return self._declared[name]

    def newest_wins(self, name: str) -> bool:
        """Whether an event may be left out for a later one of the same name about the same object."""
        declared = self._declared.get(name)
        return declared is not None and declared.newest_wins

    def kind_named(self, name: str) -> Kind:
        return self._kinds[name]

    def all(self) -> dict[str, type[BaseModel]]:
        """What browsers may hear, with the class of its payload."""
        return {
            name: declared.payload
            for name, declared in sorted(self._declared.items())
            if declared.payload is not None and declared.kind is not None
        }

    def everything(self) -> list[Declared]:
        return [self._declared[name] for name in sorted(self._declared)]

    def kinds(self) -> list[Kind]:
        """The kinds that browsers hear of."""
        heard = {self._declared[name].kind for name in self.all()}
        return sorted((kind for kind in heard if kind is not None), key=lambda kind: kind.name)

    @contextmanager
    def trial(self) -> Iterator[EventNames]:
        """What is declared inside is forgotten at the end: for tests of the kernel itself."""
        declared, kinds = dict(self._declared), dict(self._kinds)
        try:
            yield self
        finally:
            self._declared, self._kinds = declared, kinds


EVENTS = EventNames()
