"""An operator's busiest hour: colleagues on one request, keys only, a phone, a server that falls over."""

from __future__ import annotations

import re
from contextlib import suppress

import psutil
import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import LogIn
from tests.e2e.console import NEWEST_FIRST, Console
from tests.e2e.platform import Platform
from tests.support.stack import RunningStack, wait_for


def _own_id(console: Console) -> int:
    return int(console.api("GET", "/session")[1]["operator"]["id"])


def _talks(platform: Platform, name: str, lines: int = 16) -> None:
    for number in range(lines):
        platform.writes("message", "weibo-care", name, f"我是{name}，宽带断了，第 {number + 1} 次问")


def _top(part: Locator) -> float:
    box = part.bounding_box()
    assert box is not None
    return box["y"]


@pytest.mark.parametrize("width", [1440, 390])
def test_colleagues_come_write_and_answer_without_moving_what_is_read(
    log_in: LogIn, platform: Platform, name: str, width: int
) -> None:
    _talks(platform, name)
    lead, holder = log_in("jiangnan"), log_in("hexiaotang")
    lead.page.set_viewport_size({"width": width, "height": 844})
    lead.open(NEWEST_FIRST)
    request_id = lead.choose(lead.see_arrive(f"我是{name}，宽带断了，第 16 次问"))
    lead.give(request_id, _own_id(holder))
    thread = lead.page.locator(".msgs")
    expect(lead.page.get_by_test_id("message")).to_have_count(16)
    thread.evaluate("(box) => { box.scrollTop = 0 }")
    before = _top(thread)

    holder.open(f"/workbench/all/{request_id}")
    mark = lead.page.get_by_test_id("colleagues")
    expect(mark).to_have_attribute("title", "何晓棠 正在看")
    holder.page.get_by_test_id("composer-text").press_sequentially("您好，")
    expect(mark).to_have_attribute("title", "何晓棠 正在回复")
    assert _top(thread) == before
    assert lead.serious() == []

    answer = f"已为{name}派单，师傅今天上门。"
    holder.answer(answer)
    expect(lead.page.get_by_test_id("new-below")).to_be_visible()
    assert thread.evaluate("(box) => box.scrollTop") == 0
    lead.page.get_by_test_id("new-below").click()
    expect(lead.bubble(answer)).to_be_in_viewport()


def test_whoever_reads_the_end_goes_on_reading_it(log_in: LogIn, platform: Platform, name: str) -> None:
    """A colleague's request: the question that comes instead of sending is wholly in sight."""
    _talks(platform, name)
    lead, holder = log_in("jiangnan"), log_in("hexiaotang")
    lead.open(NEWEST_FIRST)
    request_id = lead.choose(lead.see_arrive(f"我是{name}，宽带断了，第 16 次问"))
    lead.give(request_id, _own_id(holder))
    lead.page.reload()
    expect(lead.page.get_by_test_id("message")).to_have_count(16)
    lead.write("您好，我来看一下。\n\n请稍等。")
    lead.send()
    pending = lead.page.get_by_test_id("pending")
    expect(pending.get_by_test_id("send-anyway")).to_be_visible()
    expect(pending.locator(".bubble")).to_be_in_viewport(ratio=1)
    assert lead.serious() == []
    pending.get_by_test_id("take-back").click()
    expect(pending).to_have_count(0)


def test_a_request_is_answered_undone_and_resolved_by_keys_alone(
    log_in: LogIn, platform: Platform, name: str
) -> None:
    platform.writes("message", "weibo-care", name, f"我是{name}，话费不对")
    console = log_in("hexiaotang")
    console.open(NEWEST_FIRST)
    request_id = int(console.see_arrive(name).get_attribute("data-id") or 0)
    console.give(request_id, _own_id(console))
    page, keyboard = console.page, console.page.keyboard
    while not re.search(rf"/{request_id}(\?|$)", page.url):
        before = page.url
        keyboard.press("j")
        expect(page).not_to_have_url(before)
    expect(page.get_by_test_id("composer-text")).to_be_visible()
    keyboard.press("d")
    expect(page.get_by_test_id("composer-text")).to_be_focused()
    regretted = f"{name}，您好，这句要收回。"
    keyboard.insert_text(regretted)
    keyboard.press("Control+Enter")
    expect(page.get_by_test_id("undo")).to_be_visible()
    keyboard.press("Escape")
    keyboard.press("z")
    expect(console.bubble(regretted)).to_have_attribute("data-state", "cancelled")
    expect(page.get_by_test_id("composer-text")).to_have_value(regretted)
    assert console.serious() == []

    keyboard.press("e")
    expect(page.locator(".notice").filter(has_text="已解决")).to_be_visible()
    keyboard.press("z")
    path = f"/service-requests/{request_id}"
    assert wait_for(lambda: console.api("GET", path)[1]["status"] not in ("resolved", "closed"))
    assert platform.sent_with(regretted) == []


