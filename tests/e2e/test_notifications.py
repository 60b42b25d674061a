"""Who is given a request learns of it by bell, title and tone, once in all tabs; read is read everywhere."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import LogIn
from tests.e2e.console import NEWEST_FIRST, Console
from tests.e2e.platform import Platform


def _be(console: Console, presence: str) -> None:
    assert console.api("PUT", "/session/presence", {"presence": presence})[0] == 200


def _own_id(console: Console) -> int:
    _, session = console.api("GET", "/session")
    return int(session["operator"]["id"])


def _start_afresh(console: Console) -> None:
    _, box = console.api("GET", "/notifications?limit=1")
    if box["items"]:
        console.api("POST", "/notifications/read", {"up_to": box["items"][0]["id"]})
    console.page.reload()
    expect(_bell(console.page)).to_have_attribute("data-unread", "0")


def _bell(page: Page) -> Locator:
    return page.get_by_test_id("bell")


def _sounded(*pages: Page) -> int:
    return sum(int(page.evaluate("document.documentElement.dataset.sounded || 0")) for page in pages)


def test_whoever_is_given_a_request_learns_of_it_in_every_tab_once(
    log_in: LogIn, platform: Platform, name: str
) -> None:
    giver, taker = log_in("jiangnan"), log_in("hexiaotang")
    for console in (giver, taker):
        _be(console, "away")
    for console in (giver, taker):
        console.open("/topics")
        _start_afresh(console)
    first = taker.page
    second = first.context.new_page()
    second.goto(f"{taker.address}/topics")
    expect(second.get_by_test_id("bell")).to_have_attribute("data-unread", "0")
    for page in (first, second):  # a page sounds only once somebody has touched it
        page.mouse.click(700, 500)

    platform.writes("message", "weibo-care", name, f"我是{name}，请帮我查账单")
    giver.open(NEWEST_FIRST)
    request_id = giver.choose(giver.see_arrive(name))
    giver.give(request_id, _own_id(taker))

    for page in (first, second):
        expect(page.get_by_test_id("bell")).to_have_attribute("data-unread", "1")
        expect(page).to_have_title(re.compile(r"^\(\d+\) "))
        expect(page.locator("link[rel=icon]")).to_have_attribute("href", re.compile("^data:image/svg"))
    expect(giver.page.get_by_test_id("bell")).to_have_attribute("data-unread", "0")
    first.wait_for_timeout(300)
    assert _sounded(first, second) == 1

    first.get_by_test_id("bell").click()
    row = first.get_by_test_id("notice").first
    expect(row).to_contain_text("分配给你")
    row.get_by_test_id("notice-open").click()
    expect(first).to_have_url(re.compile(rf"/workbench/all/{request_id}"))
    for page in (first, second):
        expect(page.get_by_test_id("bell")).to_have_attribute("data-unread", "0")
    assert giver.refused_by_policy() == taker.refused_by_policy() == []


def test_what_is_set_is_kept_and_each_way_can_be_tried(log_in: LogIn) -> None:
    console = log_in("zhouqiming")
    console.open("/notifications")
    page = console.page
    box = page.get_by_test_id("set-mentioned-sound")
    expect(box).to_be_checked()
    box.click()
    expect(page.get_by_test_id("settings-saved")).to_be_visible()
    page.reload()
    expect(box).not_to_be_checked()
    page.get_by_test_id("settings-reset").click()
    expect(box).to_be_checked()
    page.get_by_test_id("trial-sound").click()
    expect(page.get_by_test_id("trial-result")).to_contain_text("提示音已播放")
    page.get_by_test_id("trial-bell").click()
    expect(page.get_by_test_id("bell")).not_to_have_attribute("data-unread", "0")
    assert console.serious() == console.cut_words() == console.refused_by_policy() == []
