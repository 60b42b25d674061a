"""Requests over REST: claimed once, never on stale sight, listed and counted alike, paged without gaps."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.adapters.types import Lane
from app.core.clock import ManualClock
from app.core.permissions import RoleName
from app.core.unit_of_work import open_context
from app.jobs.job import perform
from app.listener.jobs import LISTENER
from app.models import AssignmentDecision, Operator, Presence, ServiceRequest
from app.routing import counts
from app.routing.job_names import ASSIGN_WAITING
from tests.factories.browser import Browser
from tests.factories.make import Make

Open = Callable[[Operator | None], Browser]


class Office:
    """Two colleagues of one team, their lead, and an account that nobody serves yet."""

    def __init__(self, make: Make) -> None:
        self.make = make
        self.agency = make.agency()
        self.team = make.team(self.agency)
        self.anna = make.operator(self.agency, self.team)
        self.bo = make.operator(self.agency, self.team)
        self.lead = make.operator(self.agency, self.team, role=RoleName.SUPERVISOR)
        self.account = make.account(self.agency, self.team)

    def present(self, *people: Operator) -> None:
        with open_context(self.make.runtime, LISTENER) as ctx:
            for person in people:
                ctx.session.get_one(Operator, person.id).presence = Presence.ONLINE


@pytest.fixture
def office(make: Make) -> Office:
    return Office(make)


def claim(screen: Browser, request: ServiceRequest, operator: Operator | None, version: int) -> TestResponse:
    body = {"operator_id": operator.id if operator else None, "version": version}
    return screen.put(f"/service-requests/{request.id}/assignee", body)


def code(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, str(answer.get_json()["code"])


def test_claiming_takes_what_nobody_has(office: Office, open_browser: Open) -> None:
    request = office.make.request(office.account)
    answer = claim(open_browser(office.anna), request, office.anna, request.version)
    assert (answer.get_json()["assignee"]["id"], answer.get_json()["status"]) == (office.anna.id, "open")


def test_the_second_claim_learns_who_was_first(office: Office, open_browser: Open) -> None:
    request = office.make.request(office.account)
    claim(open_browser(office.anna), request, office.anna, request.version)
    late = claim(open_browser(office.bo), request, office.bo, request.version)
    assert code(late) == (409, "already_assigned")
    assert late.get_json()["assignee_name"] == office.anna.name


def test_acting_on_stale_sight_is_refused(office: Office, open_browser: Open) -> None:
    request = office.make.request(office.account)
    anna = open_browser(office.anna)
    claim(open_browser(office.lead), request, office.anna, request.version)
    body = {"status": "on_hold", "version": request.version}
    stale = anna.put(f"/service-requests/{request.id}/status", body)
    assert code(stale) == (409, "stale_version")
    assert code(claim(anna, request, None, request.version)) == (409, "stale_version")


def test_an_operator_gives_away_only_their_own(office: Office, open_browser: Open) -> None:
    request = office.make.request(office.account, assignee=office.bo)
    version = request.version
    assert code(claim(open_browser(office.anna), request, office.lead, version)) == (403, "forbidden")
    assert claim(open_browser(office.bo), request, office.anna, version).status_code == 200


def test_a_lead_moves_any_request_and_may_put_it_back(office: Office, open_browser: Open) -> None:
    request = office.make.request(office.account, assignee=office.bo)
    lead = open_browser(office.lead)
    moved = claim(lead, request, office.anna, request.version).get_json()
    back = claim(lead, request, None, moved["version"]).get_json()
    assert (moved["assignee"]["id"], back["assignee"], back["status"]) == (office.anna.id, None, "new")
    decisions = lead.get(f"/service-requests/{request.id}/assignment-decisions").get_json()["items"]
    assert [d["reason"] for d in decisions[:2]] == ["Returned to the queue", "Handed over"]
    assert decisions[0]["decided_by"]["id"] == office.lead.id


def test_work_goes_only_to_people_who_serve_the_account(office: Office, open_browser: Open) -> None:
    make = office.make
    away = make.agency()
    strangers = [
        make.operator(away, make.team(away)),
        make.operator(office.agency, make.team(office.agency)),
        make.operator(office.agency, office.team, is_active=False),
        make.operator(office.agency, role=RoleName.MANAGER),
    ]
    request = make.request(office.account)
    answers = [claim(open_browser(office.lead), request, person, request.version) for person in strangers]
    assert {code(answer) for answer in answers} == {(422, "operator_cannot_serve")}


def test_resolving_ends_the_waiting_and_reopening_is_possible(office: Office, open_browser: Open) -> None:
    request = office.make.request(office.account, assignee=office.anna)
    anna, path = open_browser(office.anna), f"/service-requests/{request.id}/status"
    done = anna.put(path, {"status": "resolved", "version": request.version}).get_json()
    assert (done["status"], done["waiting_since"], done["unread_count"]) == ("resolved", None, 0)
    again = anna.put(path, {"status": "open", "version": done["version"]})
    assert again.get_json()["status"] == "open"


@pytest.mark.parametrize("stood", ["open", "pending", "on_hold"])
def test_what_was_resolved_by_mistake_goes_back_where_it_stood_with_its_clock(
    office: Office, open_browser: Open, stood: str
) -> None:
    """Undoing sends the status that the request had: its customer has waited all the time."""
    request = office.make.request(office.account, assignee=office.anna)
    anna, path = open_browser(office.anna), f"/service-requests/{request.id}/status"
    before = anna.get(f"/service-requests/{request.id}").get_json()
    assert before["due_at"]
    if stood != "open":
        before = anna.put(path, {"status": stood, "version": before["version"]}).get_json()
    done = anna.put(path, {"status": "resolved", "version": before["version"]}).get_json()
    back = anna.put(path, {"status": stood, "version": done["version"]})
    assert back.status_code == 200
    again = back.get_json()
    clock = ("status", "waiting_since", "due_at", "priority", "assignee")
    assert [again[name] for name in clock] == [before[name] for name in clock]


def test_a_resolved_request_stays_closed_beside_a_newer_one(office: Office, open_browser: Open) -> None:
    old = office.make.request(office.account, author="same", assignee=office.anna)
    anna, path = open_browser(office.anna), f"/service-requests/{old.id}/status"
    done = anna.put(path, {"status": "resolved", "version": old.version}).get_json()
    newer = office.make.request(office.account, author="same", assignee=office.anna)
    refused = anna.put(path, {"status": "open", "version": done["version"]})
    assert code(refused) == (409, "newer_request_open")
    assert refused.get_json()["number"] == newer.number
    assert newer.conversation_id == old.conversation_id


def test_the_least_loaded_present_person_gets_it_with_reasons(office: Office, open_browser: Open) -> None:
    make = office.make
    busy = make.operator(office.agency, office.team, presence=Presence.BUSY)
    full = make.operator(office.agency, office.team, presence=Presence.ONLINE, capacity=0)
    office.present(office.anna, office.bo)
    make.request(office.account, assignee=office.anna)
    request = make.request(office.account)
    assert request.assignee_id == office.bo.id
    view = open_browser(office.lead).get(f"/service-requests/{request.id}/assignment-decisions").get_json()
    (decision,) = view["items"]
    excluded = {c["operator_id"]: c["excluded"] for c in decision["candidates"]}
    assert decision["chosen"]["id"] == office.bo.id
    assert (excluded[busy.id], excluded[full.id]) == ("presence_busy", "takes_none")
    assert (excluded[office.anna.id], excluded[office.lead.id]) == (None, "presence_offline")


def test_capacity_is_a_limit_and_share(office: Office) -> None:
    make = office.make
    small = make.operator(office.agency, office.team, presence=Presence.ONLINE, capacity=1)
    large = make.operator(office.agency, office.team, presence=Presence.ONLINE, capacity=2)
    got = [make.request(office.account, lane=Lane.PRIVATE).assignee_id for _ in range(4)]
    assert sorted(filter(None, got)) == sorted([small.id, large.id, large.id])
    assert got[3] is None


def test_requests_wait_until_somebody_comes_to_work(office: Office, open_browser: Open) -> None:
    request = office.make.request(office.account)
    assert (request.assignee_id, request.status) == (None, "new")
    open_browser(office.anna).put("/session/presence", {"presence": "online"})
    perform(office.make.runtime, ASSIGN_WAITING.name, [])
    view = open_browser(office.anna).get(f"/service-requests/{request.id}").get_json()
    assert (view["assignee"]["id"], view["status"]) == (office.anna.id, "open")


def test_a_later_post_joins_the_open_request(office: Office) -> None:
    first = office.make.request(office.account, author="same")
    second = office.make.request(office.account, author="same")
    assert second.id == first.id
    assert (second.message_count, second.unread_count) == (2, 2)


def test_lanes_have_requests_of_their_own(office: Office) -> None:
    public = office.make.request(office.account, author="same")
    private = office.make.request(office.account, author="same", lane=Lane.PRIVATE)
    assert public.id != private.id
    assert public.conversation_id == private.conversation_id


def test_every_assignment_leaves_a_decision(office: Office) -> None:
    office.present(office.anna)
    for _ in range(3):
        office.make.request(office.account)
    with open_context(office.make.runtime, LISTENER, write=False) as ctx:
        reasons = ctx.session.scalars(select(AssignmentDecision.reason)).all()
    assert reasons == ["least_loaded"] * 3


def _pages(screen: Browser, size: int, between: Callable[[], Any], **query: Any) -> list[int]:
    seen: list[int] = []
    cursor: str | None = None
    while True:
        wanted = {**query, "limit": size} | ({"cursor": cursor} if cursor else {})
        page = screen.get("/service-requests", **wanted).get_json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return seen
        between()


@pytest.mark.parametrize("sort", ["urgent", "newest", "oldest"])
def test_pages_cover_everything_once_while_more_arrives(
    office: Office, open_browser: Open, clock: ManualClock, sort: str
) -> None:
    before = []
    for n in range(7):
        before.append(office.make.request(office.account).id)
        clock.advance(60 * (n % 3))  # some share their sort values
    arrivals = itertools.count()

    def arrive() -> None:
        if next(arrivals) < 4:
            office.make.request(office.account)

    for size in (1, 3):
        seen = _pages(open_browser(office.lead), size, arrive, view="all", sort=sort)
        assert len(seen) == len(set(seen))
        assert set(before) <= set(seen)
    assert next(arrivals) >= 4


@pytest.mark.parametrize("cursor", ["x", "W10", "bnVsbA", "WyJhIiwxLDJd", "eyJhIjoxfQ", "é"])
def test_a_made_up_cursor_is_refused(office: Office, open_browser: Open, cursor: str) -> None:
    answer = open_browser(office.lead).get("/service-requests", view="all", cursor=cursor)
    assert code(answer) == (422, "invalid_cursor")


@pytest.mark.parametrize(
    "query", [{"sort": "id; drop"}, {"view": "x"}, {"limit": 0}, {"limit": 201}, {"order": "id"}]
)
def test_only_known_filters_are_taken(office: Office, open_browser: Open, query: dict[str, Any]) -> None:
    assert code(open_browser(office.lead).get("/service-requests", **query)) == (422, "invalid")


def test_counts_are_the_lengths_of_the_lists(office: Office, open_browser: Open) -> None:
    make = office.make
    for assignee in (None, office.anna, office.bo, office.bo):
        make.request(office.account, assignee=assignee)
    resolved = make.request(office.account, assignee=office.anna)
    anna = open_browser(office.anna)
    anna.put(f"/service-requests/{resolved.id}/status", {"status": "resolved", "version": resolved.version})
    for person in (office.anna, office.bo, office.lead):
        screen = open_browser(person)
        counts = screen.get("/service-requests/counts").get_json()
        for view, count in counts["views"].items():
            listed = screen.get("/service-requests", view=view).get_json()
            assert (view, len(listed["items"]), listed["total"]) == (view, count, count)
        [entry] = counts["accounts"]
        assert entry["count"] == counts["views"]["all"]
        # By name for everybody: who may not read accounts sees the name on each of its requests all the same.
        assert entry["account"]["name"] == office.account.name


def test_what_is_done_is_counted_so_far_and_no_further(
    office: Office, open_browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number of what is to be done stays exact, and so does that of a closer question."""
    monkeypatch.setattr(counts, "COUNTED_TO", 2)
    make, screen = office.make, open_browser(office.anna)
    for _ in range(4):
        done = make.request(office.account, assignee=office.anna)
        screen.put(f"/service-requests/{done.id}/status", {"status": "resolved", "version": done.version})
    for _ in range(3):
        make.request(office.account, assignee=office.anna)
    told = screen.get("/service-requests/counts").get_json()
    assert (told["counted_to"], told["views"]["resolved"], told["views"]["mine"]) == (2, 3, 3)
    assert screen.get("/service-requests", view="resolved").get_json()["total"] == 3
    narrowed = json.dumps({"field": "status", "op": "is", "value": "resolved"})
    assert screen.get("/service-requests", condition=narrowed).get_json()["total"] == 4


def test_search_knows_no_wildcards(office: Office, open_browser: Open) -> None:
    """What is typed is read as words; signs that databases take for wildcards stand for nothing."""
    found = office.make.request(office.account, "流量 100% 用完了_怎么办")
    office.make.request(office.account, "宽带很慢")
    screen = open_browser(office.lead)

    def ids(words: str) -> list[int]:
        items = screen.get("/service-requests", view="all", q=words).get_json()["items"]
        return [item["id"] for item in items]

    for words in ("100%", "完了_", found.number.lower()):
        assert ids(words) == [found.id]
    assert ids("%_") == ids("宽_的") == []
