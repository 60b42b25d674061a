"""Mastodon from the customer's keyboard to the operator's screen, over the sandbox's own HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from app.core.clock import ManualClock
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER, judge_items, poll_stream
from app.models import Account, Operator, Stream
from app.workbench.schemas import SendReply
from sandbox import customer
from sandbox.mastodon import content
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.fakes.platforms import Remote
from tests.support.simulation import Simulation
from tests.workbench.desk import Desk

KEY = "mastodon-care"


class Story(Desk):
    """A desk whose Mastodon account is the sandbox's."""

    def __init__(
        self, app: Flask, make: Make, clock: ManualClock, remote: Remote, browse: Callable[..., Browser]
    ) -> None:
        super().__init__(make, clock, remote)
        self.simulation = Simulation(app, make, clock)
        self.social: Account = self.simulation.account(KEY, self.agency, self.team)
        self.simulation.listen(self.social)
        self.browser = browse(self.operator)

    def says(self, text: str, private: bool = False, **fields: Any) -> str:
        """A customer writes; the id of what they wrote."""
        act = customer.message if private else customer.post
        brand = self.simulation.brand(KEY)
        return act(self.simulation.world, brand, "小林", text, fields=fields).id

    def read(self) -> None:
        """Read all streams and judge what came."""
        self.simulation.advance(20)
        with open_context(self.runtime, LISTENER, write=False) as ctx:
            streams = [row.id for row in ctx.session.query(Stream).filter_by(account_id=self.social.id)]
        for stream_id in streams:
            poll_stream(self.runtime, stream_id)
        judge_items(self.runtime)

    def items(self) -> list[dict[str, Any]]:
        listed = self.browser.get("/inbound-items", account_id=self.social.id).get_json()["items"]
        return [item for item in listed if item["kind"] != "event"][::-1]

    def request_id(self) -> int:
        return next(int(item["service_request_id"]) for item in self.items() if item["service_request_id"])

    def conversation(self) -> dict[str, Any]:
        request = self.browser.get(f"/service-requests/{self.request_id()}").get_json()
        return dict(self.browser.get(f"/conversations/{request['conversation_id']}").get_json())

    def answers(self, text: str, lane: str = "public", **fields: Any) -> dict[str, Any]:
        """The operator answers; what the server got."""
        body = {
            "service_request_id": self.request_id(),
            "lane": lane,
            "text": text,
            "idempotency_key": "story-0001",
            **fields,
        }
        SendReply.model_validate(body)
        sent = self.browser.post(f"/conversations/{self.conversation()['id']}/replies", body)
        assert sent.status_code == 202, sent.text
        self.simulation.advance(11)
        self.deliver(wait=0)
        return dict(self.simulation.sent(KEY)[-1])


@pytest.fixture
def story(
    app: Flask,
    make: Make,
    clock: ManualClock,
    remote: Remote,
    open_browser: Callable[[Operator | None], Browser],
) -> Iterator[Story]:
    told = Story(app, make, clock, remote, open_browser)
    told.read()
    yield told
    told.simulation.close()


def test_words_glued_to_our_name_are_read(story: Story) -> None:
    """Case B1."""
    story.says("@yunling你们的宽带又断了三天没人修")
    story.read()
    (item,) = story.items()
    assert item["verdict"]["reason"] == "needs_service"


def test_an_edited_mention_says_what_it_says_now(story: Story) -> None:
    """Case B5."""
    id_ = story.says("宽带又断了什么时候修好")
    story.read()
    content.customer_edit(story.simulation.world, id_, "宽带又断了，地址在南屏路8号，什么时候修好")
    story.read()
    (item,) = story.items()
    assert "南屏路8号" in item["text"]
    assert item["edited_at"] is not None
    listed = story.browser.get(f"/conversations/{story.conversation()['id']}/messages").get_json()["items"]
    assert [old["text"].split(" ", 1)[1] for old in listed[0]["revisions"]] == ["宽带又断了什么时候修好"]


