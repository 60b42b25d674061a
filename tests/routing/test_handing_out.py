"""Handing out and taking back work on real rows: what is returned, who left, whose queue hides nobody's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.core.clock import ManualClock
from app.core.jobs import Queue
from app.core.permissions import Permission, RoleName, system_actor
from app.core.standard_roles import ROLES
from app.core.unit_of_work import open_context
from app.jobs.job import perform
from app.jobs.queue import rq_queue
from app.models import (
    AssignmentDecision,
    Operator,
    Presence,
    RequestStatus,
    ServiceRequest,
    TeamMember,
)
from app.routing import holders
from app.routing.facts import RETURN_REST
from app.routing.handing_out import assign_waiting
from app.routing.job_names import ASSIGN_WAITING, RETURN_MISHELD
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.support.statements import counted

Open = Callable[[Operator | None], Browser]
ROUTER = system_actor("router", Permission.ROUTING_ASSIGN)


class Office:
    def __init__(self, make: Make) -> None:
        self.make = make
        self.agency = make.agency()
        self.team = make.team(self.agency)
        self.anna = make.operator(self.agency, self.team, presence=Presence.ONLINE)
        self.bo = make.operator(self.agency, self.team)
        self.admin = make.operator(self.agency, role=RoleName.ADMINISTRATOR, capacity=0)
        self.account = make.account(self.agency, self.team)

    def change(self, row: Any, **values: Any) -> None:
        with open_context(self.make.runtime, ROUTER) as ctx:
            ctx.session.execute(update(type(row)).where(type(row).id == row.id).values(**values))

    def now(self, request: ServiceRequest) -> ServiceRequest:
        with open_context(self.make.runtime, ROUTER, write=False) as ctx:
            return ctx.session.get_one(ServiceRequest, request.id)

    def hand_out(self) -> None:
        perform(self.make.runtime, ASSIGN_WAITING.name, [])

    def sweep(self) -> None:
        perform(self.make.runtime, RETURN_MISHELD.name, [])

    def reasons(self, request: ServiceRequest) -> list[str]:
        with open_context(self.make.runtime, ROUTER, write=False) as ctx:
            return list(
                ctx.session.scalars(
                    select(AssignmentDecision.reason)
                    .where(AssignmentDecision.service_request_id == request.id)
                    .order_by(AssignmentDecision.id)
                )
            )


@pytest.fixture
def office(make: Make) -> Office:
    return Office(make)


def give_back(screen: Browser, request: ServiceRequest, version: int) -> None:
    answer = screen.put(f"/service-requests/{request.id}/assignee", {"operator_id": None, "version": version})
    assert answer.status_code == 200, answer.get_json()


def test_whoever_gave_it_back_does_not_get_it_again_while_somebody_else_works(
    office: Office, open_browser: Open
) -> None:
    """Case A6."""
    request = office.make.request(office.account)
    assert request.assignee_id == office.anna.id
    give_back(open_browser(office.anna), request, office.now(request).version)
    office.change(office.bo, presence=Presence.BUSY)
    office.hand_out()
    assert office.now(request).assignee_id is None, "nobody else is free: it waits for one who is"
    office.change(office.bo, presence=Presence.ONLINE)
    office.hand_out()
    assert office.now(request).assignee_id == office.bo.id


def test_a_request_given_back_rests_before_the_only_one_there_gets_it_again(
    office: Office, open_browser: Open, clock: ManualClock
) -> None:
    """Case A6: twelve seconds later helps nobody; never would lose the customer."""
    request = office.make.request(office.account)
    give_back(open_browser(office.anna), request, office.now(request).version)
    clock.advance(12)
    office.hand_out()
    assert office.now(request).assignee_id is None
    clock.advance(RETURN_REST.total_seconds())
    office.hand_out()
    assert office.now(request).assignee_id == office.anna.id


def test_a_lead_who_takes_it_away_means_somebody_else(office: Office, open_browser: Open) -> None:
    """Case A6, the same kind: it was taken from Anna by another hand."""
    lead = office.make.operator(office.agency, role=RoleName.SUPERVISOR, capacity=0)
    request = office.make.request(office.account)
    office.change(office.bo, presence=Presence.ONLINE)
    give_back(open_browser(lead), request, office.now(request).version)
    office.hand_out()
    assert office.now(request).assignee_id == office.bo.id


def test_a_team_that_has_gone_home_hides_nobody_elses_queue(office: Office) -> None:
    make = office.make
    night = make.team(office.agency)
    gone = make.account(office.agency, night, platform="wechat")
    other = make.agency()
    theirs = make.team(other)
    cleo = make.operator(other, theirs)
    foreign = make.account(other, theirs)
    waiting = [make.request(gone, f"停机了{n}", author=f"n{n}") for n in range(4)]
    ours = make.unassign(make.request(office.account))
    far = make.unassign(make.request(foreign, "断网了", author="f1"))
    office.change(cleo, presence=Presence.ONLINE)
    with open_context(make.runtime, ROUTER) as ctx:
        given = assign_waiting(ctx, limit=2)
    assert [office.now(request).assignee_id for request in waiting] == [None] * 4
    assert (given, office.now(far).assignee_id) == (2, cleo.id)
    assert office.now(ours).assignee_id == office.anna.id


def test_handing_out_many_costs_one_update_each_and_no_more(office: Office) -> None:
    make = office.make

    def cost(count: int) -> int:
        for number in range(count):
            make.unassign(make.request(office.account, "断网了", author=f"s{count}-{number}"))
        with counted(make.runtime.engine) as statements, open_context(make.runtime, ROUTER) as ctx:
            assign_waiting(ctx)
        return len(statements)

    office.change(office.anna, capacity=100)
    assert cost(6) <= cost(1) + 5


def _leave_team(office: Office) -> None:
    with open_context(office.make.runtime, ROUTER) as ctx:
        member = ctx.session.scalars(select(TeamMember).where(TeamMember.operator_id == office.anna.id)).one()
        ctx.session.delete(member)


# What makes somebody unable to hold what they hold, and how the decision calls it.
CAUSES: dict[str, Callable[[Office], None]] = {
    "holder_disabled": lambda o: o.change(o.anna, is_active=False, presence=Presence.OFFLINE),
    "holder_may_not_answer": lambda o: o.make.give(o.anna, RoleName.MANAGER, instead=True),
    "holder_does_not_serve_account": _leave_team,
    "agency_closed": lambda o: o.change(o.agency, is_active=False),
}


@pytest.mark.parametrize("reason", sorted(CAUSES))
def test_what_its_holder_cannot_serve_any_more_goes_back_with_a_decision(office: Office, reason: str) -> None:
    """Case A5 and its kind."""
    request = office.make.request(office.account)
    CAUSES[reason](office)
    office.sweep()
    found = office.now(request)
    assert (found.assignee_id, found.status) == (None, RequestStatus.NEW)
    assert office.reasons(request)[-1] == reason
    office.sweep()
    assert office.reasons(request)[-1] == reason
    assert len(office.reasons(request)) == 2


def test_a_moved_account_leaves_its_requests_to_the_new_people(office: Office) -> None:
    """Case A5, the same kind: the account has another team now."""
    request = office.make.request(office.account)
    elsewhere = office.make.team(office.agency)
    office.change(office.account, team_id=elsewhere.id)
    office.sweep()
    assert office.now(request).assignee_id is None


def test_shutting_somebody_out_returns_their_requests_at_once(office: Office, open_browser: Open) -> None:
    """Case A5, by the button: the jobs that follow the act do it, no sweep is waited for."""
    request = office.make.request(office.account)
    answer = open_browser(office.admin).put(f"/people/{office.anna.id}/active", {"active": False})
    assert answer.status_code == 200, answer.get_json()
    queued = [job.args[0] for job in _ingest_jobs(office.make)]
    assert RETURN_MISHELD.name in queued
    office.sweep()
    assert office.now(request).assignee_id is None
    again = open_browser(office.admin).put(f"/people/{office.anna.id}/active", {"active": True})
    assert again.status_code == 200


def _ingest_jobs(make: Make) -> list[Any]:
    return list(rq_queue(Queue.INGEST, make.runtime.redis, make.runtime.settings.installation).jobs)


def test_only_waiting_customers_are_taken_from_somebody_away_for_days(
    office: Office, clock: ManualClock
) -> None:
    request = office.make.request(office.account)
    hours = office.make.runtime.settings.absent_hours
    office.change(office.anna, presence=Presence.OFFLINE, presence_since=clock.now())
    clock.advance(timedelta(hours=hours - 1).total_seconds())
    office.sweep()
    assert office.now(request).assignee_id == office.anna.id
    clock.advance(timedelta(hours=2).total_seconds())
    office.sweep()
    assert (office.now(request).assignee_id, office.reasons(request)[-1]) == (None, "holder_absent")


def test_what_stays_with_somebody_long_away_does_not_ring_for_ever(
    office: Office, open_browser: Open, clock: ManualClock
) -> None:
    """Requests that wait for their customer stay where they are: there is no work in them for the router."""
    request = office.make.request(office.account, "断网了", author="s1")
    said = {"service_request_id": request.id, "lane": "public", "text": "您好", "idempotency_key": "k" * 32}
    answer = open_browser(office.anna).post(f"/conversations/{request.conversation_id}/replies", said)
    assert answer.status_code == 202, answer.get_json()
    office.change(office.anna, presence=Presence.OFFLINE, presence_since=clock.now() - timedelta(days=30))
    with open_context(office.make.runtime, ROUTER, write=False) as ctx:
        assert holders.misheld(ctx) == {}, "nothing is due"
    office.sweep()
    assert office.now(request).assignee_id == office.anna.id
    office.make.request(office.account, "还是断网", author="s1")
    office.sweep()
    assert (office.now(request).assignee_id, office.reasons(request)[-1]) == (None, "holder_absent")


def test_somebody_who_helps_another_agency_out_keeps_what_they_answered(office: Office) -> None:
    """Whoever reaches every account may hold what is not their agency's."""
    make = office.make
    other = make.agency()
    account = make.account(other, make.team(other))
    request = make.request(account, assignee=office.admin)
    office.sweep()
    assert office.now(request).assignee_id == office.admin.id


