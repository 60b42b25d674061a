"""Case G8: the overview's figures are the lists' figures, within one's reach, at a fixed cost."""

from __future__ import annotations

from collections.abc import Callable

from app.core.clock import ManualClock
from app.core.permissions import RoleName
from app.models import AgencyKind, Operator, Presence
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.support.statements import counted

Open = Callable[[Operator | None], Browser]


def _total(browser: Browser, **query: object) -> int:
    return int(browser.get("/service-requests", **query).get_json()["total"])


def test_every_figure_is_the_length_of_the_list_behind_it(
    make: Make, open_browser: Open, clock: ManualClock
) -> None:
    home = make.agency()
    team, other = make.team(home), make.team(home)
    manager = make.operator(home, role=RoleName.MANAGER)
    person = make.operator(home, team, presence=Presence.ONLINE, capacity=3)
    account, quiet = make.account(home, team), make.account(home, other)
    make.request(account, "宽带断了", author="a", assignee=person)
    make.request(account, "还没修好吗", author="b", assignee=person)
    done = make.request(account, "谢谢，好了", author="c", assignee=person)
    served = open_browser(person)
    served.put(
        f"/service-requests/{done.id}/status", {"status": "resolved", "version": _version(served, done.id)}
    )
    clock.advance(9 * 3600)
    make.request(quiet, "怎么办理", author="d")
    browser = open_browser(manager)
    view = browser.get("/overview").get_json()
    totals = view["totals"]
    assert totals["active"] == _total(browser, view="all") == 3
    assert totals["unassigned"] == _total(browser, view="unassigned") == 1
    assert totals["overdue"] == _total(browser, view="all", overdue=1) == 2
    assert totals["resolved_today"] == 1
    rows = {row["team"]["id"]: row for row in view["teams"]}
    assert (rows[team.id]["in_hand"], rows[team.id]["capacity"], rows[team.id]["online"]) == (2, 3, 1)
    assert (rows[other.id]["active"], rows[other.id]["unassigned"], rows[other.id]["people"]) == (1, 1, 0)
    for row in view["accounts"]:
        assert row["active"] == _total(browser, view="all", account_id=row["account"]["id"])
        assert row["status"] == "active"
    assert view["presence"]["online"] == 1


def _version(browser: Browser, request_id: int) -> int:
    return int(browser.get(f"/service-requests/{request_id}").get_json()["version"])


def test_a_lead_of_another_agency_counts_only_that_agency(make: Make, open_browser: Open) -> None:
    home, away = make.agency(), make.agency(AgencyKind.THIRD_PARTY)
    make.request(make.account(home, make.team(home)), "宽带断了")
    lead = make.operator(away, role=RoleName.SUPERVISOR)
    account = make.account(away, make.team(away))
    view = open_browser(lead).get("/overview").get_json()
    assert view["totals"]["active"] == 0
    assert [row["account"]["id"] for row in view["accounts"]] == [account.id]
    assert open_browser(make.operator(home)).get("/overview").status_code == 403


def test_the_overview_costs_the_same_however_much_there_is(make: Make, open_browser: Open) -> None:
    home = make.agency()
    team = make.team(home)
    browser = open_browser(make.operator(home, role=RoleName.MANAGER))
    browser.get("/overview")

    def statements() -> int:
        with counted(make.runtime.engine) as seen:
            assert browser.get("/overview").status_code == 200
        return len(seen)

    make.operator(home, team)
    make.request(make.account(home, team), "宽带断了")
    few = statements()
    for _ in range(4):
        another = make.team(home)
        make.operator(home, another)
        make.request(make.account(home, another), "宽带断了", author="x")
    assert statements() == few


def test_numbers_have_one_source(make: Make, open_browser: Open) -> None:
    """Case G11: unread by view, and what one holds as the load meter and the routing count it."""
    home = make.agency()
    team = make.team(home)
    person = make.operator(home, team, capacity=5)
    account = make.account(home, team)
    mine = make.request(account, "宽带断了", author="a", assignee=person)
    waiting = make.request(account, "还没修好吗", author="b", assignee=person)
    make.request(account, "怎么办理", author="c")
    browser = open_browser(person)
    browser.put(
        f"/service-requests/{waiting.id}/status",
        {"status": "pending", "version": _version(browser, waiting.id)},
    )
    browser.put(f"/conversations/{mine.conversation_id}/read", {"number": 99})
    counts = browser.get("/service-requests/counts").get_json()
    for view, number in counts["views"].items():
        assert number == _total(browser, view=view), view
        assert counts["unread_by_view"][view] == _total(browser, view=view, unread=1), view
    assert counts["unread_by_view"]["mine"] == counts["unread"] == 0
    assert counts["unread_by_view"]["unassigned"] == 1
    assert counts["in_hand"] == browser.get("/session").get_json()["capacity"]["open"] == 1
