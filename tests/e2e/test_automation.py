"""Rules on screen: made, tried, switched on; a customer writes, the rule acts, and its log says why."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import LogIn
from tests.e2e.console import NEWEST_FIRST, Console
from tests.e2e.platform import Platform


@pytest.fixture
def admin(log_in: LogIn) -> Iterator[Console]:
    """The installation is shared: no rule of a test acts upon what another test makes."""
    console = log_in("admin")
    yield console
    for rule in console.api("GET", "/automation/rules")[1]["items"]:
        console.api("DELETE", f"/automation/rules/{rule['id']}")


def test_a_rule_is_made_tried_switched_on_and_acts(admin: Console, platform: Platform, name: str) -> None:
    page = admin.page
    admin.open("/automation")
    page.get_by_test_id("new-rule").click()
    page.get_by_test_id("rule-name").fill(f"规则{name}")
    page.get_by_test_id("condition-add").click()
    page.get_by_test_id("condition-field").select_option("last_message")
    page.get_by_test_id("condition-operator").select_option("contains")
    page.get_by_test_id("condition-value").fill(name)
    expect(page.get_by_test_id("rule-said")).to_contain_text(f"最近一条消息包含「{name}」")
    page.get_by_test_id("action-kind").select_option("set_priority")
    page.get_by_test_id("add-action").click()
    page.get_by_test_id("dialog-submit").click()
    expect(page.locator(".au-fault")).to_be_visible()  # a note without words
    page.get_by_test_id("action-text").fill("{customer} 要优先，编号 {number}")
    page.get_by_test_id("dialog-submit").click()

    expect(page.get_by_test_id("rule-sentence")).to_contain_text("当有新请求，且最近一条消息包含")
    expect(page.get_by_test_id("switch-rule")).to_be_disabled()
    page.get_by_test_id("dry-run").click()
    expect(page.get_by_test_id("dry-run-said")).to_be_visible()
    page.get_by_test_id("switch-rule").click()
    expect(page.get_by_test_id("switch-rule")).to_have_text("停用规则")

    platform.writes("message", "weibo-care", name, f"我是{name}，宽带什么时候能修好")
    run = page.get_by_test_id("run").first
    expect(run).to_contain_text("完成")
    expect(run).to_contain_text(f"最近一条消息包含「{name}」")
    expect(run).to_contain_text("优先级改为最急")
    assert admin.complaints == []
    admin.open(NEWEST_FIRST)
    admin.choose(admin.see_arrive(name))
    expect(page.get_by_text(f"{name} 要优先，编号")).to_be_visible()


def test_a_ready_made_rule_is_off_until_it_has_been_tried(admin: Console) -> None:
    page = admin.page
    admin.open("/automation")
    page.get_by_test_id("ready-urgent_unanswered").click()
    expect(page.get_by_test_id("rule-sentence")).to_contain_text("客户开始等待之后 15 分钟工作时间")
    page.get_by_test_id("edit-rule").click()
    expect(page.get_by_test_id("rule-name")).to_have_value("最急请求 15 分钟没人应答")
    expect(page.get_by_test_id("action-person")).to_have_value("leads")
    page.get_by_test_id("trigger-amount").fill("20")
    page.get_by_test_id("dialog-submit").click()
    expect(page.get_by_test_id("rule-sentence")).to_contain_text("客户开始等待之后 20 分钟工作时间")
    expect(page.get_by_test_id("switch-rule")).to_be_disabled()
    page.get_by_test_id("dry-run").click()
    expect(page.get_by_test_id("dry-run-said")).to_be_visible()
    expect(page.get_by_test_id("switch-rule")).to_be_enabled()
    page.get_by_test_id("remove-rule").click()
    page.get_by_test_id("remove-really").click()
    expect(page.get_by_test_id("rule-card")).to_have_count(0)


def test_whoever_only_reads_sees_rules_and_changes_none(admin: Console, log_in: LogIn) -> None:
    body = {
        "name": "只看",
        "trigger": {"kind": "event", "event": "request_opened"},
        "condition": {"all": []},
        "actions": [{"kind": "add_note", "text": "看"}],
    }
    assert admin.api("POST", "/automation/rules", body)[0] == 201
    watcher = log_in("weilan")
    watcher.open("/automation")
    watcher.page.get_by_test_id("rule-row").filter(has_text="只看").click()
    expect(watcher.page.get_by_test_id("rule-sentence")).to_have_text("当有新请求，则写备注「看」")
    for button in ("new-rule", "edit-rule", "switch-rule", "dry-run"):
        expect(watcher.page.get_by_test_id(button)).to_have_count(0)
