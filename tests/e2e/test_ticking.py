"""Requests that are ticked in the list, and what is done to them together."""

from __future__ import annotations

import os

from playwright.sync_api import expect

from tests.e2e.conftest import LogIn
from tests.e2e.console import NEWEST_FIRST, CustomerPage


def _asked(customer: CustomerPage, name: str, count: int) -> list[str]:
    """So many customers, each with one question; what they say."""
    words = [f"宽带坏了，来人看看 {name}之{number}" for number in range(count)]
    for number, said in enumerate(words):
        customer.be(f"{name}之{number}", "weibo-care", "post")
        customer.say(said)
    return words


def _shot(page: object, name: str) -> None:
    folder = os.environ.get("SHOTS")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png")  # type: ignore[attr-defined]


def test_ticked_rows_are_dealt_with_together_and_the_others_left_alone(
    log_in: LogIn, customer: CustomerPage, name: str
) -> None:
    words = _asked(customer, name, 4)
    lead = log_in("jiangnan")
    lead.open(NEWEST_FIRST)
    page = lead.page
    for said in words:
        lead.see_arrive(said)
    expect(page.get_by_test_id("chosen-count")).to_have_count(0)
    page.get_by_test_id("choose-rows").click()
    ticks = {said: page.locator(".row-at", has_text=said).get_by_test_id("row-tick") for said in words}
    expect(page.get_by_test_id("bulk-chosen")).to_be_disabled()
    ticks[words[0]].check()
    ticks[words[2]].check()
    expect(page.get_by_test_id("chosen-count")).to_have_text("已选 2 条")
    assert lead.serious() == []
    assert lead.cut_words() == []
    _shot(page, "ticking")
    page.get_by_test_id("bulk-chosen").click()
    page.get_by_text("改状态", exact=True).click()
    _shot(page, "ticking-dialog")
    page.get_by_test_id("dialog-submit").click()
    row = page.get_by_test_id("long-work-row").first
    expect(row).to_have_attribute("data-state", "done")
    expect(row).to_contain_text("2")
    expect(page.get_by_test_id("chosen-count")).to_have_count(0)
    lead.open("/workbench/resolved?sort=newest")
    for number, said in enumerate(words):
        expect(lead.row(said)).to_have_count(1 - number % 2)
    # By the keyboard: what is open is chosen.
    lead.open(NEWEST_FIRST)
    lead.choose(lead.row(words[1]))
    expect(lead.bubble(words[1]).first).to_be_visible()
    page.keyboard.press("x")
    expect(page.get_by_test_id("chosen-count")).to_have_text("已选 1 条")
    page.keyboard.press("x")
    expect(page.get_by_test_id("chosen-count")).to_have_count(0)


def test_whoever_may_not_act_upon_many_has_no_ticks(log_in: LogIn) -> None:
    operator = log_in("hexiaotang")
    operator.open("/workbench/all")
    expect(operator.page.get_by_test_id("list-title")).to_be_visible()
    expect(operator.page.get_by_test_id("choose-rows")).to_have_count(0)
    expect(operator.page.get_by_test_id("row-tick")).to_have_count(0)
