"""Case G1: what customers send is drawn where it stands, on a desk and on a phone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import LogIn
from tests.e2e.console import NEWEST_FIRST, Console
from tests.e2e.platform import Platform

PLACE = {"Location_X": "24.879", "Location_Y": "102.833", "Scale": "15", "Label": "翡翠路 26 号"}
LINK = {"Title": "宽带赔付办法", "Description": "第七条", "Url": "https://example.org/articles?id=7"}
ATTACHED = [
    {"kind": "video"},
    {"kind": "audio"},
    {"kind": "image", "description": "红灯亮"},
    {"kind": "gone"},
]


def is_drawn(picture: Locator) -> None:
    """The browser has its bytes and shows them at a size that one can see."""
    expect(picture).to_be_visible()
    picture.evaluate("async (image) => { image.loading = 'eager'; await image.decode(); }")
    assert picture.evaluate("(image) => Math.min(image.clientWidth, image.clientHeight)") >= 60


def send_everything(platform: Platform, name: str) -> None:
    """The last of it has words, by which its request is found: WeChat tells nobody's name."""

    def say(text: str = "", **more: Any) -> None:
        platform.writes("message", "wechat-main", name, text, **more)

    for kind in ("image", "gif", "video", "voice"):
        say(kind=kind)
    say(kind="location", fields=PLACE)
    say(kind="link", fields=LINK)
    say(kind="image", fields={"MediaId": "gone-for-ever"})
    say(f"我是{name}，宽带断了三天，看图")


def open_thread(console: Console, words: str) -> None:
    console.open(NEWEST_FIRST)
    console.choose(console.see_arrive(words))


@pytest.mark.parametrize("width", [1440, 390])
def test_media_of_private_messages_stand_in_the_thread(
    log_in: LogIn, platform: Platform, name: str, width: int
) -> None:
    send_everything(platform, name)
    console = log_in("jiangnan")
    page = console.page
    page.set_viewport_size({"width": width, "height": 844})
    open_thread(console, name)
    thread = page.locator(".msgs")
    expect(thread.get_by_test_id("picture")).to_have_count(2)
    for place in range(2):
        is_drawn(thread.get_by_test_id("picture").nth(place).locator("img"))
    expect(thread.get_by_test_id("film")).to_be_visible()
    expect(thread.get_by_test_id("file")).to_contain_text("语音")  # AMR, which no browser plays
    expect(thread.get_by_test_id("place")).to_contain_text(re.compile("翡翠路 26 号.*24.879000, 102.833000"))
    expect(thread.get_by_test_id("link-card")).to_contain_text("example.org")
    expect(thread.get_by_test_id("media-missing")).to_contain_text("平台已不再保留")
    for said_by_card in ("翡翠路 26 号", "宽带赔付办法"):
        expect(thread.get_by_text(said_by_card)).to_have_count(1)
    assert console.serious() == []

    thread.get_by_test_id("picture").first.click()
    expect(page.get_by_test_id("viewer").locator("img")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("viewer")).to_have_count(0)
    expect(thread.get_by_test_id("picture").first).to_be_focused()


def test_media_of_public_posts_stand_under_their_words(log_in: LogIn, platform: Platform, name: str) -> None:
    """Nine pictures leave the reply box its place; arrows go through them; sound and film play."""
    platform.writes("post", "weibo-care", name, f"我是{name}，宽带断了三天", picture=9)
    fields = {"media": ATTACHED}
    platform.writes("post", "mastodon-care", name, f"我是{name}象，光猫坏了三天", fields=fields)
    platform.writes("comment", "wechat-main", name, f"我是{name}评，收银机断网了")
    console = log_in("jiangnan")
    page = console.page
    open_thread(console, f"我是{name}，")
    expect(page.get_by_test_id("picture")).to_have_count(9)
    is_drawn(page.get_by_test_id("picture").last.locator("img"))
    expect(page.get_by_test_id("composer-text")).to_be_in_viewport(ratio=1)
    page.get_by_test_id("picture").first.click()
    first = page.get_by_test_id("viewer").locator("img").get_attribute("src")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("dialog")).to_contain_text("图片 2 / 9")
    assert page.get_by_test_id("viewer").locator("img").get_attribute("src") != first
    page.keyboard.press("Escape")

    open_thread(console, f"我是{name}象，")
    expect(page.get_by_test_id("sound")).to_be_visible()
    page.get_by_test_id("sound").evaluate("(sound) => sound.play()")
    page.get_by_test_id("film").evaluate("(film) => { film.muted = true; return film.play(); }")
    expect(page.get_by_role("button", name="放大红灯亮")).to_be_visible()
    expect(page.get_by_test_id("media-missing")).to_be_visible()
    expect(page.get_by_test_id("composer-text")).to_be_in_viewport(ratio=1)

    open_thread(console, f"我是{name}评，")
    expect(page.get_by_test_id("origin")).to_contain_text("本月服务公告")

    # Narrow: the customer gives way, the reply box keeps its parts and its account's whole name (case G18).
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(page.locator(".ctx")).to_have_count(0)
    expect(page.get_by_test_id("send")).to_be_in_viewport(ratio=1)
    assert page.locator(".cp-as .el").evaluate("(name) => name.scrollWidth <= name.clientWidth")
