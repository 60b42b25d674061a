"""A number on the dashboard opens the list of its rows: by a click, by the keyboard, from the table."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import LogIn
from tests.e2e.console import NEWEST_FIRST
from tests.e2e.platform import Platform

LIST = re.compile(r"/workbench/all\?when=")


def _total(page: Page) -> str:
    expect(page).to_have_url(LIST)
    total = page.get_by_test_id("list-total")
    expect(total).to_have_text(re.compile(r"\d"))
    return total.inner_text()


def test_a_number_opens_its_rows(log_in: LogIn, platform: Platform, name: str) -> None:
    platform.writes("message", "weibo-care", name, f"我是{name}，宽带坏了，请尽快修")
    console = log_in("jiangnan")
    page = console.page
    console.open(NEWEST_FIRST)
    console.see_arrive(name)
    console.open("/figures?period=today&vs=previous")
    card = page.get_by_test_id("card-arrivals")
    figure = card.get_by_test_id("figure")
    expect(figure).to_have_text(re.compile(r"\d"))
    expect(card.locator("canvas")).to_be_visible()
    assert console.serious() == []
    shown = figure.inner_text()
    figure.click()
    assert _total(page) == shown

    page.go_back()
    chart = page.get_by_test_id("card-types").locator(".chart")
    chart.focus()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    by_keyboard = int(_total(page))
    assert 1 <= by_keyboard <= int(shown)

    page.go_back()
    card = page.get_by_test_id("card-types")
    card.get_by_test_id("as-table").click()
    door = card.get_by_role("row").nth(2).get_by_role("link").first
    shown = door.inner_text()
    door.click()
    assert _total(page) == shown


def test_units_lead_down_the_tree(log_in: LogIn, platform: Platform, name: str) -> None:
    platform.writes("message", "weibo-care", name, f"我是{name}，宽带坏了，请尽快修")
    console = log_in("jiangnan")
    page = console.page
    console.open(NEWEST_FIRST)
    console.see_arrive(name)
    console.open("/figures?period=today&vs=none")
    card = page.get_by_test_id("card-types")
    card.get_by_test_id("split-unit").click()
    card.get_by_test_id("as-table").click()
    row = card.get_by_role("row").filter(has=page.get_by_test_id("enter-unit")).first
    unit = row.get_by_test_id("enter-unit").inner_text()
    shown = row.get_by_role("link").inner_text()
    assert console.serious() == []
    row.get_by_test_id("enter-unit").click()
    expect(page).to_have_url(re.compile("unit"))
    expect(card.get_by_test_id("figure")).to_have_text(shown)
    page.get_by_test_id("figures-condition").click()
    expect(page.get_by_role("dialog")).to_contain_text(unit)
    page.keyboard.press("Escape")
    card.get_by_test_id("figure").click()
    assert _total(page) == shown
