"""The pages of proof for a role and an agency, and turned round."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import LogIn


def test_a_role_and_an_agency_are_proved_and_what_they_see_is_asked_the_other_way_round(
    log_in: LogIn,
) -> None:
    admin = log_in("admin")
    page = admin.page
    admin.open("/roles/proof")
    page.get_by_test_id("proof-kind").select_option("agency")
    page.get_by_test_id("proof-person").select_option(label="蓝桥代运营")
    expect(page.get_by_test_id("proof-people")).to_contain_text("林小满")
    expect(page.locator("[data-count=inbound_items] b")).not_to_have_text("—")
    page.get_by_test_id("proof-kind").select_option("role")
    page.get_by_test_id("proof-person").select_option(label="经理")
    expect(page.get_by_test_id("proof-people")).to_contain_text("魏岚")
    with page.expect_download() as download:
        page.get_by_test_id("proof-save").click()
    assert "权限,查看看板,overview:read,1" in download.value.path().read_text(encoding="utf-8-sig")
    admin.open("/roles/who")
    page.get_by_test_id("who-kind").select_option("right")
    page.get_by_test_id("who-right").select_option("operators:manage")
    expect(page.get_by_test_id("who")).to_contain_text("管理员")
    expect(page.get_by_test_id("who")).not_to_contain_text("林小满")
    with page.expect_download() as download:
        page.get_by_test_id("who-save").click()
    assert "管理员" in download.value.path().read_text(encoding="utf-8-sig")
    assert admin.serious() == []
