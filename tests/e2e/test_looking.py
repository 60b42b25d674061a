"""An administrator looks through a colleague's eyes, in one browser, while the colleague works in another."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import LogIn
from tests.e2e.console import NEWEST_FIRST, Console
from tests.e2e.platform import Platform


def _look(admin: Console, called: str, reason: str) -> Page:
    page = admin.page
    admin.open("/people")
    page.get_by_test_id("person").filter(has_text=called).get_by_test_id("look-through").click()
    expect(page.get_by_test_id("dialog-submit")).to_be_disabled()
    page.locator("#look-reason").fill(reason)
    page.get_by_test_id("dialog-submit").click()
    expect(page.get_by_test_id("look-bar")).to_contain_text(f"正以{called}的身份查看")
    return page


def test_one_sees_what_the_colleague_sees_and_changes_nothing(
    log_in: LogIn, platform: Platform, name: str
) -> None:
    words = f"宽带断了三天没人修 {name}"
    theirs, admin = log_in("hexiaotang"), log_in("admin")
    theirs.open("/workbench/mine")
    theirs.page.get_by_test_id("presence").click()
    theirs.page.get_by_test_id("presence-online").click()
    other_tab = admin.page.context.new_page()
    other_tab.goto(f"{admin.address}/roles")
    expect(other_tab.get_by_test_id("connection")).to_have_attribute("data-state", "online")
    page = _look(admin, "何晓棠", "核对能看到哪些请求")
    # The other tab of the same login turns by itself.
    expect(other_tab.get_by_test_id("look-bar")).to_be_visible()
    other_tab.close()
    expect(page.locator("nav.rail a[href='/people']")).to_have_count(0)
    expect(page.get_by_test_id("presence")).to_have_count(0)
    platform.writes("message", "weibo-care", name, words)
    admin.open(NEWEST_FIRST)
    admin.choose(admin.see_arrive(name))
    expect(page.locator(".lk-note")).to_contain_text("不能回复")
    expect(page.get_by_test_id("look-bar")).to_be_visible()
    # No button offers what could only be refused; the bar says why.
    expect(page.get_by_test_id("look-bar")).to_contain_text("按钮不显示")
    for offer in ("claim", "transfer", "resolve"):
        expect(page.get_by_test_id(offer)).to_have_count(0)
    # What is asked all the same is refused.
    status, told = admin.api("PUT", "/session/presence", {"presence": "away"})
    assert (status, told["code"]) == (403, "view_as_reads_only")
    expect(theirs.page.get_by_test_id("presence")).to_contain_text("在线")
    assert admin.serious() == []
    page.get_by_test_id("look-end").click()
    expect(page.get_by_test_id("look-bar")).to_have_count(0)
    expect(page.locator("nav.rail a[href='/people']")).to_be_visible()


def test_it_ends_on_the_screen_when_the_colleague_is_shut_out(log_in: LogIn) -> None:
    admin, second = log_in("admin"), log_in("admin")
    page = _look(admin, "林小满", "核对代运营能看到什么")
    expect(page).not_to_have_url(re.compile("/people"))
    second.open("/people")
    row = second.page.get_by_test_id("person").filter(has_text="林小满")
    second.shut_out(row)
    expect(page.get_by_test_id("look-bar")).to_have_count(0)
    expect(page.locator("nav.rail a[href='/people']")).to_be_visible()
    row.get_by_test_id("set-active").click()
    expect(row.get_by_test_id("set-active")).to_have_text("停用")
