"""Whoever loses an object hears its id and nothing else, whatever kind of object it is (cases E7, F2)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.core.events import EVENTS, Kind
from app.core.runtime import Runtime
from app.core.tables import EventLog
from app.realtime.frames import Frames

HEARS, LOST, STRANGER = (frozenset({name}) for name in ("hears", "lost", "stranger"))


def heard_in(rooms: frozenset[str], event: EventLog) -> list[Any]:
    """What a browser in these rooms is sent."""
    frame = Frames([event]).heard_in(rooms, 0)
    assert frame is not None
    events: list[Any] = json.loads(frame.packet.data[1:])[1]["events"]
    return events


def event_of(runtime: Runtime, kind: Kind, number: str) -> EventLog:
    """An event about an object of this kind, whose payload names quite another object."""
    return EventLog(
        seq=7,
        created_at=runtime.clock.now(),
        name=f"{kind.name}.changed",
        about_kind=kind.name,
        about_id=number,
        actor="test",
        payload={"service_request": {"id": 999}, "id": 999},
        rooms=["hears"],
        withdraw_rooms=["lost"],
        parts={},
    )


@pytest.mark.parametrize("kind", EVENTS.kinds(), ids=lambda kind: kind.name)
def test_an_object_of_any_kind_is_withdrawn_by_its_id_alone(runtime: Runtime, kind: Kind) -> None:
    """Case E7, F2."""
    number = "2026-11-29.1" if kind.is_named else "12"
    event = event_of(runtime, kind, number)
    (whole,) = heard_in(HEARS, event)
    assert (whole["name"], whole["payload"]) == (event.name, event.payload)
    (lost,) = heard_in(LOST, event)
    assert (lost["seq"], lost["name"]) == (7, f"{kind.name}.withdrawn")
    assert lost["payload"] == {"id": number if kind.is_named else 12}
    assert Frames([event]).heard_in(STRANGER, 0) is None
