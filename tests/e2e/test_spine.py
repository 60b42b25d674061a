"""A customer writes, an operator answers, the customer reads the answer: once, and in the right thread."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import LogIn
from tests.e2e.console import NEWEST_FIRST, CustomerPage
from tests.e2e.platform import Platform


@dataclass(frozen=True)
class Way:
    """How the customer writes, what the platform must record of the answer."""

    account: str
    kind: str
    operation: str


WAYS = [
    pytest.param(Way("weibo-care", "post", "comments/create"), id="weibo mention"),
    pytest.param(Way("weibo-care", "comment", "comments/reply"), id="weibo comment"),
    pytest.param(Way("weibo-care", "dm", "messages/reply"), id="weibo private message"),
    pytest.param(Way("wechat-main", "dm", "message/custom/send"), id="wechat message, plain"),
    pytest.param(Way("wechat-hall", "dm", "message/custom/send"), id="wechat message, encrypted"),
    pytest.param(Way("mastodon-care", "post", "statuses"), id="mastodon mention"),
]


@pytest.mark.parametrize("way", WAYS)
def test_a_customer_writes_and_reads_the_answer_once(
    way: Way, log_in: LogIn, customer: CustomerPage, platform: Platform, name: str
) -> None:
    console = log_in("hexiaotang")
    console.open(NEWEST_FIRST)
    question = f"{name}家宽带从昨晚断到现在，什么时候能修好"
    customer.be(name, way.account, way.kind)
    customer.say(question)

    request_id = console.choose(console.see_arrive(name))
    expect(console.bubble(question).first).to_be_visible()
    answer = f"{name}您好，师傅今天下午四点前上门，请放心"
    bubble = console.answer(answer)

    expect(bubble).to_have_attribute("data-state", "sent")
    expect(customer.said_by("brand", answer)).to_have_count(1)
    [record] = platform.sent_with(answer)
    assert record["account"] == way.account
    assert way.operation in record["operation"]
    status, request = console.api("GET", f"/service-requests/{request_id}")
    assert (status, request["preview"]["direction"]) == (200, "outbound")
    written_by = platform.post(
        "/customer/message", {"account": way.account, "customer": name, "text": "谢谢"}
    )["person"]
    assert record["person"] == written_by


def test_two_customers_of_one_account_never_see_each_others_answers(
    log_in: LogIn, customer: CustomerPage, platform: Platform, name: str
) -> None:
    console = log_in("hexiaotang")
    console.open(NEWEST_FIRST)
    other = f"{name}乙"
    for person in (name, other):
        platform.writes("message", "weibo-care", person, f"我是{person}，帮我查一下上个月的账单")
    answers = {}
    for person in (other, name):
        console.choose(console.see_arrive(f"我是{person}，"))
        answers[person] = f"给{person}的账单已发到您的手机"
        expect(console.answer(answers[person])).to_have_attribute("data-state", "sent")
    customer.be(name, "weibo-care", "dm")
    expect(customer.said_by("brand", answers[name])).to_have_count(1)
    expect(customer.said_by("brand", answers[other])).to_have_count(0)
