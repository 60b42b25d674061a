"""What runs out: what was given and not opened, breaks, browsers that nobody touches, people who vanish."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.clock import ManualClock
from app.core.permissions import RoleName
from app.core.unit_of_work import open_context
from app.identity.presence import connected
from app.jobs.job import perform
from app.models import (
    Lane,
    Operator,
    Presence,
    RequestChange,
    RoutingSettings,
    ServiceRequest,
)
from app.routing.job_names import ASSIGN_WAITING, RETURN_OF_VANISHED, RETURN_UNOPENED, WATCH_PEOPLE
from app.routing.jobs import PERIODIC, tell_of_late_requests
from tests.architecture.entries_dealing import DEALING_CONTENT
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.notifications.box import Box
from tests.routing.test_handing_out import ROUTER, Office
from tests.support.statements import counted

Open = Callable[[Operator | None], Browser]
MINUTES = 60.0


class Floor(Office):
    """An office whose agency has said how it deals work out, and its lead."""

    def __init__(self, app: Flask, make: Make, clock: ManualClock) -> None:
        super().__init__(make)
        self.clock = clock
        person = make.operator(self.agency, self.team, role=RoleName.SUPERVISOR, capacity=0)
        self.lead = Box(app, make, person)

    def says(self, **content: Any) -> None:
        (now,) = self.lead.browser.get("/routing-settings").get_json()["items"]
        body = {**DEALING_CONTENT, **content, "version": now["version"]}
        answer = self.lead.browser.put(f"/routing-settings/{self.agency.id}", body)
        assert answer.status_code == 200, answer.get_json()

    def person(self, who: Operator) -> Operator:
        with open_context(self.make.runtime, ROUTER, write=False) as ctx:
            return ctx.session.get_one(Operator, who.id)

    def look(self) -> list[str]:
        """What the scheduler finds to do, and does."""
        with open_context(self.make.runtime, ROUTER, write=False) as ctx:
            named = ("unopened requests", "resting people")
            jobs = [due for entry in PERIODIC if entry.name in named for due in entry.due(ctx)]
        for due in jobs:
            perform(self.make.runtime, due.job.name, list(due.ids))
        return [due.job.name for due in jobs]

    def is_connected(self, *people: Operator) -> None:
        with open_context(self.make.runtime, ROUTER) as ctx:
            connected(ctx, {person.id for person in people})


@pytest.fixture
def floor(app: Flask, make: Make, clock: ManualClock) -> Floor:
    return Floor(app, make, clock)


def test_what_was_given_and_not_opened_goes_back_and_to_somebody_else(floor: Floor) -> None:
    floor.says(accept_minutes=10)
    request = floor.make.request(floor.account)
    assert request.assignee_id == floor.anna.id
    floor.clock.advance(9.9 * MINUTES)
    assert floor.look() == []
    floor.clock.advance(0.1 * MINUTES)
    floor.change(floor.bo, presence=Presence.ONLINE)
    assert floor.look() == [RETURN_UNOPENED.name]
    assert (floor.now(request).assignee_id, floor.now(request).status) == (None, "new")
    assert floor.reasons(request)[-1] == "not_opened"
    floor.hand_out()
    assert floor.now(request).assignee_id == floor.bo.id
    assert floor.lead.kinds() == [], "somebody has not had it yet"


def test_whoever_is_asked_in_vain_is_not_asked_again_and_the_lead_is_told_once(floor: Floor) -> None:
    floor.says(accept_minutes=10)
    floor.change(floor.bo, presence=Presence.ONLINE)
    request = floor.make.request(floor.account)
    for _ in range(2):
        floor.clock.advance(10 * MINUTES)
        floor.look()
        floor.hand_out()
    assert floor.now(request).assignee_id is None, "both had it; it rests"
    assert floor.lead.kinds() == ["request_declined"]
    floor.look()
    floor.clock.advance(19 * MINUTES)
    floor.hand_out()
    assert floor.now(request).assignee_id is None
    floor.clock.advance(1 * MINUTES)
    floor.hand_out()
    assert floor.now(request).assignee_id is not None, "after half an hour the first is asked again"
    assert floor.lead.kinds() == ["request_declined"]


def test_what_was_opened_stays(floor: Floor, open_browser: Open) -> None:
    floor.says(accept_minutes=10)
    request = floor.make.request(floor.account)
    screen = open_browser(floor.anna)
    assert screen.get(f"/service-requests/{request.id}").get_json()["offered_at"] is not None
    screen.put(f"/conversations/{request.conversation_id}/read", {"number": 1})
    assert screen.get(f"/service-requests/{request.id}").get_json()["offered_at"] is None
    floor.clock.advance(60 * MINUTES)
    assert floor.look() == []
    assert floor.now(request).assignee_id == floor.anna.id


def test_what_was_read_by_somebody_else_before_is_opened_by_whoever_has_it_now(
    floor: Floor, open_browser: Open
) -> None:
    """Nothing of it is unread when it is offered; opening it counts all the same."""
    floor.says(accept_minutes=10)
    request = floor.make.request(floor.account)
    anna = open_browser(floor.anna)
    anna.put(f"/conversations/{request.conversation_id}/read", {"number": 1})
    version = floor.now(request).version
    anna.put(f"/service-requests/{request.id}/assignee", {"operator_id": None, "version": version})
    floor.change(floor.bo, presence=Presence.ONLINE)
    floor.hand_out()
    open_browser(floor.bo).put(f"/conversations/{request.conversation_id}/read", {"number": 1})
    floor.clock.advance(60 * MINUTES)
    assert floor.look() == []


@pytest.mark.parametrize("act", ["claim", "pending", "resolved"])
def test_only_what_waits_to_be_opened_has_a_timer(floor: Floor, open_browser: Open, act: str) -> None:
    floor.says(accept_minutes=10)
    screen = open_browser(floor.anna)
    if act == "claim":
        request = floor.make.unassign(floor.make.request(floor.account))
        version = floor.now(request).version
        answer = screen.put(
            f"/service-requests/{request.id}/assignee", {"operator_id": floor.anna.id, "version": version}
        )
    else:
        request = floor.make.request(floor.account)
        version = floor.now(request).version
        answer = screen.put(f"/service-requests/{request.id}/status", {"status": act, "version": version})
    assert answer.status_code == 200
    floor.clock.advance(60 * MINUTES)
    assert floor.look() == []


def test_without_a_word_nothing_runs_out(floor: Floor) -> None:
    request = floor.make.request(floor.account)
    floor.clock.advance(24 * 60 * MINUTES)
    assert floor.look() == []
    assert floor.now(request).assignee_id == floor.anna.id


def test_returning_costs_the_same_for_one_and_for_many(floor: Floor) -> None:
    costs: list[set[str]] = []
    floor.says(accept_minutes=10)
    floor.change(floor.anna, capacity=100)
    for many in (1, 2, 12):
        for number in range(many):
            floor.make.request(floor.account, author=f"{many}-{number}")
        floor.clock.advance(10 * MINUTES)
        with counted(floor.make.runtime.engine) as statements:
            perform(floor.make.runtime, RETURN_UNOPENED.name, [])
        costs.append(set(statements))
    # The first also makes a counter; rows with a version are written one by one, by the same statement.
    assert len(costs[1]) == len(costs[2])


def test_sleeping_work_that_comes_back_above_the_capacity_is_shown_and_stays(
    floor: Floor, open_browser: Open
) -> None:
    floor.change(floor.anna, capacity=2)
    screen = open_browser(floor.anna)
    for number in range(4):
        request = floor.make.request(floor.account, author=f"s{number}", lane=Lane.PRIVATE)
        assert request.assignee_id == floor.anna.id
        version = floor.now(request).version
        screen.put(f"/service-requests/{request.id}/status", {"status": "pending", "version": version})
    assert screen.get("/session").get_json()["capacity"] == {"open": 0, "load": 0.8, "maximum": 2}
    for number in range(4):
        floor.make.request(floor.account, author=f"s{number}", lane=Lane.PRIVATE)
    assert screen.get("/session").get_json()["capacity"] == {"open": 4, "load": 4.0, "maximum": 2}
    assert floor.make.request(floor.account, author="new").assignee_id is None
    (team,) = floor.lead.browser.get("/overview").get_json()["teams"]
    assert (team["in_hand"], team["load"], team["capacity"]) == (4, 4.0, 2)


def test_a_lane_of_a_person_has_a_limit_of_its_own(floor: Floor) -> None:
    path = f"/people/{floor.anna.id}/capacity"
    told = floor.lead.browser.put(path, {"capacity": 8, "lanes": {"private": 1}}).get_json()
    assert (told["capacity"], told["lanes"]) == (8, {"private": 1, "public": None})
    given = [floor.make.request(floor.account, author=f"l{n}", lane=Lane.PRIVATE) for n in range(2)]
    assert [one.assignee_id for one in given] == [floor.anna.id, None]
    assert floor.make.request(floor.account, author="p").assignee_id == floor.anna.id
    told = floor.lead.browser.put(path, {"capacity": 7}).get_json()
    assert told["lanes"] == {"private": 1, "public": None}, "left out: as it was"


def test_nobody_is_given_more_in_a_span_than_their_agency_says(floor: Floor) -> None:
    floor.says(intake_most=2, intake_minutes=5)
    given = [floor.make.request(floor.account, author=f"i{n}").assignee_id for n in range(4)]
    assert given == [floor.anna.id, floor.anna.id, None, None]
    floor.clock.advance(4.9 * MINUTES)
    floor.hand_out()
    assert floor.make.request(floor.account, author="i9").assignee_id is None
    floor.clock.advance(0.2 * MINUTES)
    floor.hand_out()
    with open_context(floor.make.runtime, ROUTER, write=False) as ctx:
        held = select(ServiceRequest).where(ServiceRequest.assignee_id == floor.anna.id)
        assert len(ctx.session.scalars(held).all()) == 4


def test_a_break_that_lasts_too_long_is_told_to_the_lead_once(floor: Floor, open_browser: Open) -> None:
    floor.says(limits={"break": 15})
    screen = open_browser(floor.anna)
    told = screen.put("/session/presence", {"presence": "break", "reason": "吃饭"}).get_json()
    assert (told["presence"], told["presence_reason"]) == ("break", "吃饭")
    assert told["presence_until"] > told["presence_since"]
    floor.clock.advance(14.9 * MINUTES)
    assert floor.look() == []
    floor.clock.advance(0.2 * MINUTES)
    assert floor.look() == [WATCH_PEOPLE.name]
    assert floor.lead.kinds() == ["presence_overrun"]
    assert floor.look() == []
    shown = floor.lead.browser.get("/people").get_json()["items"]
    (anna,) = [one for one in shown if one["id"] == floor.anna.id]
    assert (anna["presence"], anna["presence_reason"]) == ("break", "吃饭")
    assert anna["presence_until"] is not None
    # The next one is another break.
    screen.put("/session/presence", {"presence": "online"})
    screen.put("/session/presence", {"presence": "break"})
    floor.clock.advance(16 * MINUTES)
    floor.look()
    assert len(floor.lead.kinds()) == 1, "folded into the one that is unread"
    assert floor.lead.unread == 1


def test_another_reason_does_not_begin_the_break_anew(floor: Floor, open_browser: Open) -> None:
    floor.says(limits={"break": 15})
    screen = open_browser(floor.anna)
    first = screen.put("/session/presence", {"presence": "break", "reason": "吃饭"}).get_json()
    floor.clock.advance(5 * MINUTES)
    again = screen.put("/session/presence", {"presence": "break", "reason": "取快递"}).get_json()
    assert again["presence_reason"] == "取快递"
    assert (again["presence_since"], again["presence_until"]) == (
        first["presence_since"],
        first["presence_until"],
    )


def test_whoever_touches_nothing_is_away_and_comes_back_by_touching(floor: Floor, open_browser: Open) -> None:
    floor.says(away_minutes=10)
    screen = open_browser(floor.anna)
    assert screen.get("/session").get_json()["tells_touches"] is True
    assert screen.post("/session/touch").status_code == 204
    floor.clock.advance(9.9 * MINUTES)
    assert floor.look() == []
    floor.clock.advance(0.2 * MINUTES)
    assert floor.look() == [WATCH_PEOPLE.name]
    assert screen.get("/session").get_json()["presence"] == "away"
    assert floor.make.request(floor.account).assignee_id is None
    assert screen.post("/session/touch").status_code == 204
    assert screen.get("/session").get_json()["presence"] == "online"


@pytest.mark.parametrize("presence", ["break", "training", "offline"])
def test_whoever_said_that_they_are_elsewhere_is_not_taken_for_away(
    floor: Floor, open_browser: Open, presence: str
) -> None:
    floor.says(away_minutes=10)
    screen = open_browser(floor.anna)
    screen.post("/session/touch")
    screen.put("/session/presence", {"presence": presence})
    floor.clock.advance(60 * MINUTES)
    assert floor.look() == []
    screen.post("/session/touch")
    assert floor.person(floor.anna).presence is Presence(presence), "touching changes nothing they chose"


def test_a_browser_that_never_told_of_touches_makes_nobody_away(floor: Floor) -> None:
    floor.says(away_minutes=10)
    floor.clock.advance(60 * MINUTES)
    assert floor.look() == []


def test_whose_browsers_are_gone_is_offline_and_what_waits_for_them_goes_back(
    floor: Floor, open_browser: Open
) -> None:
    floor.says(vanish_minutes=5)
    waits = floor.make.request(floor.account, author="v1")
    asleep = floor.make.request(floor.account, author="v2")
    screen = open_browser(floor.anna)
    version = floor.now(asleep).version
    screen.put(f"/service-requests/{asleep.id}/status", {"status": "pending", "version": version})
    floor.is_connected(floor.anna)
    floor.clock.advance(4.9 * MINUTES)
    perform(floor.make.runtime, RETURN_OF_VANISHED.name, [])
    assert floor.person(floor.anna).presence is Presence.ONLINE
    floor.clock.advance(0.2 * MINUTES)
    perform(floor.make.runtime, RETURN_OF_VANISHED.name, [])
    assert floor.person(floor.anna).presence is Presence.OFFLINE
    assert (floor.now(waits).assignee_id, floor.now(asleep).assignee_id) == (None, floor.anna.id)
    assert floor.reasons(waits)[-1] == "holder_vanished"
    screen.post("/session/touch")
    assert floor.person(floor.anna).presence is Presence.ONLINE, "they were cut off, and are there again"


def test_a_break_needs_no_browser_until_it_is_over(floor: Floor, open_browser: Open) -> None:
    floor.says(vanish_minutes=5, limits={"break": 30})
    floor.is_connected(floor.anna)
    open_browser(floor.anna).put("/session/presence", {"presence": "break"})
    floor.clock.advance(29 * MINUTES)
    perform(floor.make.runtime, RETURN_OF_VANISHED.name, [])
    assert floor.person(floor.anna).presence is Presence.BREAK
    floor.clock.advance(2 * MINUTES)
    perform(floor.make.runtime, RETURN_OF_VANISHED.name, [])
    assert floor.person(floor.anna).presence is Presence.OFFLINE


def test_work_that_waits_with_nobody_there_is_told_to_the_lead(floor: Floor) -> None:
    floor.says(alone_minutes=20)
    floor.change(floor.anna, presence=Presence.BREAK)
    floor.make.request(floor.account, "请问一下", author="a1")
    floor.make.request(floor.account, "请问一下", author="a2")
    floor.clock.advance(19 * MINUTES)
    tell_of_late_requests(floor.make.runtime)
    assert "queue_nobody_there" not in floor.lead.kinds()
    floor.clock.advance(1 * MINUTES)
    for _ in range(3):
        tell_of_late_requests(floor.make.runtime)
    assert floor.lead.kinds().count("queue_nobody_there") == 1
    (title,) = [t for t in floor.lead.titles() if "nobody is online" in t]
    assert ": 2 waiting for 20 minutes" in title


def test_while_somebody_is_online_work_that_waits_is_no_alarm(floor: Floor) -> None:
    floor.says(alone_minutes=20)
    floor.change(floor.anna, capacity=1)
    for number in range(4):
        floor.make.request(floor.account, "请问一下", author=f"b{number}")
    floor.clock.advance(25 * MINUTES)
    tell_of_late_requests(floor.make.runtime)
    assert "queue_nobody_there" not in floor.lead.kinds()


def test_whoever_leaves_chooses_what_goes_back(floor: Floor, open_browser: Open) -> None:
    mine = [floor.make.request(floor.account, author=f"h{n}") for n in range(3)]
    others = floor.make.request(floor.account, author="o", assignee=floor.bo)
    screen = open_browser(floor.anna)
    version = floor.now(mine[2]).version
    screen.put(f"/service-requests/{mine[2].id}/status", {"status": "pending", "version": version})
    chosen = [mine[0].id, mine[2].id, others.id]
    answer = screen.post("/service-requests/hand-back", {"request_ids": chosen})
    assert answer.get_json() == {"count": 2}
    holders = [floor.now(one).assignee_id for one in (*mine, others)]
    assert holders == [None, floor.anna.id, None, floor.bo.id]
    assert screen.post("/service-requests/hand-back", {"request_ids": []}).get_json() == {"count": 0}


def test_settings_are_kept_by_version_and_written_down(floor: Floor) -> None:
    path = f"/routing-settings/{floor.agency.id}"
    screen = floor.lead.browser
    first = screen.put(path, {**DEALING_CONTENT, "public_weight": 0.25, "limits": {"break": 20}})
    assert (first.get_json()["version"], first.get_json()["public_weight"]) == (1, 0.25)
    stale = screen.put(path, {**DEALING_CONTENT, "away_minutes": 5})
    assert (stale.status_code, stale.get_json()["code"]) == (409, "stale_version")
    same = screen.put(path, {**DEALING_CONTENT, "public_weight": 0.25, "limits": {"break": 20}, "version": 1})
    assert same.get_json()["version"] == 1
    with open_context(floor.make.runtime, ROUTER, write=False) as ctx:
        (row,) = ctx.session.scalars(select(RoutingSettings))
        assert (row.public_weight, row.limits) == (25, {"break": 20})


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"private_weight": 0}, "private_weight"),
        ({"waiting_weight": -1}, "waiting_weight"),
        ({"accept_minutes": 0}, "accept_minutes"),
        ({"limits": {"online": 5}}, "limits.online.[key]"),
        ({"limits": {"break": 0}}, "limits.break"),
        ({"intake_most": 3}, "intake_minutes"),
        ({"intake_minutes": 3}, "intake_most"),
    ],
)
def test_settings_that_are_none_are_refused(floor: Floor, wrong: dict[str, Any], field: str) -> None:
    answer = floor.lead.browser.put(f"/routing-settings/{floor.agency.id}", {**DEALING_CONTENT, **wrong})
    assert answer.status_code == 422
    assert list(answer.get_json()["fields"]) == [field]


def test_another_agencys_settings_are_out_of_reach(floor: Floor) -> None:
    other = floor.make.agency()
    assert floor.lead.browser.put(f"/routing-settings/{other.id}", DEALING_CONTENT).status_code == 404


def test_every_timed_return_has_its_decision_and_change(floor: Floor) -> None:
    floor.says(accept_minutes=10)
    request = floor.make.request(floor.account)
    floor.clock.advance(10 * MINUTES)
    floor.look()
    with open_context(floor.make.runtime, ROUTER, write=False) as ctx:
        changes = ctx.session.scalars(
            select(RequestChange).where(RequestChange.service_request_id == request.id)
        ).all()
    assert [(row.kind.value, row.reason) for row in changes if row.reason] == [("returned", "not_opened")]
    perform(floor.make.runtime, ASSIGN_WAITING.name, [])
    assert floor.now(request).assignee_id is None
