"""Everybody's own page: another name is seen by a colleague at once."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import LogIn


def test_a_new_name_is_seen_by_colleagues_at_once(log_in: LogIn, name: str) -> None:
    mine, admin = log_in("tangyuan"), log_in("admin")
    admin.open("/people")
    mine.open("/workbench/mine")
    page = mine.page
    page.get_by_test_id("self-menu").click()
    page.get_by_test_id("open-profile").click()
    shown = page.get_by_test_id("profile")
    expect(shown).to_contain_text("宽带组")
    expect(shown).to_contain_text("登录")
    page.locator("#profile-name").fill(name)
    page.get_by_test_id("profile-rename").click()
    expect(page.locator("[data-testid=self-menu] .me-name")).to_have_text(name)
    expect(admin.page.get_by_test_id("person").filter(has_text="tangyuan")).to_contain_text(name)
    assert mine.serious() == []
    page.locator("#profile-name").fill("唐远")
    page.get_by_test_id("profile-rename").click()
    expect(page.locator("[data-testid=self-menu] .me-name")).to_have_text("唐远")
