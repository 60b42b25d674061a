"""The console as each role sees it for the first time: cases G2, G4, G5, G7, G8, G10, G11, G12, G21."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import LogIn
from tests.e2e.console import NEWEST_FIRST
from tests.e2e.platform import Platform

HOMES = {
    "hexiaotang": "/workbench/mine",
    "bb.lin": "/workbench/mine",
    "jiangnan": "/floor",
    "weilan": "/floor",
    "bb.lead": "/floor",
    "admin": "/accounts",
}


@pytest.mark.parametrize("login", sorted(HOMES))
def test_each_role_begins_where_its_work_is_and_is_offered_what_it_may(log_in: LogIn, login: str) -> None:
    """Case G8: everything in the menu opens; nothing leads to the page without access."""
    console = log_in(login)
    console.open("/")
    expect(console.page).to_have_url(f"{console.address}{HOMES[login]}")
    entries = console.page.locator("nav.rail a.rail-i")
    addresses = [entries.nth(place).get_attribute("href") or "" for place in range(entries.count())]
    for address in addresses:
        console.open(address)
        assert "/no-access" not in console.page.url, address
    if login == "weilan":
        console.open(NEWEST_FIRST)
        for offer in ("claim", "transfer", "resolve", "view-mine"):
            expect(console.page.get_by_test_id(offer)).to_have_count(0)


def test_a_page_without_access_names_who_can_help(log_in: LogIn) -> None:
    """Case G7."""
    console = log_in("hexiaotang")
    console.open("/people")
    help_ = console.page.get_by_test_id("right-help")
    expect(help_).to_contain_text("江楠")
    expect(help_).to_contain_text("管理员")


def test_a_supervisor_sets_a_limit_where_the_load_stands(log_in: LogIn) -> None:
    """Cases G7 and G15."""
    console = log_in("jiangnan")
    console.open("/people")
    row = console.page.get_by_test_id("person").filter(has_text="陆遥")
    field = row.get_by_test_id("capacity")
    field.fill("11")
    field.press("Enter")
    expect(console.page.locator(".notice")).to_contain_text("陆遥")
    _, people = console.api("GET", "/people")
    assert [person["capacity"] for person in people["items"] if person["name"] == "陆遥"] == [11]


def test_typing_into_what_opened_runs_no_command(log_in: LogIn, platform: Platform, name: str) -> None:
    """Case G2: `A`, then a colleague's name, at once and without a click."""
    platform.writes("message", "weibo-care", name, f"我是{name}，宽带断了")
    console = log_in("jiangnan")
    console.open(NEWEST_FIRST)
    request_id = console.choose(console.see_arrive(name))
    expect(console.page.get_by_test_id("transfer")).to_be_visible()
    console.page.keyboard.press("a")
    console.page.keyboard.type("chen")
    expect(console.page.locator(".pick input")).to_be_focused()
    console.page.keyboard.type("sunian")
    _, request = console.api("GET", f"/service-requests/{request_id}")
    assert request["status"] in ("new", "open")
    expect(console.page.get_by_test_id("lane-note")).to_have_attribute("aria-selected", "false")
    console.page.keyboard.press("Escape")
    expect(console.page.locator(".pick input")).to_be_hidden()


# What Tab reaches, as a person meets it: the stops before the first row.
FOCUS = """() => {
  const at = document.activeElement
  const row = at?.dataset?.testid === 'request-row'
  return { row, name: at?.getAttribute('aria-label') ?? at?.textContent }
}"""
MOST_STOPS = 6


def test_few_tab_stops_lie_before_the_list_and_the_first_leads_past_them(
    log_in: LogIn, platform: Platform, name: str
) -> None:
    """Case G12."""
    platform.writes("message", "weibo-care", name, f"我是{name}，宽带断了")
    console = log_in("hexiaotang")
    console.open(NEWEST_FIRST)
    console.see_arrive(name)
    keyboard = console.page.keyboard
    stops: list[str] = []
    while len(stops) < 40:
        keyboard.press("Tab")
        found = console.page.evaluate(FOCUS)
        if found["row"]:
            break
        stops.append(found["name"])
    assert len(stops) <= MOST_STOPS, stops
    console.open(NEWEST_FIRST)
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(console.page.locator("#main")).to_be_focused()


def test_claiming_and_giving_back_have_keys_and_the_sheet_names_them_first(
    log_in: LogIn, platform: Platform, name: str
) -> None:
    """Case G12: `?` lists what waits for an open request; `C` and `B` do what they say."""
    platform.writes("message", "weibo-care", name, f"我是{name}，话费不对")
    console = log_in("hexiaotang")
    console.open(NEWEST_FIRST)
    console.see_arrive(name)
    page = console.page
    page.keyboard.press("?")
    claim = page.locator("[data-command='request.claim']")
    expect(claim).to_have_attribute("data-rests", "needs")
    page.keyboard.press("Escape")
    expect(claim).to_be_hidden()
    request_id = console.choose(console.row(name))
    expect(page.get_by_test_id("transfer").or_(page.get_by_test_id("claim")).first).to_be_visible()
    me = console.api("GET", "/session")[1]["operator"]["id"]
    console.give(request_id, me)
    expect(page.get_by_test_id("claim")).to_be_hidden()
    page.keyboard.press("b")
    expect(page.locator(".notice").filter(has_text="已交还").first).to_be_visible()
    expect(page.get_by_test_id("claim")).to_be_visible()
    page.keyboard.press("c")
    expect(page.get_by_test_id("claim")).to_be_hidden()
    _, request = console.api("GET", f"/service-requests/{request_id}")
    assert request["assignee"]["id"] == me
    # The same list by name: Ctrl K, then ">".
    page.keyboard.press("Control+k")
    page.get_by_test_id("search").fill(">交还")
    page.keyboard.press("Enter")
    expect(page.locator(".notice").filter(has_text="已交还").first).to_be_visible()


