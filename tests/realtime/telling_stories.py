"""Stories of what screens are only told of: an event says that something changed, and they read it anew.

Between two acts it is asked whether what the server shows has changed; then the screen must have been told. A
stranger to all of it hears nothing. What browsers keep by the event itself has its stories in `stories.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.core.permissions import RoleName
from app.routing.jobs import tell_of_late_requests
from tests.architecture.entries import ROUTES
from tests.architecture.entries_dealing import DEALING_CONTENT
from tests.architecture.organisation import Stage
from tests.automation.office import Office, seen
from tests.factories.browser import API, Browser
from tests.grants.house import House
from tests.notifications.box import herald
from tests.realtime.stories import World
from tests.routing.setup_office import ANY, SetupOffice

_DAY = [{"start": "09:00", "end": "18:00"}]
_HOURS: dict[str, Any] = {"week": [*[_DAY] * 5, [], []], "make_up_intervals": _DAY}
_OPEN = {"field": "status", "op": "is", "value": "open"}
_ROLE: dict[str, Any] = {
    "rights": ["service_requests:read"],
    "account_reach": "team",
    "request_reach": "own",
    "masked": [],
    "capacity": 0,
}


@dataclass(frozen=True)
class TellingStory:
    name: str
    screen: Browser
    stranger: Browser
    reads: tuple[str, ...]
    """What the screen has read, by path."""
    kinds: frozenset[str]
    """Of which kinds of objects it reads again."""
    acts: Iterator[None]

    def shown(self) -> list[Any]:
        answers = [self.screen.get(path) for path in self.reads]
        assert [answer.status_code for answer in answers] == [200] * len(answers), self.name
        return [answer.get_json() for answer in answers]


def telling_stories(world: World) -> Iterator[TellingStory]:
    yield _grants(world)
    yield _rules(world)
    yield _routing(world)
    yield _levels(world)
    yield _whispers(world)
    yield _notifications(world)
    yield _views(world)
    yield _lists(world)
    yield _time(world)
    yield _shifts(world)
    yield _people(world)
    yield _others(world)


def _stranger(world: World, role: RoleName = RoleName.SUPERVISOR) -> Browser:
    return world.open_browser(world.make.operator(world.make.agency(), role=role))


def _ok(answer: Any, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.get_json()
    return answer.get_json() if status != 204 else {}


def _grants(world: World) -> TellingStory:
    """The brand's manager looks at grants and contracts; whoever they are not for hears of none."""
    house = House(world.make, world.clock, world.open_browser)
    screen = world.open_browser(house.manager)
    agency = world.make.agency(kind=house.agency.kind)

    def acts() -> Iterator[None]:
        grant = house.granted()
        yield
        body = {"allows": ["listen"], "begins_at": None, "ends_at": None, "version": grant["version"]}
        grant = _ok(screen.put(f"/grants/{grant['id']}", body))
        yield
        _ok(house.end(grant))
        yield
        house.granted(begins_at=world.make.later(3600).isoformat())
        yield
        house.pass_time(3601)
        yield
        contract = _ok(
            screen.post("/contracts", {"agency_id": agency.id, "first_day": "2026-01-01", "last_day": None}),
            201,
        )
        yield
        changed = {"first_day": "2026-02-01", "last_day": None, "version": contract["version"]}
        _ok(screen.put(f"/contracts/{contract['id']}", changed))
        yield

    kinds = frozenset({"grant", "contract"})
    return TellingStory(
        "grants and contracts", screen, _stranger(world), ("/grants", "/contracts"), kinds, acts()
    )


def _rules(world: World) -> TellingStory:
    """A rule is made, tried, switched on, works, is edited, and goes."""
    office = Office(world.make)
    lead, screen = world.open_browser(office.lead), world.open_browser(office.lead)

    def acts() -> Iterator[None]:
        rule = office.rule(lead, on=False)
        yield
        office.tried(lead, rule)
        yield
        office.switched_on(lead, seen(lead, rule["id"]))
        yield
        world.make.request(office.account, "没有网", author="c1")
        office.settle()
        yield
        now = seen(lead, rule["id"])
        content = {key: now[key] for key in ("trigger", "condition", "actions")}
        _ok(
            lead.put(
                f"/automation/rules/{rule['id']}", {**content, "name": "另一名", "version": now["version"]}
            )
        )
        yield
        _ok(lead.delete(f"/automation/rules/{rule['id']}"), 204)
        yield

    kinds = frozenset({"automation_rule"})
    return TellingStory("a rule", screen, _stranger(world), ("/automation/rules",), kinds, acts())


