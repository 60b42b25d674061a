"""A delivery that fails costs one connection; all others get everything, and the position moves once (F2)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from queue import Queue
from types import SimpleNamespace

import pytest
from engineio.packet import Packet
from prometheus_client import REGISTRY
from sqlalchemy import update

from app.core.events import EVENTS, Audience, Subject
from app.core.permissions import Actor
from app.core.runtime import Runtime
from app.core.tables import EventLog
from app.core.unit_of_work import open_context
from app.identity.schemas import SessionEnded
from app.identity.web_session import load_actor
from app.models import Operator
from app.realtime.connections import Connection, Connections
from app.realtime.line import MOST_PACKETS
from app.realtime.publisher import publish_new
from app.realtime.tail import Tail
from tests.factories.make import Make
from tests.realtime.listening import ACTOR, emit, tell
from tests.support.statements import counted


class Wire:
    """A Socket.IO server, as far as `app.realtime.line` knows one, whose lines may be broken or slow."""

    def __init__(self) -> None:
        self.sent: dict[str, list[int]] = {}
        self.told: dict[str, list[str]] = {}
        self.packets: dict[str, list[Packet]] = {}
        self.cut: list[str] = []
        self.broken: set[str] = set()
        self.cannot_be_cut: set[str] = set()
        self.server = self.manager = self.eio = self
        self.sockets: dict[str, SimpleNamespace] = {}

    def eio_sid_from_sid(self, sid: str, _namespace: str) -> str:
        return sid

    def _send_eio_packet(self, sid: str, packet: Packet) -> None:
        if sid in self.broken:
            raise OSError("the line is broken")
        name, frame = json.loads(packet.data[1:])
        self.packets.setdefault(sid, []).append(packet)
        self.told.setdefault(sid, []).append(name)
        self.sent.setdefault(sid, []).extend(event["seq"] for event in frame.get("events", ()))

    def load(self, sid: str, packets: int) -> None:
        """So many wait on its line."""
        line: Queue[Packet] = Queue()
        for _ in range(packets):
            line.put(Packet())
        self.sockets[sid] = SimpleNamespace(queue=line)

    def disconnect(self, sid: str) -> None:
        self.cut.append(sid)
        if sid in self.cannot_be_cut:
            raise RuntimeError("it is gone already")

    def sleep(self, _seconds: float) -> None:
        return


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def connections() -> Connections:
    return Connections()


@pytest.fixture
def tail(runtime: Runtime, wire: Wire, connections: Connections) -> Tail:
    return Tail(runtime, wire, connections)


Listen = Callable[[str], Connection]


@pytest.fixture
def listen(make: Make, operator: Operator, connections: Connections, tail: Tail) -> Listen:
    """A browser of the operator that has heard everything up to now."""
    actor: Actor = replace(make.actor(operator), session_id=1)

    def listening(sid: str) -> Connection:
        connection = connections.add(sid, actor, f"token-{sid}")
        connection.position = tail.position
        return connection

    return listening


def three_events(runtime: Runtime, operator: Operator) -> None:
    for number in range(3):
        tell(runtime, number, f"operator{operator.id}")
    publish_new(runtime)


def test_one_broken_line_costs_one_connection(
    runtime: Runtime, operator: Operator, tail: Tail, wire: Wire, connections: Connections, listen: Listen
) -> None:
    for sid in ("a", "b", "c"):
        listen(sid)
    wire.broken, wire.cannot_be_cut = {"b"}, {"b"}
    three_events(runtime, operator)
    assert tail.step()
    assert wire.sent == {"a": [1, 2, 3], "c": [1, 2, 3]}
    assert wire.cut == ["b"]
    assert [connection.sid for connection in connections.all()] == ["a", "c"]
    assert tail.position == 3
    assert not tail.step(), "the position has moved: nobody hears it twice"
    assert wire.sent == {"a": [1, 2, 3], "c": [1, 2, 3]}


def test_a_browser_that_was_cut_off_catches_up(
    runtime: Runtime, operator: Operator, tail: Tail, wire: Wire, listen: Listen
) -> None:
    listen("a")
    wire.broken = {"a"}
    three_events(runtime, operator)
    tail.step()
    again = listen("a2")
    assert tail.subscribe(again, 0) == {"ok": True, "seq": 3, "reload": False}
    assert wire.sent == {"a2": [1, 2, 3]}


def test_an_event_that_cannot_be_told_cuts_those_who_hear_it_and_makes_them_load_anew(
    runtime: Runtime, operator: Operator, tail: Tail, wire: Wire, connections: Connections, listen: Listen
) -> None:
    """A kind that this process does not know: a withdrawal of it cannot be built."""
    other = connections.add(
        "other", replace(ACTOR, operator_id=operator.id + 1, account_ids=frozenset()), "t"
    )
    other.position = 0
    listen("a")
    three_events(runtime, operator)
    with open_context(runtime, ACTOR) as ctx:
        broken = {"about_kind": "thing", "rooms": [], "withdraw_rooms": [f"operator{operator.id}"]}
        ctx.session.execute(update(EventLog).where(EventLog.seq == 2).values(**broken))
    tell(runtime, 9, f"operator{other.actor.operator_id}")
    publish_new(runtime)
    while tail.step():
        pass
    assert wire.cut == ["a"]
    assert wire.sent == {"other": [4]}
    again = listen("a2")
    assert tail.subscribe(again, 0)["reload"] is True


def test_who_hears_the_same_is_sent_one_packet(
    runtime: Runtime, operator: Operator, tail: Tail, wire: Wire, connections: Connections, listen: Listen
) -> None:
    """It was encoded anew for every browser: 200 of them kept the process from acknowledging pushes."""
    for sid in ("a", "b"):
        listen(sid)
    listen("later").position = 2
    other = connections.add("other", replace(ACTOR, operator_id=operator.id + 1), "t")
    other.position = 0
    three_events(runtime, operator)
    tell(runtime, 9, f"operator{operator.id}", f"operator{other.actor.operator_id}")
    publish_new(runtime)
    assert tail.step()
    assert wire.sent == {"a": [1, 2, 3, 4], "b": [1, 2, 3, 4], "later": [3, 4], "other": [4]}
    assert wire.packets["a"][0] is wire.packets["b"][0]


def test_of_one_object_the_newest_state_in_a_frame_is_enough(
    runtime: Runtime, operator: Operator, tail: Tail, wire: Wire, listen: Listen
) -> None:
    """Only what says that it carries the whole state; and never what somebody else may see of it."""
    room = f"operator{operator.id}"
    whole = EVENTS.declare("test.renewed", SessionEnded, EVENTS.kind_named("test"), newest_wins=True)
    listen("a")
    with open_context(runtime, ACTOR) as ctx:
        for number, subject in enumerate((1, 2, 1, 1)):
            payload = SessionEnded(session_id=number, reason="test")
            rooms = frozenset({room}) if number != 3 else frozenset({"others"})
            ctx.emit(whole, payload, Audience(rooms), about=Subject("test", subject))
        emit(ctx, 1, room)
        emit(ctx, 1, room)
    publish_new(runtime)
    tail.step()
    assert wire.sent["a"] == [2, 3, 5, 6]


def test_the_way_to_a_screen_is_measured(
    runtime: Runtime, operator: Operator, tail: Tail, listen: Listen
) -> None:
    listen("a")
    before = {step: _observed(step) for step in ("read", "sent")}
    three_events(runtime, operator)
    tail.step()
    assert _observed("read") - before["read"] == 3
    assert _observed("sent") - before["sent"] == 1


def _observed(step: str) -> float:
    return REGISTRY.get_sample_value("lingke_live_step_seconds_count", {"step": step}) or 0.0


def test_a_browser_that_reads_too_slowly_is_told_to_catch_up(
    runtime: Runtime, operator: Operator, tail: Tail, wire: Wire, listen: Listen
) -> None:
    slow = listen("slow")
    listen("a")
    wire.load("slow", MOST_PACKETS)
    three_events(runtime, operator)
    assert tail.step()
    assert wire.told["slow"] == ["events.behind"]
    tell(runtime, 4, f"operator{operator.id}")
    publish_new(runtime)
    assert tail.step()
    assert wire.told["slow"] == ["events.behind"], "once, and nothing more until it asks"
    assert wire.sent["a"] == [1, 2, 3, 4]
    wire.load("slow", 0)
    assert tail.subscribe(slow, 0) == {"ok": True, "seq": 4, "reload": False}
    assert wire.sent["slow"] == [1, 2, 3, 4]
    tell(runtime, 5, f"operator{operator.id}")
    publish_new(runtime)
    tail.step()
    assert wire.sent["slow"] == [1, 2, 3, 4, 5]


def test_a_slow_browser_that_has_nothing_to_hear_is_left_in_peace(
    runtime: Runtime, operator: Operator, tail: Tail, wire: Wire, connections: Connections
) -> None:
    other = connections.add("other", replace(ACTOR, operator_id=operator.id + 1), "t")
    other.position = 0
    wire.load("other", MOST_PACKETS)
    three_events(runtime, operator)
    tail.step()
    assert wire.told == {}
    assert other.position == 3


def test_looking_browsers_up_again_takes_a_handful_of_statements(
    runtime: Runtime, make: Make, tail: Tail, connections: Connections
) -> None:
    """It stood in the delivering loop, some statements for each browser: seconds of silence at 500."""
    agency = make.agency()
    team = make.team(agency)
    for number in range(12):
        token = make.session_token(make.operator(agency, team))
        actor = load_actor(runtime, token, "")
        assert actor is not None
        connections.add(f"s{number}", actor, token)
    with counted(runtime.engine) as seen:
        tail.recheck_actors()
    assert len(seen) <= 6
    assert len(connections.all()) == 12
