"""The boxes over lists find what the global search finds, however it is typed (cases C4, C5)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.core.permissions import RoleName
from app.models import Operator
from tests.factories.browser import Browser
from tests.factories.make import Make

Open = Callable[[Operator | None], Browser]
TEXT = "家里宽带断了，WiFi 6 路由器也没用，请回电138-0013-8000"


@pytest.fixture
def browser(make: Make, open_browser: Open) -> Browser:
    agency = make.agency()
    team = make.team(agency)
    account = make.account(agency, team)
    make.request(account, TEXT, author="江边散步的猫")
    make.request(account, "套餐怎么改成流量多一点的？", author="somebody else")
    me = open_browser(make.operator(agency, team, role=RoleName.SUPERVISOR))
    entry = {
        "list": "vip",
        "platform": "weibo",
        "author_external_id": "77",
        "author_name": "江边",
        "note": TEXT,
    }
    assert me.post("/special-list-entries", entry).status_code == 201
    return me


BOXES = {
    "global": ("/search", "messages", {}),
    "posts": ("/search", "items", {}),
    "ledger": ("/inbound-items", "items", {}),
    "inbox": ("/service-requests", "items", {"view": "all"}),
    "lists": ("/special-list-entries", "items", {}),
}


def _hits(browser: Browser, box: str, typed: str) -> int:
    path, key, query = BOXES[box]
    answer = browser.get(path, q=typed, **query)
    assert answer.status_code == 200, answer.text
    return len(answer.get_json()[key])


def _all(browser: Browser, *typed: str) -> dict[tuple[str, str], int]:
    return {(box, words): _hits(browser, box, words) for box in BOXES for words in typed}


def test_every_box_folds_alike(browser: Browser) -> None:
    """Case C4."""
    typed = ("宽带断", "寬帶斷", "ＷｉＦｉ６", "wifi 6", "WIFI6", "WiFi 6", "回電138-0013-8000")
    assert {key for key, hits in _all(browser, *typed).items() if hits != 1} == set()


def test_every_box_compares_numbers_by_their_digits(browser: Browser) -> None:
    """Case C5."""
    typed = (
        "13800138000",
        "138 0013 8000",
        "１３８００１３８０００",
        "0013-8000",
        "00138000",
        "+86 138-0013-8000",
        "008613800138000",
    )
    assert {key for key, hits in _all(browser, *typed).items() if hits != 1} == set()


def test_no_box_finds_what_is_not_there(browser: Browser) -> None:
    found = _all(browser, "光纤", "13900139000", "wifi7", "?!", "%", "_", "'")
    assert {key for key, hits in found.items() if hits} == set()


@pytest.mark.parametrize("box", ["ledger", "inbox"])
def test_a_box_finds_authors_and_sounds(browser: Browser, box: str) -> None:
    assert [_hits(browser, box, typed) for typed in ("江边散步", "江邊", "kuandai", "kddl")] == [1, 1, 1, 1]
