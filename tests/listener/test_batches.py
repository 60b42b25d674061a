"""Where a stream is cut into batches changes no verdict; whatever is said in private is kept."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.adapters.types import InboundPost, ItemKind, Lane
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.listener.chain.settings import STEP_ORDER
from app.listener.jobs import LISTENER, judge_batch
from app.models import Account, InboundItem, ServiceRequest, Verdict
from tests.factories.make import Make
from tests.listener.desk import Desk, judged, verdicts

WORDS = (
    "宽带又断了什么时候修好",
    "云岭的宽带从昨天晚上八点一直断到现在，打了五次客服电话都没有人接，什么时候能修好",
    "云岭的宽带从昨天晚上八点一直断到现在，打了五次客服电话都没有人接，什么时候能修好啊",
    "云岭的宽带从前天晚上八点一直断到现在，打了六次客服电话都没有人接，什么时候能修好啊",
    "https://example.com/1",
    "看看这个 https://example.com/2",
    "[怒][怒]",
    "转发关注并评论，抽三名送流量包",
    "随便聊聊天气怎么样",
    "加微信代办各种业务",
    "好的",
    "你们再不来修我就投诉",
)
SAID = st.tuples(st.sampled_from(WORDS), st.sampled_from("ab"), st.sampled_from(list(Lane)))


def _posts(make: Make, stream: list[tuple[str, str, Lane]]) -> list[InboundPost]:
    return [make.post(text, author=author, lane=lane) for text, author, lane in stream]


def _store_one_by_one(
    make: Make, account: Account, stream: list[tuple[str, str, Lane]], begin: int = 0
) -> None:
    """In the order of the stream, whatever the clocks of the authors' platforms say."""
    for number, post in enumerate(_posts(make, stream), begin):
        make.store(account, replace(post, created_at=make.later(-((number * 7) % 5) * 60)))


def _outcome(runtime: Runtime, account: Account) -> list[tuple[Any, ...]]:
    """Per item, in order: the decision, what it repeats, the request it belongs to, by its first item, and
    what that request is: its type, its priority and what this is made of, its mood, and when it is due."""
    with open_context(runtime, LISTENER, write=False) as ctx:
        rows = ctx.session.execute(
            select(InboundItem.id, InboundItem.duplicate_of_id, Verdict, ServiceRequest)
            .join(Verdict, Verdict.inbound_item_id == InboundItem.id)
            .outerjoin(ServiceRequest, ServiceRequest.id == Verdict.service_request_id)
            .where(InboundItem.account_id == account.id)
            .order_by(InboundItem.id)
        ).all()
    places = {row.id: place for place, row in enumerate(rows)}
    opened_by: dict[int | None, int] = {None: -1}
    for place, row in enumerate(rows):
        opened_by.setdefault(row.Verdict.service_request_id, place)
    return [
        (
            row.Verdict.outcome,
            row.Verdict.step,
            row.Verdict.reason,
            places.get(row.duplicate_of_id),
            opened_by[row.Verdict.service_request_id],
            _judged(row.ServiceRequest),
        )
        for row in rows
    ]


