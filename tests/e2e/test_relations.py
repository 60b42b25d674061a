"""Several requests of one person on screen: merged, undone, split, linked."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import LogIn
from tests.e2e.console import Console
from tests.e2e.platform import Platform


def _arrives(console: Console, name: str, words: str) -> int:
    """The id of the request that a customer's words have opened."""
    for _ in range(40):
        query = f"/service-requests?view=all&sort=newest&limit=20&q={words}"
        for item in console.api("GET", query)[1]["items"]:
            if item["contact"]["name"] == name and words in item["preview"]["text"]:
                return int(item["id"])
        console.page.wait_for_timeout(500)
    raise AssertionError(f"no request says {words}")


def test_two_requests_of_one_person_are_merged_undone_split_and_linked(
    log_in: LogIn, platform: Platform, name: str
) -> None:
    console = log_in("admin")
    page = console.page
    platform.writes("message", "weibo-care", name, f"我是{name}，宽带三天没修好了")
    private = _arrives(console, name, "宽带三天没修好了")
    platform.writes("comment", "weibo-care", name, f"我是{name}，宽带没人管，我要投诉")
    public = _arrives(console, name, "宽带没人管")
    assert public != private

    console.open(f"/workbench/all/{public}")
    expect(page.get_by_test_id("relate")).to_be_visible()
    page.keyboard.press("m")
    page.get_by_test_id("other").first.check()
    page.get_by_test_id("dialog-submit").click()
    if page.get_by_test_id("yes-claimed_by_other").is_visible():
        page.get_by_test_id("yes-claimed_by_other").check()
        page.get_by_test_id("dialog-submit").click()
    expect(page.locator(f"section.thread[data-request='{private}']")).to_be_visible()
    merged = console.api("GET", f"/service-requests/{public}")[1]
    assert (merged["status"], merged["merged_into_id"]) == ("closed", private)
    assert console.api("GET", f"/service-requests/{private}")[1]["message_count"] == 2

    console.open(f"/workbench/all/{public}")
    expect(page.get_by_test_id("merged-strip")).to_be_visible()
    page.get_by_test_id("strip-undo").click()
    expect(page.get_by_test_id("merged-strip")).to_have_count(0)
    back = console.api("GET", f"/service-requests/{public}")[1]
    assert (back["merged_into_id"], back["message_count"]) == (None, 1)

    page.get_by_test_id("relate").click()
    page.get_by_test_id("relate-link").click()
    page.get_by_test_id("other").first.check()
    page.get_by_test_id("link-kind").select_option("duplicate")
    page.get_by_test_id("dialog-submit").click()
    expect(page.get_by_test_id("linked")).to_contain_text(["重复"])
    page.keyboard.press("Escape")

    platform.writes("message", "weibo-care", name, f"另外{name}的套餐怎么改")
    for _ in range(40):
        if console.api("GET", f"/service-requests/{private}")[1]["message_count"] == 2:
            break
        page.wait_for_timeout(500)
    console.open(f"/workbench/all/{private}")
    page.get_by_test_id("relate").click()
    page.get_by_test_id("relate-split").click()
    page.get_by_test_id("split-message").nth(1).check()
    page.get_by_test_id("dialog-submit").click()
    if page.get_by_test_id("yes-claimed_by_other").is_visible():
        page.get_by_test_id("yes-claimed_by_other").check()
        page.get_by_test_id("dialog-submit").click()
    expect(page.locator(f"section.thread[data-request='{private}']")).to_have_count(0)
    assert console.api("GET", f"/service-requests/{private}")[1]["message_count"] == 1
    assert console.complaints == []
