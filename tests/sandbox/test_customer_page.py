"""The page on which one plays the customer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from sandbox.testing import SandboxProcess

TESTIDS = ("customer-name", "target-account", "kind", "text", "send", "thread")


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    yield context.new_page()
    context.close()


def test_the_page_is_strict_about_scripts_and_styles(sandbox: SandboxProcess) -> None:
    answer = sandbox.http.get("/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"\sstyle=|<style|\son\w+=", answer.text)
    assert not re.search(r"<script(?![^>]*src=)", answer.text)
    assert all(f'data-testid="{name}"' in answer.text for name in TESTIDS)


def test_a_thread_shows_both_sides_oldest_first(sandbox: SandboxProcess) -> None:
    body = {"account": "weibo-care", "customer": "甲", "text": "断网了"}
    comment = sandbox.control("POST", "/customer/comment", body)
    token = sandbox.accounts()["weibo-care"]["credentials"]["access_token"]
    form = {
        "access_token": token,
        "cid": comment["id"],
        "id": comment["thread"],
        "comment": "马上来",
        "rip": "1.1.1.1",
    }
    sandbox.http.post("/weibo/2/comments/reply.json", data=form)
    thread = _thread(sandbox, "甲", "comment")
    assert [(m["from"], m["text"]) for m in thread] == [("customer", "断网了"), ("brand", "回复@甲:马上来")]
    assert _thread(sandbox, "乙", "comment") == []
    assert _thread(sandbox, "甲", "post") == []


def _thread(sandbox: SandboxProcess, customer: str, kind: str) -> list[dict[str, Any]]:
    answer = sandbox.control("GET", "/customer/thread", account="weibo-care", customer=customer, kind=kind)
    return list(answer["messages"])


def test_there_are_no_public_posts_on_wechat(sandbox: SandboxProcess) -> None:
    body = {"account": "wechat-main", "customer": "甲", "text": "你好"}
    answer = sandbox.http.post("/_control/customer/post", json=body)
    assert answer.status_code == 400
    assert "WeChat" in answer.json()["error"]


@pytest.mark.e2e
def test_a_customer_writes_and_sees_the_answer_appear(sandbox: SandboxProcess, page: Page) -> None:
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(sandbox.url + "/")
    page.get_by_test_id("customer-name").fill("<b>甲</b>")
    page.get_by_test_id("kind").select_option("dm")
    page.get_by_test_id("text").fill("我的号码停机了 <img src=x>")
    page.get_by_test_id("send").click()
    mine = page.locator("[data-testid=message][data-from=customer]")
    expect(mine).to_contain_text("我的号码停机了 <img src=x>")
    uid = sandbox.control("GET", "/pushes")["push"][0]["person"]
    form = {
        "access_token": sandbox.accounts()["weibo-care"]["credentials"]["fan_token"],
        "type": "text",
        "receiver_id": uid,
        "data": '{"text": "已为您复机"}',
    }
    assert sandbox.http.post("/weibo-m/2/messages/reply.json", data=form).status_code == 200
    expect(page.locator("[data-testid=message][data-from=brand]")).to_contain_text("已为您复机")
    assert problems == []


@pytest.mark.e2e
def test_the_page_speaks_english_and_hides_posts_for_wechat(sandbox: SandboxProcess, page: Page) -> None:
    page.goto(sandbox.url + "/")
    page.get_by_test_id("language").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Play the customer")
    page.get_by_test_id("target-account").select_option("wechat-hall")
    expect(page.get_by_test_id("kind")).to_have_value("dm")
