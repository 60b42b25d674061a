"""A role that is changed in one browser changes what another shows, at once."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import LogIn, NewContext
from tests.e2e.console import Console
from tests.support.stack import RunningStack

OWN = "a-password-of-my-own"


def _choose(page: Page, role: str) -> None:
    page.locator(f"[data-testid=role][data-role='{role}']").click()


def _copy_of_operator(admin: Console, called: str) -> None:
    page = admin.page
    admin.open("/roles")
    _choose(page, "operator")
    page.get_by_test_id("copy-role").click()
    page.locator("#role-name").fill(called)
    page.get_by_test_id("dialog-submit").click()
    expect(page.locator(f"[data-testid=role][data-role='{called}']")).to_have_attribute(
        "aria-current", "true"
    )


def _person_with(admin: Console, login: str, called: str, role: str) -> str:
    page = admin.page
    admin.open("/people")
    page.get_by_test_id("new-person").click()
    page.locator("#person-login").fill(login)
    page.locator("#person-name").fill(called)
    page.locator(f"input[data-role='{role}']").check()
    page.get_by_test_id("dialog-submit").click()
    given = page.get_by_test_id("given-password").inner_text()
    page.get_by_test_id("given-done").click()
    return given


def test_a_changed_role_counts_at_once_on_its_peoples_screens(
    log_in: LogIn, stack: RunningStack, new_context: NewContext, name: str
) -> None:
    admin = log_in("admin")
    role, login = f"质检{name}", f"r{abs(hash(name)) % 10**9}"
    _copy_of_operator(admin, role)
    given = _person_with(admin, login, name, role)
    theirs = Console(new_context(), stack.address).through_the_form(login, given)
    page = theirs.page
    page.locator("#password-current").fill(given)
    page.locator("#password-new").fill(OWN)
    page.locator("#password-again").fill(OWN)
    page.get_by_test_id("dialog-submit").click()
    topics = page.locator("nav.rail a[href='/topics']")
    topics.click()
    expect(page).to_have_url(re.compile("/topics"))
    admin.open("/roles")
    _choose(admin.page, role)
    expect(admin.page.locator(".ro-who")).to_contain_text(name)
    admin.page.locator("input[data-right='topics:read']").uncheck()
    expect(admin.page.get_by_test_id("unsaved")).to_contain_text("1")
    expect(topics).to_be_visible()
    admin.page.get_by_test_id("save-role").click()
    expect(topics).to_have_count(0)
    expect(page).to_have_url(re.compile("/no-access"))
    expect(page.get_by_test_id("right-help")).to_contain_text("查看话题")
    admin.page.locator("input[data-right='topics:read']").check()
    admin.page.get_by_test_id("save-role").click()
    expect(topics).to_be_visible()
    # Somebody has it: it is not removed, and the page says why.
    admin.page.get_by_test_id("remove-role").click()
    expect(admin.page.get_by_role("alert")).to_contain_text("还有 1 人")
    assert admin.serious() == []
    assert theirs.complaints == []


def test_what_is_not_saved_survives_a_look_elsewhere_and_a_colleague_who_was_first(
    log_in: LogIn, name: str
) -> None:
    admin = log_in("admin")
    role = f"值班{name}"
    _copy_of_operator(admin, role)
    page = admin.page
    page.locator("input[data-right='monitors:read']").uncheck()
    _choose(page, "manager")
    expect(page.get_by_test_id("unsaved")).to_have_count(0)
    _choose(page, role)
    expect(page.get_by_test_id("unsaved")).to_contain_text("1")
    second = log_in("admin")
    second.open("/roles")
    _choose(second.page, role)
    second.page.locator("#role-capacity").fill("3")
    second.page.locator("#role-capacity").press("Tab")
    second.page.get_by_test_id("save-role").click()
    expect(second.page.get_by_test_id("unsaved")).to_have_count(0)
    # What the colleague saved is taken in; only what is one's own is unsaved.
    expect(page.locator("#role-capacity")).to_have_value("3")
    expect(page.get_by_test_id("unsaved")).to_contain_text("1")
    page.get_by_test_id("save-role").click()
    expect(page.get_by_test_id("unsaved")).to_have_count(0)
    expect(page.locator("#role-capacity")).to_have_value("3")
    expect(page.locator("input[data-right='monitors:read']")).not_to_be_checked()
    # One's own role is shown, and somebody else has to change it.
    _choose(page, "administrator")
    expect(page.locator(".ro-h")).to_contain_text("另一位管理员")
    expect(page.locator("input[data-right]")).to_have_count(0)


def test_the_page_of_proof_says_what_somebody_sees_and_leaves_as_a_file(log_in: LogIn) -> None:
    admin = log_in("admin")
    page = admin.page
    admin.open("/roles/proof")
    expect(page.get_by_test_id("proof")).to_contain_text("管理员")
    page.get_by_test_id("proof-person").select_option(label="林小满 · 蓝桥代运营")
    proof = page.get_by_test_id("proof")
    expect(proof).to_contain_text("服务商坐席")
    expect(proof).to_contain_text("没有「查看监听内容」权限")
    expect(page.locator("[data-count=inbound_items] b")).to_have_text("0")
    with page.expect_download() as download:
        page.get_by_test_id("proof-save").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert download.value.suggested_filename == "林小满的可见范围.csv"
    assert "权限,回复客户,replies:send" in text
    assert "operators:manage" not in text
    assert admin.serious() == []
