"""People, accounts and monitors as lists: narrowed by conditions and words, and in a file the same rows."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from app.core.permissions import RoleName
from app.core.runtime import Runtime
from app.longwork.runner import go_on
from app.models import Operator, UnitKind
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.factories.tree import Tree

Open = Callable[[Operator | None], Browser]


def leaf(field: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


class House:
    """A brand whose department has the evening team, and an account for each of two teams."""

    def __init__(self, make: Make, open_browser: Open) -> None:
        self.agency = make.agency()
        self.day, self.evening = make.team(self.agency), make.team(self.agency)
        tree = Tree.standing(make, self.agency)
        self.department = tree.add(UnitKind.DEPARTMENT, "客服部", tree.root)
        tree.put(self.evening, self.department)
        tree.put(self.day, tree.root)
        self.root = tree.root
        self.boss = make.operator(self.agency, role=RoleName.ADMINISTRATOR)
        self.early = make.operator(self.agency, self.day)
        self.late = make.operator(self.agency, self.evening, unit_id=self.department)
        self.accounts = [
            make.account(self.agency, self.day),
            make.account(self.agency, self.evening, platform="wechat"),
        ]
        self.browser = open_browser(self.boss)

    def listed(self, path: str, **query: Any) -> list[int]:
        said = {key: value if key == "q" else json.dumps(value) for key, value in query.items()}
        answer = self.browser.get(path, **said)
        assert answer.status_code == 200, answer.get_json()
        return [row["id"] for row in answer.get_json()["items"]]

    def filed(self, runtime: Runtime, path: str, columns: list[str], **query: Any) -> list[list[str]]:
        said = {key: value if key == "q" else json.dumps(value) for key, value in query.items()}
        body = {"query": said, "columns": columns, "format": "csv"}
        answer = self.browser.post(f"{path}/exports", body)
        assert answer.status_code == 201, answer.get_json()
        number = answer.get_json()["id"]
        go_on(runtime, number)
        text = self.browser.get(f"/long-works/{number}/result").get_data(as_text=True)
        return list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))[1:]


@pytest.fixture
def house(make: Make, open_browser: Open) -> House:
    return House(make, open_browser)


def test_people_are_found_by_their_unit_and_all_above_it(house: House) -> None:
    within = leaf("unit", "has_any", [house.department])
    assert house.listed("/people", condition=within) == [house.late.id]
    everybody = {house.boss.id, house.early.id, house.late.id}
    assert set(house.listed("/people", condition=leaf("unit", "has_any", [house.root]))) == everybody
    (row,) = house.browser.get("/people", condition=json.dumps(within)).get_json()["items"]
    assert (row["unit_id"], row["unit_name"]) == (house.department, "客服部")


def test_people_in_a_file_are_those_of_the_list(house: House, runtime: Runtime) -> None:
    serving = leaf("teams", "has_any", [house.evening.id])
    assert house.listed("/people", condition=serving) == [house.late.id]
    rows = house.filed(runtime, "/people", ["login_name", "teams", "unit"], condition=serving)
    assert [row[0] for row in rows] == [house.late.login_name]
    assert house.evening.name in rows[0][1]
    assert "客服部" in rows[0][2]


@pytest.mark.parametrize("typed", ["name", "login_name", "team"])
def test_people_are_found_by_words(house: House, runtime: Runtime, typed: str) -> None:
    words = house.evening.name if typed == "team" else getattr(house.late, typed)
    assert house.listed("/people", q=f" {words.upper()} ") == [house.late.id]
    assert [row[0] for row in house.filed(runtime, "/people", ["name"], q=words)] == [house.late.name]


def test_accounts_are_narrowed_and_filed(house: House, runtime: Runtime) -> None:
    first, second = house.accounts
    assert house.listed("/accounts", condition=leaf("platform", "is", "wechat")) == [second.id]
    assert house.listed("/accounts", condition=leaf("unit", "has_any", [house.department])) == [second.id]
    assert house.listed("/accounts", q=first.external_id) == [first.id]
    rows = house.filed(runtime, "/accounts", ["name", "team"], condition=leaf("platform", "is", "wechat"))
    assert rows == [[second.name, house.evening.name]]


def test_monitors_are_narrowed_and_filed(house: House, runtime: Runtime) -> None:
    made = [
        house.browser.post("/monitors", {"name": name, "rule": {"any": ["宽带"]}, "account_ids": ids})
        for name, ids in (("宽带", [house.accounts[0].id]), ("断网", []))
    ]
    broadband, outage = (answer.get_json()["id"] for answer in made)
    named = leaf("accounts", "has_any", [house.accounts[0].id])
    assert house.listed("/monitors", condition=named) == [broadband]
    assert house.listed("/monitors", condition={"not": leaf("accounts", "is_not_empty")}) == [outage]
    assert house.listed("/monitors", q="断") == [outage]
    assert house.filed(runtime, "/monitors", ["name"], condition=named) == [["宽带"]]


@pytest.mark.parametrize(
    ("path", "subject", "condition"),
    [
        ("/people", "operator", leaf("is_active", "is", True)),
        ("/accounts", "account", leaf("status", "is", "active")),
        ("/monitors", "monitor", leaf("is_active", "is", True)),
    ],
)
def test_a_kept_view_narrows_its_own_list_alone(
    house: House, path: str, subject: str, condition: dict[str, Any]
) -> None:
    body = {"subject": subject, "name": "在用的", "condition": condition, "sharing": "private"}
    kept = house.browser.post("/saved-views", body)
    assert kept.status_code == 201, kept.get_json()
    number = kept.get_json()["id"]
    answers = {
        each: house.browser.get(each, saved_view_id=number) for each in ("/people", "/accounts", "/monitors")
    }
    assert {each: answer.status_code for each, answer in answers.items()} == {
        **dict.fromkeys(answers, 404),
        path: 200,
    }


def test_somebody_without_the_right_gets_no_file(house: House, open_browser: Open) -> None:
    browser = open_browser(house.early)
    for path, column in (("/people", "name"), ("/accounts", "name"), ("/monitors", "name")):
        body = {"query": {}, "columns": [column], "format": "csv"}
        assert browser.post(f"{path}/exports", body).status_code == 403
