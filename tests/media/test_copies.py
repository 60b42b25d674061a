"""Cases B14 and G1: what customers send is copied before the platform forgets it, and shown from here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.adapters.types import Lane, Media, Origin
from app.core.clock import ManualClock
from app.core.errors import PlatformErrorKind
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER
from app.media.collecting import collect, old_files
from app.media.copies import due_copies
from app.media.jobs import copy_medium
from app.media.store import file_store
from app.models import CopyState, MediaCopy, Operator, StoredFile
from tests.factories.browser import Browser
from tests.fakes.platforms import platform_error
from tests.media.lending import Lending, lend
from tests.workbench.desk import Desk

OpenBrowser = Callable[[Operator | None], Browser]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
AMR = b"#!AMR\n" + bytes(40)


@pytest.fixture
def lending(wechat_desk: Desk) -> Lending:
    return lend(wechat_desk)


def say(desk: Desk, *media: Media, lane: Lane = Lane.PRIVATE, **fields: Any) -> None:
    desk.make.store(desk.account, desk.make.post("看一下", author="c1", lane=lane, media=media, **fields))
    desk.make.judge()


def held(desk: Desk, kind: str, ref: str) -> Media:
    return Media(kind, source_ref=ref, expires_at=desk.make.now + timedelta(days=3))


def run_due(desk: Desk) -> list[int]:
    with open_context(desk.runtime, LISTENER, write=False) as ctx:
        due = due_copies(ctx)
    for number in due:
        copy_medium(desk.runtime, number)
    return due


def copies(desk: Desk) -> list[MediaCopy]:
    with open_context(desk.runtime, LISTENER, write=False) as ctx:
        return list(ctx.session.scalars(select(MediaCopy).order_by(MediaCopy.id)))


def last_message(desk: Desk, browser: Browser, conversation: int) -> dict[str, Any]:
    found: dict[str, Any] = browser.get(f"/conversations/{conversation}/messages").get_json()["items"][-1]
    return found


def test_pictures_and_voice_are_copied_once_and_shown_from_here(
    wechat_desk: Desk, lending: Lending, open_browser: OpenBrowser
) -> None:
    desk = wechat_desk
    lending.files = {"m1": PNG, "m2": AMR}
    say(desk, held(desk, "image", "m1"), held(desk, "voice", "m2"))
    assert len(run_due(desk)) == 2
    assert run_due(desk) == []
    assert lending.asked == ["m1", "m2"]
    browser = open_browser(desk.operator)
    picture, voice = last_message(desk, browser, desk.private.conversation_id)["media"]
    assert (picture["state"], picture["can_show"], picture["mime_type"]) == ("ready", True, "image/png")
    assert (voice["state"], voice["can_show"], voice["mime_type"]) == ("ready", False, "audio/amr")
    answer = browser.get(picture["url"].removeprefix("/api/v1"))
    assert (answer.get_data(), answer.content_type) == (PNG, "image/png")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    file = browser.get(voice["url"].removeprefix("/api/v1"))
    assert file.content_type == "application/octet-stream"
    assert file.headers["Content-Disposition"].startswith("attachment")


def test_nobody_else_opens_a_copy(wechat_desk: Desk, lending: Lending, open_browser: OpenBrowser) -> None:
    desk = wechat_desk
    lending.files = {"m1": PNG}
    say(desk, held(desk, "image", "m1"))
    run_due(desk)
    (copy,) = copies(desk)
    stranger = desk.make.agency()
    outside = open_browser(desk.make.operator(stranger, desk.make.team(stranger)))
    assert outside.get(f"/media/{copy.id}").status_code == 404
    assert outside.post(f"/media/{copy.id}/copy").status_code == 404
    assert open_browser(None).get(f"/media/{copy.id}").status_code == 401


@pytest.mark.parametrize(
    "content",
    [b"<html><script>alert(1)</script>", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"", b"MZ\x90"],
)
def test_what_is_no_picture_is_not_kept_for_one(wechat_desk: Desk, lending: Lending, content: bytes) -> None:
    lending.files = {"m1": content}
    say(wechat_desk, held(wechat_desk, "image", "m1"))
    run_due(wechat_desk)
    (copy,) = copies(wechat_desk)
    assert (copy.state, copy.reason, copy.file_id) == (CopyState.FAILED, "wrong_content_type", None)


def test_a_platform_that_fails_is_asked_again_until_it_forgets(
    wechat_desk: Desk, lending: Lending, clock: ManualClock
) -> None:
    desk = wechat_desk
    lending.files = {"m1": platform_error(PlatformErrorKind.TEMPORARY)}
    say(desk, held(desk, "image", "m1"))
    run_due(desk)
    assert [copy.state for copy in copies(desk)] == [CopyState.WAITING]
    assert run_due(desk) == []  # not at once
    clock.advance(3_600)
    lending.files = {"m1": PNG}
    run_due(desk)
    assert [copy.state for copy in copies(desk)] == [CopyState.READY]


def test_what_does_not_come_is_said_so_at_once_and_can_be_asked_for_again(
    wechat_desk: Desk, lending: Lending, open_browser: OpenBrowser
) -> None:
    desk = wechat_desk
    lending.files = {"m1": platform_error(PlatformErrorKind.TEMPORARY)}
    say(desk, held(desk, "image", "m1"))
    browser = open_browser(desk.operator)
    before = last_message(desk, browser, desk.private.conversation_id)["version"]
    run_due(desk)
    message = last_message(desk, browser, desk.private.conversation_id)
    (shown,) = message["media"]
    assert (shown["state"], shown["reason"], shown["can_ask"]) == ("waiting", "temporary", True)
    assert message["version"] > before  # who looks at it is told
    lending.files = {"m1": PNG}
    asked = browser.post(f"/media/{shown['id']}/copy").get_json()
    assert (asked["state"], asked["reason"], asked["can_ask"]) == ("waiting", None, False)
    run_due(desk)
    (shown,) = last_message(desk, browser, desk.private.conversation_id)["media"]
    assert (shown["state"], shown["reason"], shown["can_ask"]) == ("ready", None, False)


def test_what_stays_as_it_is_cannot_be_asked_for_again(
    wechat_desk: Desk, lending: Lending, open_browser: OpenBrowser
) -> None:
    desk = wechat_desk
    lending.files = {"m1": b"<html>"}
    say(desk, held(desk, "image", "m1"))
    run_due(desk)
    (shown,) = last_message(desk, open_browser(desk.operator), desk.private.conversation_id)["media"]
    assert (shown["state"], shown["reason"], shown["can_ask"]) == ("failed", "wrong_content_type", False)


def test_what_the_platform_has_forgotten_is_said_so(wechat_desk: Desk, lending: Lending) -> None:
    lending.files = {"m1": platform_error(PlatformErrorKind.NOT_FOUND)}
    say(wechat_desk, held(wechat_desk, "image", "m1"))
    run_due(wechat_desk)
    assert [copy.state for copy in copies(wechat_desk)] == [CopyState.EXPIRED]


def test_an_inside_address_is_not_asked(desk: Desk) -> None:
    say(desk, Media("image", url="http://127.0.0.1:9/secret.png"), lane=Lane.PRIVATE)
    run_due(desk)
    (copy,) = copies(desk)
    assert (copy.state, copy.reason) == (CopyState.FAILED, "address_not_allowed")


def test_what_nobody_reads_is_copied_when_somebody_asks(desk: Desk, open_browser: OpenBrowser) -> None:
    post = desk.make.post("路过", author="someone", media=[Media("image", url="https://p.test/1.png")])
    desk.make.store(desk.account, post)
    (copy,) = copies(desk)
    assert copy.state is CopyState.IDLE
    asked = open_browser(desk.operator).post(f"/media/{copy.id}/copy")
    assert asked.get_json()["state"] == "waiting"


def test_places_links_and_the_post_above_are_told(desk: Desk, open_browser: OpenBrowser) -> None:
    origin = Origin("post", text="本周六凌晨割接", author_name="云岭通信", url="https://weibo.com/1/abc")
    place = Media("location", title="营业厅", latitude=24.88, longitude=102.83)
    link = Media("link", title="公告", url="https://news.test/1")
    script = Media("link", url="javascript:alert(1)")
    say(desk, place, link, script, lane=Lane.PUBLIC, origin=origin)
    message = last_message(desk, open_browser(desk.operator), desk.request.conversation_id)
    shown = [(m["title"], m["latitude"], m["link"], m["state"]) for m in message["media"]]
    assert shown == [
        ("营业厅", 24.88, None, None),
        ("公告", None, "https://news.test/1", None),
        (None, None, None, None),
    ]
    above = message["origin"]
    assert (above["text"], above["author_name"], above["link"]) == (
        "本周六凌晨割接",
        "云岭通信",
        "https://weibo.com/1/abc",
    )


def test_equal_files_are_kept_once_and_collected_when_nothing_names_them(
    wechat_desk: Desk, lending: Lending, clock: ManualClock
) -> None:
    desk = wechat_desk
    lending.files = {"m1": PNG, "m2": PNG}
    say(desk, held(desk, "image", "m1"), held(desk, "image", "m2"))
    run_due(desk)
    with open_context(desk.runtime, LISTENER) as ctx:
        (file,) = ctx.session.scalars(select(StoredFile))
        clock.advance(2 * 86_400)
        assert collect(ctx, old_files(desk.runtime)) == 0
        for copy in ctx.session.scalars(select(MediaCopy)):
            copy.file_id = None
        ctx.session.flush()
        path = file_store(desk.runtime).path(file.sha256)
        assert path.exists()
        assert collect(ctx, old_files(desk.runtime)) == 1
    with open_context(desk.runtime, LISTENER, write=False) as ctx:
        assert list(ctx.session.scalars(select(StoredFile))) == []