def _judged(request: ServiceRequest | None) -> tuple[Any, ...]:
    if request is None:
        return ()
    parts = sorted(request.priority_parts.items())
    return request.type, request.priority, parts, request.sentiment, request.due_at, request.waiting_since


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(stream=st.lists(SAID, min_size=2, max_size=14), cuts=st.sets(st.integers(1, 13), max_size=6))
def test_where_a_stream_is_cut_changes_no_verdict_and_no_request(
    desk: Desk, runtime: Runtime, make: Make, stream: list[tuple[str, str, Lane]], cuts: set[int]
) -> None:
    """Case B13."""
    together, apart = (make.account(desk.agency, desk.team) for _ in range(2))
    _store_one_by_one(make, together, stream)
    judge_batch(runtime)
    edges = [0, *sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
    for begin, end in itertools.pairwise(edges):
        _store_one_by_one(make, apart, stream[begin:end], begin)
        judge_batch(runtime)
    assert _outcome(runtime, apart) == _outcome(runtime, together)


def test_a_link_after_private_words_belongs_to_them_in_the_same_batch(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    """Case B13 as it was met: text and link arrive together."""
    said = [("我的宽带断了", "a", Lane.PRIVATE), ("https://example.com/photo", "a", Lane.PRIVATE)]
    make.store(desk.account, *_posts(make, said))
    judge_batch(runtime)
    assert [verdict.reason for verdict in verdicts(runtime)] == ["private_message", "continues_request"]


def test_an_emoji_below_a_comment_of_the_same_batch_joins_its_request(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    said = [("宽带又断了什么时候修好", "a", Lane.PUBLIC), ("[怒]", "a", Lane.PUBLIC)]
    make.store(desk.account, *_posts(make, said))
    judge_batch(runtime)
    assert len({verdict.service_request_id for verdict in verdicts(runtime)}) == 1


PRIVATE = [
    "[怒]",
    "😡😡",
    "转",
    "转发微博",
    "https://example.com/1",
    "@某人",
    "",
    "？",
    "加微信代办各种业务",
    "转发关注并评论，抽三名送流量包",
    "转给五个群的好友，马上就有好运",
    "随便聊聊天气怎么样",
]


@pytest.mark.parametrize("text", PRIVATE)
def test_whatever_is_said_in_private_is_kept(desk: Desk, runtime: Runtime, make: Make, text: str) -> None:
    """Case B4, over what each step would drop: content, adverts, marketing, spam, intent."""
    desk.browser.post("/monitors", {"name": "宽带", "rule": {"any": ["宽带"]}})
    judged(runtime, make, desk.account, text, lane=Lane.PRIVATE)
    judged(runtime, make, desk.account, text, lane=Lane.PRIVATE)
    assert [verdict.reason for verdict in verdicts(runtime)] == ["private_message", "private_message"]


@pytest.mark.parametrize("first", [name for name in STEP_ORDER if name not in ("kind", "intent")])
def test_no_order_of_the_steps_drops_a_private_word(
    desk: Desk, runtime: Runtime, make: Make, first: str
) -> None:
    """Case B4: any step may be moved to the front; none then drops what was said in private."""
    others = [{"name": name} for name in STEP_ORDER if name not in ("kind", "intent", first)]
    filters = {"steps": [{"name": first}, *others]}
    desk.browser.put(f"/accounts/{desk.account.id}/filter", {"filters": filters, "version": None})
    make.store(desk.account, *(make.post(text, author="a", lane=Lane.PRIVATE) for text in PRIVATE[:5]))
    judge_batch(runtime)
    assert {verdict.outcome.value for verdict in verdicts(runtime)} == {"kept"}


@pytest.mark.parametrize(
    ("list_name", "kind", "reason"),
    [
        ("blocked", ItemKind.PRIVATE_MESSAGE, "blocked_author"),
        ("staff", ItemKind.PRIVATE_MESSAGE, "private_message"),
        ("do_not_disturb", ItemKind.PRIVATE_MESSAGE, "private_message"),
        ("blocked", ItemKind.EVENT, "platform_event"),
    ],
)
def test_only_who_and_what_it_is_can_drop_a_private_item(
    desk: Desk, runtime: Runtime, make: Make, list_name: str, kind: ItemKind, reason: str
) -> None:
    """Case B4: the steps that still count in private."""
    entry = {"list": list_name, "platform": "weibo", "author_external_id": "a0"}
    assert desk.browser.post("/special-list-entries", entry).status_code == 201
    judged(runtime, make, desk.account, "[怒]", lane=Lane.PRIVATE, kind=kind)
    assert [verdict.reason for verdict in verdicts(runtime)] == [reason]


def test_who_switches_the_private_step_off_has_private_words_judged_like_others(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    filters = {"steps": [{"name": "lane", "enabled": False}]}
    desk.browser.put(f"/accounts/{desk.account.id}/filter", {"filters": filters, "version": None})
    judged(runtime, make, desk.account, "[怒]", lane=Lane.PRIVATE)
    assert [verdict.reason for verdict in verdicts(runtime)] == ["emoji_only"]
