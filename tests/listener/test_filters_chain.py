"""The filter chain end to end: each reason, its order, its settings, clusters, lists and habits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from app.adapters.types import ItemKind, Lane
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER, judge_items
from app.models import AuditLog, AuthorActivity, SpecialListEntry
from app.nlp.serving.classifier import Classification
from tests.factories.make import Make
from tests.fakes.model import FakeModel
from tests.listener.desk import Desk, items, judged, verdicts

LONG = "云岭的宽带从昨天晚上八点一直断到现在，打了五次客服电话都没有人接，什么时候能修好"
NEARLY = "云岭的宽带从昨天晚上八点一直断到现在，打了五次客服电话都没有人接，什么时候能修好啊"


def reasons(runtime: Runtime) -> list[str]:
    return [verdict.reason for verdict in verdicts(runtime)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("转发关注并评论，抽三名送流量包", "lottery"),
        ("转给五个群的好友，马上就有好运", "chain_letter"),
        ("兼职日结招人，微信: abc12345", "seller"),
        ("加微信代办各种业务", "advert"),
        ("随便聊聊天气怎么样", "no_request"),
        ("[哈哈][哈哈]", "emoji_only"),
        ("宽带断了什么时候修好", "needs_service"),
    ],
)
def test_each_text_gets_the_reason_it_deserves(
    desk: Desk, runtime: Runtime, make: Make, text: str, reason: str
) -> None:
    runtime.parts["classifier"] = Undecided()
    judged(runtime, make, desk.account, text)
    assert reasons(runtime) == [reason]


class Undecided(FakeModel):
    """Leaves the advert rules their say: nothing needs service for certain, but `宽带` probably does."""

    def classify(self, texts: Sequence[str], reasons: bool = False) -> list[Classification]:
        return [
            replace(verdict, service_score=0.5)
            if "宽带" in text
            else replace(verdict, service_score=min(verdict.service_score, 0.2), is_request=False)
            for text, verdict in zip(texts, super().classify(texts, reasons), strict=True)
        ]


def test_a_complaint_about_a_lottery_is_no_lottery(desk: Desk, runtime: Runtime, make: Make) -> None:
    judged(runtime, make, desk.account, "投诉你们转发抽奖抽三名送的流量包一直没到账")
    assert reasons(runtime) == ["needs_service"]


def test_what_stands_close_to_the_line_is_dropped_for_a_person_to_look_at(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    runtime.parts["classifier"] = CloseToTheLine()
    (verdict,) = judged(runtime, make, desk.account, "这个套餐好像也还行的样子")
    assert (verdict.reason, verdict.needs_review) == ("no_request", True)
    assert verdict.detail["reasons"]
    listed = desk.browser.get("/inbound-items", review="true").get_json()["items"]
    assert [item["verdict"]["needs_review"] for item in listed] == [True]
    assert desk.browser.get("/inbound-items/counts").get_json()["review"] == 1


class CloseToTheLine(FakeModel):
    def classify(self, texts: Sequence[str], reasons: bool = False) -> list[Classification]:
        verdicts = super().classify(texts, reasons)
        return [replace(verdict, service_score=0.4, is_request=False) for verdict in verdicts]


def test_the_models_own_line_decides_unless_the_settings_draw_one(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    runtime.parts["classifier"] = AtTheModelsLine()
    judged(runtime, make, desk.account, "这个套餐好像也还行的样子")
    strict = {"steps": [{"name": "intent", "threshold": 0.5}]}
    desk.browser.put(f"/accounts/{desk.account.id}/filter", {"filters": strict, "version": None})
    judged(runtime, make, desk.account, "路由器的灯一直在闪怎么回事")
    assert reasons(runtime) == ["needs_service", "no_request"]


class AtTheModelsLine(FakeModel):
    """A model whose training drew the line below 0.4."""

    def classify(self, texts: Sequence[str], reasons: bool = False) -> list[Classification]:
        return [replace(verdict, service_score=0.4) for verdict in super().classify(texts, reasons)]


def test_a_text_that_breaks_the_model_is_kept_and_holds_nobody_up(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    runtime.parts["classifier"] = Fragile()
    judged(runtime, make, desk.account, "宽带断了没人来修吗", "这一条会让模型出错", "光猫红灯闪了一上午")
    assert reasons(runtime) == ["needs_service", "not_scored", "needs_service"]


class Fragile(FakeModel):
    def classify(self, texts: Sequence[str], reasons: bool = False) -> list[Classification]:
        if any("出错" in text for text in texts):
            raise IndexError("out of bounds")
        return super().classify(texts, reasons)


def test_a_cluster_of_nearly_equal_posts_is_one_item_with_a_count(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    judged(runtime, make, desk.account, LONG, NEARLY, LONG, kind=ItemKind.REPOST)
    judged(runtime, make, desk.account, NEARLY, kind=ItemKind.REPOST)
    assert reasons(runtime) == ["needs_service", "near_duplicate", "duplicate_text", "near_duplicate"]
    first, *rest = items(runtime)
    assert (first.duplicate_count, {item.duplicate_of_id for item in rest}) == (3, {first.id})
    shown = desk.browser.get("/inbound-items", hide_repeats="true").get_json()["items"]
    assert [(item["id"], item["duplicate_count"]) for item in shown] == [(first.id, 3)]
    repeats = desk.browser.get("/inbound-items", cluster_of=first.id).get_json()["items"]
    assert {item["id"] for item in repeats} == {item.id for item in rest}


def test_a_worker_that_has_just_started_knows_the_clusters_of_others(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    judged(runtime, make, desk.account, LONG, kind=ItemKind.REPOST)
    del runtime.parts["near_index"]
    judged(runtime, make, desk.account, NEARLY, kind=ItemKind.REPOST)
    assert reasons(runtime) == ["needs_service", "near_duplicate"]


def test_two_people_may_ask_the_same_few_words(desk: Desk, runtime: Runtime, make: Make) -> None:
    judged(runtime, make, desk.account, "怎么办理?", "怎么办理?")
    assert reasons(runtime) == ["needs_service", "needs_service"]


@pytest.mark.parametrize(
    ("name", "kind", "reason"),
    [
        ("blocked", ItemKind.MENTION, "blocked_author"),
        ("staff", ItemKind.MENTION, "staff_author"),
        ("do_not_disturb", ItemKind.REPOST, "do_not_disturb"),
        ("do_not_disturb", ItemKind.MENTION, "no_request"),
        ("vip", ItemKind.MENTION, "vip_author"),
    ],
)
def test_special_lists_decide_who_is_heard(
    desk: Desk, runtime: Runtime, make: Make, name: str, kind: ItemKind, reason: str
) -> None:
    entry = {"list": name, "platform": "weibo", "author_external_id": "a0"}
    assert desk.browser.post("/special-list-entries", entry).status_code == 201
    judged(runtime, make, desk.account, "随便聊聊天气怎么样", kind=kind)
    assert reasons(runtime) == [reason]


def test_a_vips_request_counts_for_more(desk: Desk, runtime: Runtime, make: Make) -> None:
    (before,) = (make.request(desk.account, "宽带断了没人来修吗", author="plain"),)
    entry = {"list": "vip", "platform": "weibo", "author_external_id": "important"}
    desk.browser.post("/special-list-entries", entry)
    after = make.request(desk.account, "光猫红灯闪了一上午", author="important")
    assert "level" not in before.priority_parts
    assert after.priority_parts["level"] == 1.0


def test_an_entry_ends_when_it_expires_and_when_it_is_removed(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    old = {"list": "blocked", "platform": "weibo", "author_external_id": "a0"}
    ended = desk.browser.post("/special-list-entries", {**old, "expires_at": "2026-11-21T00:00:00Z"})
    assert ended.get_json()["is_expired"] is True
    judged(runtime, make, desk.account, "宽带断了没人来修吗")
    entry = desk.browser.post("/special-list-entries", {**old, "author_external_id": "a1"}).get_json()
    assert desk.browser.delete(f"/special-list-entries/{entry['id']}").status_code == 204
    judged(runtime, make, desk.account, "光猫红灯闪了一上午")
    assert reasons(runtime) == ["needs_service", "needs_service"]


def test_an_author_is_listed_from_an_item_once_and_audited(desk: Desk, runtime: Runtime, make: Make) -> None:
    judged(runtime, make, desk.account, "随便聊聊天气怎么样")
    (item,) = items(runtime)
    command = {"list": "blocked", "inbound_item_id": item.id, "note": "反复发广告"}
    entry = desk.browser.post("/special-list-entries", command).get_json()
    assert (entry["author_external_id"], entry["platform"]) == ("a0", "weibo")
    assert desk.browser.post("/special-list-entries", command).get_json()["code"] == "already_listed"
    edit = {"note": "误伤待查", "version": entry["version"]}
    assert desk.browser.put(f"/special-list-entries/{entry['id']}", edit).get_json()["note"] == "误伤待查"
    assert desk.browser.put(f"/special-list-entries/{entry['id']}", edit).status_code == 409
    with open_context(runtime, LISTENER, write=False) as ctx:
        acts = ctx.session.scalars(
            select(AuditLog.action).where(AuditLog.object_type == "special_list_entry")
        ).all()
    assert acts == ["special_list.added", "special_list.edited"]
    (listed,) = desk.browser.get("/inbound-items").get_json()["items"]
    assert listed["author"]["lists"] == ["blocked"]


def test_lists_of_another_agency_neither_show_nor_count(desk: Desk, runtime: Runtime, make: Make) -> None:
    other = make.agency()
    make.save(
        SpecialListEntry(
            created_at=make.now,
            agency_id=other.id,
            list="blocked",
            platform="weibo",
            author_external_id="a0",
        )
    )
    judged(runtime, make, desk.account, "宽带断了没人来修吗")
    assert reasons(runtime) == ["needs_service"]
    assert desk.browser.get("/special-list-entries").get_json()["items"] == []


def test_an_account_that_only_posts_links_and_repeats_is_a_marketer(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    runtime.parts["classifier"] = CloseToTheLine()
    words = ["早起", "通勤", "午饭", "散步", "夜宵", "周末", "读书", "电影"]
    for number, word in enumerate(words):
        post = make.post(f"{word}时候看看这个 https://example.com/{number}", author="marketer")
        make.store(desk.account, post)
        judge_items(runtime)
    with open_context(runtime, LISTENER, write=False) as ctx:
        (activity,) = ctx.session.scalars(select(AuthorActivity)).all()
    assert (activity.items, activity.links) == (8, 8)
    settings = {"filters": {"steps": [{"name": "marketing", "threshold": 0.4}]}, "version": None}
    assert desk.browser.put(f"/accounts/{desk.account.id}/filter", settings).status_code == 200
    make.store(desk.account, make.post("再看看这个 https://example.com/9", author="marketer"))
    judge_items(runtime)
    assert reasons(runtime)[-1] == "marketing_account"


def test_steps_can_be_switched_off_and_moved_per_account(desk: Desk, runtime: Runtime, make: Make) -> None:
    path = f"/accounts/{desk.account.id}/filter"
    usual = desk.browser.get(path).get_json()
    assert usual["is_default"] is True
    assert usual["steps"][0]["name"] == "kind"
    steps = [{"name": "near_duplicate", "enabled": False}, {"name": "intent", "threshold": 0.99}]
    saved = desk.browser.put(path, {"filters": {"steps": steps}, "version": None}).get_json()
    by_name = {step["name"]: step for step in saved["steps"]}
    assert (by_name["near_duplicate"]["enabled"], by_name["intent"]["threshold"]) == (False, 0.99)
    judged(runtime, make, desk.account, LONG, NEARLY)
    assert reasons(runtime) == ["no_request", "no_request"]
    assert desk.browser.put(path, {"filters": {"steps": []}, "version": None}).status_code == 409


def test_a_monitors_own_thresholds_win_over_the_accounts(desk: Desk, runtime: Runtime, make: Make) -> None:
    strict = {"steps": [{"name": "intent", "threshold": 0.99}]}
    desk.browser.put(f"/accounts/{desk.account.id}/filter", {"filters": strict, "version": None})
    loose = {"steps": [{"name": "intent", "threshold": 0.01}]}
    monitor = {"name": "宽带", "rule": {"any": ["宽带"]}, "filters": loose}
    assert desk.browser.post("/monitors", monitor).status_code == 201
    judged(runtime, make, desk.account, "宽带断了没人来修吗", "光猫红灯闪了一上午")
    assert reasons(runtime) == ["needs_service", "no_request"]


@pytest.mark.parametrize(
    ("steps", "path"),
    [
        ([{"name": "no_such"}], "steps.0.name"),
        ([{"name": "spam"}, {"name": "spam"}], "steps.1.name"),
        ([{"name": "intent", "enabled": False}], "steps.0.enabled"),
        ([{"name": "content", "threshold": 0.5}], "steps.0.threshold"),
    ],
)
def test_settings_that_make_no_sense_are_refused(desk: Desk, steps: list[dict[str, Any]], path: str) -> None:
    answer = desk.browser.put(
        f"/accounts/{desk.account.id}/filter", {"filters": {"steps": steps}, "version": None}
    )
    assert (answer.status_code, list(answer.get_json()["fields"])) == (422, [path])


def test_private_messages_pass_without_keyword_or_score(desk: Desk, runtime: Runtime, make: Make) -> None:
    desk.browser.post("/monitors", {"name": "宽带", "rule": {"any": ["宽带"]}})
    judged(runtime, make, desk.account, "随便聊聊天气怎么样", lane=Lane.PRIVATE)
    assert reasons(runtime) == ["private_message"]


@pytest.mark.parametrize(
    "text",
    ["宽带" * 9_000, "宽带\ud800坏了怎么办", "\u202e宽带坏了\u200b怎么办", "宽\x00带坏了怎么办", "\ud83d"],
    ids=["long", "surrogate", "bidirectional", "nul", "half"],
)
def test_odd_text_gets_a_verdict_like_any_other(desk: Desk, runtime: Runtime, make: Make, text: str) -> None:
    desk.browser.post("/monitors", {"name": "宽带", "rule": {"any": ["宽带"]}})
    judged(runtime, make, desk.account, text, kind=ItemKind.REPOST)
    assert len(verdicts(runtime)) == 1
    assert desk.browser.get("/inbound-items").status_code == 200
