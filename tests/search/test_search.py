"""Search over real full-text indexes: who finds what."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.core.permissions import RoleName
from app.models import AgencyKind, Operator
from tests.factories.browser import Browser
from tests.factories.make import Make

OpenBrowser = Callable[[Operator | None], Browser]


def found(browser: Browser, words: str) -> dict[str, list[str]]:
    answer = browser.get("/search", q=words)
    assert answer.status_code == 200, answer.text
    return {kind: [hit["text"] for hit in hits] for kind, hits in answer.get_json().items()}


@pytest.fixture
def outage(make: Make) -> Operator:
    """A supervisor whose account has one request about an outage."""
    agency = make.agency()
    team = make.team(agency)
    supervisor = make.operator(agency, team, role=RoleName.SUPERVISOR)
    make.request(make.account(agency, team), "南屏区宽带断了三个小时", author="江边散步的猫")
    return supervisor


def test_a_post_its_message_and_its_author_are_found(outage: Operator, open_browser: OpenBrowser) -> None:
    me = open_browser(outage)
    assert found(me, "宽带断") == {
        "items": ["南屏区宽带断了三个小时"],
        "messages": ["南屏区宽带断了三个小时"],
        "contacts": [],
        "requests": [],
    }
    assert len(found(me, "散步")["contacts"]) == 1


def test_what_a_colleague_wrote_is_found_under_the_customer(
    outage: Operator, open_browser: OpenBrowser
) -> None:
    me = open_browser(outage)
    [customer] = me.get("/search", q="散步").get_json()["contacts"]
    conversation = f"/conversations/{customer['conversation_id']}"
    note = {"text": "光缆被挖断，抢修到下午", "idempotency_key": "a-note-of-mine-1"}
    assert me.post(f"{conversation}/notes", note).status_code == 201
    [hit] = me.get("/search", q="光缆").get_json()["messages"]
    assert hit["title"] == outage.name
    assert (hit["contact_name"], hit["contact_id"]) == (customer["title"], customer["contact_id"])


@pytest.mark.parametrize("words", ["kuandai", "kdd", "寬帶", "断", "带断了三", "宽带 南屏"])
def test_sound_initials_and_parts_find_it(words: str, outage: Operator, open_browser: OpenBrowser) -> None:
    assert found(open_browser(outage), words)["items"]


@pytest.mark.parametrize("words", ["宽带停", "不存在", "zzz", '" OR "', "*", "NEAR(a b)", "'); DROP TABLE x"])
def test_what_is_not_there_is_not_found_and_operators_are_only_text(
    words: str, outage: Operator, open_browser: OpenBrowser
) -> None:
    assert found(open_browser(outage), words)["items"] == []


def test_another_agency_finds_nothing(outage: Operator, make: Make, open_browser: OpenBrowser) -> None:
    del outage
    other = make.agency(AgencyKind.THIRD_PARTY)
    stranger = make.operator(other, make.team(other), role=RoleName.SUPERVISOR)
    assert found(open_browser(stranger), "宽带断") == {
        "items": [],
        "messages": [],
        "contacts": [],
        "requests": [],
    }


def test_an_agency_operator_finds_messages_of_their_requests_but_no_stream(
    make: Make, open_browser: OpenBrowser
) -> None:
    agency = make.agency(AgencyKind.THIRD_PARTY)
    team = make.team(agency)
    account = make.account(agency, team)
    me, colleague = (make.operator(agency, team, role=RoleName.AGENCY_OPERATOR) for _ in range(2))
    make.request(account, "我的宽带断了", author="a", assignee=me)
    make.request(account, "同事的宽带断了", author="b", assignee=colleague)
    assert found(open_browser(me), "宽带断") == {
        "items": [],
        "messages": ["我的宽带断了"],
        "contacts": [],
        "requests": [],
    }


def test_an_empty_question_is_refused_with_the_field(outage: Operator, open_browser: OpenBrowser) -> None:
    answer = open_browser(outage).get("/search", q="")
    assert answer.status_code == 422
    assert "q" in answer.get_json()["fields"]


@pytest.mark.parametrize("read_backwards", [3, 8000])
def test_the_newest_come_first_and_others_hits_hide_none_of_mine(
    make: Make, open_browser: OpenBrowser, monkeypatch: pytest.MonkeyPatch, read_backwards: int
) -> None:
    monkeypatch.setattr("app.search.index.READ_BACKWARDS", read_backwards)
    mine, theirs = make.agency(), make.agency(AgencyKind.THIRD_PARTY)
    me = make.operator(mine, make.team(mine), role=RoleName.SUPERVISOR)
    account, other = make.account(mine), make.account(theirs)
    for batch in range(3):
        make.store(account, make.post(f"第{batch}次光缆断了", author="me"))
        make.store(other, *(make.post(f"别家第{batch}{n}次光缆断了", author=f"o{n}") for n in range(60)))
    make.store(account, make.post("说些别的", author="me"))
    browser = open_browser(me)
    mine_only = [f"第{batch}次光缆断了" for batch in (2, 1, 0)]
    for limit in (1, 2, 3, 20):
        hits = browser.get("/search", q="光缆断", limit=limit).get_json()["items"]
        assert [hit["text"] for hit in hits] == mine_only[:limit]