def test_what_was_heard_is_judged_by_keys(log_in: LogIn, platform: Platform, name: str) -> None:
    """Case G12: J, the verdict's reasons, and "not for service", without a mouse."""
    platform.writes("message", "weibo-care", name, f"我是{name}，宽带断了三天")
    console = log_in("jiangnan")
    console.open(NEWEST_FIRST)
    console.see_arrive(name)
    console.open(f"/listener?q={name}")
    page = console.page
    row = page.get_by_test_id("inbound-row").first
    expect(row).to_be_visible()
    page.keyboard.press("j")
    expect(row).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator(".notice")).to_be_visible()
    expect(row).to_contain_text("已纠正")
    page.keyboard.press("/")
    expect(page.locator(".lst-find input")).to_be_focused()


def test_whoever_leaves_is_asked_what_becomes_of_their_work(
    log_in: LogIn, platform: Platform, name: str
) -> None:
    """Case G3: a break keeps the work when one says so; going home gives it back."""
    console = log_in("hexiaotang")
    console.open(NEWEST_FIRST)
    platform.writes("message", "weibo-care", name, f"我是{name}，宽带断了")
    request_id = console.choose(console.see_arrive(name))
    page, path = console.page, f"/service-requests/{request_id}"
    me = console.api("GET", "/session")[1]["operator"]["id"]
    console.give(request_id, me)
    expect(page.get_by_test_id("claim")).to_be_hidden()
    page.get_by_test_id("presence").click()
    page.get_by_test_id("presence-break").click()
    page.get_by_test_id("keep-work").click()
    expect(page.get_by_test_id("keep-work")).to_be_hidden()
    assert console.api("GET", path)[1]["assignee"]["id"] == me
    page.get_by_test_id("self-menu").click()
    page.get_by_test_id("logout").click()
    page.get_by_test_id("dialog-submit").click()
    expect(page.get_by_test_id("login-name")).to_be_visible()
    lead = log_in("jiangnan")
    assert (lead.api("GET", path)[1]["assignee"] or {}).get("id") != me
    console.log_in("hexiaotang").api("PUT", "/session/presence", {"presence": "online"})


def test_a_colleagues_request_is_asked_about_and_a_reply_can_resolve_it(
    log_in: LogIn, platform: Platform, name: str
) -> None:
    """Cases G4 and G5."""
    platform.writes("message", "weibo-care", name, f"我是{name}，话费多扣了")
    lead, holder = log_in("jiangnan"), log_in("hexiaotang")
    lead.open(NEWEST_FIRST)
    request_id = lead.choose(lead.see_arrive(name))
    lead.give(request_id, holder.api("GET", "/session")[1]["operator"]["id"])
    lead.open(f"/workbench/all/{request_id}")
    lead.write("您好，已为您核实并退回多扣的话费。")
    lead.page.get_by_test_id("send-resolve").click()
    waiting = lead.page.get_by_test_id("pending")
    expect(waiting).to_contain_text("何晓棠")
    assert lead.api("GET", f"/service-requests/{request_id}")[1]["status"] != "resolved"
    lead.page.get_by_test_id("send-anyway").click()
    expect(lead.page).not_to_have_url(re.compile(rf"/{request_id}(\?|$)"))
    assert lead.api("GET", f"/service-requests/{request_id}")[1]["status"] == "resolved"


def test_a_number_finds_its_request_and_the_list_stays(log_in: LogIn, platform: Platform, name: str) -> None:
    """Case G10: view, sort and filter survive opening what search found."""
    platform.writes("message", "weibo-care", name, f"我是{name}，要改套餐")
    console = log_in("jiangnan")
    console.open(NEWEST_FIRST)
    number = console.api("GET", f"/service-requests/{console.choose(console.see_arrive(name))}")[1]["number"]
    console.open("/workbench/unassigned?sort=newest&lane=private")
    console.page.get_by_test_id("search").fill(number)
    console.page.locator("[data-testid=search-row][data-kind=request]").first.click()
    expect(console.page).to_have_url(
        re.compile(r"/workbench/unassigned/\d+\?(?=.*sort=newest)(?=.*lane=private)")
    )


def test_the_rail_knows_its_badge_before_the_workbench_was_opened(
    log_in: LogIn, platform: Platform, name: str
) -> None:
    """Case G11."""
    platform.writes("message", "weibo-care", name, f"我是{name}，网速慢")
    console = log_in("hexiaotang")
    console.open(NEWEST_FIRST)
    request_id = int(console.see_arrive(name).get_attribute("data-id") or 0)
    console.give(request_id, console.api("GET", "/session")[1]["operator"]["id"])
    console.open("/topics")
    expect(console.page.locator(".rail-n")).to_be_visible()
