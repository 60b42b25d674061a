"""Case G10: a request's number is found, and the listening page finds authors as its box promises."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from app.core.permissions import RoleName
from app.models import AgencyKind, Operator
from app.search.numbers import numbers_meant
from tests.factories.browser import Browser
from tests.factories.make import Make

Open = Callable[[Operator | None], Browser]
NOW = datetime(2026, 11, 29, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "typed",
    ["LK-261129-0015", "lk261129 0015", "261129-0015", "ＬＫ－２６１１２９－００１５", "#LK-261129-0015"],
)
def test_a_whole_number_means_itself_however_it_is_typed(typed: str) -> None:
    assert numbers_meant(typed, NOW) == ["LK-261129-0015"]


def test_the_end_of_a_number_means_the_newest_days() -> None:
    meant = numbers_meant("0015", NOW)
    assert meant[:2] == ["LK-261129-0015", "LK-261128-0015"]
    assert len(meant) < 40


@pytest.mark.parametrize("typed", ["12", "13800138000", "宽带", "LK", "0015 宽带", "x" * 100])
def test_what_is_no_number_means_none(typed: str) -> None:
    assert numbers_meant(typed, NOW) == []


def test_a_number_finds_its_request_within_reach_only(make: Make, open_browser: Open) -> None:
    home, away = make.agency(), make.agency(AgencyKind.THIRD_PARTY)
    request = make.request(make.account(home, make.team(home)), "宽带断了", author="某人")
    lead = open_browser(make.operator(home, role=RoleName.SUPERVISOR))
    for typed in (request.number, request.number[-4:]):
        (hit,) = lead.get("/search", q=typed).get_json()["requests"]
        assert (hit["service_request_id"], hit["title"]) == (request.id, "用户某人")
    stranger = open_browser(make.operator(away, role=RoleName.SUPERVISOR))
    assert stranger.get("/search", q=request.number).get_json()["requests"] == []


def test_the_stream_finds_authors_by_name_and_number(make: Make, open_browser: Open) -> None:
    home = make.agency()
    account = make.account(home, make.team(home))
    make.request(account, "宽带断了", author="江边散步的猫")
    make.request(account, "流量不够", author="别的人")
    browser = open_browser(make.operator(home, role=RoleName.SUPERVISOR))
    (found,) = browser.get("/inbound-items", q="散步的猫").get_json()["items"]
    assert found["author_name"] == "用户江边散步的猫"
    (again,) = browser.get("/inbound-items", q=found["author"]["external_id"]).get_json()["items"]
    assert again["id"] == found["id"]