def test_leaving_gives_back_what_waits_and_keeps_what_waits_for_the_customer(
    office: Office, open_browser: Open
) -> None:
    """Case G3."""
    open_one = office.make.request(office.account, "断网了", author="g1")
    asked = office.make.request(office.account, "还是断网", author="g2")
    screen = open_browser(office.anna)
    version = office.now(asked).version
    screen.put(f"/service-requests/{asked.id}/status", {"status": "pending", "version": version})
    answer = screen.post("/service-requests/hand-back", {})
    assert answer.get_json() == {"count": 1}
    assert (office.now(open_one).assignee_id, office.now(asked).assignee_id) == (None, office.anna.id)
    assert office.reasons(open_one)[-1] == "handed_back_on_leaving"
    assert screen.post("/service-requests/hand-back", {}).get_json() == {"count": 0}


@pytest.mark.parametrize("role", list(RoleName))
def test_only_those_who_serve_are_given_work_by_default(office: Office, role: RoleName) -> None:
    """Case G15."""
    serves = role in (RoleName.OPERATOR, RoleName.AGENCY_OPERATOR)
    assert (ROLES[role].capacity > 0) == serves


def test_nobody_is_filled_on_login_who_takes_none(office: Office, open_browser: Open) -> None:
    """Case G15: a supervisor logs in while requests wait."""
    office.change(office.anna, presence=Presence.OFFLINE)
    request = office.make.unassign(office.make.request(office.account))
    lead = office.make.operator(
        office.agency, role=RoleName.SUPERVISOR, capacity=ROLES[RoleName.SUPERVISOR].capacity
    )
    office.change(lead, presence=Presence.ONLINE)
    office.hand_out()
    assert office.now(request).assignee_id is None
