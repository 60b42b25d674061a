"""The organisation's tree: made, moved and closed by keyboard and pointer, and seen by others at once."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import LogIn


def _unit(page: Page, name: str) -> Locator:
    return page.get_by_test_id("unit").filter(has_text=name)


def _made(page: Page, kind: str, name: str) -> None:
    page.get_by_test_id("new-unit").click()
    page.locator("#unit-kind").select_option(kind)
    page.locator("#unit-name").fill(name)
    page.get_by_test_id("dialog-submit").click()
    expect(_unit(page, name)).to_have_attribute("aria-selected", "true")


def test_the_tree_is_changed_here_and_seen_there(log_in: LogIn, name: str) -> None:
    admin, watching = log_in("admin"), log_in("weilan")
    centre, department = f"中心{name}"[:40], f"部室{name}"[:40]
    admin.open("/units")
    watching.open("/units")
    page = admin.page
    _made(page, "centre", centre)
    expect(_unit(watching.page, centre)).to_be_visible()
    _made(page, "department", department)
    # What still holds something stays, and it says what.
    page.get_by_test_id("unit").filter(has_text=centre).focus()
    page.keyboard.press("Enter")
    page.get_by_test_id("close-unit").click()
    expect(page.get_by_role("alert")).to_contain_text("1")
    # Arrow keys go through the tree; the department is moved to the root and both are closed.
    page.get_by_test_id("unit").filter(has_text=centre).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(_unit(page, department)).to_have_attribute("aria-selected", "true")
    page.get_by_test_id("move-unit").click()
    page.get_by_test_id("dialog-submit").click()
    expect(_unit(page, department)).to_have_attribute("aria-level", "2")
    for unit in (department, centre):
        page.get_by_test_id("unit").filter(has_text=unit).click()
        page.get_by_test_id("close-unit").click()
        expect(_unit(page, unit)).to_have_count(0)
    expect(_unit(watching.page, centre)).to_have_count(0)
