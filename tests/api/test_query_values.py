"""Query parameters: the last of a repeated one counts, unless the field is a list."""

from __future__ import annotations

from collections.abc import Callable

from app.models import Operator
from tests.factories.browser import Browser
from tests.factories.make import Make


def test_requests_are_filtered_by_lane_whatever_the_enum_is_called(
    make: Make, open_browser: Callable[[Operator | None], Browser]
) -> None:
    agency = make.agency()
    team = make.team(agency)
    me = make.operator(agency, team)
    make.request(make.account(agency, team), assignee=me)
    opened = open_browser(me)
    assert len(opened.get("/service-requests", view="mine", lane="public").get_json()["items"]) == 1
    assert opened.get("/service-requests", view="mine", lane="private").get_json()["items"] == []
    assert opened.get("/service-requests", view="mine", lane="sideways").status_code == 422
