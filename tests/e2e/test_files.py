"""Files from the operator's desk: on a reply and on a note, undone and sent once, refused with a reason."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, expect

from tests.e2e.conftest import LogIn
from tests.e2e.console import NEWEST_FIRST, Console
from tests.e2e.platform import Platform
from tests.e2e.test_media import is_drawn
from tests.files.samples import PDF, png

_TYPES = {"png": "image/png", "pdf": "application/pdf"}


def attach(console: Console, name: str, content: bytes) -> Locator:
    kind = _TYPES[name.rpartition(".")[2]]
    picker = console.page.get_by_test_id("file-picker")
    picker.set_input_files({"name": name, "mimeType": kind, "buffer": content})
    return console.page.get_by_test_id("draft-file").filter(has_text=name)


def ask(console: Console, platform: Platform, account: str, name: str) -> None:
    """A customer writes privately, and the operator opens it."""
    console.open(NEWEST_FIRST)
    platform.writes("message", account, name, f"我是{name}，光猫亮红灯怎么办")
    console.choose(console.see_arrive(name))


def files_of(platform: Platform, account: str, name: str) -> list[dict[str, Any]]:
    """What the brand sent the customer as files, as the customer's page shows it."""
    return [
        file for line in platform.thread(account, name) if line["from"] == "brand" for file in line["files"]
    ]


def test_a_picture_on_a_reply_survives_undo_and_is_sent_once(
    log_in: LogIn, platform: Platform, name: str
) -> None:
    console = log_in("hexiaotang")
    page = console.page
    ask(console, platform, "mastodon-care", name)
    file = attach(console, "指示灯.png", png(64, 48))
    expect(file).to_have_attribute("data-state", "ready")
    is_small = file.locator("img")
    expect(is_small).to_be_visible()
    text = f"{name}请看图里的灯"
    bubble = console.answer(text)
    bubble.get_by_test_id("undo").click()
    expect(bubble).to_have_attribute("data-state", re.compile("^(cancelled|sent)$"))
    if bubble.get_attribute("data-state") == "cancelled":
        expect(page.get_by_test_id("composer-text")).to_have_value(text)
        expect(file).to_have_attribute("data-state", "ready")
        page.get_by_test_id("send").click()
    sent = page.locator('[data-testid="message"][data-state="sent"]').filter(has_text=text)
    expect(sent).to_have_count(1)
    is_drawn(sent.get_by_test_id("picture").locator("img"))
    expect(page.get_by_test_id("draft-file")).to_have_count(0)
    assert len(platform.sent_with(text)) == 1
    assert [shown["kind"] for shown in files_of(platform, "mastodon-care", name)] == ["image"]


def test_wechat_takes_words_and_a_picture_one_after_the_other(
    log_in: LogIn, platform: Platform, name: str
) -> None:
    console = log_in("hexiaotang")
    page = console.page
    ask(console, platform, "wechat-main", name)
    attach(console, "重启步骤.png", png(64, 48))
    console.write(f"{name}请按图操作")
    objection = page.get_by_test_id("file-objection")
    expect(objection).to_be_visible()
    expect(page.get_by_test_id("send")).to_be_disabled()
    page.get_by_test_id("words-first").click()
    expect(console.bubble(f"{name}请按图操作")).to_have_attribute("data-state", "sent")
    expect(objection).to_have_count(0)
    page.get_by_test_id("send").click()
    anyway = page.get_by_test_id("send-anyway")
    pictured = page.locator('[data-testid="message"][data-direction="outbound"]').filter(
        has=page.get_by_test_id("picture")
    )
    expect(anyway.or_(pictured)).to_be_visible()
    if anyway.is_visible():
        anyway.click()
    expect(pictured).to_have_attribute("data-state", "sent")
    assert [shown["kind"] for shown in files_of(platform, "wechat-main", name)] == ["image"]


def test_weibo_says_that_it_takes_none_and_a_note_takes_a_paper(
    log_in: LogIn, platform: Platform, name: str
) -> None:
    console = log_in("hexiaotang")
    page = console.page
    ask(console, platform, "weibo-care", name)
    page.get_by_test_id("file-picker-open").click()
    expect(page.get_by_test_id("file-objection")).to_contain_text("只能发文字")
    console.write(f"{name}的合同见附件", lane="note")
    refused = attach(console, "其实是网页.pdf", b"<html><script>alert(1)</script></html>")
    expect(refused).to_have_attribute("data-state", "refused")
    expect(refused).to_contain_text("文件内容与扩展名不符")
    expect(page.get_by_test_id("send")).to_be_disabled()
    refused.get_by_test_id("remove-file").click()
    expect(attach(console, "合同.pdf", PDF)).to_have_attribute("data-state", "ready")
    page.get_by_test_id("send").click()
    note = console.bubble(f"{name}的合同见附件")
    with page.expect_download() as got:
        note.get_by_test_id("file").click()
    assert got.value.suggested_filename == "合同.pdf"
