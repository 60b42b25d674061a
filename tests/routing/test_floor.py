"""The floor board: every number is the length of the list behind it, within one's reach, at a fixed cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update

from app.core.clock import ManualClock
from app.core.permissions import RoleName
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER
from app.models import Account, AgencyKind, Lane, Operator, Presence, RoutingQueue, ServiceRequest
from app.routing import lifecycle
from app.routing.roster import manual_decision
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.support.statements import counted

Open = Callable[[Operator | None], Browser]


def counts_in(value: Any) -> Iterator[dict[str, Any]]:
    """Every number of a view that has a door."""
    if isinstance(value, dict):
        if {"n", "door"} <= value.keys():
            yield value
        for part in value.values():
            yield from counts_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from counts_in(part)


def listed(browser: Browser, door: dict[str, Any]) -> int:
    """How many the list behind a door holds, asked as the workbench asks."""
    query: dict[str, Any] = {"limit": 1}
    if door["when"] is None or door["view"] != "all":
        query["view"] = door["view"]
    if door["when"] is not None:
        query["condition"] = door["when"]
    if door["overdue"]:
        query["overdue"] = 1
    if door["lane"] is not None:
        query["lane"] = door["lane"]
    answer = browser.get("/service-requests", **query)
    assert answer.status_code == 200, answer.get_json()
    return int(answer.get_json()["total"])


def board(browser: Browser) -> dict[str, Any]:
    answer = browser.get("/floor")
    assert answer.status_code == 200, answer.get_json()
    view: dict[str, Any] = answer.get_json()
    return view


def queue(make: Make, agency_id: int, name: str, team_id: int | None) -> RoutingQueue:
    return make.save(
        RoutingQueue(
            created_at=make.now,
            agency_id=agency_id,
            team_id=team_id,
            name=name,
            position=1,
            strategy="least_loaded",
            settings={},
        )
    )


def put_into(make: Make, request: ServiceRequest, place: lifecycle.Place) -> None:
    """Nobody has it, and it waits there."""
    with open_context(make.runtime, LISTENER) as ctx:
        found = ctx.session.get_one(ServiceRequest, request.id)
        account = ctx.session.get_one(Account, found.account_id)
        decision = manual_decision(ctx, found, account, None, "moved_to_team")
        lifecycle.assign_many(ctx, [(found, decision)], places={found.id: place})


def opened_at(make: Make, request: ServiceRequest, moment: datetime) -> None:
    """As if it had been opened then."""
    with make.runtime.sessions.begin() as session:
        session.execute(
            update(ServiceRequest).where(ServiceRequest.id == request.id).values(opened_at=moment)
        )


def test_every_number_is_the_length_of_its_list(make: Make, open_browser: Open, clock: ManualClock) -> None:
    home = make.agency()
    team, other = make.team(home), make.team(home)
    manager = make.operator(home, role=RoleName.MANAGER)
    lead = make.operator(home, team, role=RoleName.SUPERVISOR)
    person = make.operator(home, team, presence=Presence.ONLINE, capacity=3)
    account, quiet = make.account(home, team), make.account(home, other)
    pool = queue(make, home.id, "夜间池", None)
    own = queue(make, home.id, "宽带排队", team.id)
    late = make.unassign(make.request(quiet, "投诉", author="g"))
    clock.advance(9 * 3600)
    make.request(account, "宽带断了", author="a", assignee=person)
    for author, lane, place in (
        ("b", Lane.PRIVATE, lifecycle.Place(team.id, own.id)),
        ("c", Lane.PUBLIC, lifecycle.Place(team.id, own.id)),
        ("d", Lane.PUBLIC, lifecycle.Place(team.id, pool.id)),
        ("e", Lane.PUBLIC, lifecycle.Place(team.id, None)),
    ):
        put_into(make, make.request(account, "还没修好吗", author=author, lane=lane), place)
    make.unassign(make.request(quiet, "怎么办理", author="f"))
    clock.advance(20 * 60)
    for reader in (manager, lead):
        browser = open_browser(reader)
        view = board(browser)
        found = list(counts_in(view))
        assert len(found) > 20
        for count in found:
            assert count["n"] == listed(browser, count["door"]), count
    assert view["all"]["waiting"]["n"] == 6
    by_name = {row["name"]: row for row in view["queues"]}
    assert (by_name["宽带排队"]["private"]["n"], by_name["宽带排队"]["public"]["n"]) == (1, 1)
    assert (by_name["夜间池"]["waiting"]["n"], by_name["夜间池"]["team"]) == (1, None)
    assert by_name[team.name]["waiting"]["n"] == 1
    assert view["queues"][0]["name"] == other.name, "what has waited longest comes first"
    assert view["risks"]["overdue"]["n"] == 1
    (row,) = [row for row in view["people"] if row["id"] == person.id]
    assert (row["held"]["n"], row["presence"], row["capacity"]) == (1, "online", 3)
    assert row["last_given_at"] is not None
    assert late.id not in {item["id"] for item in view["risks"]["next"]}
    assert late.id in {item["id"] for item in view["risks"]["missed"]}
    assert view["arrivals"]["so_far"]["n"] >= 1


def test_who_reaches_less_counts_less(make: Make, open_browser: Open) -> None:
    home, away = make.agency(), make.agency(AgencyKind.THIRD_PARTY)
    make.unassign(make.request(make.account(home, make.team(home)), "宽带断了"))
    lead = make.operator(away, role=RoleName.SUPERVISOR)
    mate = make.operator(away, capacity=4)
    view = board(open_browser(lead))
    assert view["all"]["waiting"]["n"] == 0
    assert view["all"]["waits_since"] is None
    assert {row["id"] for row in view["people"]} <= {mate.id, lead.id}
    assert mate.id in {row["id"] for row in view["people"]}
    assert view["risks"]["next"] == []
    assert open_browser(make.operator(home)).get("/floor").status_code == 403


def test_what_is_usual_is_the_median_of_the_weeks_before(
    make: Make, open_browser: Open, clock: ManualClock
) -> None:
    home = make.agency()
    account = make.account(home, make.team(home))
    browser = open_browser(make.operator(home, role=RoleName.MANAGER))
    assert board(browser)["arrivals"]["usual_hour"] is None, "nothing to compare with yet"
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    number = 0
    for back, many in ((9, 4), (3, 1), (2, 5), (1, 3)):
        for _ in range(many):
            number += 1
            request = make.request(account, "宽带断了", author=f"p{number}")
            opened_at(make, request, hour - timedelta(weeks=back) + timedelta(seconds=1))
    found = board(browser)["arrivals"]
    # Of eight weeks five had none: the median of 0 0 0 0 0 1 3 5 is none.
    assert (found["weeks"], found["usual_hour"]) == (8, 0.0)
    for back in (4, 5, 6, 7):
        for _ in range(2):
            number += 1
            request = make.request(account, "宽带断了", author=f"p{number}")
            opened_at(make, request, hour - timedelta(weeks=back) + timedelta(minutes=59, seconds=59))
    found = board(browser)["arrivals"]
    assert found["usual_hour"] == 2.0
    # The same minutes of the hour: what came at its end is not compared with what has not come yet.
    assert found["usual_so_far"] == 0.0
    hours = browser.get("/floor/arrivals").get_json()
    (mine,) = [one for one in hours["hours"] if one["since"].startswith(hour.strftime("%Y-%m-%dT%H"))]
    assert (mine["usual"], mine["low"], mine["high"]) == (2.0, 0, 5)
    assert len(hours["hours"]) == 24


def test_the_board_costs_the_same_however_much_there_is(make: Make, open_browser: Open) -> None:
    home = make.agency()
    team = make.team(home)
    browser = open_browser(make.operator(home, role=RoleName.MANAGER))
    browser.get("/floor")

    def statements() -> int:
        with counted(make.runtime.engine) as seen:
            assert browser.get("/floor").status_code == 200
        return len(seen)

    make.operator(home, team)
    make.request(make.account(home, team), "宽带断了")
    few = statements()
    for number in range(5):
        another = make.team(home)
        make.operator(home, another, presence=Presence.ONLINE)
        queue(make, home.id, f"队列 {number}", another.id)
        make.request(make.account(home, another), "宽带断了", author="x")
    assert statements() == few
