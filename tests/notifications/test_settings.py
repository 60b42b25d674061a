"""By which ways a person is told: what is set counts from then on, quiet hours hold back what sounds."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.clock import ManualClock
from app.core.runtime import Runtime
from app.core.tables import EventLog
from app.core.unit_of_work import open_context
from app.models import Agency, StoredCalendar, Team
from app.notifications.jobs import HERALD
from tests.factories.make import Make
from tests.notifications.box import Box, herald, rows

PATH = "/notification-settings"
ALL = ["bell", "sound", "desktop"]


@pytest.fixture
def box(app: Flask, make: Make) -> Box:
    agency = make.agency()
    return Box(app, make, make.operator(agency, make.team(agency)))


def ways(runtime: Runtime) -> list[list[str]]:
    """By which each notification was told, in order."""
    with open_context(runtime, HERALD, write=False) as ctx:
        events = ctx.session.scalars(
            select(EventLog).where(EventLog.name == "notification.added").order_by(EventLog.id)
        )
        return [sorted(event.payload["channels"]) for event in events]


def put(box: Box, **body: Any) -> dict[str, Any]:
    answer = box.browser.put(PATH, {"version": box.browser.get(PATH).get_json()["version"], **body})
    assert answer.status_code == 200, answer.get_json()
    return dict(answer.get_json())


def test_every_declared_kind_has_words_and_defaults(box: Box) -> None:
    view = box.browser.get(PATH).get_json()
    kinds = {kind["key"]: kind for kind in view["kinds"]}
    assert {"request_assigned", "mentioned", "sla_near", "sla_missed", "alert_raised"} <= kinds.keys()
    assert "trial" not in kinds
    assert all(not kind["name"].startswith("notification.") for kind in view["kinds"])
    assert all(kind["channels"] == kind["default"] for kind in view["kinds"])
    assert view["version"] == 0


def test_what_is_set_counts_from_then_on(runtime: Runtime, make: Make, box: Box) -> None:
    account = make.account(make.agency())
    own = make.account(_agency(runtime, box), _team(runtime, box))
    assert account.id != own.id
    put(box, channels={"request_assigned": ["sound"], "request_handed_over": ["bell"]})
    request = make.request(own, assignee=box.operator)
    herald(runtime)
    assert ways(runtime) == [["sound"]]
    assert (box.unread, box.read()["items"]) == (0, []), "the bell was not wanted"
    assert [row.is_shown for row in rows(runtime)] == [False]
    put(box, channels={"request_assigned": []})
    make.unassign(request)
    make.request(own, assignee=box.operator)
    herald(runtime)
    assert ways(runtime)[1:] == [["bell"]], "that it was returned; the other by no way at all"
    assert put(box)["kinds"][0]["channels"] == ALL, "what is not named has its defaults again"


def _agency(runtime: Runtime, box: Box) -> Agency:
    with open_context(runtime, HERALD, write=False) as ctx:
        return ctx.session.get_one(Agency, box.operator.agency_id)


def _team(runtime: Runtime, box: Box) -> Team:
    with open_context(runtime, HERALD, write=False) as ctx:
        return ctx.session.scalars(select(Team).where(Team.agency_id == box.operator.agency_id)).one()


@pytest.mark.parametrize(
    ("begins", "ends", "is_quiet"),
    [
        ("22:00", "08:00", False),
        ("10:00", "11:00", True),
        ("09:00", "10:00", False),
        ("23:00", "10:01", True),
        ("10:01", "09:59", False),
    ],
)
def test_quiet_hours_hold_back_what_sounds_also_over_midnight(
    runtime: Runtime, box: Box, begins: str, ends: str, is_quiet: bool
) -> None:
    """It is ten in the morning, by the office's clock."""
    assert put(box, quiet_from=begins, quiet_until=ends)["is_quiet"] is is_quiet
    assert box.browser.post("/notifications/trial").get_json() == {"unread": 1}
    assert ways(runtime) == [["bell"] if is_quiet else sorted(ALL)]


def test_only_in_working_time(runtime: Runtime, make: Make, clock: ManualClock, box: Box) -> None:
    hours = {"week": [[["09:00", "18:00"]]] * 7, "breaks": [], "holiday": [], "make_up": []}
    make.save(
        StoredCalendar(
            created_at=make.now,
            agency_id=box.operator.agency_id,
            name="白班",
            zone="Asia/Shanghai",
            hours=hours,
            company_days=[],
            follows_holidays=False,
            is_default=True,
        )
    )
    assert put(box, only_working=True)["is_quiet"] is False, "ten in the morning"
    clock.advance(9 * 3600)
    assert box.browser.get(PATH).get_json()["is_quiet"] is True
    box.browser.post("/notifications/trial")
    assert ways(runtime) == [["bell"]]


def test_a_trial_goes_the_way_of_all_and_repeats_without_folding_away(runtime: Runtime, box: Box) -> None:
    for _ in range(2):
        assert box.browser.post("/notifications/trial").status_code == 201
    assert box.operator.name in box.titles()[0]
    assert [each["count"] for each in box.read()["items"]] == [2]
    assert ways(runtime) == [sorted(ALL)] * 2


def test_of_two_browsers_the_second_is_told_to_look_again(box: Box) -> None:
    assert box.browser.put(PATH, {"version": 0, "only_working": False}).status_code == 200
    late = box.browser.put(PATH, {"version": 0, "only_working": True})
    assert (late.status_code, late.get_json()["code"]) == (409, "stale_version")


@pytest.mark.parametrize(
    "body",
    [
        {"channels": {"no_such": ["bell"]}},
        {"channels": {"mentioned": ["carrier_pigeon"]}},
        {"quiet_from": "22:00"},
        {"quiet_from": "22:00", "quiet_until": "22:00"},
        {"quiet_from": "24:00", "quiet_until": "08:00"},
        {"quiet_from": "2200", "quiet_until": "08:00"},
        {"surprise": 1},
    ],
)
def test_wrong_settings_are_refused_and_change_nothing(box: Box, body: dict[str, Any]) -> None:
    answer = box.browser.put(PATH, {"version": 0, **body})
    assert answer.status_code == 422
    assert answer.get_json()["fields"]
    assert box.browser.get(PATH).get_json()["version"] == 0
