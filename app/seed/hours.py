"""The demo's working time: the brand answers by day, seven days a week; the agency also in the evening."""

from __future__ import annotations

from typing import Any

from app.calendars.hours import columns_of
from app.calendars.schemas import CalendarHours
from app.core.context import Context
from app.models import Agency, StoredCalendar


def _hours(*texts: str) -> list[dict[str, str]]:
    return [dict(zip(("start", "end"), text.split("-"), strict=True)) for text in texts]


_WORKDAY = _hours("08:00-12:00", "13:30-21:00")
_WEEKEND = _hours("09:00-18:00")
_BRAND: dict[str, Any] = {
    "week": [*[_WORKDAY] * 5, _WEEKEND, _WEEKEND],
    "holiday_intervals": _hours("09:00-17:00"),
    "make_up_intervals": _WORKDAY,
    "company_days": [{"day": "2027-01-15", "name": "年会", "intervals": _hours("08:00-12:00")}],
}
_NIGHT = _hours("08:00-24:00")
_AGENCY: dict[str, Any] = {"week": [_NIGHT] * 7, "follows_holidays": False}


def seed_calendars(ctx: Context, agency: Agency) -> None:
    """A calendar for everybody by default, and one of the agency's own."""
    for name, content, owner in (("客服热线时间", _BRAND, None), ("代运营值班", _AGENCY, agency.id)):
        ctx.session.add(
            StoredCalendar(
                created_at=ctx.now(),
                agency_id=owner,
                name=name,
                is_default=True,
                **columns_of(CalendarHours.model_validate(content)),
            )
        )
