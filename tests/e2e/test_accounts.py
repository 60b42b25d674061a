"""An administrator connects, edits, pauses, authorises anew and removes accounts, as the browser shows it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import LogIn
from tests.e2e.console import Console
from tests.e2e.platform import Platform


@pytest.fixture
def console(log_in: LogIn) -> Console:
    admin = log_in("admin")
    admin.open("/accounts")
    return admin


def row(console: Console, name: str) -> Locator:
    called = console.page.get_by_text(name, exact=True)
    return console.page.get_by_test_id("account-row").filter(has=called)


def stands(console: Console, name: str, status: str) -> None:
    expect(row(console, name).get_by_test_id("account-status")).to_have_attribute("data-status", status)


def command(console: Console, name: str, words: str) -> None:
    """An entry of the account's menu."""
    row(console, name).get_by_test_id("account-more").click()
    console.page.locator(".pop-list:visible").get_by_text(words, exact=True).click()


def remove(console: Console, name: str) -> None:
    command(console, name, "移除账号")
    console.page.get_by_test_id("dialog-submit").click()
    expect(row(console, name)).to_have_count(0)


def fill_in(console: Console, platform: Platform, known: dict[str, Any], *, name: str, team: str) -> None:
    """The dialog for an account the platform knows, all but its access token."""
    page = console.page
    page.get_by_test_id("connect").click()
    page.get_by_role(
        "radio", name=re.compile({"weibo": "微博", "mastodon": "长毛象"}[known["platform"]])
    ).click()
    if known["platform"] == "mastodon":
        page.get_by_test_id("by-keys").click()
    page.locator("#acc-name").fill(name)
    page.locator("#acc-ext").fill(known["external_id"])
    page.locator("#acc-team").select_option(label=team)
    for field, value in known["credentials"].items():
        if field != "access_token":
            page.locator(f"#credentials-{field}").fill(value)
    if not page.locator("#host-api").is_visible():
        page.get_by_text("更多设置", exact=True).click()
    for host, path in known["base_urls"].items():
        page.locator(f"#host-{host}").fill(platform.address + path)


def test_an_account_is_removed_connected_with_its_keys_edited_and_paused(
    console: Console, platform: Platform
) -> None:
    page, name = console.page, "云岭校园 Campus"
    known = platform.accounts()["mastodon-campus"]
    remove(console, name)

    fill_in(console, platform, known, name=name, team="宽带组")
    page.locator("#host-api").fill("ftp://nowhere.example")
    page.locator("#credentials-access_token").fill(known["credentials"]["access_token"])
    page.get_by_test_id("dialog-submit").click()
    refusal = page.get_by_role("dialog").get_by_role("alert").first
    expect(refusal).to_be_visible()
    expect(refusal).to_contain_text(re.compile("[\u4e00-\u9fff]"))
    page.locator("#host-api").fill(platform.address + known["base_urls"]["api"])
    page.get_by_test_id("dialog-submit").click()

    stands(console, name, "active")
    row(console, name).get_by_text(name, exact=True).click()
    record = page.get_by_test_id("account-record")
    record.get_by_test_id("check").click()
    expect(record.get_by_role("status")).to_contain_text("检查通过")

    command(console, name, "编辑资料")
    page.locator("#edit-name").fill("云岭校园（试）")
    page.get_by_test_id("dialog-submit").click()
    name = "云岭校园（试）"
    expect(row(console, name)).to_be_visible()

    command(console, name, "暂停")
    stands(console, name, "paused")
    row(console, name).get_by_role("button", name="恢复", exact=True).click()
    stands(console, name, "active")
    # What was done stands on the record, and whoever follows its link finds it there.
    record.get_by_test_id("account-history").click()
    expect(page).to_have_url(re.compile("tab=history"))
    page.reload()
    expect(record.get_by_role("listitem").first).to_contain_text("恢复账号")
    assert console.serious() == []


def test_several_accounts_are_paused_and_come_back_together(console: Console) -> None:
    page = console.page
    names = ("云岭通信", "云岭营业厅")
    for name in names:
        row(console, name).get_by_test_id("choose").click()
    page.get_by_test_id("pause-chosen").click()
    for name in names:
        stands(console, name, "paused")
    page.locator(".notice").get_by_role("button", name="撤销").click()
    for name in names:
        stands(console, name, "active")


def test_an_account_that_is_not_there_says_so_beside_the_list(console: Console) -> None:
    console.open("/accounts?id=999999")
    record = console.page.get_by_test_id("account-record")
    expect(record).to_contain_text("这里没有这个账号")
    record.get_by_role("button", name="关闭").last.click()
    expect(record).to_have_count(0)


def test_consent_on_the_platforms_own_page_connects_and_renews_an_account(
    console: Console, platform: Platform
) -> None:
    page, name = console.page, "云岭宽带"
    known = platform.accounts()["weibo-broadband"]
    remove(console, name)

    fill_in(console, platform, known, name=name, team="宽带组")
    page.get_by_test_id("dialog-submit").click()
    page.get_by_test_id("authorize-account").select_option(label=name)
    page.get_by_test_id("authorize-allow").click()
    expect(page.get_by_test_id("authorised")).to_contain_text(f"{name}已重新授权")
    stands(console, name, "active")

    command(console, name, "去重新授权")
    page.get_by_test_id("authorize-deny").click()
    expect(page.get_by_test_id("authorised")).to_contain_text("平台上没有同意")
    stands(console, name, "active")


def test_who_only_watches_sees_accounts_without_their_commands(log_in: LogIn) -> None:
    manager = log_in("weilan")
    manager.open("/accounts")
    expect(manager.page.get_by_test_id("account-row").first).to_be_visible()
    for opener in ("connect", "account-more"):
        expect(manager.page.get_by_test_id(opener)).to_have_count(0)


def test_a_mastodon_account_is_connected_by_its_servers_address(console: Console, platform: Platform) -> None:
    """Case B16: the address, the consent, done."""
    page, name = console.page, "云岭宽带 Broadband"
    known = platform.accounts()["mastodon-broadband"]
    remove(console, name)
    page.get_by_test_id("connect").click()
    page.get_by_role("radio", name=re.compile("长毛象")).click()
    page.get_by_test_id("server-address").fill(platform.address + known["base_urls"]["api"])
    page.get_by_test_id("dialog-submit").click()
    expect(page.get_by_test_id("redirect-address")).to_contain_text("/api/v1/accounts/authorised")
    page.get_by_test_id("dialog-submit").click()
    page.get_by_test_id("authorize-account").select_option(label=name)
    page.get_by_test_id("authorize-allow").click()
    stands(console, name, "active")
