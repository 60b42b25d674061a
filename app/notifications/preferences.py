"""By which channels a person wants to be told of what, at this moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app.calendars.clocks import calendars_of_agencies
from app.core.context import Context
from app.core.db import among
from app.core.office import OFFICE_ZONE
from app.core.permissions import Actor
from app.models import MailPace, NotificationSettings
from app.notifications.kinds import Channel, NoticeKind
from app.worktime import ALWAYS, OutOfReach, WorkCalendar

HELD = frozenset({Channel.SOUND, Channel.DESKTOP})
"""What quiet hours hold back; the bell makes no noise, and an e-mail waits for their end."""


@dataclass(frozen=True)
class Quiet:
    """When nothing may sound: between two times of the day, and outside of working time."""

    begins: str | None = None
    ends: str | None = None
    calendar: WorkCalendar = ALWAYS

    def holds(self, at: datetime) -> bool:
        return self._is_between(at) or not self.calendar.is_open(at)

    def ends_after(self, at: datetime) -> datetime:
        """When something may sound again; a day later at most, then one looks again."""
        moment, latest = at, at + timedelta(days=1)
        while moment < latest and self.holds(moment):
            moment = self._next(moment)
        return min(moment, latest)

    def _next(self, at: datetime) -> datetime:
        """The end of what holds back at `at`."""
        if self.ends is None or not self._is_between(at):
            try:
                return self.calendar.next_open(at)
            except OutOfReach:
                return at + timedelta(days=1)
        hour, _, minute = self.ends.partition(":")
        end = at.astimezone(OFFICE_ZONE).replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
        return end if end > at else end + timedelta(days=1)

    def _is_between(self, at: datetime) -> bool:
        if self.begins is None or self.ends is None or self.begins == self.ends:
            return False
        clock = f"{at.astimezone(OFFICE_ZONE):%H:%M}"
        if self.begins < self.ends:
            return self.begins <= clock < self.ends
        return clock >= self.begins or clock < self.ends


@dataclass(frozen=True)
class Preferences:
    """Of one person, now."""

    chosen: Mapping[str, frozenset[Channel]]
    is_quiet: bool = False
    mail_pace: MailPace = MailPace.AT_ONCE
    mail_hour: int = 9

    def wanted(self, kind: NoticeKind) -> frozenset[Channel]:
        """By which they want to be told, whatever the hour."""
        return self.chosen.get(kind.key, kind.channels) if kind.is_offered else kind.channels

    def channels_of(self, kind: NoticeKind) -> frozenset[Channel]:
        """By which they are told at this hour."""
        return self.wanted(kind) - HELD if self.is_quiet else self.wanted(kind)


def chosen_of(row: NotificationSettings | None) -> dict[str, frozenset[Channel]]:
    """By kind, what a person has set; a channel that this program does not know is left out."""
    known = {channel.value: channel for channel in Channel}
    chosen = {} if row is None else row.channels
    return {kind: frozenset(known[name] for name in names if name in known) for kind, names in chosen.items()}


def settings_of(ctx: Context) -> NotificationSettings | None:
    """The actor's own; None while they have set nothing."""
    return ctx.session.scalars(
        select(NotificationSettings).where(NotificationSettings.operator_id == ctx.actor.operator_id)
    ).one_or_none()


def quiet_of(row: NotificationSettings | None, calendar: WorkCalendar) -> Quiet:
    if row is None:
        return Quiet()
    return Quiet(row.quiet_from, row.quiet_until, calendar if row.only_working else ALWAYS)


def preferences_of(ctx: Context, people: Mapping[int, Actor]) -> dict[int, Preferences]:
    """Of these people, by id. Two statements at most, and those of calendars that are new here."""
    rows = {
        row.operator_id: row
        for row in ctx.session.scalars(
            select(NotificationSettings).where(
                among(ctx.session, NotificationSettings.operator_id, sorted(people))
            )
        )
    }
    agencies = {people[number].agency_id for number, row in rows.items() if row.only_working}
    calendars = calendars_of_agencies(ctx, {number for number in agencies if number is not None})
    found = {}
    for number, actor in people.items():
        row = rows.get(number)
        quiet = quiet_of(row, calendars.get(actor.agency_id or 0, ALWAYS))
        chosen, is_quiet = chosen_of(row), quiet.holds(ctx.now())
        if row is None:
            found[number] = Preferences(chosen, is_quiet)
        else:
            found[number] = Preferences(chosen, is_quiet, row.mail_pace, row.mail_hour)
    return found
