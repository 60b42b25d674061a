"""The catalogue: what may be asked about a subject. A feature declares it beside its queries."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from app.core.context import Context
from app.core.permissions import Permission


class FieldType(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    TIME = "time"
    DURATION = "duration"
    """How long ago a moment was, or how far away it is."""
    SET = "set"
    """Several choices or references at once."""
    REFERENCE = "reference"
    TRUTH = "truth"
    RELATION = "relation"
    """Rows that hang together with the object, which are counted."""


@dataclass(frozen=True)
class ReferenceKind:
    """Rows that a leaf names by their id."""

    key: str
    names: Callable[[Context, Collection[int]], dict[int, str]]
    """Names of those that exist for the actor, in one statement. One that is not there is a broken leaf."""
    find: Callable[[Context, str, int], dict[int, str]]
    """At most so many of those that exist for the actor and have the words in their names, by name."""
    own: Callable[[Context], Collection[int]] | None = None
    """Which of them are the actor's own: for "assigned to me", which each reader of a shared view is."""


@dataclass(frozen=True)
class WorkingTime:
    """By whose working time a length is counted: the account that an object belongs to."""

    account: Any
    """The column with the account's id."""
    read: Callable[[Any], int]
    """The same of a loaded object."""
    moments: Callable[[Context, timedelta], Mapping[int, datetime]]
    """By account: the moment that lies so much working time after now, or before it for a length below none.
    An account on which no time is ever worked is missing."""


@dataclass(frozen=True)
class RelationOf:
    """Rows that hang together with an object. They are seen with it."""

    owner: Any
    """The table of the objects, as it stands in statements about them."""
    entity: Any
    """The related table: an alias, where it is the same."""
    belongs: ColumnElement[bool]
    """Whether a related row belongs to the object outside."""
    at: Any
    """When it came about."""
    read_at: Callable[[Any], datetime]
    id_of: Callable[[Any], int]
    """The object's id."""
    load: Callable[[Session, Sequence[int]], Mapping[int, Sequence[Any]]]
    """The related rows of objects by their ids, in one statement."""
    key: str
    """Where the labels of its fields stand: `condition.field.<key>.<field>`."""
    fields: Mapping[str, FieldOf]
    """What may be asked of each of them; none of these refers to other rows."""


@dataclass(frozen=True)
class FieldOf:
    """One thing that may be asked about a subject."""

    key: str
    type: FieldType
    sql: Any
    """A column or scalar expression; of a set a `ManyValued`; of a duration the moment it is counted from."""
    read: Callable[[Any], Any]
    """The same value of a loaded object."""
    optional: bool = False
    """May have no value: then one can ask whether it has."""
    choices: tuple[Any, ...] = ()
    words: str = ""
    """Where the names of its choices stand in the catalogue of messages: `<words>.<choice>`."""
    kind: ReferenceKind | None = None
    right: Permission | None = None
    """Who lacks it can neither see the field nor filter by it."""
    ahead: bool = False
    """A duration that counts down to its moment, not up from it."""
    working: WorkingTime | None = None
    """A duration that can also be told in working time."""
    relation: RelationOf | None = None
    tracked: str = ""
    """Its name in the record of what an event changed; then one can ask whether, from what and to what."""


@dataclass(frozen=True)
class SubjectOf:
    """What conditions are about: a table, as one sees it, with its fields."""

    key: str
    entity: Any
    right: Permission
    load: Callable[[Session, Sequence[int]], dict[int, Any]]
    """The objects that the readers take, by id, with a fixed number of statements."""
    title: Callable[[Any], str]
    """What a person recognises such an object by, in one line."""
    fields: Mapping[str, FieldOf] = field(default_factory=dict)
    standing: Callable[[Any], ColumnElement[bool]] | None = None
    """Which rows a tree is about as long as it does not say otherwise (of requests, those not yet done)."""


class Catalogue:
    """Every subject there is. Features declare theirs when they are imported."""

    def __init__(self) -> None:
        self._subjects: dict[str, SubjectOf] = {}

    def declare(
        self,
        key: str,
        entity: Any,
        right: Permission,
        load: Callable[[Session, Sequence[int]], dict[int, Any]],
        title: Callable[[Any], str],
        fields: Iterable[FieldOf],
        standing: Callable[[Any], ColumnElement[bool]] | None = None,
    ) -> SubjectOf:
        listed = list(fields)
        named = {each.key: each for each in listed}
        if key in self._subjects or len(named) < len(listed):
            raise ValueError(f"the subject {key!r}, or a field of it, is declared twice")
        subject = SubjectOf(key, entity, right, load, title, named, standing)
        self._subjects[key] = subject
        return subject

    def subject(self, key: str) -> SubjectOf:
        """Raises LookupError for one that nobody declared."""
        return self._subjects[key]

    def subjects(self) -> list[SubjectOf]:
        return [self._subjects[key] for key in sorted(self._subjects)]


CATALOGUE = Catalogue()
