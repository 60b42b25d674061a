"""An agency that has work given only to who is on shift: facts, exclusion, box, and nobody there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.core.clock import ManualClock
from app.core.unit_of_work import open_context
from app.jobs.job import perform
from app.models import Operator, RoutingSettings, Shift
from app.routing.job_names import ASSIGN_WAITING
from tests.architecture.entries_dealing import DEALING_CONTENT
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.routing.setup_office import ROUTER, SetupOffice, made

Open = Callable[[Operator | None], Browser]


@pytest.fixture
def office(make: Make) -> SetupOffice:
    return SetupOffice(make)


def by_shifts(office: SetupOffice, screen: Browser, *, on: bool = True, version: int = 0) -> dict[str, Any]:
    body = {**DEALING_CONTENT, "only_on_shift": on, "version": version}
    return made(screen.put(f"/routing-settings/{office.agency.id}", body))


def works(office: SetupOffice, person: Operator, begins: timedelta, lasts: timedelta) -> None:
    begins_at = office.make.now + begins
    office.make.save(
        Shift(
            created_at=office.make.now,
            agency_id=office.agency.id,
            operator_id=person.id,
            begins_at=begins_at,
            ends_at=begins_at + lasts,
        )
    )


def codes(office: SetupOffice, request: Any) -> dict[int, str | None]:
    return {one["operator_id"]: one["excluded"] for one in office.decisions(request)[-1].candidates}


def test_only_who_is_on_shift_is_given_work(
    office: SetupOffice, open_browser: Open, clock: ManualClock
) -> None:
    lead = open_browser(office.lead)
    works(office, office.anna, timedelta(hours=-1), timedelta(hours=2))
    works(office, office.bo, timedelta(hours=1), timedelta(hours=8))
    assert by_shifts(office, lead)["only_on_shift"] is True
    first = office.make.request(office.account)
    assert office.now(first).assignee_id == office.anna.id
    assert codes(office, first)[office.bo.id] == "off_shift"
    clock.advance(2 * 3600)  # hers is over, his has begun
    second = office.make.request(office.account)
    assert office.now(second).assignee_id == office.bo.id
    clock.advance(9 * 3600)
    third = office.make.request(office.account)
    assert office.now(third).assignee_id is None
    assert set(codes(office, third).values()) == {"off_shift"}
    with open_context(office.make.runtime, ROUTER) as ctx:
        row = ctx.session.query(RoutingSettings).one()
        row.only_on_shift = False
    perform(office.make.runtime, ASSIGN_WAITING.name, [])
    assert office.now(third).assignee_id is not None


def test_the_box_says_so_and_whoever_wants_may_take_it(office: SetupOffice, open_browser: Open) -> None:
    lead = open_browser(office.lead)
    by_shifts(office, lead)
    text = {"account_id": office.account.id, "text": "宽带坏了"}
    trial = made(lead.post("/routing/trials", {"text": text}))
    assert trial["chosen"] is None
    assert {one["excluded"] for one in trial["candidates"]} == {"off_shift"}
    request = office.make.request(office.account)
    body = {"operator_id": office.anna.id, "version": office.now(request).version}
    made(open_browser(office.anna).put(f"/service-requests/{request.id}/assignee", body))
    assert office.now(request).assignee_id == office.anna.id
