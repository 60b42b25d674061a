"""Replies with files by the real adapter against the real sandbox: sent once, seen by the customer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from app.adapters.mastodon import writes
from app.core.clock import ManualClock
from app.models import Operator
from sandbox import customer
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.fakes.platforms import Remote
from tests.files.bringing import brought
from tests.files.samples import MP4, png
from tests.listener.test_mastodon_stories import KEY, Story

UPLOAD, STATUSES = "/api/v2/media", "/api/v1/statuses"
PICTURE = png(20, 10)


@pytest.fixture
def story(
    app: Flask,
    make: Make,
    clock: ManualClock,
    remote: Remote,
    open_browser: Callable[[Operator | None], Browser],
) -> Iterator[Story]:
    made = Story(app, make, clock, remote, open_browser)
    made.says("@云岭通信 光猫红灯亮，怎么办", private=True)
    made.read()
    yield made
    made.simulation.close()


def answer(story: Story, text: str, file: dict[str, Any]) -> dict[str, Any]:
    """The operator answers privately with a file; it goes as soon as it can."""
    body = {
        "service_request_id": story.request_id(),
        "lane": "private",
        "text": text,
        "attachments": [file["id"]],
        "idempotency_key": "answer-0001",
    }
    told = story.browser.post(f"/conversations/{story.conversation()['id']}/replies", body)
    assert told.status_code == 202, told.text
    for _ in range(6):
        story.simulation.advance(120)
        story.deliver(wait=0)
    return dict(told.get_json())


def seen(story: Story) -> list[dict[str, Any]]:
    """What the brand said, as its customer sees it."""
    lines = customer.thread(story.simulation.world, story.simulation.brand(KEY), "小林", "dm")
    return [line for line in lines if line["from"] == "brand"]


def calls(story: Story, path: str) -> int:
    return sum(call.endswith(path) for call in story.simulation.line.calls)


def test_the_customer_sees_the_picture(story: Story) -> None:
    file = brought(story.browser, "红灯.png", PICTURE)
    answer(story, "请看这张图", file)
    (sent,) = story.simulation.sent(KEY)
    raw = sent["raw"] if isinstance(sent["raw"], dict) else json.loads(sent["raw"])
    (media_id,) = raw["media_ids"]
    row = story.simulation.world.store.one("SELECT body FROM media WHERE id = ?", media_id)
    assert row is not None
    assert row["body"] == PICTURE
    (line,) = seen(story)
    assert line["files"][0]["kind"] == "image"


def test_a_film_waits_until_the_server_has_taken_it_apart(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writes, "_MEDIA_CHECKS", 1)
    message = answer(story, "请看演示", brought(story.browser, "演示.mp4", MP4))
    assert [line["files"][0]["kind"] for line in seen(story)] == ["video"]
    assert story.outbound(message["id"]).attempts == 2
    assert calls(story, UPLOAD) == 1


@pytest.mark.parametrize("lost", [UPLOAD, STATUSES])
def test_a_lost_answer_sends_nothing_twice(story: Story, lost: str) -> None:
    story.simulation.line.loses.append(lost)
    file = brought(story.browser, "a.png", PICTURE)
    answer(story, "" if lost == STATUSES else "图", file)
    assert len(seen(story)) == 1
    assert calls(story, STATUSES) == 1
    assert calls(story, UPLOAD) == (2 if lost == UPLOAD else 1)


def test_what_the_server_refuses_keeps_its_words_and_its_file(story: Story) -> None:
    story.simulation.world.limits.update({"mastodon_max_media": 0})
    file = brought(story.browser, "a.png", PICTURE)
    message = answer(story, "图", file)
    assert (story.state(message["id"]), seen(story)) == ("failed", [])
    shown = story.browser.get(f"/conversations/{message['conversation_id']}/messages").get_json()["items"][-1]
    assert (shown["text"], len(shown["media"])) == ("图", 1)
