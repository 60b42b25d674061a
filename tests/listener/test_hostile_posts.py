"""What no platform should send is stored, judged, shown and found like anything else, on both databases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from app.adapters.types import Author, InboundPost, Media
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER, judge_items
from app.models import ContactIdentity
from tests.factories.make import Make
from tests.listener.desk import Desk, items, verdicts


def _deep(levels: int) -> Any:
    value: Any = "底"
    for _ in range(levels):
        value = {"再": [value]}
    return value


HOSTILE_RAW = {
    "nul": {"\x00键": "值\x00", "list": ["\x00"]},
    "surrogates": {"\ud800": "\udfff", "pair": "\ud83d\ude00"},
    "not a number": {"n": float("nan"), "i": float("-inf")},
    "deep": _deep(3000),
    "huge number": {"n": 10**300},
    "escaped escape": {"text": "\\u0000 und \\ud800"},
    "long": {"text": "长" * 2_000_000},
}


@pytest.mark.parametrize("raw", HOSTILE_RAW.values(), ids=HOSTILE_RAW.keys())
def test_a_hostile_answer_of_the_platform_holds_nothing_up(
    desk: Desk, runtime: Runtime, make: Make, raw: dict[str, Any]
) -> None:
    hostile = replace(make.post("宽带坏了怎么办", author="one"), raw=raw)
    make.store(desk.account, hostile, make.post("另一位的宽带也坏了", author="two"))
    judge_items(runtime)
    assert [verdict.outcome for verdict in verdicts(runtime)] == ["kept", "kept"]
    assert isinstance(items(runtime)[0].raw, dict)


def _with_odd_names(post: InboundPost, odd: str) -> InboundPost:
    author = Author(f"u{odd}"[:100], name=odd * 50, avatar_url=odd, location=odd, verified_reason=odd)
    return replace(
        post,
        author=author,
        thread_key=odd * 90,
        url=odd * 300,
        context={"status_id": odd, odd: odd},
        media=(Media("image", url=odd),),
    )


@pytest.mark.parametrize(
    "odd",
    ["\ud800半", "\x00零", "\u202e反", "\u200b", "'; DROP TABLE x --", "{}%s:name", '"\\', "😀", "\t\n"],
)
def test_odd_names_and_addresses_are_kept_and_the_person_is_one_person(
    desk: Desk, runtime: Runtime, make: Make, odd: str
) -> None:
    for number in range(2):
        make.store(desk.account, _with_odd_names(make.post(f"第{number}次说宽带坏了"), odd))
        judge_items(runtime)
    assert [verdict.outcome for verdict in verdicts(runtime)] == ["kept", "kept"]
    assert len({verdict.service_request_id for verdict in verdicts(runtime)}) == 1
    answer = desk.browser.get("/inbound-items")
    assert [item["verdict"]["outcome"] for item in answer.get_json()["items"]] == ["kept", "kept"]


NAMES = {
    "\u202e反过来的人\u202c": "反过来的人",
    "\u2067张\u2069\u200b三\ufeff": "张三",
    "两\r\n行\t人": "两 行 人",
    "👨\u200d👩\u200d👧 一家": "👨\u200d👩\u200d👧 一家",
    "王\u3000小明": "王\u3000小明",
    "\u202e": "handle",
    "\u3164\u2800": "handle",
    " \x00\x01\u200b\u00a0": "handle",
    "\u200d\u0301": "handle",
}


@pytest.mark.parametrize("handle", ["handle", "\u200b", None])
@pytest.mark.parametrize(("told", "shown"), NAMES.items(), ids=map(ascii, NAMES))
def test_a_name_is_one_line_that_turns_and_hides_nothing(
    desk: Desk, runtime: Runtime, make: Make, told: str, shown: str, handle: str | None
) -> None:
    """A name that nobody could see is none: then the handle counts, else a stand-in."""
    author = Author("openid-abcdef", name=told, handle=handle)
    make.store(desk.account, replace(make.post("宽带坏了怎么办"), author=author))
    judge_items(runtime)
    expected = "用户 abcdef" if shown == "handle" and handle != "handle" else shown
    with open_context(runtime, LISTENER, write=False) as ctx:
        assert ctx.session.scalars(select(ContactIdentity.name)).all() == [expected]


@pytest.mark.parametrize(
    "claimed", [2**31, 2**63 - 1, -(2**62)], ids=["just too many", "63 bits", "below none"]
)
def test_counts_that_no_column_holds_hold_nobody_up(
    desk: Desk, runtime: Runtime, make: Make, claimed: int
) -> None:
    """Any server of an open network may claim so many followers."""
    first = make.post("宽带坏了怎么办", external_id="status:1")
    claims = replace(
        first, author=Author("one", name="名人", followers=claimed, following=claimed, posts=claimed)
    )
    edits = make.post("宽带断了两天", author="three", external_id="status:3", edit_count=abs(claimed))
    for _ in range(2):
        make.store(desk.account, claims, edits, make.post("另一位的宽带也坏了", author="two"))
        judge_items(runtime)
    assert {verdict.outcome for verdict in verdicts(runtime)[:3]} == {"kept"}
    assert desk.browser.get("/service-requests").status_code == 200


@pytest.mark.parametrize(
    "text", ["宽带" * 9_000, "\u202e宽带坏了\u200b", "a" * 20_000, "：" * 5000, "宽\ud800带"]
)
def test_hostile_words_are_found_by_their_words(desk: Desk, runtime: Runtime, make: Make, text: str) -> None:
    make.store(desk.account, make.post(f"{text} 暗号青石", author="odd"))
    judge_items(runtime)
    assert len(verdicts(runtime)) == 1
    # Of a text only so much is indexed that an absurd one cannot fill the index.
    expected = 1 if len(text) < 4000 else 0
    assert len(desk.browser.get("/search", q="暗号青石").get_json()["items"]) == expected


def test_a_monitor_of_ten_thousand_exclusions_and_authors_works(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    rule = {
        "any": ["宽带"],
        "none": [f"排除{number:05d}" for number in range(10_000)],
        "authors": [f"作者{number}" for number in range(9_999)] + ["wanted"],
    }
    answer = desk.browser.post("/monitors", {"name": "很多", "rule": rule})
    assert answer.status_code == 201, answer.text
    make.store(
        desk.account,
        make.post("宽带坏了", author="wanted"),
        make.post("宽带坏了，排除00042", author="wanted"),
        make.post("宽带坏了", author="nobody"),
    )
    judge_items(runtime)
    assert [verdict.monitor_id is not None for verdict in verdicts(runtime)] == [True, False, False]


def test_ten_thousand_and_one_words_are_refused_with_the_field(desk: Desk) -> None:
    answer = desk.browser.post(
        "/monitors", {"name": "太多", "rule": {"any": [f"词{n}" for n in range(10_001)]}}
    )
    assert answer.status_code == 422
    assert "rule.any" in answer.get_json()["fields"]
