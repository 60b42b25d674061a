"""Routing on screen: a queue and a rule are made, tried in the box, and a customer's post goes that way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import LogIn
from tests.e2e.console import Console
from tests.e2e.platform import Platform


@pytest.fixture
def admin(log_in: LogIn) -> Iterator[Console]:
    """The installation is shared: no rule of a test moves what another test makes."""
    console = log_in("admin")
    yield console
    for rule in console.api("GET", "/routing/setup")[1]["rules"]:
        if rule["name"].startswith("规则"):
            console.api("DELETE", f"/routing/rules/{rule['id']}")


def test_a_rule_made_with_the_editor_is_tried_and_followed(
    admin: Console, platform: Platform, name: str
) -> None:
    page = admin.page
    admin.open("/routing")
    page.get_by_test_id("tab-queues").click()
    page.get_by_test_id("new-queue").click()
    page.get_by_test_id("queue-name").fill(f"队列{name}")
    page.get_by_test_id("queue-strategy").select_option("pull")
    page.get_by_test_id("dialog-submit").click()
    expect(page.get_by_test_id("queue-row")).to_contain_text(["抢单"])

    page.get_by_test_id("tab-rules").click()
    page.get_by_test_id("new-rule").click()
    page.get_by_test_id("rule-name").fill(f"规则{name}")
    page.get_by_test_id("condition-add").click()
    page.get_by_test_id("condition-field").select_option("last_message")
    page.get_by_test_id("condition-operator").select_option("contains")
    page.get_by_test_id("condition-value").fill(name)
    expect(page.get_by_test_id("rule-said")).to_contain_text(f"最近一条消息包含「{name}」")
    page.get_by_test_id("rule-queue").select_option(label=f"队列{name}")
    page.get_by_test_id("rule-priority").select_option("1")
    page.get_by_test_id("dialog-submit").click()
    expect(page.get_by_test_id("rule-row")).to_contain_text([f"规则{name}"])

    page.get_by_test_id("try-words").fill(f"我是{name}，宽带坏了")
    page.get_by_test_id("try").click()
    expect(page.get_by_test_id("trial")).to_contain_text(f"队列{name}")
    expect(page.get_by_test_id("trial-rule").filter(has_text=f"规则{name}")).to_contain_text("命中")
    assert admin.complaints == []

    platform.writes("message", "weibo-care", name, f"我是{name}，宽带什么时候能修好")
    row = page.get_by_test_id("rule-row").filter(has_text=f"规则{name}")
    expect(row).to_contain_text("0 / 7")
    for _ in range(20):
        page.wait_for_timeout(500)
        setup = admin.api("GET", "/routing/setup")[1]
        if setup["rules"][-1]["routed"]:
            break
    assert setup["rules"][-1]["routed"] == 1
    assert setup["queues"][-1]["waiting"] == 1
