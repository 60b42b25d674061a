"""Agencies are listed with their teams and people, to those who may know them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.core.permissions import RoleName
from app.models import Operator
from tests.factories.browser import Browser
from tests.factories.make import Make

Open = Callable[[Operator | None], Browser]


def _listed(browser: Browser) -> dict[int, dict[str, Any]]:
    return {row["id"]: row for row in browser.get("/agencies").get_json()["items"]}


def test_an_administrator_sees_every_agency_with_its_people(make: Make, open_browser: Open) -> None:
    ours, partner = make.agency(), make.agency()
    team = make.team(partner)
    worker = make.operator(partner)
    listed = _listed(open_browser(make.operator(ours, role=RoleName.ADMINISTRATOR)))
    assert {ours.id, partner.id} <= set(listed)
    assert [row["id"] for row in listed[partner.id]["teams"]] == [team.id]
    assert [row["id"] for row in listed[partner.id]["people"]] == [worker.id]


def test_people_of_an_agency_see_no_other(make: Make, open_browser: Open) -> None:
    ours, partner = make.agency(), make.agency()
    make.team(ours)
    assert set(_listed(open_browser(make.operator(partner, role=RoleName.AGENCY_OPERATOR)))) == {partner.id}