def _routing(world: World) -> TellingStory:
    """Queues, rules and skills are made, changed, put elsewhere, switched, and go."""
    office = SetupOffice(world.make)
    lead, screen = world.open_browser(office.lead), world.open_browser(office.lead)

    def acts() -> Iterator[None]:
        skill = office.skill(lead, "宽带", anna=3)
        yield
        _ok(lead.put(f"/routing/skills/{skill}", {"name": "光纤", "version": 1}))
        yield
        queue, other = office.queue(lead, "甲"), office.queue(lead, "乙")
        path = f"/routing/queues/{queue['id']}"
        yield
        _ok(lead.put(path, {"name": "丙", "strategy": "pull", "version": queue["version"]}))
        yield
        _ok(lead.put(f"/routing/queues/{other['id']}/position", {"position": 0, "version": 1}))
        yield
        rule, second = (office.rule(lead, name, priority=2) for name in "一二")
        path = f"/routing/rules/{rule['id']}"
        yield
        rule = _ok(lead.put(path, {"name": "三", "condition": ANY, "priority": 3, "version": 1}))
        yield
        rule = _ok(lead.put(f"{path}/switch", {"is_on": False, "version": rule["version"]}))
        yield
        _ok(lead.put(f"/routing/rules/{second['id']}/position", {"position": 0, "version": 1}))
        yield
        _ok(lead.delete(path), 204)
        _ok(lead.delete(f"/routing/queues/{other['id']}"), 204)
        _ok(lead.delete(f"/routing/skills/{skill}"), 204)
        yield

    kinds = frozenset({"routing_queue", "routing_rule", "skill", "operator"})
    return TellingStory("routing", screen, _stranger(world), ("/routing/setup",), kinds, acts())


def _levels(world: World) -> TellingStory:
    """Service policies are made, switched, changed, put in order, and go; a request comes near its end."""
    office = Office(world.make)
    lead, screen = world.open_browser(office.lead), world.open_browser(office.lead)
    content = {
        "condition": {"all": []},
        "first_minutes": 4,
        "next_minutes": 4,
        "warn_share": 50,
        "steps": [{"at": "missed", "leads": True}],
    }

    def made(name: str) -> dict[str, Any]:
        return _ok(lead.post("/service-policies", {**content, "name": name}), 201)

    def acts() -> Iterator[None]:
        first, second = made("甲"), made("乙")
        yield
        path = f"/service-policies/{first['id']}"
        first = _ok(lead.put(f"{path}/switch", {"is_on": True, "version": first["version"]}))
        yield
        world.make.request(office.account, "没有网", author="l1")
        for _ in range(2):
            world.clock.advance(125)
            tell_of_late_requests(world.make.runtime)
        yield
        _ok(lead.put(path, {**content, "name": "丙", "version": first["version"]}))
        yield
        _ok(lead.put("/service-policies/order", {"ids": [second["id"], first["id"]]}))
        yield
        _ok(lead.delete(path), 204)
        yield

    kinds = frozenset({"service_policy", "service_request"})
    reads = ("/service-policies",)
    return TellingStory("service policies", screen, _stranger(world), reads, kinds, acts())


def _whispers(world: World) -> TellingStory:
    """Whoever hands out work whispers to whoever has the request; a mate who sees it hears nothing."""
    office = Office(world.make)
    lead, screen = world.open_browser(office.lead), world.open_browser(office.mate)
    request = world.make.request(office.account, "没有网", author="w1", assignee=office.mate)
    path = f"/service-requests/{request.id}/whispers"

    def acts() -> Iterator[None]:
        _ok(lead.post(path, {"text": "先道歉"}), 201)
        yield

    return TellingStory("whispers", screen, _stranger(world), (path,), frozenset({"whisper"}), acts())


def _notifications(world: World) -> TellingStory:
    """Two devices of one person: what happens on one is told to the other; a colleague hears nothing."""
    office = Office(world.make)
    one, other = world.open_browser(office.mate), world.open_browser(office.mate)
    server = {"smtp_host": "127.0.0.1", "smtp_from": "lingke@example.com"}
    runtime = world.make.runtime
    runtime.settings = runtime.settings.model_copy(update=server)

    def acts() -> Iterator[None]:
        world.make.request(office.account, "没有网", author="c1", assignee=office.mate)
        herald(runtime)
        yield
        newest = one.get("/notifications").get_json()["items"][0]["id"]
        _ok(one.post("/notifications/read", {"up_to": newest}))
        yield
        _ok(one.put("/notification-settings", {"version": 0, "only_working": True}))
        yield
        _ok(one.put("/mailbox/address", {"address": "mate@example.org"}))
        yield
        _ok(one.delete("/mailbox/address"), 204)
        yield

    reads = ("/notifications", "/notification-settings", "/mailbox")
    kinds = frozenset({"notification", "notification_box", "mailbox"})
    colleague = world.open_browser(office.lead)
    return TellingStory("one's own notifications", other, colleague, reads, kinds, acts())


