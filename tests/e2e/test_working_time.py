"""Working time on screen: a calendar is made and edited, tried out, and a year's holidays are imported."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import LogIn
from tests.e2e.console import NEWEST_FIRST, Console
from tests.e2e.platform import Platform

NOTICE = "2027-01-01~2027-01-03 放假 元旦\n2027-01-09 上班 元旦"


@pytest.fixture
def admin(log_in: LogIn) -> Iterator[Console]:
    """Whatever the test imported is taken back: the installation is shared."""
    console = log_in("admin")
    yield console
    console.api("DELETE", "/holiday-years/2027")
    for calendar in console.api("GET", "/calendars")[1]["items"]:
        if calendar["name"].startswith("测试"):
            console.api("DELETE", f"/calendars/{calendar['id']}")


def test_a_calendar_is_made_tried_and_edited(admin: Console) -> None:
    page = admin.page
    admin.open("/working-time")
    expect(page.locator(".wt-year")).to_be_visible()
    page.get_by_test_id("new-calendar").click()
    page.locator("#wt-name").fill("测试办公时间")
    monday = page.get_by_role("textbox", name="周一开始")
    monday.first.fill("25:00")
    page.get_by_test_id("dialog-submit").click()
    expect(monday.first).to_have_attribute("aria-invalid", "true")
    monday.first.fill("09:00")
    page.get_by_test_id("dialog-submit").click()
    expect(page.locator(".wt-li.is-on")).to_contain_text("测试办公时间")
    page.get_by_test_id("trial-start").fill("2026-09-30T17:00")
    page.get_by_test_id("trial-hours").fill("4")
    page.get_by_test_id("trial-run").click()
    expect(page.get_by_test_id("trial-end")).to_have_text("2026 年 10 月 8 日 12:00")
    expect(page.locator(".wt-r")).to_contain_text("起不计：国庆节放假")
    page.get_by_test_id("edit-calendar").click()
    page.get_by_test_id("follows").uncheck()
    page.get_by_test_id("dialog-submit").click()
    expect(page.locator(".wt-used")).to_contain_text("不看放假与调休")
    page.get_by_test_id("trial-run").click()
    expect(page.get_by_test_id("trial-end")).to_have_text("2026 年 10 月 1 日 12:00")


def test_a_year_is_unknown_until_its_notice_is_imported(admin: Console) -> None:
    page = admin.page
    admin.open("/working-time")
    day = page.locator("[data-day='2026-10-01']")
    page.get_by_role("button", name="2026", exact=True).click()
    expect(day).to_have_attribute("data-look", "off")
    expect(page.locator("[data-day='2026-10-10']")).to_have_attribute("data-look", "make_up")
    page.get_by_role("button", name="2027", exact=True).click()
    expect(page.get_by_test_id("unknown-year")).to_be_visible()
    page.get_by_test_id("import-holidays").click()
    page.locator("#wt-import-year").fill("2027")
    page.get_by_test_id("import-text").fill(f"{NOTICE}\n春节放假八天")
    page.get_by_test_id("dialog-submit").click()
    expect(page.get_by_test_id("import-faults")).to_contain_text("第 3 行")
    page.get_by_test_id("import-text").fill(NOTICE)
    page.get_by_test_id("dialog-submit").click()
    expect(page.get_by_test_id("import-reading")).to_contain_text("1 月 1 日 – 1 月 3 日")
    page.get_by_test_id("dialog-submit").click()
    expect(page.get_by_test_id("unknown-year")).to_have_count(0)
    expect(page.locator("[data-day='2027-01-09']")).to_have_attribute("data-look", "make_up")
    page.get_by_test_id("forget-year").click()
    expect(page.get_by_test_id("unknown-year")).to_be_visible()


def test_whoever_only_reads_changes_nothing_and_sees_how_a_request_is_counted(
    log_in: LogIn, platform: Platform, name: str
) -> None:
    operator = log_in("hexiaotang")
    page = operator.page
    operator.open("/working-time")
    expect(page.locator(".wt-year")).to_be_visible()
    expect(page.get_by_test_id("new-calendar")).to_have_count(0)
    expect(page.get_by_test_id("edit-calendar")).to_have_count(0)
    operator.open(NEWEST_FIRST)
    platform.writes("message", "weibo-care", name, f"我是{name}，宽带什么时候能修好")
    operator.choose(operator.see_arrive(name))
    page.get_by_test_id("why-due").click()
    expect(page.locator(".why-b")).to_contain_text("按「客服热线时间」计时")
