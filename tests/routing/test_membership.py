"""Whether a changed request belongs to a list, and where: the list's own word, at a fixed cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.core.permissions import RoleName
from app.core.runtime import Runtime
from app.models import Operator
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.support.statements import counted

Open = Callable[[Operator | None], Browser]
PATH = "/service-requests/membership"
CONDITIONS: list[dict[str, Any]] = [
    {"view": view, "sort": sort}
    for view in ("mine", "unassigned", "all")
    for sort in ("urgent", "newest", "oldest")
] + [{"view": "all", "unread": "1"}, {"view": "all", "q": "断网"}, {"view": "all", "lane": "private"}]


@pytest.fixture
def office(make: Make) -> tuple[Operator, list[int]]:
    agency = make.agency()
    team = make.team(agency)
    operator = make.operator(agency, team, role=RoleName.SUPERVISOR)
    account = make.account(agency, team)
    texts = ["宽带断网了，三天没人修", "资费怎么算", "手机断网，急急急", "想办新套餐", "怎么还没修好"]
    ids = [
        make.request(account, text, author=f"a{number}", assignee=operator if number % 2 else None).id
        for number, text in enumerate(texts)
    ]
    return operator, ids


@pytest.mark.parametrize("conditions", CONDITIONS, ids=str)
def test_it_says_what_the_list_says(
    office: tuple[Operator, list[int]], open_browser: Open, conditions: dict[str, Any]
) -> None:
    operator, ids = office
    screen = open_browser(operator)
    listed = screen.get("/service-requests", **conditions).get_json()
    answer = screen.get(PATH, ids=",".join(map(str, [*ids, 10**17])), **conditions).get_json()
    inorder = [item["id"] for item in sorted(answer["items"], key=lambda item: item["place"])]
    assert inorder == [item["id"] for item in listed["items"]]
    assert {item["id"]: item["place"] for item in answer["items"]} == dict(
        zip((item["id"] for item in listed["items"]), listed["places"], strict=True)
    )
    assert answer["total"] == listed["total"]


def test_what_one_may_not_see_belongs_nowhere(
    make: Make, office: tuple[Operator, list[int]], open_browser: Open
) -> None:
    _, ids = office
    stranger = open_browser(make.operator(make.agency(), role=RoleName.AGENCY_OPERATOR))
    answer = stranger.get(PATH, ids=",".join(map(str, ids)), view="all").get_json()
    assert answer == {"items": [], "total": 0}


def test_a_hundred_cost_as_many_statements_as_one(
    runtime: Runtime, office: tuple[Operator, list[int]], open_browser: Open
) -> None:
    operator, ids = office
    screen = open_browser(operator)
    costs = []
    for asked in ([ids[0]], [*ids, *range(1000, 1095)]):
        screen.get(PATH, ids="1", view="all")
        with counted(runtime.engine) as statements:
            assert screen.get(PATH, ids=",".join(map(str, asked)), view="all").status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1]


@pytest.mark.parametrize(
    "ids", ["", "x", "1,", "1;2", "9" * 40, ",".join(["1"] * 101)], ids=lambda ids: ids[:8] or "none"
)
def test_what_is_no_short_list_of_numbers_is_refused(
    office: tuple[Operator, list[int]], open_browser: Open, ids: str
) -> None:
    assert open_browser(office[0]).get(PATH, ids=ids, view="all").status_code == 422