def _views(world: World) -> TellingStory:
    office = Office(world.make)
    owner, screen = world.open_browser(office.lead), world.open_browser(office.mate)

    def acts() -> Iterator[None]:
        content = {"name": "处理中的", "condition": _OPEN, "sharing": "agency"}
        view = _ok(owner.post("/saved-views", {**content, "subject": "service_request"}), 201)
        yield
        changed = {**content, "name": "还在处理的", "version": view["version"]}
        _ok(owner.put(f"/saved-views/{view['id']}", changed))
        yield
        _ok(owner.delete(f"/saved-views/{view['id']}"), 204)
        yield

    reads = ("/saved-views?subject=service_request",)
    return TellingStory("a shared view", screen, _stranger(world), reads, frozenset({"saved_view"}), acts())


def _lists(world: World) -> TellingStory:
    office = Office(world.make)
    lead, screen = world.open_browser(office.lead), world.open_browser(office.lead)

    def acts() -> Iterator[None]:
        who = {"list": "vip", "platform": "weibo", "author_external_id": "u-of-a-story"}
        entry = _ok(lead.post("/special-list-entries", who), 201)
        yield
        entry = _ok(
            lead.put(f"/special-list-entries/{entry['id']}", {"note": "x", "version": entry["version"]})
        )
        yield
        _ok(lead.delete(f"/special-list-entries/{entry['id']}"), 204)
        yield

    kinds = frozenset({"special_list", "special_list_entry"})  # what is gone is withdrawn by its own kind
    return TellingStory("a special list", screen, _stranger(world), ("/special-list-entries",), kinds, acts())


def _time(world: World) -> TellingStory:
    office = Office(world.make)
    screen = world.open_browser(world.make.operator(office.agency, role=RoleName.ADMINISTRATOR))

    def acts() -> Iterator[None]:
        calendar = _ok(screen.post("/calendars", {"name": "白班", **_HOURS}), 201)
        yield
        changed = {"name": "早班", **_HOURS, "version": calendar["version"]}
        _ok(screen.put(f"/calendars/{calendar['id']}", changed))
        yield
        _ok(screen.delete(f"/calendars/{calendar['id']}"), 204)
        yield
        _ok(screen.put("/holiday-years/2031", {"text": "2031-01-01 放假 元旦", "version": 0}))
        yield
        _ok(screen.delete("/holiday-years/2031"), 204)
        yield

    kinds = frozenset({"calendar", "holiday_year"})
    reads = ("/calendars", "/holiday-years")
    nobody = world.open_browser(world.make.operator(world.make.agency(), role=world.make.role()))
    return TellingStory("working time", screen, nobody, reads, kinds, acts())


def _shifts(world: World) -> TellingStory:
    make = world.make
    agency = make.agency()
    team = make.team(agency)
    anna, bo, cleo = (make.operator(agency, team) for _ in range(3))
    lead = world.open_browser(make.operator(agency, team, role=RoleName.SUPERVISOR))
    screen, other = world.open_browser(anna), world.open_browser(bo)
    day = (make.now + timedelta(days=3)).date().isoformat()
    path = f"/shifts?first={day}&last={day}"

    def acts() -> Iterator[None]:
        kind = _ok(lead.post("/shift-templates", {"name": "早班", "start": "09:00", "end": "18:00"}), 201)
        yield
        body = {"template_id": kind["id"], "operator_ids": [anna.id], "days": [day]}
        _ok(lead.post("/shifts", body), 201)
        yield
        shift = _ok(lead.get("/shifts", first=day, last=day))["shifts"][0]
        swap = _ok(screen.post("/shift-swaps", {"shift_id": shift["id"], "other_id": bo.id}), 201)
        yield
        swap = _ok(
            other.put(f"/shift-swaps/{swap['id']}/answer", {"agrees": True, "version": swap["version"]})
        )
        yield
        decided = {"approves": True, "version": swap["version"]}
        _ok(lead.put(f"/shift-swaps/{swap['id']}/decision", decided))
        yield
        moved = _ok(lead.get("/shifts", first=day, last=day))["shifts"][0]
        edit = {key: moved[key] for key in ("day", "start", "end", "version")}
        _ok(lead.put(f"/shifts/{moved['id']}", {**edit, "operator_id": cleo.id}))
        yield
        _ok(lead.delete(f"/shifts/{moved['id']}"), 204)
        yield

    kinds = frozenset({"shift_plan", "shift_swap"})
    return TellingStory("shifts", screen, _stranger(world), (path,), kinds, acts())


