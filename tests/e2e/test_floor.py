"""The floor as a lead works with it: a number opens its rows, work is dragged, somebody is watched."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import LogIn
from tests.e2e.console import NEWEST_FIRST
from tests.e2e.platform import Platform


def test_a_lead_drags_work_watches_whispers_and_takes_over(
    log_in: LogIn, platform: Platform, name: str
) -> None:
    holder, mate, lead = log_in("hexiaotang"), log_in("zhouqiming"), log_in("jiangnan")
    holder.open(NEWEST_FIRST)
    me = holder.api("GET", "/session")[1]["operator"]["id"]
    platform.writes("message", "weibo-care", name, f"我是{name}，宽带断了")
    number = holder.choose(holder.see_arrive(name))
    holder.give(number, me)

    page = lead.page
    lead.open("/floor")
    row = page.get_by_test_id("floor-person").and_(page.locator(f"[data-id='{me}']"))
    assert int(row.get_by_test_id("person-held").inner_text()) >= 1
    row.get_by_role("button").click()
    request = page.get_by_test_id("floor-row").and_(page.locator(f"[data-id='{number}']"))
    expect(request).to_be_visible()

    # Dragged upon a mate and, by the button of the row, given back.
    person = mate.api("GET", "/session")[1]["operator"]["id"]
    request.drag_to(page.get_by_test_id("floor-person").and_(page.locator(f"[data-id='{person}']")))
    # The router may fill the place that became free, so the row is looked for and not the number.
    expect(request).to_have_count(0)
    assert lead.api("GET", f"/service-requests/{number}")[1]["assignee"]["id"] == person
    page.get_by_test_id("floor-person").and_(page.locator(f"[data-id='{person}']")).get_by_role(
        "button"
    ).click()
    request.get_by_test_id("transfer").press("Enter")
    page.get_by_test_id("transfer-to").and_(page.locator(f"[data-id='{me}']")).press("Enter")

    # Watched: no composer, a whisper that the holder sees and a mate does not.
    row.get_by_role("button").click()
    expect(request).to_be_visible()
    request.get_by_test_id("watch").click()
    page.get_by_test_id("whisper-text").fill("先道歉，再查工单")
    page.get_by_test_id("whisper-send").click()
    expect(page.get_by_test_id("whisper")).to_contain_text("先道歉")
    expect(page.get_by_test_id("composer-text")).to_have_count(0)
    holder.page.goto(f"{holder.page.url.split('/workbench')[0]}/workbench/all/{number}")
    expect(holder.page.get_by_test_id("whisper")).to_contain_text("先道歉")
    assert mate.api("GET", f"/service-requests/{number}/whispers")[1].get("items", []) == []
    page.get_by_test_id("take-over").click()
    expect(page.get_by_test_id("dialog-submit")).to_be_disabled()
    page.get_by_test_id("take-over-reason").fill("客户点名找组长")
    page.get_by_test_id("dialog-submit").click()
    expect(page.get_by_test_id("stop-watching")).to_have_count(0)
    assert lead.api("GET", f"/service-requests/{number}")[1]["assignee"]["name"] == "江楠"
    changes = lead.api("GET", f"/service-requests/{number}/changes")[1]["items"]
    assert next(change["said"] for change in changes if change["said"]) == "客户点名找组长"

    # A number opens the list of as many rows; the wall shows the same.
    lead.open("/floor")
    waiting = page.get_by_test_id("figure-waiting").locator("b").inner_text()
    page.get_by_test_id("to-wall").click()
    expect(page.get_by_test_id("wall-waiting")).to_have_text(waiting)
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("wall")).to_have_count(0)
    page.get_by_test_id("figure-waiting").click()
    page.wait_for_url("**/workbench/unassigned*")
