"""What cannot be granted is refused, with what is wrong; nothing is kept of it."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.permissions import AccountReach, Permission, RequestReach
from app.models import AccountKind, AgencyKind
from tests.grants.house import WEEK, House

_RIGHTS = (Permission.GRANTS_READ, Permission.GRANTS_MANAGE, Permission.OPERATORS_MANAGE)


def iso(house: House, seconds: float) -> str:
    return house.make.later(seconds).isoformat()


def refused(answer: Any, status: int) -> tuple[str, dict[str, Any]]:
    body = answer.get_json()
    assert answer.status_code == status, body
    assert body["title"]
    assert not body["title"].startswith("errors.")
    return body["code"], body.get("errors") or body.get("fields") or {}


def nothing_kept(house: House, count: int = 0) -> None:
    assert len(house.open_browser(house.manager).get("/grants").get_json()["items"]) == count


def test_dates_reversed_or_in_the_past(house: House) -> None:
    for fields in (
        {"begins_at": iso(house, WEEK), "ends_at": iso(house, 60)},
        {"ends_at": iso(house, -60)},
        {"begins_at": iso(house, -WEEK)},
    ):
        code, _ = refused(house.begin(**fields), 422)
        assert code == "invalid"
    nothing_kept(house)


def test_two_of_one_pair_at_a_time(house: House) -> None:
    house.granted(ends_at=iso(house, WEEK))
    assert refused(house.begin(begins_at=iso(house, WEEK - 1)), 409)[0] == "grant_overlaps"
    assert house.begin(begins_at=iso(house, WEEK)).status_code == 201
    nothing_kept(house, 2)


def test_one_agency_at_a_time_takes_new_requests(house: House) -> None:
    house.granted()
    other = house.make.agency()
    fields = {"agency_id": other.id, "team_id": house.make.team(other).id}
    assert refused(house.begin(**fields), 409)[0] == "queue_taken"
    assert house.begin(**fields, takes_new=False).status_code == 201


def test_an_agency_cannot_grant_on(house: House) -> None:
    """Nor can somebody whose account it is not, whatever their role says."""
    house.granted()
    role = house.make.role(*_RIGHTS, account_reach=AccountReach.AGENCY, request_reach=RequestReach.ALL)
    manager = house.make.operator(house.agency, role=role)
    third = house.make.agency(AgencyKind.THIRD_PARTY)
    body = {"account_id": house.account.id, "agency_id": third.id, "allows": ["listen"]}
    code, _ = refused(house.open_browser(manager).post("/grants", body), 409)
    assert code == "not_account_owner"
    grant = house.open_browser(manager).get("/grants").get_json()["items"][0]
    ended = house.open_browser(manager).post(f"/grants/{grant['id']}/end", {"version": grant["version"]})
    assert refused(ended, 409)[0] == "not_account_owner"
    contract = {"first_day": "2020-01-01", "last_day": "2020-02-01", "agency_id": house.agency.id}
    assert refused(house.open_browser(manager).post("/contracts", contract), 409)[0] == "not_contract_party"
    nothing_kept(house, 1)


def test_without_a_contract_or_beyond_it(house: House) -> None:
    other = house.make.agency(AgencyKind.THIRD_PARTY)
    fields = {"agency_id": other.id, "team_id": None, "takes_new": False}
    assert refused(house.begin(**fields), 409)[0] == "no_contract"
    house.make.contract(other, days=(-1, 1))
    assert refused(house.begin(**fields, ends_at=iso(house, WEEK)), 422)[0] == "invalid"
    view = house.granted(**fields)
    assert view["ends_at"] is None
    assert view["holds_until"] is not None


def test_contracts_of_one_agency_do_not_overlap_and_own_agencies_have_none(house: House) -> None:
    manager = house.open_browser(house.manager)
    body = {"first_day": "2020-01-01", "last_day": None, "agency_id": house.agency.id}
    assert refused(manager.post("/contracts", body), 409)[0] == "contract_overlaps"
    assert refused(manager.post("/contracts", {**body, "agency_id": house.brand.id}), 422)[0] == "invalid"
    backwards = {**body, "first_day": "2010-02-01", "last_day": "2010-01-01"}
    assert refused(manager.post("/contracts", backwards), 422)[0] == "invalid"
    assert manager.post("/contracts", {**body, "last_day": "2020-02-01"}).status_code == 201


@pytest.mark.parametrize(
    "fields",
    [
        {"allows": ["public_reply"]},
        {"allows": ["listen"], "takes_new": True},
        {"team_id": None, "takes_new": True},
        {"calendar_id": 999_999},
    ],
)
def test_what_does_not_go_together(house: House, fields: dict[str, Any]) -> None:
    refused(house.begin(**fields), 422)
    nothing_kept(house)


def test_to_the_owner_itself_or_of_an_employees_account(house: House) -> None:
    refused(house.begin(agency_id=house.brand.id, team_id=None, takes_new=False), 422)
    private = house.make.account(
        house.brand, house.team, kind=AccountKind.EMPLOYEE, owner_operator_id=house.own.id
    )
    assert refused(house.begin(account_id=private.id), 409)[0] == "employee_account_not_granted"
    nothing_kept(house)


def test_what_is_over_is_not_changed(house: House) -> None:
    grant = house.granted()
    stale = house.open_browser(house.manager).post(f"/grants/{grant['id']}/end", {"version": 99})
    assert refused(stale, 409)[0] == "stale_version"
    ended = house.end(grant).get_json()
    assert refused(house.end(ended), 409)[0] == "grant_over"
