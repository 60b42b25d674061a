"""A queue with hours of its own: deadlines, overflow and rings are counted on them, before the account's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core.clock import ManualClock
from app.core.permissions import RoleName
from app.core.unit_of_work import open_context
from app.jobs.job import perform
from app.models import DeadlineRecount, Operator, ServiceRequest
from app.routing.job_names import ASSIGN_WAITING, OVERFLOW_QUEUES, RECOUNT_DEADLINES
from app.routing.policies import ANSWER_WITHIN
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.routing.setup_office import ROUTER, SetupOffice, hours, made
from tests.worktime.calendars import clock as at
from tests.worktime.calendars import shown

Open = Callable[[Operator | None], Browser]
SATURDAY_LATE = at("2026-11-28 17:30")
"""Half an hour before the queue closes; it is closed on Sundays."""


@pytest.fixture
def office(make: Make, clock: ManualClock) -> SetupOffice:
    clock.advance((SATURDAY_LATE - clock.now()).total_seconds())
    return SetupOffice(make)


@pytest.fixture
def lead(office: SetupOffice, open_browser: Open) -> Browser:
    return open_browser(office.lead)


def due(office: SetupOffice, request: ServiceRequest) -> str:
    found = office.now(request)
    assert found.due_at is not None
    return shown(found.due_at)


def due_after(start: str, request: ServiceRequest, office: SetupOffice) -> str:
    return shown(at(start) + ANSWER_WITHIN[office.now(request).priority])


def recount(office: SetupOffice) -> None:
    perform(office.make.runtime, RECOUNT_DEADLINES.name, [])


def test_what_waits_in_a_queue_is_due_by_its_hours(office: SetupOffice, lead: Browser) -> None:
    plain = office.make.request(office.account)
    calendar = hours(office, sunday=[])
    queue = office.queue(lead, team_id=office.ours.id, calendar_id=calendar.id)
    assert (queue["calendar"], queue["is_open"]) == ("白天", True)
    office.rule(lead, queue_id=queue["id"])
    request = office.make.request(office.account)
    # Around the clock as before; in the queue what is left of Saturday, and the rest on Monday.
    assert due(office, plain) == due_after("2026-11-28 17:30", plain, office)
    assert due(office, request) == due_after("2026-11-30 08:30", request, office)
    why = made(lead.get(f"/service-requests/{request.id}/deadline"))
    assert (why["calendar"], [one["closed"] for one in why["closed_between"]]) == (
        "白天",
        ["rest_day"],
    )


def test_another_calendar_counts_what_waits_anew(office: SetupOffice, lead: Browser) -> None:
    queue = office.queue(lead, team_id=office.ours.id)
    office.rule(lead, queue_id=queue["id"])
    request = office.make.request(office.account)
    assert due(office, request) == due_after("2026-11-28 17:30", request, office)
    calendar = hours(office, sunday=[])
    body = {"name": queue["name"], "strategy": queue["strategy"], "team_id": office.ours.id}
    changed = made(
        lead.put(
            f"/routing/queues/{queue['id']}",
            {**body, "calendar_id": calendar.id, "version": queue["version"]},
        )
    )
    with open_context(office.make.runtime, ROUTER, write=False) as ctx:
        assert list(ctx.session.scalars(select(DeadlineRecount.account_id))) == [office.account.id]
    recount(office)
    assert due(office, request) == due_after("2026-11-30 08:30", request, office)
    # Without one, by the account's again.
    made(lead.put(f"/routing/queues/{queue['id']}", {**body, "version": changed["version"]}))
    recount(office)
    assert due(office, request) == due_after("2026-11-28 17:30", request, office)


def test_overflow_waits_by_the_hours_of_the_queue(
    office: SetupOffice, lead: Browser, clock: ManualClock
) -> None:
    calendar = hours(office, sunday=[])
    last = office.queue(lead, "兜底")
    first = office.queue(
        lead,
        "抢单",
        strategy="pull",
        overflow_queue_id=last["id"],
        overflow_minutes=60,
        calendar_id=calendar.id,
    )
    office.rule(lead, queue_id=first["id"])
    request = office.make.request(office.account)
    clock.advance(timedelta(days=1, hours=15).total_seconds())  # Monday, 8:30
    perform(office.make.runtime, OVERFLOW_QUEUES.name, [])
    assert office.now(request).queue_id == first["id"]
    clock.advance(3600)
    perform(office.make.runtime, OVERFLOW_QUEUES.name, [])
    assert office.now(request).queue_id == last["id"]


def test_skills_fall_away_by_the_hours_of_the_queue(
    office: SetupOffice, lead: Browser, clock: ManualClock
) -> None:
    """An hour of work a ring: a Sunday on which nobody works takes no skill away."""
    broadband = office.skill(lead, "宽带", anna=3)
    english = office.skill(lead, "英语", cleo=5)
    queue = office.queue(lead, "技能", ring_minutes=60, calendar_id=hours(office, sunday=[]).id)
    wanted = [{"skill_id": broadband, "level": 2}, {"skill_id": english, "level": 1}]
    office.rule(lead, queue_id=queue["id"], skills=wanted)
    request = office.make.request(office.account)
    clock.advance(timedelta(days=1, hours=15).total_seconds())  # Monday, 8:30: half an hour has counted
    perform(office.make.runtime, ASSIGN_WAITING.name, [])
    assert office.now(request).assignee_id is None
    clock.advance(3600)
    perform(office.make.runtime, ASSIGN_WAITING.name, [])
    assert office.now(request).assignee_id == office.anna.id


def test_a_text_without_hours_and_a_calendar_of_others_are_refused(
    office: SetupOffice, lead: Browser, make: Make
) -> None:
    body = {"name": "售后", "strategy": "least_loaded"}
    refused = lead.post("/routing/queues", {**body, "nobody_text": "明天回复您。"})
    assert (refused.status_code, list(refused.get_json()["fields"])) == (422, ["nobody_text"])
    others = hours(SetupOffice(make), "别人的")
    refused = lead.post("/routing/queues", {**body, "calendar_id": others.id})
    assert (refused.status_code, list(refused.get_json()["fields"])) == (422, ["calendar_id"])
    long = lead.post("/routing/queues", {**body, "calendar_id": hours(office).id, "nobody_text": "长" * 501})
    assert long.status_code == 422


def test_a_calendar_that_a_queue_counts_on_stays(
    office: SetupOffice, lead: Browser, open_browser: Open
) -> None:
    calendar = hours(office)
    queue = office.queue(lead, calendar_id=calendar.id)
    admin = open_browser(office.make.operator(office.agency, office.ours, role=RoleName.ADMINISTRATOR))
    refused = admin.delete(f"/calendars/{calendar.id}")
    assert (refused.status_code, refused.get_json()["code"]) == (409, "calendar_in_use")
    made(lead.delete(f"/routing/queues/{queue['id']}"), 204)
    assert admin.delete(f"/calendars/{calendar.id}").status_code == 204
