"""An administrator makes people and teams, changes a role, replaces a lost password."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.conftest import LogIn, NewContext
from tests.e2e.console import Console
from tests.support.stack import RunningStack

OWN = "a-password-of-my-own"


def _new_person(admin: Console, login: str, called: str) -> str:
    """Made on the people page; the password that is shown once."""
    page = admin.page
    admin.open("/people")
    page.get_by_test_id("new-person").click()
    page.locator("#person-login").fill(login)
    page.locator("#person-name").fill(called)
    page.locator("input[data-role=operator]").check()
    page.get_by_role("group", name="小组").locator("input").first.check()
    page.get_by_test_id("dialog-submit").click()
    given = page.get_by_test_id("given-password").inner_text()
    page.get_by_test_id("given-done").click()
    expect(page.get_by_test_id("person").filter(has_text=called)).to_contain_text("客服")
    return given


def _row(admin: Console, called: str) -> None:
    admin.page.get_by_test_id("person").filter(has_text=called).get_by_test_id("edit-person").click()


def test_a_new_person_chooses_a_password_and_follows_another_role_at_once(
    log_in: LogIn, stack: RunningStack, new_context: NewContext, name: str
) -> None:
    admin = log_in("admin")
    login = f"p{abs(hash(name)) % 10**9}"
    given = _new_person(admin, login, name)
    theirs = Console(new_context(), stack.address).through_the_form(login, given)
    page = theirs.page
    expect(page.get_by_test_id("password-is-given")).to_be_visible()
    page.locator("#password-current").fill(given)
    page.locator("#password-new").fill(OWN)
    page.locator("#password-again").fill(OWN)
    page.get_by_test_id("dialog-submit").click()
    expect(page.get_by_test_id("password-is-given")).to_be_hidden()
    page.reload()
    expect(page.get_by_test_id("connection")).to_have_attribute("data-state", "online")
    expect(page.get_by_test_id("password-is-given")).to_have_count(0)
    # A second role: the menu of the other browser follows without a reload.
    people = page.locator("nav.rail a[href='/people']")
    expect(people).to_have_count(0)
    _row(admin, name)
    admin.page.locator("input[data-role=supervisor]").check()
    admin.page.get_by_test_id("dialog-submit").click()
    expect(people).to_be_visible()
    people.click()
    expect(page.get_by_test_id("person").first).to_be_visible()
    # Taken away again while they look at it.
    _row(admin, name)
    admin.page.locator("input[data-role=supervisor]").uncheck()
    admin.page.get_by_test_id("dialog-submit").click()
    expect(page).to_have_url(re.compile("/no-access"))
    # A lost password: every login of theirs ends.
    _row(admin, name)
    admin.page.get_by_test_id("reset-password").click()
    admin.page.get_by_test_id("reset-password-now").click()
    expect(admin.page.get_by_test_id("given-password")).to_be_visible()
    expect(page).to_have_url(re.compile("/login"))
    assert admin.serious() == []
    assert theirs.complaints == []


def test_teams_are_named_where_the_people_are(log_in: LogIn, name: str) -> None:
    admin = log_in("admin")
    page = admin.page
    admin.open("/people")
    page.get_by_test_id("teams").first.click()
    field = page.get_by_test_id("new-team")
    field.fill(f"夜班{name}")
    field.press("Enter")
    expect(page.locator(".notice")).to_contain_text(f"夜班{name}")
    again = page.get_by_test_id("new-team")
    again.fill(f"夜班{name}")
    again.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("已有名为")
    expect(again).to_have_value(f"夜班{name}")
