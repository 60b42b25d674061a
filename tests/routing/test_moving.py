"""Moving a request into another team's queue: who may, where to, and what is left of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.core.permissions import RoleName
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER
from app.models import AgencyKind, Operator, RequestChange, RequestStatus, ServiceRequest
from app.routing import lifecycle
from tests.factories.browser import Browser
from tests.factories.make import Make

Open = Callable[[Operator | None], Browser]


class Floor:
    """Two teams of an agency; in the second somebody serves the first one's account."""

    def __init__(self, make: Make) -> None:
        self.make = make
        self.agency = make.agency()
        self.team, self.other = make.team(self.agency), make.team(self.agency)
        self.account = make.account(self.agency, self.team)
        self.lead = make.operator(self.agency, self.team, role=RoleName.SUPERVISOR)
        self.mate = make.operator(self.agency, self.team)
        make.operator(self.agency, self.other, role=RoleName.SUPERVISOR)

    def stands(self, request: ServiceRequest) -> ServiceRequest:
        with open_context(self.make.runtime, LISTENER, write=False) as ctx:
            return ctx.session.get_one(ServiceRequest, request.id)

    def body(self, request: ServiceRequest, team_id: int, *confirmed: str) -> dict[str, object]:
        return {"team_id": team_id, "version": self.stands(request).version, "confirm": list(confirmed)}


@pytest.fixture
def floor(make: Make) -> Floor:
    return Floor(make)


def test_it_waits_in_the_other_queue_and_its_holder_loses_it(open_browser: Open, floor: Floor) -> None:
    request = floor.make.request(floor.account, assignee=floor.mate)
    path = f"/service-requests/{request.id}"
    assert open_browser(floor.mate).get(path).status_code == 200
    lead = open_browser(floor.lead)
    asked = lead.put(f"{path}/team", floor.body(request, floor.other.id))
    assert (asked.status_code, asked.get_json()["code"]) == (409, "claimed_by_other")
    moved = lead.put(f"{path}/team", floor.body(request, floor.other.id, "claimed_by_other"))
    assert moved.status_code == 200, moved.get_json()
    view = moved.get_json()
    assert (view["team"]["id"], view["assignee"], view["status"]) == (floor.other.id, None, "new")
    assert open_browser(floor.mate).get(path).status_code == 404
    with open_context(floor.make.runtime, LISTENER, write=False) as ctx:
        rows = ctx.session.scalars(select(RequestChange).order_by(RequestChange.id.desc()))
        (change, *_) = rows.all()
    assert (change.kind, change.reason, change.after["team_id"]) == (
        "returned",
        "moved_to_team",
        floor.other.id,
    )


def test_where_it_is_already_it_stays_as_it_is(open_browser: Open, floor: Floor) -> None:
    request = floor.make.request(floor.account, assignee=floor.lead)
    before = floor.stands(request)
    same = open_browser(floor.lead).put(
        f"/service-requests/{request.id}/team", floor.body(request, floor.team.id)
    )
    assert same.status_code == 200
    after = floor.stands(request)
    assert (after.version, after.assignee_id) == (before.version, floor.lead.id)


def test_it_goes_to_no_team_in_which_nobody_serves_the_account(open_browser: Open, floor: Floor) -> None:
    make, request = floor.make, floor.make.request(floor.account)
    lead = open_browser(floor.lead)
    of_others = make.team(make.agency())
    empty, narrow = make.team(floor.agency), make.team(floor.agency)
    make.operator(floor.agency, narrow)  # reaches the accounts of their own team alone
    for team in (of_others, empty, narrow):
        refused = lead.put(f"/service-requests/{request.id}/team", floor.body(request, team.id))
        assert (refused.status_code, refused.get_json()["code"]) == (422, "team_cannot_serve")
        assert list(refused.get_json()["fields"]) == ["team_id"]
    assert floor.stands(request).team_id == floor.team.id


def test_an_agency_that_was_granted_the_account_is_a_team_too_and_gives_to_its_own_alone(
    open_browser: Open, floor: Floor
) -> None:
    make = floor.make
    agency = make.agency(AgencyKind.THIRD_PARTY)
    theirs = make.team(agency)
    helper = make.operator(agency, theirs, role=RoleName.SUPERVISOR)
    manager = make.operator(floor.agency, role=RoleName.ADMINISTRATOR)
    make.grant(floor.account, agency, theirs, contract=make.contract(agency))
    request = make.request(floor.account)
    path = f"/service-requests/{request.id}/team"
    moved = open_browser(manager).put(path, floor.body(request, theirs.id))
    assert moved.status_code == 200, moved.get_json()
    back = open_browser(helper).put(path, floor.body(request, floor.team.id))
    assert (back.status_code, back.get_json()["code"]) == (422, "team_cannot_serve")
    assert floor.stands(request).team_id == theirs.id


def test_what_is_resolved_or_was_seen_too_long_ago_is_left_alone(open_browser: Open, floor: Floor) -> None:
    request = floor.make.request(floor.account)
    path, lead = f"/service-requests/{request.id}/team", open_browser(floor.lead)
    body = floor.body(request, floor.other.id)
    with open_context(floor.make.runtime, LISTENER) as ctx:
        found = ctx.session.get_one(ServiceRequest, request.id)
        lifecycle.set_status(ctx, found, RequestStatus.RESOLVED)
    assert lead.put(path, body).get_json()["code"] == "stale_version"
    assert lead.put(path, floor.body(request, floor.other.id)).get_json()["code"] == "request_not_active"
    assert open_browser(floor.mate).put(path, body).status_code == 403
