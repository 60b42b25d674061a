"""Lists narrowed by words give what a slow and plain answer gives, whichever way the rows were found."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from app.core.bulk import insert_rows
from app.core.db import gather_statistics
from app.core.permissions import RoleName, system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.models import (
    Account,
    Contact,
    ContactIdentity,
    Conversation,
    Direction,
    Lane,
    Message,
    Operator,
    RequestStatus,
    ServiceRequest,
)
from app.routing import found_words, word_pages
from app.search.index import Indexed, index_texts
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.support.statements import counted

Open = Callable[[Operator | None], Browser]
PATH = "/service-requests"
MANY = 240
SAID = ("宽带断了", "宽带很慢", "光缆被挖断", "怎么办套餐", "话费多扣", "骨干网坏了")
WEIGHTS = (30, 30, 6, 20, 20, 1)
NAMES = ("江边散步", "老陈的日常", "小鱼")
WORDS = ("宽带", "光缆", "骨干网", "江边", "断", "火星", "990101-001")
LISTS = (
    *(("all", sort) for sort in ("urgent", "newest", "oldest")),
    ("resolved", "newest"),
    ("resolved", "urgent"),
    ("mine", "urgent"),
    ("team", "newest"),
    ("unassigned", "oldest"),
)
LIMIT = 12
WAYS = {
    "walked": (1, {"sqlite": (200,), "postgresql": (200,)}),
    "walked, then gathered": (1, {"sqlite": (5, 20), "postgresql": (20,)}),
    "gathered": (10_000, {"sqlite": (5,), "postgresql": (5,)}),
}


def _fill(runtime: Runtime, make: Make, accounts: list[Account], people: list[Operator]) -> dict[int, str]:
    """Requests of every status, several at one moment; by conversation, all that its words are found in."""
    rng = random.Random(4)
    moments = [make.now - timedelta(minutes=rng.randrange(60)) for _ in range(MANY)]
    whose = [rng.choice(accounts) for _ in moments]
    texts: dict[int, str] = {}
    with open_context(runtime, system_actor("test")) as ctx:
        made = [{"created_at": moment} for moment in moments]
        contacts = insert_rows(
            ctx.session,
            Contact,
            [row | {"agency_id": of.agency_id, "name": "人"} for row, of in zip(made, whose, strict=True)],
        )
        identities: list[dict[str, Any]] = [
            row
            | {"contact_id": contact, "account_id": of.id, "platform": of.platform, "last_seen_at": make.now}
            | {"name": rng.choices(NAMES, (1, 3, 20))[0], "external_id": f"p{contact}"}
            for row, contact, of in zip(made, contacts, whose, strict=True)
        ]
        numbers = insert_rows(ctx.session, ContactIdentity, identities)
        index_texts(
            ctx.session, Indexed.CONTACTS, list(zip(numbers, (i["name"] for i in identities), strict=True))
        )
        conversations = insert_rows(
            ctx.session,
            Conversation,
            [
                row | {"account_id": of.id, "contact_identity_id": number, "last_number": 2}
                for row, number, of in zip(made, numbers, whose, strict=True)
            ],
        )
        insert_rows(
            ctx.session,
            ServiceRequest,
            [
                {
                    "created_at": moment,
                    "number": f"LK-990101-{at:04d}",
                    "account_id": of.id,
                    "team_id": of.team_id,
                    "assignee_id": rng.choice([None, *(person.id for person in people)]),
                    "conversation_id": conversation,
                    "lane": Lane.PRIVATE,
                    "status": rng.choice(list(RequestStatus)),
                    "opened_at": moment,
                    "urgent_at": make.now + timedelta(minutes=rng.randrange(20)),
                    "priority": rng.randrange(1, 5),
                    "last_inbound_at": moment,
                    "preview": {"text": "", "direction": "in", "at": moment.isoformat()},
                }
                for at, (moment, of, conversation) in enumerate(
                    zip(moments, whose, conversations, strict=True)
                )
            ],
        )
        messages: list[dict[str, Any]] = []
        for conversation, of, identity in zip(conversations, whose, identities, strict=True):
            said = rng.choices(SAID, WEIGHTS, k=2)
            texts[conversation] = "\n".join([*said, identity["name"]])
            messages += [
                {
                    "created_at": make.now,
                    "conversation_id": conversation,
                    "account_id": of.id,
                    "number": at,
                    "direction": Direction.INBOUND,
                    "lane": Lane.PRIVATE,
                    "kind": "message",
                    "author_name": "",
                    "text": text,
                    "occurred_at": make.now,
                }
                for at, text in enumerate(said)
            ]
        ids = insert_rows(ctx.session, Message, messages)
        index_texts(
            ctx.session, Indexed.MESSAGES, list(zip(ids, (row["text"] for row in messages), strict=True))
        )
    gather_statistics(runtime.engine)
    return texts


@pytest.fixture
def house(runtime: Runtime, make: Make, open_browser: Open) -> Any:
    """Two agencies with a team and an account each; who looks on, and what was said by conversation."""
    ours, theirs = make.agency(), make.agency()
    team, other = make.team(ours), make.team(theirs)
    anna = make.operator(ours, team)
    lead = make.operator(ours, team, role=RoleName.SUPERVISOR)
    stranger = make.operator(theirs, other, role=RoleName.SUPERVISOR)
    accounts = [make.account(ours, team), make.account(ours, team), make.account(theirs, other)]
    texts = _fill(runtime, make, accounts, [anna, lead])
    yield [open_browser(person) for person in (anna, lead, stranger)], texts
    with open_context(runtime, system_actor("test")) as ctx:
        for model in (Message, ServiceRequest):  # nobody has written down how they came about
            ctx.session.execute(delete(model))


def _pages(screen: Browser, limit: int, **query: Any) -> list[dict[str, Any]]:
    pages: list[dict[str, Any]] = []
    cursor = None
    while cursor is not None or not pages:
        asked = query | ({"cursor": cursor} if cursor else {})
        pages.append(screen.get(PATH, **asked, limit=limit).get_json())
        cursor = pages[-1]["next_cursor"]
    return pages


def _rows(pages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for page in pages for row in page["items"]]


@pytest.mark.parametrize("way", WAYS)
def test_it_gives_what_a_plain_answer_gives(
    house: tuple[list[Browser], dict[int, str]], monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Every page, in every order, for whoever looks; no number is too high or wrongly said to be all."""
    many, walks = WAYS[way]
    monkeypatch.setattr(found_words, "MANY_HITS", many)
    monkeypatch.setattr(word_pages, "WALKS", walks)
    screens, texts = house
    for screen in screens:
        for view, sort in LISTS:
            everything = _rows(_pages(screen, 200, view=view, sort=sort))
            for words in WORDS:
                plain = [
                    row["id"]
                    for row in everything
                    if words in texts[row["conversation_id"]] or words in row["number"]
                ]
                pages = _pages(screen, LIMIT, view=view, sort=sort, q=words)
                where = (way, view, sort, words)
                assert [row["id"] for row in _rows(pages)] == plain, where
                for number, page in enumerate(pages, 1):
                    if page["counted_all"]:
                        assert page["total"] == len(plain), where
                    else:
                        assert page["total"] == LIMIT * number < len(plain), where
                assert pages[-1]["counted_all"], where


