"""Two people: the manager grants an account and ends that again; the agency's screen follows by itself."""

from __future__ import annotations

import time
import uuid

from playwright.sync_api import Locator, expect

from tests.e2e.conftest import LogIn
from tests.e2e.console import NEWEST_FIRST, Console
from tests.e2e.platform import Platform

ACCOUNT, AGENCY = "云岭通信客服", "蓝桥代运营"
A_SECOND_ON_A_BUSY_MACHINE = 5.0
"""Measured from the click to the row that is gone; alone it takes some tenths of a second."""


def _grant(manager: Console) -> None:
    page = manager.page
    manager.open("/grants")
    page.get_by_test_id("new-grant").click()
    account = page.locator("#gr-account option").filter(has_text=ACCOUNT)
    page.locator("#gr-account").select_option(value=account.get_attribute("value"))
    page.locator("#gr-agency").select_option(label=AGENCY)
    page.locator("input[type=radio][name='gr-past']").nth(1).check()
    page.get_by_test_id("dialog-submit").click()
    expect(_row(manager)).to_have_attribute("data-standing", "holds")


def _row(manager: Console) -> Locator:
    account = manager.page.get_by_test_id("granted-account").filter(has_text=ACCOUNT)
    return account.get_by_test_id("grant").first


def _end(manager: Console) -> None:
    page = manager.page
    _row(manager).click()
    page.get_by_test_id("end-grant").click()
    page.get_by_test_id("end-grant-now").click()
    expect(_row(manager)).to_have_attribute("data-standing", "over")


def _work_at_any_hour(manager: Console) -> None:
    """The demo's contract has hours, and this test runs by day and by night."""
    _, contracts = manager.api("GET", "/contracts")
    contract = next(one for one in contracts["items"] if one["agency"]["name"] == AGENCY)
    content = {name: contract[name] for name in ("first_day", "last_day", "daily_cap", "note", "version")}
    status, told = manager.api("PUT", f"/contracts/{contract['id']}", {**content, "calendar_id": None})
    assert status == 200, told


def test_an_agency_loses_sight_of_an_account_when_the_manager_ends_its_grant(
    log_in: LogIn, platform: Platform, name: str
) -> None:
    manager, agency, brand = log_in("admin"), log_in("bb.lead"), log_in("jiangnan")
    agency.open(NEWEST_FIRST)
    brand.open(NEWEST_FIRST)
    _work_at_any_hour(manager)
    _grant(manager)
    first, second, note = f"{name}甲", f"{name}乙", f"{name}已回电"
    platform.writes("message", "weibo-care", first, f"我是{first}，账单错了")
    agency.see_arrive(first)
    brand.see_arrive(first)
    number = agency.row(first).get_attribute("data-id")
    _, request = agency.api("GET", f"/service-requests/{number}")
    path = f"/conversations/{request['conversation_id']}"
    written = {"text": note, "idempotency_key": uuid.uuid4().hex}
    assert agency.api("POST", f"{path}/notes", written)[0] == 201

    _end(manager)
    began = time.monotonic()
    expect(agency.row(first)).to_have_count(0)
    assert time.monotonic() - began < A_SECOND_ON_A_BUSY_MACHINE
    assert agency.api("GET", path)[0] == 404
    platform.writes("message", "weibo-care", second, f"我是{second}，又错了")
    brand.see_arrive(second)
    expect(agency.row(second)).to_have_count(0)
    _, events = agency.api("GET", "/events?after=0&limit=500")
    assert first not in str(events)
    # The brand goes on seeing everything, the agency's notes too.
    expect(brand.row(first)).to_be_visible()
    _, messages = brand.api("GET", f"{path}/messages")
    assert note in [message["text"] for message in messages["items"]]
    assert [one.complaints for one in (manager, agency, brand)] == [[], [], []]
