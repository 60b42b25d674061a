"""The kinds of notifications, what they are about, and who reads causes out of the event log.

A room declares its own in its `notices.py`: a kind is one line there and two texts in each file of
`app/locales` (`notification.<key>`, what it is called in the settings, and `notification.<key>.title`, its
words). What is declared works: the settings show it, the writer takes it, screens have its words.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.core.context import Context
from app.core.events import EventName
from app.core.tables import EventLog
from app.identity.carriers import NOTED


class Channel(StrEnum):
    """A way of telling somebody."""

    BELL = "bell"
    SOUND = "sound"
    DESKTOP = "desktop"
    EMAIL = "email"
    """Only where somebody has asked for it."""


LOUD = frozenset({Channel.BELL, Channel.SOUND, Channel.DESKTOP})
QUIET = frozenset({Channel.BELL})

Words = Mapping[str, str]
"""What the texts of a notification name: a request's number, a customer, an account."""


@dataclass(frozen=True)
class About:
    """What notifications may be about."""

    word: str
    """A key of app.identity.carriers.NOTED, which says who sees such a row."""
    words: Callable[[Context, Collection[int]], Mapping[int, Words]]
    """What the texts need of these rows, in a fixed number of statements; a row that is gone is left out.
    Who asks has made sure that the reader sees them."""
    path: Callable[[int, Words], str]
    """Where a click leads."""


@dataclass(frozen=True)
class NoticeKind:
    """A kind of notification."""

    key: str
    about: About
    channels: frozenset[Channel] = LOUD
    """By which a person is told who has set nothing."""
    is_offered: bool = True
    """Whether the settings show it."""
    counts_itself: bool = False
    """The newest says how many there are: how often it was told is not added to it."""


@dataclass(frozen=True)
class Cause:
    """Something that people should know of."""

    kind: NoticeKind
    key: str
    """Names it for ever: the same cause is told to nobody twice."""
    subject_id: int
    rooms: frozenset[str]
    """The rooms of those who see its subject now (app.identity.scope)."""
    to: frozenset[int] | None
    """The people whom it concerns, by id; None for everybody in `rooms`. None of them is told who does not
    see the subject."""
    by: int | None = None
    """Whose doing it is: they know already."""
    detail: Mapping[str, Any] = field(default_factory=dict)


Reader = Callable[[Context, Sequence[EventLog]], list[Cause]]
"""What events mean for people, in a fixed number of statements. It gets those that it asked for, in order."""


class Kinds:
    """Every kind there is."""

    def __init__(self) -> None:
        self._kinds: dict[str, NoticeKind] = {}
        self._readers: list[tuple[frozenset[str], Reader]] = []

    def declare(self, kind: NoticeKind) -> NoticeKind:
        if kind.about.word not in NOTED:
            raise ValueError(
                f"{kind.key}: app/identity/carriers.py does not say who sees {kind.about.word!r}"
            )
        if kind.key in self._kinds:
            raise ValueError(f"the kind of notification {kind.key!r} is declared twice")
        self._kinds[kind.key] = kind
        return kind

    def reads(self, *names: EventName) -> Callable[[Reader], Reader]:
        """Register a function that reads causes out of these events."""

        def decorate(reader: Reader) -> Reader:
            self._readers.append((frozenset(names), reader))
            return reader

        return decorate

    def known(self, key: str) -> NoticeKind | None:
        """None for one that an older or a newer program has declared."""
        return self._kinds.get(key)

    def offered(self) -> list[NoticeKind]:
        """Those that the settings show, in the order in which they were declared."""
        return [kind for kind in self._kinds.values() if kind.is_offered]

    def event_names(self) -> frozenset[str]:
        """The events that some reader wants."""
        return frozenset[str]().union(*(names for names, _ in self._readers))

    def causes_in(self, ctx: Context, events: Sequence[EventLog]) -> list[Cause]:
        found = []
        for names, reader in self._readers:
            wanted = [event for event in events if event.name in names]
            if wanted:
                found += reader(ctx, wanted)
        return found


KINDS = Kinds()
