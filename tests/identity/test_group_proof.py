"""The pages of proof for roles and agencies, and turned round: each says what people's own calls answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.core.permissions import AccountReach, Permission, RequestReach, RoleName
from app.models import AgencyKind, Operator, ServiceRequest
from tests.factories.browser import Browser
from tests.factories.make import Make

Open = Callable[[Operator | None], Browser]
_P = Permission


class House:
    """A brand with two teams and an agency; each of their accounts has two requests, one of them assigned."""

    def __init__(self, make: Make, open_browser: Open) -> None:
        self.make, self.open = make, open_browser
        home, away = make.agency(), make.agency(AgencyKind.THIRD_PARTY)
        self.home, self.away = home, away
        teams = [make.team(home), make.team(home), make.team(away)]
        self.accounts = [
            make.account(team_agency, team)
            for team_agency, team in zip((home, home, away), teams, strict=True)
        ]
        role = RoleName
        self.people = {
            "甲": make.operator(home, teams[0]),
            "乙": make.operator(home, teams[0], teams[1]),
            "班长": make.operator(home, role=role.SUPERVISOR),
            "丙": make.operator(away, teams[2], role=role.AGENCY_OPERATOR),
            "丁": make.operator(away, teams[2], role=role.AGENCY_OPERATOR),
            "走了": make.operator(home, teams[0], is_active=False),
        }
        self.requests: list[ServiceRequest] = []
        for account, holder in zip(self.accounts, ("甲", "乙", "丙"), strict=True):
            self.requests.append(make.request(account, "宽带断了", author="a", assignee=self.people[holder]))
            self.requests.append(
                make.request(
                    account,
                    "宽带断了",
                    author="b",
                    assignee=self.people["丁"] if holder == "丙" else self.people[holder],
                )
            )
        self.admin = open_browser(make.operator(home, role=role.ADMINISTRATOR))

    def seen_by(self, *names: str) -> set[int]:
        """The requests that their own lists show."""
        found: set[int] = set()
        for name in names:
            listed = self.open(self.people[name]).get("/service-requests?view=all").get_json()["items"]
            found |= {row["id"] for row in listed}
        return found


@pytest.fixture
def house(make: Make, open_browser: Open) -> House:
    return House(make, open_browser)


def _counts(proof: dict[str, Any]) -> dict[str, Any]:
    return {row["kind"]: row["visible"] for row in proof["counts"]}


def test_a_role_is_what_its_people_see_by_it_together(house: House) -> None:
    role = house.make.role_id(RoleName.OPERATOR)
    proof = house.admin.get(f"/roles/{role}/proof").get_json()
    assert proof["people_count"] == 2
    assert {row["id"] for row in proof["people"]} == {house.people["甲"].id, house.people["乙"].id}
    assert {row["id"] for row in proof["accounts"]} == {house.accounts[0].id, house.accounts[1].id}
    assert _counts(proof)["service_requests"] == len(house.seen_by("甲", "乙")) == 4
    assert (proof["account_reach"], proof["request_reach"]) == ("team", "team")
    assert {row["people"] for row in proof["rights"]} == {2}


def test_a_second_role_of_somebody_does_not_count_for_the_first(house: House) -> None:
    role = house.make.role(_P.SERVICE_REQUESTS_READ, request_reach=RequestReach.OWN)
    house.make.give(house.people["班长"], role)
    proof = house.admin.get(f"/roles/{role.id}/proof").get_json()
    assert (proof["account_count"], _counts(proof)["service_requests"]) == (0, 0)
    assert [row["right"] for row in proof["rights"]] == ["service_requests:read", "session:use"]


def test_an_agency_is_what_its_people_see_together(house: House) -> None:
    proof = house.admin.get(f"/agencies/{house.away.id}/proof").get_json()
    assert (proof["people_count"], proof["account_count"], proof["accounts_among"]) == (2, 1, 3)
    assert _counts(proof)["service_requests"] == len(house.seen_by("丙", "丁")) == 2
    assert _counts(proof)["inbound_items"] == 0  # none of them may listen
    held = {row["right"]: row["people"] for row in proof["rights"]}
    assert held["replies:send"] == 2
    assert "operators:manage" not in held
    home = house.admin.get(f"/agencies/{house.home.id}/proof").get_json()
    assert home["people_count"] == 4  # who is shut out does not count
    assert _counts(home)["service_requests"] == 6  # the administrator sees all


def test_nobody_learns_of_people_and_rows_that_they_do_not_see(house: House) -> None:
    manages = house.make.role(
        _P.OPERATORS_MANAGE, account_reach=AccountReach.AGENCY, request_reach=RequestReach.ALL
    )
    asker = house.open(house.make.operator(house.away, role=manages))
    assert asker.get(f"/agencies/{house.home.id}/proof").status_code == 404
    assert asker.get(f"/accounts/{house.accounts[0].id}/seers").status_code == 404
    assert asker.get(f"/service-requests/{house.requests[0].id}/seers").status_code == 404
    proof = asker.get(f"/roles/{house.make.role_id(RoleName.OPERATOR)}/proof").get_json()
    assert (proof["people_count"], proof["account_count"]) == (0, 0)
    seers = asker.get(f"/accounts/{house.accounts[2].id}/seers").get_json()
    assert (seers["count"], seers["among"]) == (3, 3)


def test_who_sees_a_request_is_who_can_open_it(house: House) -> None:
    names = {person.id: name for name, person in house.people.items()}
    for request in house.requests:
        told = house.admin.get(f"/service-requests/{request.id}/seers").get_json()
        seers = {names[row["person"]["id"]] for row in told["items"] if row["person"]["id"] in names}
        opens = {
            name
            for name, person in house.people.items()
            if house.open(person).get(f"/service-requests/{request.id}").status_code == 200
        }
        assert seers == opens
        assert told["what"] == request.number


def test_who_sees_an_account_and_who_may_do_something(house: House) -> None:
    told = house.admin.get(f"/accounts/{house.accounts[1].id}/seers").get_json()
    expected = {house.people[name].id for name in ("乙", "班长")}
    assert expected <= {row["person"]["id"] for row in told["items"]}
    assert told["count"] == 3  # and the administrator
    may = house.admin.get("/rights/publications:send/people").get_json()
    assert {row["person"]["id"] for row in may["items"]} >= {house.people["班长"].id}
    assert house.people["甲"].id not in {row["person"]["id"] for row in may["items"]}
    assert house.admin.get("/rights/callbacks:store/people").status_code == 404


def test_who_lacks_a_right_is_told_whom_to_ask(house: House) -> None:
    """Who manages people and has the right; of the brand's people an agency learns only that there are."""
    asks = "/rights/publications:send/holders"
    home = house.open(house.people["甲"]).get(asks).get_json()
    assert [row["id"] for row in home["holders"]][:1] == [house.people["班长"].id]
    assert (len(home["grantors"]), home["granted_elsewhere"]) == (1, False)
    away = house.open(house.people["丙"]).get(asks).get_json()
    assert (away["holders"], away["grantors"], away["granted_elsewhere"]) == ([], [], True)
    # Who manages people of the agency but lacks the right cannot give it.
    manages = house.make.role(_P.OPERATORS_MANAGE, account_reach=AccountReach.AGENCY)
    house.make.operator(house.away, role=manages)
    assert house.open(house.people["丙"]).get(asks).get_json()["grantors"] == []
