"""Every page opens, works under the strict content security policy, and shows no error."""

from __future__ import annotations

import json
import re

from playwright.sync_api import expect

from app.ops.layout import ROOT
from tests.e2e.conftest import LogIn, NewContext
from tests.e2e.console import NEWEST_FIRST, Console, CustomerPage
from tests.e2e.platform import Platform
from tests.support.stack import RunningStack


def test_what_customers_write_and_what_opens_keep_to_the_policy(
    log_in: LogIn, platform: Platform, name: str
) -> None:
    platform.writes("message", "weibo-care", name, f"我是{name}，<img src=x onerror=alert(1)> 网速太慢")
    console = log_in("jiangnan")
    console.open(NEWEST_FIRST)
    console.choose(console.see_arrive(name))
    expect(console.bubble("<img src=x").first).to_be_visible()
    for opener in ("self-menu", "presence", "transfer", "later"):
        console.page.get_by_test_id(opener).click()
        console.page.keyboard.press("Escape")
    assert console.refused_by_policy() == []


def test_the_login_page_refuses_a_wrong_password_under_the_policy(
    stack: RunningStack, new_context: NewContext
) -> None:
    console = Console(new_context(), stack.address)
    page = console.page
    answer = page.goto(f"{stack.address}/login")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    page.get_by_test_id("login-name").fill("hexiaotang")
    page.get_by_test_id("login-password").fill("wrong")
    page.get_by_test_id("login-submit").click()
    expect(page.locator("#login-problem")).not_to_be_empty()
    expect(page).to_have_url(re.compile("/login"))
    assert console.refused_by_policy() == []
    assert console.complaints == []


def test_a_stranger_is_sent_to_the_login_page(stack: RunningStack, new_context: NewContext) -> None:
    page = new_context().new_page()
    page.goto(f"{stack.address}/workbench/all")
    expect(page).to_have_url(re.compile("/login"))


def test_the_customers_page_speaks_both_languages(customer: CustomerPage) -> None:
    customer.page.get_by_test_id("language").click()
    expect(customer.page.get_by_role("heading", name="Play the customer")).to_be_visible()


def test_the_workbench_begins_with_at_most_200_kb_of_scripts() -> None:
    """Issue 8, point 5: as they travel, packed; a thread's own scripts come with the first thread."""
    dist = ROOT / "app/static/dist"
    manifest = json.loads((dist / ".vite/manifest.json").read_text(encoding="utf-8"))
    needed: set[str] = set()
    asked = ["src/main.ts", "src/features/workbench/WorkbenchPage.vue"]
    while asked:
        name = asked.pop()
        if name not in needed:
            needed.add(name)
            asked += manifest[name].get("imports", [])
    files = [dist / manifest[name]["file"] for name in needed]
    sizes = [
        (packed if packed.is_file() else file).stat().st_size
        for file in files
        if (packed := file.with_name(f"{file.name}.gz"))
    ]
    assert 100_000 < sum(sizes) <= 200_000
