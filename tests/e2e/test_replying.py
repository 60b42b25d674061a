"""What protects an operator while answering: undo, closed windows, personal data in public."""

from __future__ import annotations

import re
import uuid
from contextlib import suppress
from typing import Any

from playwright.sync_api import TimeoutError as TooLate
from playwright.sync_api import expect

from tests.e2e.conftest import LogIn
from tests.e2e.console import NEWEST_FIRST, Console
from tests.e2e.platform import Platform

WECHAT_ALLOWANCE = 5  # customer-service messages within 48 hours of a customer's message


def test_an_undone_reply_never_reaches_the_platform(log_in: LogIn, platform: Platform, name: str) -> None:
    console = log_in("hexiaotang")
    console.open(NEWEST_FIRST)
    regretted = next(
        text for number in range(5) if _is_undone(console, platform, text := f"{name}之{number}，这句说错了")
    )
    meant = f"{name}副卡停机期间月租减半"
    expect(console.answer(meant)).to_have_attribute("data-state", "sent")

    assert platform.sent_with(regretted) == []
    assert len(platform.sent_with(meant)) == 1


def _is_undone(console: Console, platform: Platform, text: str) -> bool:
    """Answer a new customer and undo it; whether the hand was quick enough. If not, the answer goes."""
    who = text.partition("，")[0]
    platform.writes("message", "weibo-care", who, f"我是{who}，想问问副卡停机还收月租吗")
    console.choose(console.see_arrive(who))
    bubble = console.answer(text)
    with suppress(TooLate):
        bubble.get_by_test_id("undo").click(timeout=2_000)
    expect(bubble).to_have_attribute("data-state", re.compile("^(cancelled|sent)$"))
    return bubble.get_attribute("data-state") == "cancelled"


def test_a_closed_window_says_why_and_what_is_still_possible(
    log_in: LogIn, platform: Platform, name: str
) -> None:
    console = log_in("hexiaotang")
    console.open(NEWEST_FIRST)
    platform.writes("message", "wechat-main", name, f"我是{name}，宽带到期怎么续费")
    request_id = console.choose(console.see_arrive(name))
    _use_up_the_window(console, request_id)

    panel = console.page.get_by_test_id("lane-closed")
    expect(panel).to_be_visible()
    expect(panel.locator("b")).not_to_be_empty()
    expect(console.page.get_by_test_id("composer-text")).to_have_count(0)
    status, problem = _reply(console, request_id, "第六条")
    assert (status, problem["code"]) == (409, "reply_window_closed")
    assert problem["alternatives"] == ["wait"]
    assert platform.sent_with("第六条") == []


def _use_up_the_window(console: Console, request_id: int) -> None:
    for number in range(WECHAT_ALLOWANCE):
        status, body = _reply(console, request_id, f"{request_id}号请求第{number + 1}条答复")
        assert status == 202, body


def _reply(console: Console, request_id: int, text: str) -> tuple[int, Any]:
    _, request = console.api("GET", f"/service-requests/{request_id}")
    body = {"service_request_id": request_id, "lane": "private", "text": text}
    key = {"idempotency_key": str(uuid.uuid4()), "confirm": ["second_reply", "claimed_by_other"]}
    return console.api("POST", f"/conversations/{request['conversation_id']}/replies", body | key)


def test_a_phone_number_is_stopped_before_it_is_public(log_in: LogIn, platform: Platform, name: str) -> None:
    console = log_in("hexiaotang")
    console.open(NEWEST_FIRST)
    platform.writes("comment", "weibo-care", name, f"我是{name}，我的流量怎么一天就用完了")
    console.choose(console.see_arrive(name))

    console.write(f"{name}请打 13812345678 找我", lane="public")
    expect(console.page.get_by_test_id("personal-data").first).to_be_visible()
    expect(console.page.get_by_test_id("send")).to_be_disabled()
    console.write(f"{name}请私信我们，我们帮您查")
    expect(console.page.get_by_test_id("personal-data")).to_have_count(0)
    console.send()

    expect(console.bubble(f"{name}请私信我们")).to_have_attribute("data-state", "sent")
    assert platform.sent_with("13812345678") == []
