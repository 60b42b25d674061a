"""Leaving with open work and the timer of a break, as the person and whoever leads them see it."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import LogIn
from tests.e2e.console import NEWEST_FIRST
from tests.e2e.platform import Platform


def test_a_break_has_a_reason_and_a_timer_and_gives_back_what_is_chosen(
    log_in: LogIn, platform: Platform, name: str
) -> None:
    console, lead = log_in("hexiaotang"), log_in("jiangnan")
    console.open(NEWEST_FIRST)
    me = console.api("GET", "/session")[1]["operator"]["id"]
    held = []
    for word in ("甲", "乙"):
        platform.writes("message", "weibo-care", f"{name}{word}", f"我是{name}{word}，宽带断了")
        held.append(console.choose(console.see_arrive(f"{name}{word}")))
        console.give(held[-1], me)
    page = console.page
    page.get_by_test_id("presence").click()
    page.get_by_test_id("presence-break").click()
    page.get_by_test_id("leave-reason").fill("吃饭")
    rows = page.get_by_test_id("hand-back-row")
    for number in held:  # they are asked for when the dialog opens
        expect(rows.and_(page.locator(f"[data-id='{number}']"))).to_be_visible()
    for row in rows.all():
        if row.get_attribute("data-id") != str(held[0]):
            row.locator("input").uncheck()
    page.get_by_test_id("dialog-submit").click()
    expect(page.get_by_test_id("leave-reason")).to_be_hidden()
    expect(page.get_by_test_id("presence")).to_contain_text("小休")
    holders = [console.api("GET", f"/service-requests/{number}")[1]["assignee"] for number in held]
    assert [None if one is None else one["id"] for one in holders][1] == me
    assert holders[0] is None or holders[0]["id"] != me

    lead.open("/people")
    row = lead.page.get_by_test_id("person").filter(has_text="何晓棠")
    expect(row).to_contain_text("小休")
    expect(row).to_contain_text("吃饭")
    expect(row.get_by_test_id("presence-time")).to_be_visible()

    page.get_by_test_id("presence").click()
    page.get_by_test_id("presence-online").click()
    expect(row).to_contain_text("在线")
    expect(row.get_by_test_id("presence-time")).to_have_count(0)
