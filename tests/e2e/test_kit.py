"""The page of parts in each state, and the list pages that are made of them."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.conftest import LogIn


def test_every_part_stands_in_each_state_and_keeps_nobody_out(log_in: LogIn) -> None:
    console = log_in("admin")
    page = console.page
    console.open("/kit")
    rows = page.get_by_test_id("kit-row")
    expect(rows).to_have_count(12)
    assert console.serious() == []
    assert console.cut_words() == []
    part = page.get_by_test_id("kit-list")
    for name, shown in (
        ("加载中", ".sks"),
        ("空", ".es"),
        ("条件太窄", "[data-testid=list-clear]"),
        ("出错", ".es .btn-primary"),
        ("无权限", ".es"),
        ("有变化", "[data-testid=list-news]"),
    ):
        part.get_by_role("radio", name=name, exact=True).click()
        expect(part.locator(shown).first).to_be_visible()
        assert (name, console.serious()) == (name, [])
    part.get_by_role("radio", name="有内容", exact=True).click()
    # A long list is drawn as far as it is seen, and comes as one goes down.
    part.get_by_role("radio", name="500", exact=True).click()
    expect(part.get_by_test_id("list-count")).to_contain_text("50")
    region = part.get_by_role("region", name="列表")
    for _ in range(14):
        region.evaluate("(box) => { box.scrollTop = box.scrollHeight }")
        page.wait_for_timeout(80)
    expect(part.get_by_test_id("list-count")).to_contain_text("500")
    assert rows.count() < 80
    # Keys: down, choose, two more with Shift.
    part.get_by_role("radio", name="12", exact=True).click()
    expect(rows).to_have_count(12)
    for key in ("j", "x", "Shift+ArrowDown", "Shift+ArrowDown"):
        page.keyboard.press(key)
    expect(part.get_by_test_id("chosen")).to_contain_text("3")
    page.get_by_test_id("columns").first.click()
    page.get_by_test_id("show-count").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    expect(rows).to_have_count(12)
    expect(part.locator("thead th", has_text="数量")).to_have_count(0)
    # The board by keys, the steps, and what the server says of a form.
    board = page.get_by_test_id("kit-board")
    card = board.locator("[data-card='1']")
    card.focus()
    for key in (" ", "ArrowRight", " "):
        page.keyboard.press(key)
    expect(board.get_by_test_id("board-doing").locator("[data-card='1']")).to_be_visible()
    page.get_by_test_id("kit-name").fill("回访")
    page.get_by_test_id("wizard-on").click()
    page.locator("#kit-who").fill("江")
    page.get_by_role("option", name="江楠").click()
    page.get_by_test_id("wizard-on").click()
    expect(page.get_by_test_id("kit-wizard")).to_contain_text("回访，由 江楠 负责")
    page.get_by_test_id("kit-send").click()
    expect(page.get_by_test_id("kit-form").get_by_role("alert").first).to_be_visible()
    for theme in ("深色", "浅色"):
        page.get_by_role("radio", name=theme, exact=True).click()
        assert (theme, console.serious()) == (theme, [])
    page.set_viewport_size({"width": 390, "height": 844})
    assert console.serious() == []
    assert console.refused_by_policy() == []


def test_the_audit_log_shows_what_was_done_narrowed_and_in_a_file(log_in: LogIn) -> None:
    console = log_in("admin")
    page = console.page
    console.open("/audit")
    rows = page.get_by_test_id("row")
    expect(rows.filter(has_text="登录").first).to_be_visible()
    assert console.serious() == []
    page.get_by_test_id("sort-at").click()
    expect(page).to_have_url(re.compile("sort=at"))
    expect(rows.first).to_contain_text("登录")
    page.get_by_test_id("export").click()
    page.get_by_test_id("dialog-submit").click()
    expect(page.get_by_test_id("long-work-result")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    assert console.serious() == []
    assert console.cut_words() == []


def test_the_page_of_parts_is_not_linked_from_anywhere(log_in: LogIn) -> None:
    console = log_in("jiangnan")
    expect(console.page.locator("nav.rail a[href='/kit']")).to_have_count(0)
    console.open("/audit")
    expect(console.page.get_by_role("heading", name=re.compile("没有打开"))).to_be_visible()
