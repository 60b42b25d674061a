"""What those do who look after people, lists, samples and the filter: side by side, by keys, on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import LogIn
from tests.e2e.console import Console
from tests.e2e.platform import Platform
from tests.support.stack import wait_for

PHONE = {"width": 390, "height": 844}


def person(console: Console, name: str) -> Locator:
    return console.page.get_by_test_id("person").filter(has_text=name)


def test_what_one_changes_of_people_another_sees_without_a_reload(log_in: LogIn) -> None:
    manager, supervisor = log_in("admin"), log_in("jiangnan")
    for console in (manager, supervisor):
        console.open("/people")
    row = person(manager, "唐远")
    try:
        manager.shut_out(row)
        expect(person(supervisor, "唐远")).to_contain_text("已停用")
    finally:
        row.get_by_test_id("set-active").filter(has_text="启用").click()
    expect(person(supervisor, "唐远").get_by_test_id("capacity")).to_be_visible()
    field = person(supervisor, "唐远").get_by_test_id("capacity")
    field.fill("7")
    field.press("Enter")
    expect(row.get_by_test_id("capacity")).to_have_value("7")


def test_a_limit_that_is_none_says_so_beside_its_field_and_keeps_what_was_typed(log_in: LogIn) -> None:
    console = log_in("jiangnan")
    console.open("/people")
    field = person(console, "苏念").get_by_test_id("capacity")
    field.fill("abc")
    field.press("Enter")
    expect(person(console, "苏念").get_by_role("alert")).to_contain_text("0 到 100")
    expect(field).to_have_value("abc")
    expect(field).to_have_attribute("aria-invalid", "true")


def test_a_special_list_is_the_same_in_every_browser_and_refuses_beside_the_form(
    log_in: LogIn, name: str
) -> None:
    keeper, reader = log_in("jiangnan"), log_in("hexiaotang")
    for console in (keeper, reader):
        console.open("/listener/lists")
    expect(reader.page.get_by_role("button", name="加入名单")).to_have_count(0)
    page = keeper.page
    page.get_by_label("平台编号").fill(f"id-{name}")
    page.get_by_label("名称", exact=True).fill(name)
    page.get_by_role("button", name="加入名单").click()
    expect(reader.page.get_by_test_id("listed").filter(has_text=name)).to_be_visible()

    page.get_by_label("平台编号").fill(f"id-{name}")
    page.get_by_role("button", name="加入名单").click()
    expect(page.locator("form").get_by_role("alert")).not_to_be_empty()
    expect(page.get_by_label("平台编号")).to_have_value(f"id-{name}")

    page.get_by_test_id("listed").filter(has_text=name).get_by_test_id("unlist").click()
    expect(reader.page.get_by_test_id("listed").filter(has_text=name)).to_have_count(0)


@pytest.fixture
def dropped(platform: Platform, log_in: LogIn, name: str) -> Console:
    """A supervisor, and posts that the filter has dropped."""
    for place in range(12):
        platform.writes("post", "weibo-care", f"{name}{place}", f"{name}第{place}回路过，今天天气真好")
    console = log_in("jiangnan")
    assert wait_for(lambda: console.api("GET", "/inbound-items/counts")[1]["dropped"] >= 10), (
        "nothing was dropped"
    )
    return console


def test_a_sample_is_reviewed_by_keys_undone_and_followed_by_a_colleague(
    dropped: Console, log_in: LogIn
) -> None:
    dropped.open("/listener/review")
    draw = dropped.page.get_by_test_id("draw").or_(dropped.page.get_by_role("button", name="重新抽样"))
    draw.click()
    rows = dropped.page.get_by_test_id("review-item")
    expect(rows.nth(1)).to_be_visible()
    first = rows.first.get_attribute("data-id")
    colleague = log_in("hexiaotang")
    colleague.open("/listener/review")
    theirs = colleague.page.locator(f"[data-testid=review-item][data-id='{first}']")
    expect(theirs).to_be_visible()

    keyboard = dropped.page.keyboard
    keyboard.press("j")
    expect(rows.first).to_be_focused()
    keyboard.press("x")
    mine = dropped.page.locator(f"[data-testid=review-item][data-id='{first}']")
    expect(mine).to_have_count(0)
    expect(theirs).to_have_count(0)

    keyboard.press("z")
    expect(mine).to_be_focused()
    expect(theirs).to_be_visible()


def test_a_correction_is_undone_by_a_key_and_seen_by_a_colleague(
    log_in: LogIn, platform: Platform, name: str
) -> None:
    platform.writes("message", "weibo-care", name, f"我是{name}，宽带断了三天，什么时候修")
    editor, watcher = log_in("jiangnan"), log_in("hexiaotang")
    assert wait_for(
        lambda: any(row["verdict"] for row in editor.api("GET", f"/inbound-items?q={name}")[1]["items"])
    )
    for console in (editor, watcher):
        console.open(f"/listener?q={name}")
        expect(console.page.get_by_test_id("inbound-row")).to_have_count(1)
    row, seen = editor.page.get_by_test_id("inbound-row"), watcher.page.get_by_test_id("inbound-row")
    item_id = row.get_attribute("data-id")
    before = editor.api("GET", f"/inbound-items/{item_id}")[1]["verdict"]["intent"]

    editor.page.keyboard.press("j")
    editor.page.keyboard.press("x")
    expect(seen).to_contain_text("已纠正")
    assert editor.api("GET", f"/inbound-items/{item_id}")[1]["verdict"]["intent"] != before
    editor.page.keyboard.press("z")
    expect(editor.page.locator(".notice").last).to_contain_text("已恢复")
    assert editor.api("GET", f"/inbound-items/{item_id}")[1]["verdict"]["intent"] == before


def test_on_a_phone_everybody_of_the_people_page_has_a_name(log_in: LogIn) -> None:
    console = log_in("admin")
    console.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    console.open("/people")
    expect(person(console, "何晓棠")).to_be_visible()
    for row in console.page.get_by_test_id("person").all():
        label = row.locator("th b").bounding_box()
        assert label is not None
        assert label["width"] >= 24
        assert label["x"] + label["width"] <= PHONE["width"]
