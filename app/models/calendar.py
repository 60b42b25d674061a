"""When work is done: calendars, whose requests count on them, and the holidays that somebody imported."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity, fk
from app.core.seen import ByAccount, ByRule

_DEFAULT = text("is_default AND agency_id IS NOT NULL")
_COMMON_DEFAULT = text("is_default AND agency_id IS NULL")


class StoredCalendar(Entity):
    """A working calendar. Where none applies to an account, its time is counted around the clock."""

    __tablename__ = "calendars"
    __seen__ = ByRule("calendar")
    __table_args__ = (
        Index(
            "uq_calendars_default",
            "agency_id",
            unique=True,
            sqlite_where=_DEFAULT,
            postgresql_where=_DEFAULT,
        ),
        Index(
            "uq_calendars_common_default",
            "is_default",
            unique=True,
            sqlite_where=_COMMON_DEFAULT,
            postgresql_where=_COMMON_DEFAULT,
        ),
    )

    agency_id: Mapped[int | None] = fk("agencies.id", index=False)
    """Whose it is; nobody's is everybody's."""
    name: Mapped[str] = mapped_column(String(80))
    zone: Mapped[str] = mapped_column(String(60))
    hours: Mapped[dict[str, Any]]
    """`week` (seven days, Monday first), `breaks`, `holiday`, `make_up`: pairs of times of day."""
    company_days: Mapped[list[Any]] = mapped_column(default=list)
    """`day`, `name`, `hours` of each."""
    follows_holidays: Mapped[bool]
    """Public holidays and make-up days of mainland China count."""
    is_default: Mapped[bool] = mapped_column(default=False)
    """What the accounts of its agency count on that have none of their own; a common one: all others."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class CalendarAccount(Entity):
    """That an account counts on a calendar other than its agency's."""

    __tablename__ = "calendar_accounts"
    __seen__ = ByAccount(needs=None)

    calendar_id: Mapped[int] = fk("calendars.id")
    account_id: Mapped[int] = fk("accounts.id", index=False, unique=True)


class HolidayYear(Entity):
    """The holidays and make-up days of one year as somebody imported them, instead of the program's own."""

    __tablename__ = "holiday_years"
    __seen__ = ByRule("everybody")

    year: Mapped[int] = mapped_column(unique=True)
    days: Mapped[list[Any]]
    """`day`, `turn`, `name` of each."""
    imported_by_id: Mapped[int | None] = fk("operators.id", index=False)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class DeadlineRecount(Entity):
    """That what an account's requests count on was changed: when they are due is to be worked out anew."""

    __tablename__ = "deadline_recounts"
    __seen__ = ByAccount(needs=None)

    account_id: Mapped[int] = fk("accounts.id", index=False, unique=True)
    wanted_at: Mapped[datetime]
    """When the calendar was changed."""
