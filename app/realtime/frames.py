"""Events as they go over the wire: each is encoded once, and each distinct frame put together once.

Two hundred browsers hear much the same. What somebody hears of a batch depends only on which of the rooms
that the batch names they are in, and on how far they have heard; who is alike in that gets one packet.
Of several events of a batch that carry the whole state of one object the newest is enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.events import EVENTS
from app.core.json_text import json_text
from app.core.tables import EventLog
from app.realtime.hearing import Heard, Share, share_of, told_as
from app.realtime.line import Packet, event_packet

FRAME = "events"


@dataclass(frozen=True, slots=True)
class Frame:
    """What one audience hears of a batch."""

    packet: Packet
    count: int
    """Events in it."""
    has_loss: bool
    """Whether something in it is told as withdrawn."""


class Frames:
    """Of one batch, in the order of its numbers. What fails in encoding fails for those who would hear it."""

    def __init__(self, events: Sequence[EventLog]) -> None:
        self._events = events
        self._seq = events[-1].seq or 0
        self._rooms = frozenset(room for event in events for room in _rooms_named(event))
        self._by_audience: dict[tuple[frozenset[str], int], Frame | None] = {}
        self._by_shares: dict[tuple[tuple[int, Share], ...], Frame | None] = {}
        self._encoded: dict[tuple[int, Share], str] = {}

    def heard_in(self, rooms: frozenset[str], known: int) -> Frame | None:
        """What somebody in these rooms hears after event number `known`; None for nothing."""
        audience = rooms & self._rooms, known
        if audience not in self._by_audience:
            self._by_audience[audience] = self._of_shares(self._shares(*audience))
        return self._by_audience[audience]

    def _shares(self, rooms: frozenset[str], known: int) -> tuple[tuple[int, Share], ...]:
        """Places of events, and how much is heard of each; without those that a later one makes up for."""
        heard: list[tuple[int, Share]] = []
        told: set[tuple[str, str, Share]] = set()
        for place in reversed(range(len(self._events))):
            event = self._events[place]
            share = share_of(rooms, event) if (event.seq or 0) > known else None
            if share is None or (event.name, event.about_id, share) in told:
                continue
            heard.append((place, share))
            if EVENTS.newest_wins(event.name) and not share.is_withdrawal:
                told.add((event.name, event.about_id, share))
        return tuple(reversed(heard))

    def _of_shares(self, shares: tuple[tuple[int, Share], ...]) -> Frame | None:
        if shares not in self._by_shares:
            self._by_shares[shares] = self._put_together(shares) if shares else None
        return self._by_shares[shares]

    def _put_together(self, shares: tuple[tuple[int, Share], ...]) -> Frame:
        texts = [self._text(*share) for share in shares]
        has_loss = any(share.is_withdrawal for _, share in shares)
        return Frame(_packet(texts, self._seq), len(texts), has_loss)

    def _text(self, place: int, share: Share) -> str:
        if (place, share) not in self._encoded:
            self._encoded[place, share] = json_text(told_as(self._events[place], share))
        return self._encoded[place, share]


def packet_of(heard: Sequence[Heard], seq: int) -> Packet:
    """What one browser alone hears, up to event number `seq`."""
    return _packet([json_text(view) for view in heard], seq)


def _packet(texts: Sequence[str], seq: int) -> Packet:
    return event_packet(FRAME, f'{{"events":[{",".join(texts)}],"seq":{seq}}}')


def _rooms_named(event: EventLog) -> set[str]:
    named = {*event.rooms, *event.withdraw_rooms}
    for part in event.parts.values():
        named.update(part["rooms"])
    return named
