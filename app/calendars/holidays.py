"""Public holidays: those in the program, and the years that somebody imported instead or in addition."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.calendars.schemas import HolidayYearList, HolidayYearView, PublicDayView
from app.core.context import Context
from app.core.errors import NotFound
from app.core.permissions import Permission
from app.identity.scope import scope
from app.models import HolidayYear
from app.worktime.holidays import PublicDay, PublicDays, Turn, published


def public_days(session: Session) -> PublicDays:
    """All that is known; one statement. Holidays are everybody's, so nothing is narrowed."""
    rows = session.scalars(select(HolidayYear))
    return published().with_years({row.year: _days(row) for row in rows})


def _days(row: HolidayYear) -> list[PublicDay]:
    return [
        PublicDay(date.fromisoformat(about["day"]), Turn(about["turn"]), about["name"]) for about in row.days
    ]


def stored_days(days: list[PublicDay]) -> list[dict[str, Any]]:
    return [
        {"day": about.day.isoformat(), "turn": about.turn.value, "name": about.name}
        for about in sorted(days, key=lambda about: about.day)
    ]


def list_years(ctx: Context) -> HolidayYearList:
    """Every year that is known, in order."""
    ctx.require(Permission.CALENDARS_READ)
    rows = {row.year: row for row in ctx.session.scalars(scope(select(HolidayYear), ctx.actor, HolidayYear))}
    known = published().with_years({year: _days(row) for year, row in rows.items()})
    items = [
        HolidayYearView(
            year=year,
            source="imported" if year in rows else "published",
            days=day_views(known.of_year(year)),
            version=rows[year].version if year in rows else 0,
        )
        for year in sorted(known.years)
    ]
    return HolidayYearList(items=items, published_until=known.until)


def day_views(days: list[PublicDay]) -> list[PublicDayView]:
    return [PublicDayView(day=about.day, turn=about.turn, name=about.name) for about in days]


def year_view(ctx: Context, year: int) -> HolidayYearView:
    """Raises NotFound for a year that is not known."""
    found = next((about for about in list_years(ctx).items if about.year == year), None)
    if found is None:
        raise NotFound
    return found
