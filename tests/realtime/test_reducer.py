"""State loaded plus events equals state reloaded, for every event there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from app.core.clock import ManualClock
from app.core.errors import PlatformErrorKind
from app.core.events import EVENTS
from app.core.permissions import RoleName
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER
from app.models import Operator, Presence
from app.realtime.publisher import publish_new
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.fakes.platforms import Remote
from tests.workbench.desk import Desk

Open = Callable[[Operator | None], Browser]
State = dict[tuple[str, int], dict[str, Any]]
# What no list on the workbench shows; each is tested where it is shown.
ELSEWHERE = {
    "session.ended": "tests/realtime/test_stream.py: it cuts the socket",
    "operator.presence_changed": "below: it carries the whole of what it changes",
    "account.status_changed": "tests/accounts: quota and lag in it move with the clock",
    "account.capabilities_changed": "tests/accounts/test_refusals.py: the account's whole view, as above",
}
# Events of lists beside the workbench: their packages' tests compare them with what they show.
WORKBENCH = ("service_request", "message", "reply", "note", "session", "operator", "account")
LISTENING = {name for name in EVENTS.all() if name.partition(".")[0] not in WORKBENCH}


def load(screen: Browser) -> tuple[State, int]:
    """Everything the workbench shows, by kind and id, and the number it stands at.

    Asked in the console's first language, which is what the texts inside events are written in.
    """
    screen.headers["Accept-Language"] = "zh-CN"
    seq = screen.get("/session").get_json()["event_seq"]
    state: State = {}
    for view in ("all", "resolved"):
        for request in screen.get("/service-requests", view=view).get_json()["items"]:
            state["request", request["id"]] = request
            path = f"/conversations/{request['conversation_id']}/messages"
            for message in screen.get(path).get_json()["items"]:
                state["message", message["id"]] = message
    return state, seq


def reduce(state: State, events: list[dict[str, Any]]) -> set[str]:
    """The browser's one rule: an entity is replaced when the incoming version is newer."""
    for event in events:
        payload = event["payload"]
        if event["name"] == "service_request.withdrawn":
            state.pop(("request", payload["id"]), None)
            continue
        for kind, field in (("request", "service_request"), ("message", "message")):
            incoming = payload.get(field)
            known = state.get((kind, incoming["id"])) if incoming else None
            if incoming and (known is None or incoming["version"] >= known["version"]):
                state[kind, incoming["id"]] = incoming
    return {event["name"] for event in events}


def acts(desk: Desk, screen: Browser, lead: Browser) -> Iterator[None]:
    """One act after the other that together cause every event of the workbench."""
    kinds = PlatformErrorKind
    make = desk.make
    yield
    other = make.request(desk.account, "新来的问题，怎么处理？")
    yield
    make.request(desk.account, "还有一个问题", author="c1")
    yield
    sent = desk.write("一")
    yield
    screen.post(f"/messages/{sent.id}/cancel")
    yield
    for fault in (None, kinds.REJECTED):
        if fault:
            desk.remote.fail_next(fault)
        desk.write("二")
        desk.deliver()
        yield
    note = {"text": "备注", "idempotency_key": "a-note-of-ours"}
    screen.post(f"/conversations/{desk.request.conversation_id}/notes", note)
    yield
    version = screen.get(f"/service-requests/{other.id}").get_json()["version"]
    moved = lead.put(f"/service-requests/{other.id}/assignee", {"operator_id": None, "version": version})
    yield
    body = {"status": "resolved", "version": moved.get_json()["version"]}
    screen.put(f"/service-requests/{other.id}/status", body)
    yield
    screen.put(f"/conversations/{desk.request.conversation_id}/read", {"number": 99})
    yield


def test_state_and_events_equal_state_reloaded_at_every_step(desk: Desk, open_browser: Open) -> None:
    screen = open_browser(desk.operator)
    lead = open_browser(desk.make.operator(desk.agency, role=RoleName.SUPERVISOR))
    publish_new(desk.runtime)
    state, seq = load(screen)
    seen: set[str] = set()
    for _ in acts(desk, screen, lead):
        publish_new(desk.runtime)
        page = screen.get("/events", after=seq, limit=500).get_json()
        assert page["reload"] is False
        seen |= reduce(state, page["events"])
        seq = page["seq"]
        reloaded, _ = load(screen)
        assert state == reloaded
    missing = set(EVENTS.all()) - seen - set(ELSEWHERE) - LISTENING - {"reply.unknown"}
    assert missing == set()


def test_an_unknown_outcome_is_told_as_it_is_shown(
    make: Make, clock: ManualClock, remote: Remote, open_browser: Open
) -> None:
    desk = Desk(make, clock, remote, platform="wechat")
    screen = open_browser(desk.operator)
    publish_new(desk.runtime)
    state, seq = load(screen)
    desk.write("您好", request=desk.private)
    remote.fail_next(PlatformErrorKind.UNKNOWN_OUTCOME)
    desk.deliver()
    publish_new(desk.runtime)
    seen = reduce(state, screen.get("/events", after=seq).get_json()["events"])
    assert {"reply.queued", "reply.sending", "reply.unknown"} <= seen
    assert state == load(screen)[0]


def test_presence_is_told_with_what_it_became(desk: Desk, open_browser: Open) -> None:
    screen = open_browser(desk.operator)
    screen.put("/session/presence", {"presence": "away"})
    publish_new(desk.runtime)
    (event,) = [
        event
        for event in screen.get("/events", after=0).get_json()["events"]
        if event["name"] == "operator.presence_changed"
    ]
    with open_context(desk.runtime, LISTENER, write=False) as ctx:
        assert ctx.session.get_one(Operator, desk.operator.id).presence is Presence.AWAY
    assert event["payload"] == {"operator_id": desk.operator.id, "presence": "away"}