def test_on_a_phone_nothing_is_a_dead_end(log_in: LogIn, platform: Platform, name: str) -> None:
    """What cannot be opened leads back; without a line the reply box says so."""
    platform.writes("message", "weibo-care", name, f"我是{name}，网速慢")
    console = log_in("jiangnan")
    page = console.page
    page.set_viewport_size({"width": 390, "height": 844})
    console.open("/workbench/all/99999999?sort=newest")
    expect(page.get_by_role("button", name="返回列表").last).to_be_visible()
    page.get_by_test_id("away-back").click()
    console.choose(console.see_arrive(name))
    expect(page.get_by_test_id("composer-text")).to_be_visible()
    page.context.set_offline(True)
    expect(page.get_by_test_id("composer-offline")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_test_id("composer-offline")).to_have_count(0)


def test_a_reply_survives_the_server_that_falls_over_while_it_is_written(
    stack: RunningStack, log_in: LogIn, platform: Platform, name: str
) -> None:
    platform.writes("message", "weibo-care", name, f"我是{name}，充值没到账")
    console = log_in("hexiaotang")
    console.open(NEWEST_FIRST)
    request_id = console.choose(console.see_arrive(name))
    console.give(request_id, _own_id(console))
    page, box = console.page, console.page.get_by_test_id("composer-text")
    begun, ended = f"{name}，您好，", "充值已经为您补到账。"
    box.press_sequentially(begun)
    for process in stack.processes("gunicorn"):
        with suppress(psutil.NoSuchProcess):  # the worker ends with its master
            process.kill()
    expect(page.get_by_test_id("connection")).not_to_have_attribute("data-state", "online")
    box.press_sequentially(ended)
    console.send()
    expect(box).to_have_value("")
    expect(page.get_by_test_id("connection")).to_have_attribute("data-state", "online")
    expect(console.bubble(begun + ended)).to_have_attribute("data-state", "sent")
    assert len(platform.sent_with(begun + ended)) == 1


@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_serious_in_what_opens(
    log_in: LogIn, platform: Platform, name: str, width: int
) -> None:
    platform.writes("message", "weibo-care", name, f"我是{name}，话费多扣了")
    console = log_in("jiangnan")
    page = console.page
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(reduced_motion="reduce")  # what fades in is pale for a moment
    console.open(NEWEST_FIRST)
    console.see_arrive(name)
    found: dict[str, list[str]] = {}

    def look(what: str) -> None:
        if serious := console.serious():
            found[what] = serious

    for opener in ("self-menu", "presence"):
        page.get_by_test_id(opener).click()
        look(opener)
        page.keyboard.press("Escape")
    for words in ("", name, "这样的词没有人说过", ">"):
        page.keyboard.press("Control+k")
        page.get_by_test_id("search").fill(words)
        if words == name:
            expect(page.get_by_test_id("search-row").first).to_be_visible()
        elif words == ">":
            expect(page.get_by_test_id("search-command").first).to_be_visible()
        elif words:
            expect(page.get_by_role("status").filter(has_text="没有找到")).to_be_visible()
        look(f"search: {words}")
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
    console.choose(console.row(name))
    console.write("您好，已为您核实。")
    for opener in ("transfer", "later", "why", "schedule"):
        page.get_by_test_id(opener).first.click()
        look(opener)
        page.keyboard.press("Escape")
    page.get_by_test_id("composer-text").press("Escape")
    page.keyboard.press("?")
    look("keys")
    page.keyboard.press("Escape")
    assert found == {}