def _people(world: World) -> TellingStory:
    """Who looks after people sees them come, change, be shut out and come back; teams and roles too."""
    office = Office(world.make)
    chief = world.open_browser(world.make.operator(office.agency, role=RoleName.ADMINISTRATOR))
    mate = world.open_browser(office.mate)

    def acts() -> Iterator[None]:
        role = _ok(chief.post("/roles", {**_ROLE, "name": "只看的", "agency_id": None}), 201)
        yield
        role = _ok(chief.put(f"/roles/{role['id']}", {**_ROLE, "name": "看客", "version": role["version"]}))
        yield
        team = _ok(chief.post("/teams", {"agency_id": office.agency.id, "name": "夜班"}), 201)
        yield
        _ok(chief.put(f"/teams/{team['id']}", {"name": "晚班"}))
        yield
        new = {"login_name": "a.newcomer", "name": "新人", "team_ids": [], "agency_id": office.agency.id}
        made = _ok(chief.post("/people", {**new, "role_ids": [world.make.role_id(RoleName.OPERATOR)]}), 201)
        number = (made.get("person") or made)["id"]
        yield
        changed = {"name": "旧人", "role_ids": [role["id"]], "team_ids": [team["id"]]}
        _ok(chief.put(f"/people/{number}", changed))
        yield
        for is_active in (False, True):
            _ok(chief.put(f"/people/{number}/active", {"active": is_active}))
            yield
        yield from _tree(chief, number, team["id"])
        _ok(chief.put(f"/people/{office.mate.id}/capacity", {"capacity": 3}))
        yield
        _ok(chief.put(f"/routing-settings/{office.agency.id}", {**DEALING_CONTENT, "accept_minutes": 3}))
        yield
        _ok(mate.put("/session/presence", {"presence": "away"}))
        yield
        _ok(chief.put(f"/people/{number}", {**changed, "role_ids": [world.make.role_id(RoleName.OPERATOR)]}))
        yield
        _ok(chief.delete(f"/roles/{role['id']}"), 204)
        yield

    reads = ("/people", "/roles", "/units", "/routing-settings")
    kinds = frozenset({"operator", "team", "role", "unit", "routing_settings"})
    stranger = world.open_browser(world.make.operator(world.make.agency(), role=world.make.role()))
    return TellingStory("people, teams and roles", chief, stranger, reads, kinds, acts())


def _tree(chief: Browser, person: int, team: int) -> Iterator[None]:
    """A centre is made and renamed, takes the team and somebody in, and is closed when all have left."""
    (own,) = (unit for unit in chief.get("/units").get_json()["items"] if unit["team_id"] == team)
    new = {"parent_id": own["parent_id"], "kind": "centre", "name": "客服中心"}
    centre = _ok(chief.post("/units", new), 201)
    yield
    path = f"/units/{centre['id']}"
    centre = _ok(chief.put(path, {"name": "服务中心", "version": centre["version"]}))
    yield
    back = own["parent_id"]
    for parent in (centre["id"], back):
        moved = {"parent_id": parent, "version": own["version"]}
        own = _ok(chief.post(f"/units/{own['id']}/move", moved))
        yield
    for unit in (centre["id"], back):
        _ok(chief.put(f"/people/{person}/unit", {"unit_id": unit, "leads": unit == centre["id"]}))
        yield
    _ok(chief.post(f"{path}/close", {"version": centre["version"]}), 204)
    yield


CAUSED = (
    "labels.correct",
    "reviews.review_sampled_item",
    "monitors.edit_monitor",
    "identity.start_look",
    "identity.stop_look",
)
"""Asked as the access matrix asks them."""


def _others(world: World) -> TellingStory:
    stage = Stage(world.make)
    administrator = stage.people["administrator"]
    assert administrator is not None
    screen = world.open_browser(administrator)

    def acts() -> Iterator[None]:
        for name in CAUSED:
            stage.asker = "administrator"
            ask, method, path = _asked(stage, name)
            answer = screen.call(method, path, ask.body, query_string=ask.query)
            assert answer.status_code == ROUTES[name].status, (name, answer.get_json())
            yield

    kinds = frozenset({"filter_sample", "inbound_item", "monitor", "operator"})
    nobody = world.open_browser(world.make.operator(world.make.agency(), role=world.make.role()))
    return TellingStory("corrections, samples, monitors, looks", screen, nobody, (), kinds, acts())


def _asked(stage: Stage, name: str) -> tuple[Any, str, str]:
    from app.api.endpoint import ENDPOINTS  # noqa: PLC0415

    spec, ask = ENDPOINTS[name], ROUTES[name].ask(stage)
    path = spec.rule.removeprefix(API)
    for key, value in ask.path.items():
        path = path.replace(f"<int:{key}>", str(value)).replace(f"<{key}>", str(value))
    return ask, spec.method, path
