"""A month of shifts made on screen, a week copied; a swap asked, agreed to and approved, which changes it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from playwright.sync_api import Page, expect

from tests.e2e.conftest import LogIn


def _later_month() -> tuple[date, int]:
    """A Monday beyond what the demo has planned, and how many months ahead it is."""
    today = (datetime.now(UTC) + timedelta(hours=8)).date()
    first = (today.replace(day=1) + timedelta(days=32 * 3)).replace(day=1)
    monday = first + timedelta(days=-first.weekday() % 7)
    return monday, (first.year - today.year) * 12 + first.month - today.month


def _open(page: Page, months: int) -> None:
    for _ in range(months):
        page.get_by_role("button", name="下个月").click()


def test_a_month_is_planned_and_a_swap_changes_it(log_in: LogIn, name: str) -> None:
    lead, anna, bo = log_in("jiangnan"), log_in("hexiaotang"), log_in("sunian")
    monday, months = _later_month()
    page = lead.page
    lead.open("/shifts")
    _open(page, months)
    page.get_by_test_id("templates").click()
    page.get_by_test_id("kind-name").fill(f"{name}班")
    page.get_by_test_id("kind-start").fill("22:00")
    page.get_by_test_id("kind-end").fill("06:00")
    page.get_by_test_id("kind-add").click()
    expect(page.get_by_test_id("kind-name")).to_have_value("")
    page.keyboard.press("Escape")

    page.get_by_test_id("plan").click()
    page.get_by_test_id("shift-kind").select_option(label=f"{name}班 22:00–06:00")
    page.get_by_role("checkbox", name="何晓棠").check()
    page.get_by_test_id("shift-first").fill(monday.isoformat())
    page.get_by_test_id("shift-last").fill((monday + timedelta(days=2)).isoformat())
    page.get_by_test_id("dialog-submit").click()
    shifts = page.get_by_role("button", name=f"{name}班")
    expect(shifts).to_have_count(3)

    page.get_by_test_id("copy-week").click()
    page.get_by_test_id("copy-from").fill(monday.isoformat())
    page.get_by_test_id("copy-to").fill((monday + timedelta(days=7)).isoformat())
    page.get_by_test_id("dialog-submit").click()
    expect(shifts).to_have_count(6)

    # The same once more is refused, with who and when.
    page.get_by_test_id("plan").click()
    page.get_by_test_id("shift-kind").select_option(label=f"{name}班 22:00–06:00")
    page.get_by_role("checkbox", name="何晓棠").check()
    page.get_by_test_id("shift-first").fill(monday.isoformat())
    page.get_by_test_id("shift-last").fill(monday.isoformat())
    page.get_by_test_id("dialog-submit").click()
    expect(page.get_by_role("alert")).to_contain_text("何晓棠")
    expect(page.get_by_role("alert")).to_contain_text(f"{monday:%m-%d} 22:00–06:00")
    page.get_by_role("button", name="取消").click()

    anna.open("/shifts")
    _open(anna.page, months)
    own = f"何晓棠，{monday:%m-%d} {name}班"
    anna.page.get_by_role("button", name=own).click()
    anna.page.get_by_test_id("ask-swap").click()
    anna.page.get_by_test_id("swap-who").select_option(label="苏念")
    anna.page.get_by_test_id("dialog-submit").click()
    bo.open("/shifts")
    asked = bo.page.get_by_test_id("swap").filter(has_text=f"{name}班")
    asked.get_by_test_id("swap-yes").click()
    expect(asked).to_contain_text("待审批")
    agreed = page.get_by_test_id("swap").filter(has_text=f"{name}班")
    agreed.get_by_test_id("swap-yes").click()
    expect(page.get_by_role("button", name=f"苏念，{monday:%m-%d} {name}班")).to_be_visible()
    expect(anna.page.get_by_test_id("swap").filter(has_text=f"{name}班")).to_contain_text("已批准")
    expect(anna.page.get_by_role("button", name=own)).to_have_count(0)
    assert lead.complaints == anna.complaints == bo.complaints == []
