"""Several people at once: who may take a request, who sees it, and what an agency never sees."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import LogIn
from tests.e2e.console import NEWEST_FIRST, Console
from tests.e2e.platform import Platform


def test_two_who_reach_for_one_request_cannot_both_have_it(
    log_in: LogIn, platform: Platform, name: str
) -> None:
    first, second = log_in("hexiaotang"), log_in("zhouqiming")
    for console in (first, second):
        _be(console, "away")
        console.open("/workbench/unassigned?sort=newest")
    platform.writes("message", "weibo-care", name, f"我是{name}，充值没有到账")
    first.choose(first.see_arrive(name))
    request_id = second.choose(second.see_arrive(name))
    _, before = second.api("GET", f"/service-requests/{request_id}")

    first.page.get_by_test_id("claim").click()

    expect(first.page.get_by_test_id("claim")).to_have_count(0)
    expect(second.page.get_by_test_id("claim")).to_have_count(0)
    late = {"operator_id": _own_id(second), "version": before["version"]}
    status, problem = second.api("PUT", f"/service-requests/{request_id}/assignee", late)
    assert (status, problem["code"]) in ((409, "already_assigned"), (409, "stale_version"))
    _, after = second.api("GET", f"/service-requests/{request_id}")
    assert after["assignee"]["name"] == "何晓棠"


def test_a_transferred_request_leaves_one_list_and_enters_the_other(
    log_in: LogIn, platform: Platform, name: str
) -> None:
    owner, taker, lead = log_in("hexiaotang"), log_in("zhouqiming"), log_in("jiangnan")
    _make_room(log_in("admin"), owner)
    _be(owner, "online")
    _be(taker, "away")
    _be(lead, "away")
    for console in (owner, taker):
        console.open("/workbench/mine?sort=newest")
    lead.open(NEWEST_FIRST)
    platform.writes("message", "weibo-care", name, f"我是{name}，要改套餐")
    owner.see_arrive(name)
    lead.choose(lead.see_arrive(name))
    lead.page.get_by_test_id("transfer").click()
    lead.page.locator(f"[data-testid=transfer-to][data-id='{_own_id(taker)}']").click()

    taker.see_arrive(name)
    owner.forget(name)


def test_an_agency_sees_its_own_accounts_and_nothing_else(
    log_in: LogIn, platform: Platform, name: str
) -> None:
    agency, house = log_in("bb.lin"), log_in("hexiaotang")
    for console in (agency, house):
        console.open(NEWEST_FIRST)
    secret, own = f"{name}甲", f"{name}乙"
    platform.writes("message", "weibo-care", secret, f"我是{secret}，账单错了")
    platform.writes("message", "wechat-club", own, f"我是{own}，积分怎么兑换")

    house.see_arrive(secret)
    agency.see_arrive(own)
    expect(agency.row(secret)).to_have_count(0)
    expect(house.row(own)).to_have_count(0)
    hidden = house.row(secret).get_attribute("data-id")
    _, request = house.api("GET", f"/service-requests/{hidden}")
    assert agency.api("GET", f"/service-requests/{hidden}")[0] == 404
    assert agency.api("GET", f"/conversations/{request['conversation_id']}")[0] == 404
    _, found = agency.api("GET", f"/service-requests?view=all&q={secret}")
    assert found["items"] == []
    _, events = agency.api("GET", "/events?after=0&limit=500")
    assert secret not in str(events)
    assert agency.api("GET", "/accounts")[0] == 403
    _, accounts = log_in("bb.lead").api("GET", "/accounts")
    assert {account["name"] for account in accounts["items"]} == {
        "云岭校园",
        "云岭会员俱乐部",
        "云岭营业厅",  # granted (app/seed/grants.py)
    }


def _own_id(console: Console) -> int:
    _, session = console.api("GET", "/session")
    return int(session["operator"]["id"])


def _make_room(admin: Console, operator: Console) -> None:
    """What other tests left with them must not keep the next request away."""
    way = f"/people/{_own_id(operator)}/capacity"
    assert admin.api("PUT", way, {"capacity": 100})[0] == 200


def _be(console: Console, presence: str) -> None:
    status, _ = console.api("PUT", "/session/presence", {"presence": presence})
    assert status == 200