def test_membership_says_the_same_and_counts_when_asked(house: tuple[list[Browser], dict[int, str]]) -> None:
    screens, texts = house
    for screen in screens:
        everything = _rows(_pages(screen, 200, view="all"))
        holding = [row["id"] for row in everything if "宽带" in texts[row["conversation_id"]]]
        asked = {"view": "all", "q": "宽带", "ids": ",".join(str(row["id"]) for row in everything[:100])}
        told = screen.get(f"{PATH}/membership", **asked).get_json()
        assert {item["id"] for item in told["items"]} == {row["id"] for row in everything[:100]} & set(
            holding
        )
        assert told["total"] == len(holding)
        quick = screen.get(f"{PATH}/membership", **asked, uncounted="1").get_json()
        assert (quick["items"], quick["total"]) == (told["items"], None)


def test_a_page_of_common_words_gathers_nothing(
    runtime: Runtime, house: tuple[list[Browser], dict[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tens of thousands of hits were gathered and sorted for fifty rows: 100 to 400 ms at 200,000."""
    monkeypatch.setattr(found_words, "MANY_HITS", 50)
    _, lead, _ = house[0]
    for view in ("all", "resolved"):
        with counted(runtime.engine) as statements:
            answer = lead.get(PATH, view=view, q="宽带", limit=20).get_json()
        assert len(answer["items"]) == 20
        assert not [
            each for each in statements if "MATERIALIZED" in each or ("count(*)" in each and "walked" in each)
        ]
        with counted(runtime.engine) as statements:
            lead.get(PATH, view=view, q="骨干网", limit=20)
        assert [each for each in statements if "MATERIALIZED" in each]
