"""Posts behind open requests are read again: edits and deletions reach whoever answers (cases B5, B6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.budget import CALLS, count_calls
from app.core.clock import ManualClock
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.listener.ingest import revisions
from app.listener.ingest.rereading import due_rereads
from app.listener.jobs import LISTENER, PERIODIC, judge_items, poll_stream, reread_items
from app.models import Account, EventLog, InboundItem, Operator, Presence, RereadRound, Stream
from sandbox import customer
from sandbox.mastodon import content as mastodon
from sandbox.weibo import content as weibo
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.support.simulation import Simulation

KEYS = ("weibo-care", "weibo-broadband", "mastodon-care")
"""Open and business family of Weibo, and Mastodon."""
FIRST, THEN = "宽带又断了什么时候修好", "宽带又断了，地址在南屏路8号，什么时候修好"


class Desks:
    """Operators whose accounts are the sandbox's."""

    def __init__(
        self, app: Flask, make: Make, clock: ManualClock, browse: Callable[[Operator | None], Browser]
    ) -> None:
        self.clock, self.runtime = clock, make.runtime
        agency = make.agency()
        team = make.team(agency)
        self.operator = make.operator(agency, team, presence=Presence.ONLINE)
        self.simulation = Simulation(app, make, clock)
        self.accounts = {key: self.simulation.account(key, agency, team) for key in KEYS}
        for account in self.accounts.values():
            self.simulation.listen(account)
        self.browser = browse(self.operator)

    def says(self, key: str, text: str, who: str = "小林") -> str:
        return customer.post(self.simulation.world, self.simulation.brand(key), who, text).id

    def read(self, key: str) -> None:
        self.simulation.advance(4000 if key.startswith("weibo") else 20)
        with open_context(self.runtime, LISTENER, write=False) as ctx:
            of_account = Stream.account_id == self.accounts[key].id
            streams = ctx.session.scalars(select(Stream.id).where(of_account)).all()
        for stream_id in streams:
            poll_stream(self.runtime, stream_id)
        judge_items(self.runtime)

    def edits(self, key: str, id_: str, text: str, **how: Any) -> None:
        if key.startswith("weibo"):
            weibo.customer_edit(self.simulation.world, int(id_), text, **how)
        else:
            mastodon.customer_edit(self.simulation.world, id_, text)

    def deletes(self, key: str, id_: str) -> None:
        table = "weibo_status" if key.startswith("weibo") else "mastodon_status"
        self.simulation.world.store.change(f"UPDATE {table} SET deleted = 1 WHERE id = ?", int(id_))

    def looks_again(self, key: str, after: float = 60) -> None:
        self.simulation.advance(after)
        reread_items(self.runtime, self.accounts[key].id)
        judge_items(self.runtime)

    def listed(self) -> dict[str, Any]:
        (listed,) = self.browser.get("/service-requests").get_json()["items"]
        return dict(listed)

    def message(self) -> dict[str, Any]:
        conversation = self.listed()["conversation_id"]
        (shown,) = self.browser.get(f"/conversations/{conversation}/messages").get_json()["items"]
        return dict(shown)

    def replies(self, **fields: Any) -> Any:
        request = self.listed()
        body = {
            "service_request_id": request["id"],
            "lane": "public",
            "text": "您好，马上为您处理",
            "idempotency_key": "again-0001",
            **fields,
        }
        return self.browser.post(f"/conversations/{request['conversation_id']}/replies", body)

    def round(self, key: str) -> RereadRound:
        with open_context(self.runtime, LISTENER, write=False) as ctx:
            return ctx.session.scalars(
                select(RereadRound).where(RereadRound.account_id == self.accounts[key].id)
            ).one()

    def due(self) -> Sequence[int]:
        with open_context(self.runtime, LISTENER, write=False) as ctx:
            return due_rereads(ctx)

    def calls(self, key: str) -> list[str]:
        listed = self.simulation.world.records.listing("call", 0, 100_000, key)
        return [call["path"].rpartition("/2/")[2] or call["path"] for call in listed]


@pytest.fixture
def desks(
    app: Flask,
    make: Make,
    clock: ManualClock,
    open_browser: Callable[[Operator | None], Browser],
) -> Iterator[Desks]:
    made = Desks(app, make, clock, open_browser)
    for key in KEYS:
        made.read(key)
    yield made
    made.simulation.close()


