"""Calendars: made, edited, given to accounts; what is wrong with them; who sees and hears of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from app.calendars.clocks import calendar_of, calendars_of
from app.core.permissions import RoleName
from app.core.tables import EventLog
from app.core.unit_of_work import open_context
from app.identity.scope import rooms_of
from app.listener.jobs import LISTENER
from app.models import Account, Agency, AuditLog, DeadlineRecount, Operator
from tests.calendars.office import DAY, FREE, SHORT, WEEK, content, edited, listed, made
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.support.statements import counted

Open = Callable[[Operator | None], Browser]
NIGHT = [{"start": "22:00", "end": "06:00"}]


@dataclass
class House:
    agency: Agency
    away: Agency
    account: Account
    other: Account
    abroad: Account
    """Of the other agency."""
    admin: Operator
    lead: Operator
    stranger: Operator


@pytest.fixture
def house(make: Make) -> House:
    agency, away = make.agency(), make.agency()
    team, far = make.team(agency), make.team(away)
    return House(
        agency,
        away,
        make.account(agency, team),
        make.account(agency, team),
        make.account(away, far),
        make.operator(agency, team, role=RoleName.ADMINISTRATOR),
        make.operator(agency, team, role=RoleName.SUPERVISOR),
        make.operator(away, far, role=RoleName.SUPERVISOR),
    )


def used(make: Make, *accounts: Account) -> list[str]:
    """The names of the calendars that accounts count on."""
    with open_context(make.runtime, LISTENER, write=False) as ctx:
        found = calendars_of(ctx, [account.id for account in accounts])
        return [found[account.id].name for account in accounts]


def outdated(make: Make) -> set[int]:
    with open_context(make.runtime, LISTENER, write=False) as ctx:
        return set(ctx.session.scalars(select(DeadlineRecount.account_id)))


def test_an_account_counts_on_its_own_else_its_agencys_else_the_common_one(
    open_browser: Open, make: Make, house: House
) -> None:
    admin = open_browser(house.admin)
    accounts = (house.account, house.other, house.abroad)
    assert used(make, *accounts) == ["", "", ""]
    assert admin.get("/calendars").get_json()["around_the_clock"] == 3
    made(admin, name="通用", is_default=True)
    assert used(make, *accounts) == ["通用"] * 3
    of_agency = made(admin, name="本部", agency_id=house.agency.id, is_default=True)
    assert used(make, *accounts) == ["本部", "本部", "通用"]
    made(admin, name="值班", account_ids=[house.account.id])
    assert used(make, *accounts) == ["值班", "本部", "通用"]
    assert {name: view["used_by"] for name, view in listed(admin).items()} == {
        "通用": 1,
        "值班": 1,
        "本部": 1,
    }
    edited(admin, of_agency, is_default=False)
    assert used(make, *accounts) == ["值班", "通用", "通用"]


def test_a_new_default_takes_the_place_of_the_old_one(open_browser: Open, make: Make, house: House) -> None:
    admin = open_browser(house.admin)
    made(admin, name="旧", is_default=True)
    made(admin, name="新", is_default=True)
    assert used(make, house.account) == ["新"]
    assert {name: view["is_default"] for name, view in listed(admin).items()} == {"旧": False, "新": True}


def test_an_account_leaves_the_calendar_that_it_counted_on(
    open_browser: Open, make: Make, house: House
) -> None:
    admin = open_browser(house.admin)
    first = made(admin, name="甲", account_ids=[house.account.id, house.other.id])
    made(admin, name="乙", account_ids=[house.account.id])
    assert used(make, house.account, house.other) == ["乙", "甲"]
    stale = admin.put(f"/calendars/{first['id']}", content(version=first["version"]))
    assert stale.status_code == 409
    assert listed(admin)["甲"]["account_ids"] == [house.other.id]


def test_what_is_edited_counts_at_once_and_in_every_process(
    open_browser: Open, make: Make, house: House
) -> None:
    admin = open_browser(house.admin)
    view = made(admin, is_default=True)
    with open_context(make.runtime, LISTENER, write=False) as ctx:
        before = calendar_of(ctx, house.account.id)
    edited(admin, view, week=[SHORT] * 7, breaks=[{"start": "12:00", "end": "12:30"}])
    with open_context(make.runtime, LISTENER, write=False) as ctx:
        after = calendar_of(ctx, house.account.id)
    assert (before.week[6], after.week[6]) == ((), ((600, 960),))
    assert after.breaks == ((720, 750),)


def test_a_calendar_costs_one_statement_once_it_is_known(
    open_browser: Open, make: Make, house: House
) -> None:
    made(open_browser(house.admin), is_default=True)
    used(make, house.account)
    accounts = [house.account.id, house.other.id, house.abroad.id]
    with open_context(make.runtime, LISTENER, write=False) as ctx, counted(make.runtime.engine) as statements:
        calendars_of(ctx, accounts)
        calendars_of(ctx, accounts[:1])
    assert len(statements) == 1


@pytest.mark.parametrize(
    ("more", "faults"),
    [
        ({"zone": "Asia/Atlantis"}, {"zone"}),
        ({"week": [FREE] * 7}, {"week"}),
        ({"week": [DAY] * 6}, {"week"}),
        ({"week": [[*DAY, {"start": "11:00", "end": "12:30"}], *WEEK[1:]]}, {"week.0.2"}),
        ({"week": [[{"start": "09:00", "end": "09:00"}], *WEEK[1:]]}, {"week.0.0"}),
        ({"week": [[{"start": "9:00", "end": "25:00"}], *WEEK[1:]]}, {"week.0.0.start", "week.0.0.end"}),
        ({"week": [NIGHT, [{"start": "05:00", "end": "09:00"}], *WEEK[2:]]}, {"week.1"}),
        ({"week": [[{"start": "05:00", "end": "09:00"}], *WEEK[1:6], NIGHT]}, {"week.0"}),
        ({"week": [SHORT, *[FREE] * 6], "breaks": [{"start": "09:00", "end": "17:00"}]}, {"week"}),
        ({"make_up_intervals": []}, {"make_up_intervals"}),
        (
            {"company_days": [{"day": "2026-09-30", "name": "司庆", "intervals": FREE}] * 2},
            {"company_days.1.day"},
        ),
        ({"company_days": [{"day": "1999-01-01", "name": "早", "intervals": FREE}]}, {"company_days.0.day"}),
        ({"account_ids": [10**12]}, {"account_ids"}),
        ({"agency_id": 10**12}, {"agency_id"}),
        ({"name": "  "}, {"name"}),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(
    open_browser: Open, house: House, more: dict[str, Any], faults: set[str]
) -> None:
    admin = open_browser(house.admin)
    answer = admin.post("/calendars", content(**more))
    assert answer.status_code == 422, answer.get_json()
    assert set(answer.get_json()["fields"]) == faults
    assert listed(admin) == {}


def test_an_agencys_calendar_is_for_its_own_accounts(open_browser: Open, house: House) -> None:
    admin = open_browser(house.admin)
    answer = admin.post("/calendars", content(agency_id=house.agency.id, account_ids=[house.abroad.id]))
    assert answer.status_code == 422
    assert set(answer.get_json()["fields"]) == {"account_ids"}


def test_nobody_writes_over_what_they_have_not_seen(open_browser: Open, house: House) -> None:
    admin = open_browser(house.admin)
    view = made(admin)
    edited(admin, view, name="新名字")
    late = admin.put(f"/calendars/{view['id']}", content(name="旧念头", version=view["version"]))
    assert (late.status_code, late.get_json()["code"]) == (409, "stale_version")
    assert set(listed(admin)) == {"新名字"}


def test_what_is_in_use_is_not_removed(open_browser: Open, house: House) -> None:
    admin = open_browser(house.admin)
    default, own = made(admin, is_default=True), made(admin, account_ids=[house.account.id])
    for view in (default, own):
        answer = admin.delete(f"/calendars/{view['id']}")
        assert (answer.status_code, answer.get_json()["code"]) == (409, "calendar_in_use")
    freed = edited(admin, own, account_ids=[])
    assert admin.delete(f"/calendars/{freed['id']}").status_code == 204
    assert len(listed(admin)) == 1


def test_what_a_change_makes_outdated(open_browser: Open, make: Make, house: House) -> None:
    """Exactly the accounts whose time is counted otherwise from now on."""
    admin = open_browser(house.admin)
    view = made(admin, account_ids=[house.account.id])
    assert outdated(make) == {house.account.id}
    with open_context(make.runtime, LISTENER) as ctx:
        for row in ctx.session.scalars(select(DeadlineRecount)):
            ctx.session.delete(row)
    view = edited(admin, view, name="只改名字")
    assert outdated(make) == set()
    view = edited(admin, view, zone="Asia/Tokyo")
    assert outdated(make) == {house.account.id}
    edited(admin, view, account_ids=[])
    made(admin, name="默认", agency_id=house.away.id, is_default=True)
    assert outdated(make) == {house.account.id, house.abroad.id}


def test_who_sees_what(open_browser: Open, house: House) -> None:
    admin = open_browser(house.admin)
    made(admin, name="通用")
    made(admin, name="本部", agency_id=house.agency.id)
    made(admin, name="外部", agency_id=house.away.id)
    assert set(listed(admin)) == {"通用", "本部", "外部"}
    assert set(listed(open_browser(house.lead))) == {"通用", "本部"}
    assert set(listed(open_browser(house.stranger))) == {"通用", "外部"}
    assert open_browser(house.lead).post("/calendars", content()).status_code == 403


def test_a_change_is_told_and_written_down(open_browser: Open, make: Make, house: House) -> None:
    admin = open_browser(house.admin)
    view = made(admin, name="本部", agency_id=house.agency.id)
    edited(admin, view, week=[SHORT] * 7)
    with open_context(make.runtime, LISTENER, write=False) as ctx:
        of_calendars = select(EventLog).where(EventLog.about_kind == "calendar")
        events = list(ctx.session.scalars(of_calendars.order_by(EventLog.id)))
        audited = select(AuditLog).where(AuditLog.object_type == "calendar")
        acts = list(ctx.session.scalars(audited.order_by(AuditLog.id)))
    assert [event.name for event in events] == ["calendar.added", "calendar.edited"]
    assert acts[1].detail["hours"]["week"][6] == [["10:00", "16:00"]]
    for person, hears in ((house.admin, True), (house.lead, True), (house.stranger, False)):
        assert bool(set(events[1].rooms) & rooms_of(make.actor(person))) is hears


def test_a_trial_says_how_it_counts_and_why(open_browser: Open, house: House) -> None:
    lead = open_browser(house.lead)
    body = {"hours": content(), "start": "2026-09-30T09:00:00Z", "minutes": 120}
    del body["hours"]["name"]  # type: ignore[attr-defined]
    found = lead.post("/calendars/trials", body).get_json()
    assert found["end"] == "2026-10-08T02:00:00Z"
    assert [(step["minutes"], [r["name"] for r in step["reasons"]]) for step in found["steps"]] == [
        (60, []),
        (10_980, ["national_day"]),
        (60, []),
    ]
    assert found["is_known"]
    later = lead.post("/calendars/trials", {**body, "start": "2027-09-30T09:00:00Z"}).get_json()
    assert not later["is_known"], "nobody has published that year"
    far = lead.post("/calendars/trials", {**body, "minutes": 30 * 24 * 60, "hours": {**SLOW}})
    assert (far.status_code, set(far.get_json()["fields"])) == (422, {"minutes"})


SLOW = {"week": [[{"start": "09:00", "end": "09:01"}], *[FREE] * 6], "follows_holidays": False}
"""A minute a week."""
