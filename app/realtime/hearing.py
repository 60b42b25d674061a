"""What somebody may hear of the event log: whole, in part, as a withdrawal, or not at all.

While things happen the rooms of an event decide: they were computed by the rule that guards GET, at that
moment. Whoever catches up later hears of the past what may be seen *now*: an object that has been taken away
meanwhile is told as withdrawn, without what was once in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.events import EVENTS, Kind
from app.core.permissions import Actor
from app.core.tables import EventLog
from app.identity.scope import scope

Heard = dict[str, Any]
_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Share:
    """How much of an event somebody hears: the whole, without some fields, or only that the object left."""

    is_withdrawal: bool = False
    hidden: frozenset[str] = frozenset()


def heard_again(
    session: Session, actor: Actor, rooms: frozenset[str], events: Sequence[EventLog]
) -> list[Heard]:
    """The events as the actor may see them by now. One statement for each kind of object among them."""
    gone = _gone(session, actor, rooms, events)
    heard: list[Heard] = []
    told: set[_Key] = set()
    for event in events:
        key = (event.about_kind, event.about_id)
        if key in gone and key in told:
            continue  # once is enough
        share = share_of(rooms, event, gone)
        if share is not None:
            heard.append(told_as(event, share))
            if key in gone:
                told.add(key)
    return heard


def share_of(rooms: frozenset[str], event: EventLog, gone: frozenset[_Key] = frozenset()) -> Share | None:
    """What somebody in these rooms hears of the event, `gone` being what they cannot see any more; None for
    nothing. Without `gone`: at the moment when it happens."""
    audible = not rooms.isdisjoint(event.rooms)
    if audible and (event.about_kind, event.about_id) not in gone:
        return Share(hidden=_hidden(rooms, event, gone) if event.parts else frozenset())
    if audible or not rooms.isdisjoint(event.withdraw_rooms):
        return Share(is_withdrawal=True)
    return None


def _hidden(rooms: frozenset[str], event: EventLog, gone: frozenset[_Key]) -> frozenset[str]:
    return frozenset(
        field
        for field, part in event.parts.items()
        if rooms.isdisjoint(part["rooms"]) or (part["kind"], part["id"]) in gone
    )


def told_as(event: EventLog, share: Share) -> Heard:
    """The event as whoever has that share of it gets it. Raises KeyError for a kind that nobody declared."""
    name, payload = event.name, event.payload
    if share.is_withdrawal:
        kind = EVENTS.kind_named(event.about_kind)
        name, payload = kind.withdrawn, {"id": kind.id_of(event.about_id)}
    elif share.hidden:
        payload = {**payload, **dict.fromkeys(share.hidden)}
    return {"seq": event.seq, "name": name, "occurred_at": event.created_at.isoformat(), "payload": payload}


def _gone(
    session: Session, actor: Actor, rooms: frozenset[str], events: Sequence[EventLog]
) -> frozenset[_Key]:
    """The objects among the events that the actor heard of then and cannot see now."""
    ids: dict[str, set[str]] = defaultdict(set)
    for event in events:
        if not rooms.isdisjoint(event.rooms):
            for name, number in _objects(event):
                ids[name].add(number)
    gone: set[_Key] = set()
    for name, numbers in ids.items():
        kind = EVENTS.kind_named(name)
        if kind.entity is not None:
            gone |= {(name, number) for number in numbers - _visible(session, actor, kind, numbers)}
    return frozenset(gone)


def _objects(event: EventLog) -> Iterator[_Key]:
    yield event.about_kind, event.about_id
    for part in event.parts.values():
        yield part["kind"], part["id"]


def _visible(session: Session, actor: Actor, kind: Kind, numbers: set[str]) -> set[str]:
    wanted = kind.entity.id.in_([kind.id_of(number) for number in sorted(numbers)])
    found = session.scalars(scope(select(kind.entity.id), actor, kind.entity).where(wanted))
    return {str(number) for number in found}