@pytest.mark.parametrize("key", KEYS)
def test_an_edit_reaches_whoever_answers(desks: Desks, key: str) -> None:
    id_ = desks.says(key, FIRST)
    desks.read(key)
    before = desks.listed()
    desks.browser.put(f"/conversations/{before['conversation_id']}/read", {"number": 1})
    assert desks.listed()["unread_count"] == 0
    desks.edits(key, id_, THEN)
    desks.looks_again(key)
    shown, listed = desks.message(), desks.listed()
    assert "南屏路8号" in shown["text"]
    assert [FIRST in old["text"] for old in shown["revisions"]] == [True]
    assert "南屏路8号" in listed["preview"]["text"]
    assert listed["unread_count"] == 1
    found = desks.browser.get("/search", q="南屏路8号").get_json()
    assert (len(found["messages"]), len(found["items"])) == (1, 1)
    kinds = desks.browser.get(f"/service-requests/{listed['id']}/changes").get_json()["items"]
    assert "revised" in {change["kind"] for change in kinds}


@pytest.mark.parametrize("key", KEYS)
def test_a_deleted_post_is_marked_stays_readable_and_takes_no_reply(desks: Desks, key: str) -> None:
    id_ = desks.says(key, FIRST)
    desks.read(key)
    desks.deletes(key, id_)
    desks.looks_again(key)
    shown = desks.message()
    assert FIRST in shown["text"]
    assert shown["deleted_at"] is not None
    refused = desks.replies()
    assert (refused.status_code, refused.get_json()["code"]) == (409, "post_deleted")
    conversation = desks.listed()["conversation_id"]
    lane = desks.browser.get(f"/conversations/{conversation}").get_json()["lanes"]["public"]
    assert (lane["allowed"], "deleted" in lane["reason"]) == (False, True)
    named = desks.replies(in_reply_to=shown["id"], idempotency_key="again-0002")
    assert named.get_json()["code"] == "post_deleted"


def test_a_post_whose_answer_is_still_to_go_is_looked_after(desks: Desks) -> None:
    """It was resolved with an answer planned for later: whether its post is there then must be known."""
    id_ = desks.says("weibo-care", FIRST)
    desks.read("weibo-care")
    later = (desks.clock.now() + timedelta(hours=2)).isoformat()
    assert desks.replies(send_at=later, resolve=True).status_code == 202
    desks.deletes("weibo-care", id_)
    desks.looks_again("weibo-care")
    (request,) = desks.browser.get("/service-requests", view="resolved").get_json()["items"]
    (first, _) = desks.browser.get(f"/conversations/{request['conversation_id']}/messages").get_json()[
        "items"
    ]
    assert first["deleted_at"] is not None


def test_a_count_of_edits_without_a_time_is_an_edit_once(desks: Desks, runtime: Runtime) -> None:
    """Case B6: Weibo tells `edit_count` and may leave out `edit_at`."""
    id_ = desks.says("weibo-care", FIRST)
    desks.read("weibo-care")
    desks.edits("weibo-care", id_, THEN, dated=False)
    desks.looks_again("weibo-care")
    first = desks.message()
    assert first["text"].endswith(THEN) or THEN in first["text"]
    desks.looks_again("weibo-care", after=30_000)
    assert desks.message()["edited_at"] == first["edited_at"], "the same count is the same version"
    with open_context(runtime, LISTENER, write=False) as ctx:
        names = ctx.session.scalars(select(EventLog.name)).all()
        (item,) = ctx.session.scalars(select(InboundItem).where(InboundItem.external_id == f"status:{id_}"))
    assert names.count("message.edited") == 1
    assert item.edit_count == 1


def test_words_that_stand_change_nothing(desks: Desks) -> None:
    desks.says("mastodon-care", FIRST)
    desks.read("mastodon-care")
    before = desks.listed()
    desks.looks_again("mastodon-care")
    assert desks.listed()["version"] == before["version"]
    assert desks.round("mastodon-care").finished_at is not None


def test_only_open_and_recent_requests_are_looked_after(desks: Desks, runtime: Runtime) -> None:
    account = desks.accounts["mastodon-care"]
    desks.says("mastodon-care", FIRST)
    desks.read("mastodon-care")
    assert account.id in desks.due()
    request = desks.listed()
    body = {"status": "resolved", "version": request["version"]}
    assert desks.browser.put(f"/service-requests/{request['id']}/status", body).status_code == 200
    assert account.id not in desks.due(), "resolved"
    again = {"status": "open", "version": request["version"] + 1}
    assert desks.browser.put(f"/service-requests/{request['id']}/status", again).status_code == 200
    assert account.id in desks.due()
    desks.simulation.advance(86_400 * runtime.settings.reread_days)
    before = len(desks.calls("mastodon-care"))
    desks.looks_again("mastodon-care")
    assert len(desks.calls("mastodon-care")) == before, "too old"


