"""Where reading a list has got to, and from where it is read once more.

Servers give out ids before they commit: an entry can appear below one that was read already. So every reading
begins at an id that is settled - its page was current for a while, and ten ids lie above it - and what is
known above that id is left out of the result. The console's unique keys make it harmless to meet one twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.adapters import lenient
from app.adapters.types import Cursor

SETTLED_AFTER = timedelta(seconds=90)
"""No server keeps a transaction that writes a notification open for longer."""
LEAST_IDS = 10
"""So many ids are read again however long ago they came."""
BOTTOM = "0"
"""Below every id of every server: the list was short enough to be read whole."""
_MOST_KNOWN = 400
_MARK_EVERY = timedelta(seconds=5)
_MOST_MARKS = 40


def order(identifier: str) -> tuple[int, str]:
    """Ids sort by length, then as text."""
    return len(identifier), identifier


@dataclass(slots=True)
class Position:
    """`newest`: read up to here. `back`: at first contact, history below this id is still unread. `settled`:
    everything up to here is final. `known`: ids above it that were handed out, ascending."""

    newest: str | None = None
    back: str | None = None
    settled: str = BOTTOM
    known: list[str] = field(default_factory=list)
    marks: list[tuple[datetime, str]] = field(default_factory=list)
    """When which id was the tenth from the top."""
    history_next: bool = False
    """With one call a poll, history below the first page and what is above it take turns."""
    new_first: bool = False
    """With one call a poll, what is new and what is read again take turns."""

    @classmethod
    def load(cls, cursor: Cursor | None) -> Position:
        values = cursor or {}
        newest = lenient.text_or_none(values.get("newest"))
        marks = [
            (at, lenient.text(entry.get("id")))
            for entry in lenient.objects(values.get("marks"))
            if (at := lenient.iso_time(entry.get("at"))) is not None
        ]
        return cls(
            newest=newest,
            back=lenient.text_or_none(values.get("back")),
            settled=lenient.text(values.get("settled")) or newest or BOTTOM,
            known=[str(known) for known in values.get("known") or []],
            marks=marks,
            history_next=bool(values.get("history_next")),
            new_first=bool(values.get("new_first")),
        )

    def dump(self) -> dict[str, Any]:
        return {
            "newest": self.newest,
            "back": self.back,
            "settled": self.settled,
            "known": self.known,
            "marks": [{"at": at.isoformat(), "id": mark} for at, mark in self.marks],
            "history_next": self.history_next,
            "new_first": self.new_first,
        }

    def is_known(self, identifier: str) -> bool:
        return identifier in self.known

    def remember(self, ids: list[str]) -> None:
        """Take in the ids of a page that was read upward."""
        above = {*self.known, *(found for found in ids if order(found) > order(self.settled))}
        self.known = sorted(above, key=order)[-_MOST_KNOWN:]
        if ids:
            self.newest = max([*ids, self.newest or BOTTOM], key=order)

    def settle(self, now: datetime, read_again_to: str) -> None:
        """Move on what is final: no further than was read again, and than what has stood long enough."""
        tenth = self.known[-LEAST_IDS - 1] if len(self.known) > LEAST_IDS else self.settled
        if not self.marks or now - self.marks[-1][0] >= _MARK_EVERY:
            self.marks = [*self.marks, (now, tenth)][-_MOST_MARKS:]
        old = [mark for at, mark in self.marks if at <= now - SETTLED_AFTER]
        if old:
            reached = min(max(old, key=order), read_again_to, key=order)
            self.settled = max(self.settled, reached, key=order)
            self.marks = [
                entry for entry in self.marks if entry[0] > now - SETTLED_AFTER or entry[1] == old[-1]
            ]
            self.known = [known for known in self.known if order(known) > order(self.settled)]