@pytest.mark.parametrize("gotosocial", [0, 1])
def test_quoted_words_and_a_poll_are_not_the_customers(story: Story, gotosocial: int) -> None:
    """Case B6: on a server with quotes the post is shown, on one without it is linked."""
    story.simulation.world.limits.update({"mastodon_gotosocial": gotosocial})
    other = story.says("大家都来投诉他们，宽带天天断网没人管")
    story.read()
    story.says("宽带又断了什么时候修好", quote=other, poll=["换一家", "再等等"])
    story.read()
    item = story.items()[-1]
    assert item["text"].split(" ", 1)[1] == "宽带又断了什么时候修好"
    assert item["origin"]["link"].endswith(other)
    assert ("大家都来投诉" in (item["origin"]["text"] or "")) is not bool(gotosocial)
    assert [(m["kind"], m["description"]) for m in item["media"]] == [("poll", "换一家\n再等等")]


@pytest.mark.parametrize("told", [True, False])
def test_who_quotes_our_post_without_our_name_is_heard(story: Story, told: bool) -> None:
    """Mastodon 4.5 tells of quotes; a server that does not speak of them is not asked for them."""
    with open_context(story.runtime, LISTENER) as ctx:
        account = ctx.session.get_one(Account, story.social.id)
        account.settings = {**account.settings, "tells_quotes": told}
    world = story.simulation.world
    brand = story.simulation.brand(KEY)
    person = world.people.mastodon("小林")
    quoting = content.NewStatus("就这？我家宽带断三天了没人修", quote=content.newest_status(world, brand))
    content.write(world, person, quoting, origin="test")
    named = content.NewStatus(
        f"@{brand.settings['username']} 说好今天来修的人呢", quote=content.newest_status(world, brand)
    )
    content.write(world, person, named, origin="test")
    story.read()
    # Named and quoted is told twice and is one post.
    assert [item["verdict"]["outcome"] for item in story.items()] == ["kept"] * (1 + told)


def test_mentions_that_commit_late_all_arrive(story: Story) -> None:
    """Case B15."""
    story.simulation.world.limits.update({"mastodon_late_every": 3, "mastodon_late_seconds": 45})
    for number in range(24):
        customer.post(
            story.simulation.world,
            story.simulation.brand(KEY),
            f"客户{number}",
            f"我家第{number}号宽带断了，请派人来修",
        )
        story.read()
    for _ in range(5):
        story.read()
    assert len(story.items()) == 24


def test_an_answer_below_a_warning_keeps_it_and_the_visibility(story: Story) -> None:
    """Case B19."""
    story.says("宽带又断了什么时候修好", spoiler_text="抱怨", visibility="unlisted")
    story.read()
    lane = story.conversation()["lanes"]["public"]
    assert (lane["content_warning"], lane["visibility"]) == ("抱怨", "unlisted")
    assert "unlisted" in lane["visibilities"]
    sent = story.answers("您好，马上为您核实。")
    assert (sent["raw"]["spoiler_text"], sent["raw"]["visibility"]) == ("抱怨", "unlisted")


def test_warning_and_visibility_can_be_changed(story: Story) -> None:
    """Case B19."""
    story.says("宽带又断了什么时候修好", spoiler_text="抱怨", visibility="unlisted")
    story.read()
    sent = story.answers("您好，马上为您核实。", content_warning="", visibility="private")
    assert (sent["raw"]["spoiler_text"], sent["raw"]["visibility"]) == ("", "private")


def test_a_private_answer_keeps_the_warning_and_stays_direct(story: Story) -> None:
    """Cases B7 and B19."""
    story.says("宽带又断了什么时候修好", private=True, spoiler_text="私事")
    story.read()
    sent = story.answers("您好，马上为您核实。", lane="private")
    assert (sent["raw"]["spoiler_text"], sent["raw"]["visibility"]) == ("私事", "direct")
    assert sent["text"].startswith("@guest")


def test_only_offered_visibilities_are_taken(story: Story) -> None:
    story.says("宽带又断了什么时候修好")
    story.read()
    body = {
        "service_request_id": story.request_id(),
        "lane": "public",
        "text": "您好",
        "idempotency_key": "story-0002",
        "visibility": "everybody",
    }
    refused = story.browser.post(f"/conversations/{story.conversation()['id']}/replies", body)
    assert (refused.status_code, list(refused.get_json()["fields"])) == (422, ["visibility"])
