"""Figures by units: each request lies in one part, parts lead down the tree, each is what its list holds."""

from __future__ import annotations

import random
from typing import Any

import pytest
from flask import Flask

from app.core.permissions import RoleName
from app.core.unit_of_work import open_context
from app.figures.answering import rows_behind
from app.figures.schemas import FiguresOfSpan
from app.identity.unit_schemas import CloseUnit, MoveUnit
from app.identity.units import close_unit, move_unit
from app.models import Operator, UnitKind
from tests.factories.make import Make
from tests.figures.house import REACHES, House
from tests.figures.test_one_query import Screen

ROWS = 120


@pytest.fixture
def house(make: Make) -> House:
    house = House(make)
    house.fill(random.Random(7), ROWS)
    return house


def _in(unit: int) -> dict[str, Any]:
    return {"field": "unit", "op": "has_any", "value": [unit]}


def _by_unit(screen: Screen, condition: Any = None, metric: str = "arrivals") -> FiguresOfSpan:
    answered = screen.ask(metrics=[metric], split=["unit"], condition=condition)
    return answered.metrics[0].now


def _numbers(span: FiguresOfSpan) -> dict[str, float | None]:
    return {place.label: cell.value for place, cell in zip(span.axes[0].places, span.cells, strict=True)}


def _by_team(screen: Screen) -> dict[str, float | None]:
    return _numbers(screen.ask(metrics=["arrivals"], split=["team"]).metrics[0].now)


def _administrator(house: House) -> Operator:
    return house.make.operator(house.home, role=RoleName.ADMINISTRATOR)


def test_the_tree_is_gone_down(app: Flask, house: House) -> None:
    screen = Screen(app, house, "manager")
    own, other, theirs = (team.name for team in house.teams)
    of_team = _by_team(screen)
    whole = _by_unit(screen)
    assert _numbers(whole) == {
        "部室": of_team[own],
        other: of_team[other],
        house.away.name: of_team[theirs],
        "(none)": of_team["(none)"],
    }
    inside = _by_unit(screen, _in(house.department))
    assert _numbers(inside) == {own: of_team[own]}
    # A team holds nothing: what is in it stays its own part.
    team = int(inside.axes[0].places[0].key)
    assert _numbers(_by_unit(screen, {"all": [_in(house.department), _in(team)]})) == {own: of_team[own]}


def test_a_unit_below_several_is_in_all_of_them(app: Flask, house: House) -> None:
    screen = Screen(app, house, "manager")
    of_team = _by_team(screen)
    everywhere = _by_unit(screen, _in(house.tree.root)).total.value
    assert everywhere == sum(number or 0 for name, number in of_team.items() if name != "(none)")
    # With its work the department goes below a centre: it counts there, and its requests did not change.
    centre = house.tree.add(UnitKind.CENTRE, "中心", house.tree.root)
    with open_context(house.runtime, house.make.actor(_administrator(house))) as ctx:
        version = house.tree.version(house.department)
        move_unit(ctx, house.department, MoveUnit(parent_id=centre, version=version))
    assert _numbers(_by_unit(screen))["中心"] == of_team[house.teams[0].name]
    assert _numbers(_by_unit(screen, _in(centre))) == {"部室": of_team[house.teams[0].name]}


@pytest.mark.parametrize("reach", REACHES)
@pytest.mark.parametrize("metric", ["arrivals", "first_response_p90", "load_per_person", "backlog"])
def test_parts_are_what_their_lists_hold(app: Flask, house: House, reach: str, metric: str) -> None:
    screen = Screen(app, house, reach)
    opened = 0
    for condition in (None, _in(house.department)):
        if condition is not None and reach == "agency operator":
            continue  # it lies in another agency
        answered = screen.ask(metrics=[metric], split=["unit"], condition=condition).metrics[0]
        span = answered.now
        assert sum(cell.count for cell in span.cells) == span.total.count
        for cell in span.cells:
            trees = rows_behind(answered, span, cell)
            if trees is not None:
                assert len(screen.listed("service_request", trees)) == cell.count
                opened += 1
    assert opened > 0


def test_what_another_agency_does_is_asked_for_by_nobody_in_this_one(app: Flask, house: House) -> None:
    screen = Screen(app, house, "agency operator")
    refused = screen.browser.post(
        "/figures",
        {"metrics": ["arrivals"], "period": {"named": "today"}, "condition": _in(house.department)},
    )
    assert refused.get_json()["fields"] == {
        "condition.value": refused.get_json()["fields"]["condition.value"]
    }
    labels = {place.label for place in _by_unit(screen).axes[0].places}
    assert "部室" not in labels


def test_a_closed_unit_is_offered_no_more_and_can_still_be_asked_for(app: Flask, house: House) -> None:
    empty = house.tree.add(UnitKind.DEPARTMENT, "旧部室", house.tree.root)
    with open_context(house.runtime, house.make.actor(_administrator(house))) as ctx:
        close_unit(ctx, empty, CloseUnit(version=house.tree.version(empty)))
    screen = Screen(app, house, "manager")
    assert _by_unit(screen, _in(empty)).total.value == 0
    found = screen.browser.get("/condition-subjects/service_request/references/unit", q="部室").get_json()
    assert [item["name"] for item in found["items"]] == ["部室"]