def test_a_round_keeps_to_its_share_of_the_quota_and_comes_to_its_end(desks: Desks, runtime: Runtime) -> None:
    """An ordinary Weibo account may ask for one post a call, and makes 100 calls a day in all."""
    key = "weibo-care"
    ids = [
        desks.says(key, f"我家第{number}号宽带断了，请派人来修", who=f"客户{number}") for number in range(8)
    ]
    desks.read(key)
    desks.edits(key, ids[7], "我家第7号宽带断了，地址南屏路8号")
    start = len(desks.calls(key))
    day = desks.clock.now() + timedelta(days=1)
    while desks.clock.now() < day:
        if desks.accounts[key].id in desks.due():
            reread_items(runtime, desks.accounts[key].id)
        desks.simulation.advance(600)
    asked = [path for path in desks.calls(key)[start:] if "show" in path]
    assert 8 <= len(asked) <= 15, asked
    with open_context(runtime, LISTENER, write=False) as ctx:
        texts = ctx.session.scalars(select(InboundItem.text).where(InboundItem.edit_count > 0)).all()
    assert ["南屏路8号" in text for text in texts] == [True]


def test_answers_come_first_when_the_quota_is_nearly_used_up(desks: Desks, runtime: Runtime) -> None:
    key = "weibo-care"
    desks.says(key, FIRST)
    desks.read(key)
    with open_context(runtime, LISTENER) as ctx:
        count_calls(ctx, ctx.session.get_one(Account, desks.accounts[key].id), CALLS, 78)
    before = len(desks.calls(key))
    desks.looks_again(key)
    assert len(desks.calls(key)) == before
    assert desks.round(key).due_at > desks.clock.now()


def test_a_platform_that_is_away_loses_no_place(desks: Desks) -> None:
    key = "mastodon-care"
    id_ = desks.says(key, FIRST)
    desks.read(key)
    desks.deletes(key, id_)
    desks.simulation.line.loses.append("/statuses")
    desks.looks_again(key)
    assert desks.round(key).last_error is not None
    assert desks.message()["deleted_at"] is None
    desks.looks_again(key, after=600)
    assert desks.round(key).last_error is None
    assert desks.message()["deleted_at"] is not None


def test_one_change_that_cannot_be_taken_in_holds_up_no_other_and_no_round(
    desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole round was asked for again each minute, for ever, and no edit reached anybody."""
    key = "mastodon-care"
    good, bad = desks.says(key, FIRST), desks.says(key, "账单不对，多扣了五十块", who="小王")
    desks.read(key)
    usual = revisions._rewrite

    def rewritten(ctx: Any, item: InboundItem, told: Any) -> bool:
        if "读不懂" in told.text:
            raise ValueError("no such thing")
        return usual(ctx, item, told)

    monkeypatch.setattr(revisions, "_rewrite", rewritten)
    desks.edits(key, bad, "谁也读不懂的改动")
    desks.edits(key, good, THEN)
    desks.looks_again(key)
    items = desks.browser.get("/service-requests").get_json()["items"]
    assert sorted("南屏路8号" in one["preview"]["text"] for one in items) == [False, True]
    round_ = desks.round(key)
    assert (round_.lease_until, round_.last_item_id) == (None, 0)
    assert desks.accounts[key].id not in desks.due()
    monkeypatch.setattr(revisions, "_rewrite", usual)
    desks.looks_again(key, after=3700)
    items = desks.browser.get("/service-requests").get_json()["items"]
    assert any("读不懂" in one["preview"]["text"] for one in items)


def test_the_scheduler_asks_for_it() -> None:
    assert "due rereads" in {entry.name for entry in PERIODIC}


def test_words_glued_to_our_weibo_name_are_read(desks: Desks) -> None:
    """Case B1: the name is known, so it ends where it ends, on the first reading as on the next."""
    id_ = desks.says("weibo-care", "@云岭通信客服你们的宽带又断了三天没人修")
    desks.read("weibo-care")
    assert desks.message()["text"] == "@云岭通信客服 你们的宽带又断了三天没人修"
    desks.edits("weibo-care", id_, "@云岭通信客服宽带断了四天")
    desks.looks_again("weibo-care")
    assert desks.message()["text"] == "@云岭通信客服 宽带断了四天"
