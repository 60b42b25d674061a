"""Who is given a request learns of it by bell, title and tone, once in all tabs; read is read everywhere."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import LogIn
from tests.e2e.console import NEWEST_FIRST, Console
from tests.e2e.platform import Platform
from tests.support.mail_server import MailServer


def _be(console: Console, presence: str) -> None:
    assert console.api("PUT", "/session/presence", {"presence": presence})[0] == 200


def _own_id(console: Console) -> int:
    _, session = console.api("GET", "/session")
    return int(session["operator"]["id"])


def _start_afresh(console: Console) -> None:
    _, box = console.api("GET", "/notifications?limit=1")
    if box["items"]:
        console.api("POST", "/notifications/read", {"up_to": box["items"][0]["id"]})
    console.page.reload()
    expect(_bell(console.page)).to_have_attribute("data-unread", "0")


def _bell(page: Page) -> Locator:
    return page.get_by_test_id("bell")


def _sounded(*pages: Page) -> int:
    return sum(int(page.evaluate("document.documentElement.dataset.sounded || 0")) for page in pages)


def test_whoever_is_given_a_request_learns_of_it_in_every_tab_once(
    log_in: LogIn, platform: Platform, name: str
) -> None:
    giver, taker = log_in("jiangnan"), log_in("hexiaotang")
    for console in (giver, taker):
        _be(console, "away")
    for console in (giver, taker):
        console.open("/topics")
        _start_afresh(console)
    first = taker.page
    second = first.context.new_page()
    second.goto(f"{taker.address}/topics")
    expect(second.get_by_test_id("bell")).to_have_attribute("data-unread", "0")
    for page in (first, second):  # a page sounds only once somebody has touched it
        page.mouse.click(700, 500)

    platform.writes("message", "weibo-care", name, f"我是{name}，请帮我查账单")
    giver.open(NEWEST_FIRST)
    request_id = giver.choose(giver.see_arrive(name))
    giver.give(request_id, _own_id(taker))

    for page in (first, second):
        expect(page.get_by_test_id("bell")).to_have_attribute("data-unread", "1")
        expect(page).to_have_title(re.compile(r"^\(\d+\) "))
        expect(page.locator("link[rel=icon]")).to_have_attribute("href", re.compile("^data:image/svg"))
    expect(giver.page.get_by_test_id("bell")).to_have_attribute("data-unread", "0")
    first.wait_for_timeout(300)
    assert _sounded(first, second) == 1

    first.get_by_test_id("bell").click()
    row = first.get_by_test_id("notice").first
    expect(row).to_contain_text("分配给你")
    row.get_by_test_id("notice-open").click()
    expect(first).to_have_url(re.compile(rf"/workbench/all/{request_id}"))
    for page in (first, second):
        expect(page.get_by_test_id("bell")).to_have_attribute("data-unread", "0")
    assert giver.refused_by_policy() == taker.refused_by_policy() == []


def test_what_is_set_is_kept_and_each_way_can_be_tried(log_in: LogIn) -> None:
    console = log_in("zhouqiming")
    console.open("/notifications")
    page = console.page
    box = page.get_by_test_id("set-mentioned-sound")
    expect(box).to_be_checked()
    box.click()
    expect(page.get_by_test_id("settings-saved")).to_be_visible()
    page.reload()
    expect(box).not_to_be_checked()
    page.get_by_test_id("settings-reset").click()
    expect(box).to_be_checked()
    page.get_by_test_id("trial-sound").click()
    expect(page.get_by_test_id("trial-result")).to_contain_text("提示音已播放")
    page.get_by_test_id("trial-bell").click()
    expect(page.get_by_test_id("bell")).not_to_have_attribute("data-unread", "0")
    assert console.serious() == console.cut_words() == console.refused_by_policy() == []


def test_what_is_read_on_one_device_is_read_on_the_other(log_in: LogIn) -> None:
    """Two logins of one person, in browsers that know nothing of each other."""
    desk, phone = log_in("zhouqiming"), log_in("zhouqiming")
    for console in (desk, phone):
        console.open("/topics")
        _start_afresh(console)
    assert desk.api("POST", "/notifications/trial")[0] == 201
    for console in (desk, phone):
        expect(_bell(console.page)).to_have_attribute("data-unread", "1")
        expect(console.page).to_have_title(re.compile(r"^\(\d+\) "))
    phone.page.get_by_test_id("bell").click()
    phone.page.get_by_test_id("notice-read").first.click()
    for console in (desk, phone):
        expect(_bell(console.page)).to_have_attribute("data-unread", "0")
    desk.page.get_by_test_id("bell").click()
    expect(desk.page.get_by_test_id("notice").first).to_have_attribute("data-unread", "false")
    assert desk.refused_by_policy() == phone.refused_by_policy() == []


def test_an_address_is_confirmed_and_tried_with_the_servers_own_words(
    log_in: LogIn, mail_server: MailServer
) -> None:
    console = log_in("hexiaotang")
    console.open("/notifications")
    page = console.page
    page.get_by_test_id("mail-address").fill("nobody")
    page.get_by_test_id("mail-send-code").click()
    expect(page.get_by_test_id("mail-problem")).to_contain_text("不是可用的邮箱地址")
    page.get_by_test_id("mail-address").fill("hexiaotang@example.org")
    page.get_by_test_id("mail-send-code").click()
    expect(page.get_by_test_id("mail").first).to_have_attribute("data-state", "sent")
    assert mail_server.recipients[-1] == "hexiaotang@example.org"
    body = mail_server.taken[-1].get_body(("plain",))
    assert body is not None
    code = re.search(r"[0-9]{6}", body.get_content())
    assert code
    page.get_by_test_id("mail-code").fill(code[0])
    page.get_by_test_id("mail-confirm").click()
    expect(page.get_by_test_id("mailbox")).to_have_attribute("data-standing", "confirmed")

    mail_server.say("RCPT", "550 5.1.1 mailbox is closed")
    page.get_by_test_id("mail-trial").click()
    expect(page.get_by_test_id("mail-answer").first).to_have_text("550 5.1.1 mailbox is closed")
    expect(page.get_by_test_id("mail-stopped")).to_be_visible()
    expect(_bell(page)).not_to_have_attribute("data-unread", "0")
    page.get_by_test_id("mail-trial").click()
    expect(page.get_by_test_id("mailbox")).to_have_attribute("data-standing", "confirmed")
    expect(page.get_by_test_id("mail").first).to_have_attribute("data-state", "sent")
    page.get_by_test_id("set-mentioned-email").check()
    expect(page.get_by_test_id("settings-saved")).to_be_visible()
    assert console.serious() == console.cut_words() == console.refused_by_policy() == []
