"""An organisation with calendars: what tests of calendars write, and who writes it."""

from __future__ import annotations

from typing import Any

from tests.factories.browser import Browser

DAY = [{"start": "09:00", "end": "12:00"}, {"start": "13:30", "end": "18:00"}]
FREE: list[Any] = []
WEEK = [*[DAY] * 5, FREE, FREE]
SHORT = [{"start": "10:00", "end": "16:00"}]


def content(**more: Any) -> dict[str, Any]:
    """Mondays to Fridays with public holidays; make-up days from 10 to 16."""
    return {"name": "工作时间", "week": WEEK, "make_up_intervals": SHORT, **more}


def made(browser: Browser, **more: Any) -> dict[str, Any]:
    answer = browser.post("/calendars", content(**more))
    assert answer.status_code == 201, answer.get_json()
    view: dict[str, Any] = answer.get_json()
    return view


def edited(browser: Browser, view: dict[str, Any], **more: Any) -> dict[str, Any]:
    kept = ("name", "zone", "week", "breaks", "follows_holidays", "holiday_intervals", "make_up_intervals")
    fields = {name: view[name] for name in (*kept, "company_days", "is_default", "account_ids", "version")}
    answer = browser.put(f"/calendars/{view['id']}", {**fields, **more})
    assert answer.status_code == 200, answer.get_json()
    changed: dict[str, Any] = answer.get_json()
    return changed


def listed(browser: Browser) -> dict[str, dict[str, Any]]:
    return {view["name"]: view for view in browser.get("/calendars").get_json()["items"]}
