"""Telling people by e-mail: what gathers for one person leaves as one letter, at once or at their hour.

What has been read on a screen meanwhile is left out, and so is what its reader sees no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import or_, select, update

from app.calendars.clocks import calendars_of_agencies
from app.core.context import Context
from app.core.counters import lock_counter
from app.core.i18n import translate
from app.core.office import OFFICE_ZONE
from app.core.permissions import Actor
from app.identity.scope import scope
from app.mail.contents import Later, Nothing, Purpose, declare
from app.mail.letters import SETTINGS_PATH, Letter, Line
from app.mail.outbox import GATHERING, open_mails, reachable
from app.models import Mail, MailPace, MailState, Notification, NotificationSettings
from app.notifications.kinds import KINDS
from app.notifications.preferences import quiet_of
from app.notifications.wording import views_of_person
from app.worktime import ALWAYS

READ_UP_TO = "notifications"
"""The counter of the last event that has been looked at; whoever writes notifications holds it."""
SOON = timedelta(seconds=30)
"""So long it waits for more of the same before it leaves at once."""
MOST_LINES = 30
"""In one letter; the rest is counted."""


class Paced(Protocol):
    """What says how often somebody wants e-mail."""

    @property
    def mail_pace(self) -> MailPace: ...
    @property
    def mail_hour(self) -> int: ...


def leaves_at(now: datetime, paced: Paced) -> datetime:
    """When what has come now leaves."""
    if paced.mail_pace is MailPace.AT_ONCE:
        return now + SOON
    clock = now.astimezone(OFFICE_ZONE)
    if paced.mail_pace is MailPace.HOURLY:
        return clock.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    hour = clock.replace(hour=paced.mail_hour, minute=0, second=0, microsecond=0)
    return hour if hour > clock else hour + timedelta(days=1)


def mails_for(ctx: Context, wanting: Mapping[int, Paced]) -> dict[int, int]:
    """By person, the e-mail in which what they are told now is to stand. Three statements, none for nobody.

    The caller holds the counter `READ_UP_TO`.
    """
    people = reachable(ctx, wanting.keys())
    return open_mails(ctx, {person: leaves_at(ctx.now(), wanting[person]) for person in people})


def pace_anew(ctx: Context, row: NotificationSettings) -> None:
    """What waits already leaves as its person wants it from now on; what has been tried keeps its time."""
    ctx.session.execute(
        update(Mail)
        .where(
            Mail.operator_id == row.operator_id,
            Mail.purpose == GATHERING,
            Mail.state == MailState.QUEUED,
            Mail.attempts == 0,
        )
        .values(due_at=leaves_at(ctx.now(), row)),
        execution_options={"synchronize_session": False},
    )


def _compose(ctx: Context, mail: Mail, person: Actor) -> Letter | Later | Nothing:
    settings = ctx.session.scalars(
        select(NotificationSettings).where(NotificationSettings.operator_id == person.operator_id)
    ).one_or_none()
    until = _quiet_until(ctx, person, settings)
    if until is not None:
        return Later(until)
    rows = _rows(ctx, mail, person)
    views = views_of_person(ctx, rows, person)
    if not views:
        return Nothing("nothing_new")
    lines = [Line(view.title, view.path) for view in views[:MOST_LINES]]
    if len(views) > MOST_LINES:
        more = translate("mail.notices.more", person.locale, count=len(views) - MOST_LINES)
        lines.append(Line(more, SETTINGS_PATH))
    return Letter(_subject([view.kind for view in views], person.locale), tuple(lines), person.locale)


def _quiet_until(ctx: Context, person: Actor, settings: NotificationSettings | None) -> datetime | None:
    """None where nothing is to be waited for."""
    if settings is None:
        return None
    agency = person.agency_id or 0
    calendars = calendars_of_agencies(ctx, [agency]) if settings.only_working else {}
    quiet = quiet_of(settings, calendars.get(agency, ALWAYS))
    return quiet.ends_after(ctx.now()) if quiet.holds(ctx.now()) else None


def _rows(ctx: Context, mail: Mail, person: Actor) -> Sequence[Notification]:
    """The newest first: what stands for itself, and is unread or was never shown by the bell."""
    return ctx.session.scalars(
        scope(select(Notification), person, Notification)
        .where(
            Notification.mail_id == mail.id,
            ~Notification.is_folded,
            or_(Notification.read_at.is_(None), ~Notification.is_shown),
        )
        .order_by(Notification.id.desc())
        .limit(MOST_READ)
    ).all()


MOST_READ = 500


def _subject(kinds: Sequence[str], locale: str) -> str:
    """What kind of news, never whose."""
    if len(kinds) == 1 and KINDS.known(kinds[0]) is not None:
        return translate(f"notification.{kinds[0]}", locale)
    return translate("mail.notices.subject", locale, count=len(kinds))


def _may_wait(ctx: Context, mail: Mail) -> bool:
    """No, where another has been begun meanwhile: then that one tells all of it."""
    lock_counter(ctx.session, READ_UP_TO, ctx.now())
    other = ctx.session.scalars(
        select(Mail)
        .where(
            Mail.operator_id == mail.operator_id, Mail.purpose == GATHERING, Mail.state == MailState.QUEUED
        )
        .with_for_update()
    ).one_or_none()
    if other is None:
        return True
    ctx.session.execute(
        update(Notification).where(Notification.mail_id == mail.id).values(mail_id=other.id),
        execution_options={"synchronize_session": False},
    )
    other.may_be_doubled |= mail.may_be_doubled
    other.attempts = max(other.attempts, mail.attempts)
    return False


NOTICES = declare(Purpose(GATHERING, _compose, may_wait=_may_wait))
