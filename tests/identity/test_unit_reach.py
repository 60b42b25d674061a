"""Whoever reaches requests by their unit: lists, counts, search, exports and figures tell of those alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.core.clock import ManualClock
from app.core.permissions import AccountReach, Mandate, RequestReach, RoleName
from app.core.standard_roles import ROLES
from app.identity.looking import may_look
from app.longwork.reach import covers, reach_of
from app.models import Operator, ServiceRequest, Team, UnitKind
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.factories.tree import Tree

Open = Callable[[Operator | None], Browser]
SUPERVISOR = ROLES[RoleName.SUPERVISOR].mandate


class House:
    """Two departments with a team and a request each, a head of one of them, and an administrator."""

    def __init__(self, make: Make, open_browser: Open) -> None:
        self.make, self.tree = make, Tree(make)
        tree = self.tree
        self.own_team, self.other_unit = tree.team, tree.add(UnitKind.TEAM, "别的组", tree.other_centre)
        self.other_team: Team = tree.team_of(self.other_unit)
        role = make.role(
            *SUPERVISOR.permissions, account_reach=AccountReach.AGENCY, request_reach=RequestReach.UNIT
        )
        self.head = make.operator(tree.agency, role=role, unit_id=tree.department)
        self.own = self._request(self.own_team, "本部门的问题：宽带坏了")
        self.other = self._request(self.other_team, "别的部门的问题：宽带坏了")
        self.browser = open_browser(self.head)
        self.admin = open_browser(make.operator(tree.agency, role=RoleName.ADMINISTRATOR))

    def _request(self, team: Team, text: str) -> ServiceRequest:
        return self.make.request(self.make.account(self.tree.agency, team), text)

    def listed(self) -> list[int]:
        return [row["id"] for row in self.browser.get("/service-requests", view="all").get_json()["items"]]


@pytest.fixture
def house(make: Make, open_browser: Open) -> House:
    return House(make, open_browser)


def test_lists_counts_search_and_threads_are_of_the_unit_and_below(house: House) -> None:
    assert house.listed() == [house.own.id]
    assert house.browser.get(f"/service-requests/{house.own.id}").status_code == 200
    assert house.browser.get(f"/service-requests/{house.other.id}").status_code == 404
    hidden = f"/conversations/{house.other.conversation_id}/messages"
    assert house.browser.get(hidden).status_code == 404
    counts = house.browser.get("/service-requests/counts").get_json()
    assert counts["views"]["all"] == 1
    for request, hits in ((house.own, 1), (house.other, 0)):
        found = house.browser.get("/search", q=request.number).get_json()
        assert len(found["requests"]) == hits


def test_figures_count_what_the_list_shows(house: House, clock: ManualClock) -> None:
    clock.advance(60)
    question = {"metrics": ["arrivals"], "period": {"named": "today"}}
    numbers = [
        browser.post("/figures", question).get_json()["metrics"][0]["now"]["total"]["value"]
        for browser in (house.browser, house.admin)
    ]
    assert numbers == [1, 2]


def test_a_move_of_the_person_or_of_a_unit_counts_from_the_next_call_on(house: House) -> None:
    tree = house.tree
    put = house.admin.put(f"/people/{house.head.id}/unit", {"unit_id": tree.other_centre})
    assert put.status_code == 200
    assert house.listed() == [house.other.id]
    house.admin.put(f"/people/{house.head.id}/unit", {"unit_id": tree.root})
    assert sorted(house.listed()) == sorted([house.own.id, house.other.id])
    house.admin.put(f"/people/{house.head.id}/unit", {"unit_id": tree.department})
    body = {"parent_id": tree.inner, "version": tree.version(house.other_unit)}
    assert house.admin.post(f"/units/{house.other_unit}/move", body).status_code == 200
    assert sorted(house.listed()) == sorted([house.own.id, house.other.id])


def test_a_closed_teams_past_stays_with_the_units_above(house: House) -> None:
    done = {"status": "resolved", "version": house.own.version, "confirm": ["claimed_by_other"]}
    assert house.admin.put(f"/service-requests/{house.own.id}/status", done).status_code == 200
    account = {"name": "改名", "kind": "official", "team_id": None, "owner_operator_id": None}
    house.admin.put(f"/accounts/{house.own.account_id}", account)
    unit = house.tree.team_unit
    closed = house.admin.post(f"/units/{unit}/close", {"version": house.tree.version(unit)})
    assert closed.status_code == 204
    assert house.browser.get(f"/service-requests/{house.own.id}").status_code == 200


def test_the_reach_lies_between_that_of_teams_and_all() -> None:
    def of(reach: RequestReach) -> Mandate:
        return Mandate(request_reach=reach)

    assert of(RequestReach.TEAM).within(of(RequestReach.UNIT))
    assert of(RequestReach.UNIT).within(of(RequestReach.ALL))
    assert not of(RequestReach.ALL).within(of(RequestReach.UNIT))
    assert not of(RequestReach.UNIT).within(of(RequestReach.TEAM))


def test_the_proofs_of_roles_and_requests_go_by_units_too(house: House) -> None:
    (role,) = (row for row in house.admin.get("/roles").get_json()["items"] if row["key"] is None)
    proof = house.admin.get(f"/roles/{role['id']}/proof").get_json()
    (requests,) = (row for row in proof["counts"] if row["kind"] == "service_requests")
    assert (requests["visible"], requests["among"]) == (1, 2)
    for request, seen in ((house.own, True), (house.other, False)):
        seers = house.admin.get(f"/service-requests/{request.id}/seers").get_json()["items"]
        assert (house.head.id in [row["person"]["id"] for row in seers]) is seen


def test_what_was_made_with_more_is_not_covered(house: House) -> None:
    """A result of long work is given to nobody whose unit holds less than when it was made."""
    before = reach_of(house.make.actor(house.head))
    assert covers(house.make.actor(house.head), before)
    tree = house.tree
    house.admin.put(f"/people/{house.head.id}/unit", {"unit_id": tree.other_centre})
    assert not covers(house.make.actor(house.head), before)


def test_nobody_looks_through_the_eyes_of_another_unit(house: House) -> None:
    """Who reaches by units would see requests of others: such a one looks through nobody."""
    make = house.make
    looking: Any = make.role(
        *ROLES[RoleName.ADMINISTRATOR].mandate.permissions,
        account_reach=AccountReach.ALL,
        request_reach=RequestReach.UNIT,
    )
    one = make.operator(house.tree.agency, role=looking, unit_id=house.tree.other_centre)
    assert not may_look(make.actor(one), make.actor(house.head))
