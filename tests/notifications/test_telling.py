"""Who is told of what: assigned, returned, failed, late; once, folded, and only of what they see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from app.accounts.outcomes import note_failure
from app.core.clock import ManualClock
from app.core.errors import PlatformErrorKind
from app.core.permissions import Permission, RoleName, system_actor
from app.core.runtime import Runtime
from app.core.tables import Counter
from app.core.unit_of_work import open_context
from app.longwork.runner import go_on
from app.models import Account, Agency, Operator, Presence, ServiceRequest, Team
from app.notifications.jobs import HERALD, read_new_events
from app.notifications.mailing import READ_UP_TO
from app.routing.jobs import tell_of_late_requests
from app.topics.jobs import watch_bursts
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.fakes.platforms import platform_error
from tests.notifications.box import Box, herald, rows
from tests.support.statements import counted
from tests.topics.bursts import burst, known_hours
from tests.workbench.desk import Desk


@dataclass
class Office:
    agency: Agency
    team: Team
    account: Account
    lead: Box
    anna: Box
    bo: Box

    def request(self, make: Make, **fields: Any) -> ServiceRequest:
        return make.request(self.account, "宽带又断了，怎么办？", **fields)

    def give(self, request: ServiceRequest, to: Operator | None, by: Box | None = None) -> None:
        browser: Browser = (by or self.lead).browser
        version = browser.get(f"/service-requests/{request.id}").get_json()["version"]
        body = {"operator_id": to.id if to else None, "version": version}
        answer = browser.put(f"/service-requests/{request.id}/assignee", body)
        assert answer.status_code == 200, answer.get_json()


@pytest.fixture
def office(app: Flask, make: Make) -> Office:
    agency = make.agency()
    team = make.team(agency)

    def box(role: RoleName = RoleName.OPERATOR) -> Box:
        return Box(app, make, make.operator(agency, team, role=role))

    return Office(agency, team, make.account(agency, team), box(RoleName.SUPERVISOR), box(), box())


def test_whoever_is_given_a_request_is_told_and_whoever_gives_it_is_not(
    runtime: Runtime, make: Make, office: Office
) -> None:
    request = office.request(make)
    office.give(request, office.anna.operator)
    herald(runtime)
    (told,) = office.anna.read()["items"]
    assert (told["kind"], told["path"]) == ("request_assigned", f"/workbench/all/{request.id}")
    assert request.number in told["title"]
    assert (office.anna.unread, office.lead.unread, office.bo.unread) == (1, 0, 0)


def test_what_one_takes_oneself_is_no_news(runtime: Runtime, make: Make, office: Office) -> None:
    office.give(office.request(make), office.anna.operator, by=office.anna)
    herald(runtime)
    assert office.anna.unread == 0


def test_routing_tells_whom_it_chooses(app: Flask, runtime: Runtime, make: Make, office: Office) -> None:
    free = make.operator(office.agency, office.team, presence=Presence.ONLINE)
    office.request(make)
    herald(runtime)
    assert Box(app, make, free).kinds() == ["request_assigned"]


def test_a_request_that_goes_on_is_told_to_both(runtime: Runtime, make: Make, office: Office) -> None:
    request = office.request(make)
    office.give(request, office.anna.operator)
    office.give(request, office.bo.operator, by=office.anna)
    office.give(request, None, by=office.lead)
    herald(runtime)
    assert office.anna.kinds() == [], "it had passed by before anybody could tell, and was her own doing"
    assert office.bo.kinds() == ["request_returned"]


def test_events_that_are_read_again_make_no_second_row(runtime: Runtime, make: Make, office: Office) -> None:
    request = office.request(make)
    office.give(request, office.anna.operator)
    herald(runtime)
    with open_context(runtime, HERALD) as ctx:
        ctx.session.execute(update(Counter).where(Counter.name == READ_UP_TO).values(value=0))
    read_new_events(runtime)
    (row,) = rows(runtime)
    assert (row.operator_id, row.count, office.anna.unread) == (office.anna.operator.id, 1, 1)


def test_who_dies_while_telling_leaves_nothing_and_loses_nothing(
    runtime: Runtime, make: Make, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.give(office.request(make), office.anna.operator)

    def dies(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("app.notifications.following._note", dies)
        with pytest.raises(KeyboardInterrupt):
            herald(runtime)
    assert rows(runtime) == []
    herald(runtime)
    herald(runtime)
    assert len(rows(runtime, office.anna.operator)) == 1


def test_several_of_a_kind_about_one_object_fold_until_they_are_read(
    runtime: Runtime, make: Make, office: Office
) -> None:
    request = office.request(make)
    for to in (office.anna.operator, None) * 2:
        office.give(request, to)
        herald(runtime)
    office.give(request, office.anna.operator)
    office.give(request, None)
    office.give(request, office.anna.operator)
    herald(runtime)
    shown = {each["kind"]: each["count"] for each in office.anna.read()["items"]}
    assert shown == {"request_assigned": 4, "request_returned": 3}
    assert office.anna.unread == 2
    assert len(rows(runtime, office.anna.operator)) == 7, "each cause keeps its row"
    newest = office.anna.read()["items"][0]["id"]
    assert office.anna.browser.post("/notifications/read", {"up_to": newest}).get_json() == {"unread": 0}
    office.give(request, None)
    herald(runtime)
    assert [each["count"] for each in office.anna.read(unread="true")["items"]] == [1]


def test_what_has_moved_out_of_reach_is_neither_shown_nor_counted(
    app: Flask, runtime: Runtime, make: Make, office: Office
) -> None:
    request = office.request(make)
    office.give(request, office.anna.operator)
    herald(runtime)
    assert office.anna.unread == 1
    make.give(office.anna.operator, RoleName.AGENCY_OPERATOR, instead=True)  # sees own requests alone
    assert office.anna.unread == 1
    office.give(request, office.bo.operator)
    assert office.anna.read()["items"] == []
    assert office.anna.unread == 0
    herald(runtime)
    assert office.anna.read()["items"] == [], "and nobody is told where it went who may not see it"
    assert [row.kind for row in rows(runtime, office.anna.operator)] == ["request_assigned"]


def test_a_right_that_was_taken_away_takes_the_notifications_with_it(
    runtime: Runtime, make: Make, office: Office
) -> None:
    office.give(office.request(make), office.anna.operator)
    herald(runtime)
    make.give(office.anna.operator, make.role(), instead=True)
    assert office.anna.read() == {"items": [], "next_cursor": None, "unread": 0}


def test_nobody_marks_what_is_somebody_elses(runtime: Runtime, make: Make, office: Office) -> None:
    office.give(office.request(make), office.anna.operator)
    herald(runtime)
    (told,) = office.anna.read()["items"]
    assert office.bo.browser.post("/notifications/read", {"ids": [told["id"]]}).status_code == 200
    assert office.anna.unread == 1
    assert office.anna.browser.post("/notifications/read", {"ids": [told["id"]]}).get_json()["unread"] == 0
    assert office.anna.read()["items"][0]["read_at"] is not None


@pytest.mark.parametrize("body", [{}, {"ids": [1], "up_to": 1}, {"ids": [0]}])
def test_what_is_to_be_marked_must_be_said(office: Office, body: dict[str, Any]) -> None:
    assert office.anna.browser.post("/notifications/read", body).status_code == 422


def test_a_reply_that_does_not_go_is_told_to_holder_and_author(
    app: Flask, runtime: Runtime, make: Make, desk: Desk
) -> None:
    holder = Box(app, make, make.operator(desk.agency, desk.team))
    author = Box(app, make, desk.operator)
    request = make.request(desk.account, "没有网", author="c9", assignee=holder.operator)
    herald(runtime)
    desk.remote.fail_next(PlatformErrorKind.REJECTED)
    desk.write(request=request)
    desk.deliver()
    herald(runtime)
    for box in (holder, author):
        newest = box.read()["items"][0]
        assert newest["kind"] == "reply_failed"
        assert "the reply was not sent" in newest["title"]


def test_lateness_is_told_once_for_each_deadline(
    runtime: Runtime, make: Make, clock: ManualClock, office: Office
) -> None:
    request = office.request(make, assignee=office.anna.operator)
    assert request.due_at is not None
    within = request.due_at - clock.now()
    tell_of_late_requests(runtime)
    assert office.anna.kinds() == []
    clock.advance(within.total_seconds() * 0.8)
    for _ in range(2):
        tell_of_late_requests(runtime)
    assert office.anna.kinds() == ["sla_near"]
    clock.advance(within.total_seconds() * 0.3)
    for _ in range(2):
        tell_of_late_requests(runtime)
    assert office.anna.kinds() == ["sla_missed", "sla_near"]
    office.give(request, office.bo.operator)
    tell_of_late_requests(runtime)
    assert "sla_missed" in office.bo.kinds(), "whoever takes it over learns that it is late"


def test_leads_are_told_of_what_is_late_and_nobodys_once_for_all_of_a_queue(
    app: Flask, runtime: Runtime, make: Make, clock: ManualClock, office: Office
) -> None:
    other = make.team(office.agency)
    stranger = Box(app, make, make.operator(office.agency, other, role=RoleName.SUPERVISOR))
    chief = Box(app, make, make.operator(office.agency, role=RoleName.ADMINISTRATOR))
    requests = [office.request(make, author=f"c{number}") for number in range(3)]
    held = office.request(make, author="held", assignee=office.anna.operator)
    due = max(request.due_at for request in requests if request.due_at)
    clock.advance((due - clock.now()).total_seconds() - 1)
    tell_of_late_requests(runtime)
    assert office.lead.kinds() == [], "not late yet"
    clock.advance(2)
    for _ in range(2):
        tell_of_late_requests(runtime)
    assert office.lead.titles() == [f"{office.team.name}: 3 overdue, and nobody has them"]
    assert office.lead.read()["items"][0]["path"] == "/workbench/unassigned?overdue=1"
    assert office.anna.kinds() == ["sla_missed", "sla_near"], "who has one is told of that one"
    assert office.bo.kinds() == stranger.kinds() == chief.kinds() == [], "the team has a lead of its own"

    clock.advance(1)
    office.give(requests[0], office.bo.operator)
    office.give(held, None)  # it was late already, and is news in the queue
    tell_of_late_requests(runtime)
    assert len(office.lead.titles()) == 1, "they were told a moment ago"
    clock.advance(15 * 60)
    for _ in range(2):
        tell_of_late_requests(runtime)
    assert office.lead.titles() == [f"{office.team.name}: 3 overdue, and nobody has them"], (
        "folded, counted anew"
    )
    assert office.lead.unread == 1
    clock.advance(3600)
    tell_of_late_requests(runtime)
    assert len(rows(runtime, office.lead.operator)) == 2, "nothing new has become late"


def test_without_leads_of_its_own_whoever_hands_out_is_told_of_what_they_see(
    app: Flask, runtime: Runtime, make: Make, clock: ManualClock
) -> None:
    agency = make.agency()
    team = make.team(agency)
    account = make.account(agency, team)
    chief = Box(app, make, make.operator(agency, role=RoleName.ADMINISTRATOR))
    away = Box(app, make, make.operator(make.agency(), role=RoleName.SUPERVISOR))
    worker = Box(app, make, make.operator(agency, team))
    request = make.request(account, "没有网", author="c1")
    assert request.due_at is not None
    clock.advance((request.due_at - clock.now()).total_seconds() + 1)
    tell_of_late_requests(runtime)
    assert chief.titles() == [f"{team.name}: 1 overdue, and nobody has them"]
    assert away.kinds() == worker.kinds() == []


def test_what_waits_without_a_team_is_told_of_by_its_account(
    app: Flask, runtime: Runtime, make: Make, clock: ManualClock
) -> None:
    agency = make.agency()
    account = make.account(agency)
    chief = Box(app, make, make.operator(agency, role=RoleName.ADMINISTRATOR))
    request = make.request(account, "没有网", author="c1")
    assert (request.team_id, request.due_at is None) == (None, False)
    clock.advance(((request.due_at or clock.now()) - clock.now()).total_seconds() + 1)
    tell_of_late_requests(runtime)
    (told,) = chief.read()["items"]
    assert (told["kind"], told["title"]) == (
        "account_queue_late",
        f"{account.name}: 1 overdue, and nobody has them",
    )
    assert told["path"] == f"/workbench/unassigned?overdue=1&account={account.id}"


def test_an_alert_is_told_to_everybody_who_watches(
    app: Flask, runtime: Runtime, make: Make, clock: ManualClock, office: Office
) -> None:
    stranger = Box(app, make, make.operator(make.agency(), role=RoleName.SUPERVISOR))
    agent = Box(app, make, make.operator(office.agency, office.team, role=RoleName.AGENCY_OPERATOR))
    known_hours(make, clock, office.account)
    burst(make, office.account)
    watch_bursts(runtime)
    herald(runtime)
    assert "alert_raised" in office.lead.kinds()
    assert "alert_raised" in office.anna.kinds()
    assert stranger.kinds() == agent.kinds() == []


def test_an_account_whose_authorisation_has_ended_is_told_to_who_can_mend_it(
    app: Flask, runtime: Runtime, make: Make, office: Office
) -> None:
    chief = Box(app, make, make.operator(office.agency, role=RoleName.ADMINISTRATOR))
    with open_context(runtime, system_actor("sync", Permission.ACCOUNTS_SYNC)) as ctx:
        account = ctx.session.get_one(Account, office.account.id)
        note_failure(ctx, account, platform_error(PlatformErrorKind.AUTH_EXPIRED))
    herald(runtime)
    (told,) = chief.read()["items"]
    assert (told["kind"], told["path"]) == ("account_broken", "/accounts")
    assert office.account.name in told["title"]
    assert office.anna.kinds() == office.lead.kinds() == []


def test_long_work_is_told_to_its_owner_when_it_has_ended(runtime: Runtime, office: Office) -> None:
    body = {"query": {"view": "all"}, "columns": ["number"], "format": "csv"}
    number = office.lead.browser.post("/service-requests/exports", body).get_json()["id"]
    herald(runtime)
    assert office.lead.kinds() == []
    go_on(runtime, number)
    herald(runtime)
    assert office.lead.titles() == ["Export of service requests is done"]
    assert office.lead.browser.delete(f"/long-works/{number}").status_code == 204
    assert office.lead.read()["items"] == [], "what is gone is told of no more"


def test_two_hundred_people_cost_no_more_statements_than_two(
    runtime: Runtime, make: Make, clock: ManualClock, office: Office
) -> None:
    def cost() -> int:
        clock.advance(timedelta(hours=5).total_seconds())
        known_hours(make, clock, office.account)
        burst(make, office.account)
        watch_bursts(runtime)
        with counted(runtime.engine) as statements:
            herald(runtime)
        return len(statements)

    few = cost()
    before = len(rows(runtime))
    for _ in range(60):
        make.operator(office.agency, office.team)
    many = cost()
    assert len(rows(runtime)) >= before + 60
    assert many <= few
