"""Entries of working calendars and public holidays."""

from __future__ import annotations

from typing import Any

from tests.architecture.asking import Ask, Entry, Reach, plain
from tests.architecture.organisation import Stage

_R = Reach
_DAY = [{"start": "09:00", "end": "18:00"}]
_HOURS: dict[str, Any] = {"week": [*[_DAY] * 5, [], []], "make_up_intervals": _DAY}
_NOTICE = "2031-01-01 放假 元旦"


def _content(_stage: Stage) -> Ask:
    return Ask(body={"name": "工作时间", **_HOURS})


def _nobodys(body: Any = None) -> Ask:
    return Ask({"calendar_id": 10**9}, body)


TIME: dict[str, Entry] = {
    "calendars.list_calendars": Entry(_R.OWN, 200, plain),
    "calendars.create_calendar": Entry(_R.OWN, 201, _content),
    "calendars.edit_calendar": Entry(
        _R.OWN, 404, lambda _stage: _nobodys({"name": "工作时间", **_HOURS, "version": 1})
    ),
    "calendars.remove_calendar": Entry(_R.OWN, 404, lambda _stage: _nobodys()),
    "calendars.try_calendar": Entry(
        _R.OWN,
        200,
        lambda _stage: Ask(body={"hours": _HOURS, "start": "2026-11-30T01:00:00Z", "minutes": 60}),
    ),
    "calendars.list_years": Entry(_R.OWN, 200, plain),
    "calendars.read_holidays": Entry(_R.OWN, 200, lambda _stage: Ask(body={"year": 2031, "text": _NOTICE})),
    "calendars.import_holidays": Entry(
        _R.OWN, 409, lambda _stage: Ask({"year": 2031}, {"text": _NOTICE, "version": 10**6})
    ),
    "calendars.remove_holidays": Entry(_R.OWN, 404, lambda _stage: Ask({"year": 2032})),
    "routing.get_deadline": Entry(_R.REQUEST, 200, lambda stage: Ask({"request_id": stage.request.id})),
}
