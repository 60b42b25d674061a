"""Stories that together cause every event whose news a browser keeps, each with the person who watches it.

A story is a generator: between two of its acts the browser's state is compared with what the server shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.adapters.types import Lane, Media
from app.core.clock import ManualClock
from app.core.errors import PlatformErrorKind
from app.core.permissions import RoleName
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER
from app.longwork.runner import go_on
from app.media.copies import due_copies
from app.media.jobs import copy_medium
from app.models import Operator
from app.topics.jobs import watch_bursts
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.fakes.platforms import Remote
from tests.media.lending import lend
from tests.publishing.press import Press
from tests.topics.bursts import burst, known_hours
from tests.workbench.desk import Desk

K = PlatformErrorKind
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


@dataclass(frozen=True)
class World:
    make: Make
    clock: ManualClock
    remote: Remote
    open_browser: Callable[[Operator | None], Browser]

    def screen(self, desk: Desk | Press, role: RoleName) -> Browser:
        return self.open_browser(self.make.operator(desk.agency, desk.team, role=role))


@dataclass(frozen=True)
class Story:
    name: str
    screen: Browser
    kinds: tuple[str, ...]
    """What the screen shows of it."""
    acts: Iterator[None]


def stories(world: World) -> Iterator[Story]:
    yield _workbench(world)
    yield _taken_by_another(world)
    yield _files(world)
    yield _topics(world)
    yield from _accounts(world)
    yield _publications(world)
    yield _long_work(world)


def _workbench(world: World) -> Story:
    desk = Desk(world.make, world.clock, world.remote)
    screen, lead = world.open_browser(desk.operator), world.screen(desk, RoleName.SUPERVISOR)
    acts = _a_day(desk, screen, lead)
    return Story("a day at the workbench", screen, ("service_request", "message"), acts)


def _a_day(desk: Desk, screen: Browser, lead: Browser) -> Iterator[None]:
    make = desk.make
    other = make.request(desk.account, "新来的问题，怎么处理？")
    yield
    make.request(desk.account, "还有一个问题", author="c1")
    yield
    sent = desk.write("一")
    yield
    screen.post(f"/messages/{sent.id}/cancel")
    yield
    for fault in (None, K.REJECTED):
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
    judged = {"type": "complaint", "version": moved.get_json()["version"]}
    moved = lead.put(f"/service-requests/{other.id}/classification", judged)
    yield
    body = {"status": "resolved", "version": moved.get_json()["version"]}
    screen.put(f"/service-requests/{other.id}/status", body)
    yield
    screen.put(f"/conversations/{desk.request.conversation_id}/read", {"number": 99})
    yield
    version = screen.get(f"/service-requests/{desk.request.id}").get_json()["version"]
    said = {"type": "lead", "priority": 1, "version": version}
    assert screen.put(f"/service-requests/{desk.request.id}/classification", said).status_code == 200
    yield
    for changed in ({}, {"edited_at": make.later(60)}, {"edited_at": make.later(90), "deleted": True}):
        text = "宽带又断了，装机地址在南屏路8号" if changed else "宽带又断了什么时候修好"
        make.store(desk.account, make.post(text, external_id="status:77", author="c7", **changed))
        make.judge()
        yield


def _taken_by_another(world: World) -> Story:
    """Whoever sees only what is free and their own loses what a colleague is given (case A7)."""
    desk = Desk(world.make, world.clock, world.remote)
    free = world.make.unassign(desk.request)
    screen, lead = world.screen(desk, RoleName.AGENCY_OPERATOR), world.screen(desk, RoleName.SUPERVISOR)

    def acts() -> Iterator[None]:
        for taker in (desk.operator.id, None):
            version = lead.get(f"/service-requests/{free.id}").get_json()["version"]
            path, body = f"/service-requests/{free.id}/assignee", {"operator_id": taker, "version": version}
            assert lead.put(path, body).status_code == 200
            yield

    return Story("taken by another, and free again", screen, ("service_request",), acts())


def _files(world: World) -> Story:
    desk = Desk(world.make, world.clock, world.remote, platform="wechat")
    lending = lend(desk)
    lending.files = {"m1": PNG}
    screen = world.open_browser(desk.operator)

    def acts() -> Iterator[None]:
        picture = Media("image", source_ref="m1", expires_at=world.make.now + timedelta(days=3))
        post = world.make.post("看一下", author="c1", lane=Lane.PRIVATE, media=(picture,))
        world.make.store(desk.account, post)
        world.make.judge()
        yield
        with open_context(desk.runtime, LISTENER, write=False) as ctx:
            due = due_copies(ctx)
        for number in due:
            copy_medium(desk.runtime, number)
        yield
        desk.write("您好", request=desk.private)
        desk.remote.fail_next(K.UNKNOWN_OUTCOME)
        desk.deliver()
        yield

    return Story("a picture, and an unknown outcome", screen, ("service_request", "message"), acts())


def _topics(world: World) -> Story:
    make, clock = world.make, world.clock
    agency = make.agency()
    account = make.account(agency, make.team(agency))
    screen = world.open_browser(make.operator(agency, role=RoleName.SUPERVISOR))

    def acts() -> Iterator[None]:
        burst(make, account)
        watch_bursts(make.runtime)
        yield
        (topic,) = screen.get("/topics").get_json()["items"]
        named = {"label": "南屏光缆", "version": topic["version"]}
        assert screen.put(f"/topics/{topic['id']}", named).status_code == 200
        yield
        known_hours(make, clock, account)
        watch_bursts(make.runtime)
        yield
        burst(make, account, times=6)
        watch_bursts(make.runtime)
        yield
        alert = screen.get("/alerts").get_json()["items"][0]
        assert screen.put(f"/alerts/{alert['id']}/acknowledgement").status_code == 200
        yield
        burst(make, account, times=7)
        watch_bursts(make.runtime)
        yield

    return Story("a burst", screen, ("topic", "alert"), acts())


def _accounts(world: World) -> Iterator[Story]:
    """Seen by somebody who manages accounts, and by somebody who only reads them."""
    for role in (RoleName.ADMINISTRATOR, RoleName.SUPERVISOR):
        desk = Desk(world.make, world.clock, world.remote)
        admin = world.screen(desk, RoleName.ADMINISTRATOR)
        screen = admin if role is RoleName.ADMINISTRATOR else world.screen(desk, role)
        yield Story(f"an account, seen by the {role.value}", screen, ("account",), _an_account(desk, admin))


def _an_account(desk: Desk, admin: Browser) -> Iterator[None]:
    path = f"/accounts/{desk.account.id}"
    for status in ("paused", "active"):
        assert admin.put(f"{path}/status", {"status": status}).status_code == 200
        yield
    for number in range(2):
        desk.write(f"第{number}条")
        desk.remote.fail_next(K.CAPABILITY_MISSING)
        desk.deliver()
        yield


def _publications(world: World) -> Story:
    press = Press(world.make, world.clock, world.remote)
    screen = world.open_browser(press.editor)

    def acts() -> Iterator[None]:
        press.publish("今晚零点系统升级")
        yield
        press.deliver()
        yield
        taken_back = press.publish("写错了")
        screen.post(f"/publications/{taken_back.id}/cancel")
        yield
        press.publish("这条会被拒")
        press.remote.fail_next(K.REJECTED)
        press.deliver()
        yield

    return Story("what is published", screen, ("publication",), acts())


def _long_work(world: World) -> Story:
    desk = Desk(world.make, world.clock, world.remote)
    screen = world.screen(desk, RoleName.SUPERVISOR)
    body = {"query": {"view": "all"}, "columns": ["number", "status"], "format": "csv"}

    def acts() -> Iterator[None]:
        started = [screen.post("/service-requests/exports", body).get_json()["id"] for _ in range(2)]
        yield
        go_on(desk.runtime, started[0])
        yield
        assert screen.post(f"/long-works/{started[1]}/cancel").status_code == 200
        yield
        assert screen.delete(f"/long-works/{started[0]}").status_code == 204
        yield

    return Story("work that takes long", screen, ("long_work",), acts())


def shown(screen: Browser, kinds: tuple[str, ...]) -> dict[str, list[dict[str, Any]]]:
    """What the server shows of these kinds now."""
    state: dict[str, list[dict[str, Any]]] = {kind: [] for kind in kinds}
    for kind in set(kinds) - {"service_request", "message"}:
        state[kind] = screen.get(f"/{kind.replace('_', '-')}s").get_json()["items"]
    for view in ("all", "resolved") if "service_request" in kinds else ():
        for request in screen.get("/service-requests", view=view).get_json()["items"]:
            state["service_request"].append(request)
            if "message" in kinds:
                path = f"/conversations/{request['conversation_id']}/messages"
                state["message"] += screen.get(path).get_json()["items"]
    return state
