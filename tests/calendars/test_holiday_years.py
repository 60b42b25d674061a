"""Public holidays: what is known, what an import changes, and that nothing beyond is guessed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.calendars.clocks import calendar_of
from app.core.permissions import RoleName
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER
from app.models import Operator
from tests.calendars.office import made
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.worktime.calendars import clock

Open = Callable[[Operator | None], Browser]
NOTICE = "2027-01-01~2027-01-03 放假 元旦\n2027-01-09 上班 元旦\n"


@pytest.fixture
def admin(open_browser: Open, make: Make) -> Browser:
    agency = make.agency()
    return open_browser(make.operator(agency, make.team(agency), role=RoleName.ADMINISTRATOR))


def years(browser: Browser) -> dict[int, str]:
    return {about["year"]: about["source"] for about in browser.get("/holiday-years").get_json()["items"]}


def test_what_is_known_comes_with_the_program(admin: Browser) -> None:
    found = admin.get("/holiday-years").get_json()
    assert found["published_until"] == 2026
    assert years(admin) == {2024: "published", 2025: "published", 2026: "published"}


def test_an_import_counts_at_once_and_can_be_taken_back(admin: Browser, make: Make) -> None:
    agency = make.agency()
    account = make.account(agency, make.team(agency))
    made(admin, is_default=True)

    def is_open(text: str) -> bool:
        with open_context(make.runtime, LISTENER, write=False) as ctx:
            return calendar_of(ctx, account.id).is_open(clock(text))

    assert is_open("2027-01-01 10:30"), "nothing is guessed"
    answer = admin.put("/holiday-years/2027", {"text": NOTICE, "version": 0})
    assert answer.status_code == 200, answer.get_json()
    assert [day["turn"] for day in answer.get_json()["days"]] == ["off", "off", "off", "work"]
    assert not is_open("2027-01-01 10:30")
    assert is_open("2027-01-09 10:30")
    assert admin.get("/holiday-years").get_json()["published_until"] == 2027
    assert admin.delete("/holiday-years/2027").status_code == 204
    assert is_open("2027-01-01 10:30")
    assert admin.delete("/holiday-years/2027").status_code == 404


def test_the_programs_own_year_is_replaced_and_comes_back(admin: Browser) -> None:
    assert admin.put("/holiday-years/2026", {"text": "2026-12-31 放假 大会", "version": 0}).status_code == 200
    assert years(admin)[2026] == "imported"
    admin.delete("/holiday-years/2026")
    found = admin.get("/holiday-years").get_json()["items"]
    assert len(next(about for about in found if about["year"] == 2026)["days"]) > 30


def test_two_who_import_the_same_year(admin: Browser) -> None:
    admin.put("/holiday-years/2027", {"text": NOTICE, "version": 0})
    late = admin.put("/holiday-years/2027", {"text": NOTICE, "version": 0})
    assert (late.status_code, late.get_json()["code"]) == (409, "stale_version")


def test_what_is_not_understood_is_named_by_line_and_nothing_is_imported(admin: Browser) -> None:
    text = f"{NOTICE}春节 放假\n2027-02-05 春节\n2028-02-05 放假 春节\n2027-01-09 放假"
    answer = admin.put("/holiday-years/2027", {"text": text, "version": 0})
    assert answer.status_code == 422
    assert set(answer.get_json()["fields"]) == {"text.3", "text.4", "text.5", "text.6"}
    assert 2027 not in years(admin)
    reading = admin.post("/holiday-years/readings", {"year": 2027, "text": text}).get_json()
    assert set(reading["faults"]) == {"text.3", "text.4", "text.5", "text.6"}
    assert reading["faults"]["text.3"].startswith("This line does not begin with a date")


@pytest.mark.parametrize("year", [1999, 2100])
def test_a_year_that_nobody_plans_in(admin: Browser, year: int) -> None:
    answer = admin.put(f"/holiday-years/{year}", {"text": f"{year}-01-01 放假", "version": 0})
    assert (answer.status_code, set(answer.get_json()["fields"])) == (422, {"year"})
