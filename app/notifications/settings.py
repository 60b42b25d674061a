"""By which ways a person is told of what, as they set it; and a notification to try it with."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select

from app.calendars.clocks import calendars_of_agencies
from app.core.context import Context
from app.core.errors import Conflict, Invalid
from app.core.i18n import translate
from app.core.permissions import Permission
from app.mail.outbox import on_stop
from app.models import MailPace, NotificationSettings, Operator
from app.notifications.events import BOX, SETTINGS_CHANGED, owner_audience
from app.notifications.kinds import KINDS, LOUD, About, Cause, Channel, NoticeKind, Words
from app.notifications.mailing import pace_anew
from app.notifications.preferences import chosen_of, quiet_of, settings_of
from app.notifications.queries import count_unread
from app.notifications.schemas import (
    KindSettingsView,
    NotificationSettingsChanged,
    NotificationSettingsView,
    SetNotifications,
    UnreadView,
)
from app.notifications.writing import write
from app.worktime import ALWAYS


def _words(ctx: Context, ids: Collection[int]) -> Mapping[int, Words]:
    rows = ctx.session.execute(select(Operator.id, Operator.name).where(Operator.id.in_(ids)))
    return {number: {"name": name} for number, name in rows}


ONESELF = About("operator", _words, lambda _number, _words: "/notifications")
TRIAL = KINDS.declare(NoticeKind("trial", ONESELF, LOUD, is_offered=False))
MAIL_STOPPED = KINDS.declare(NoticeKind("mail_stopped", ONESELF, LOUD, is_offered=False))
USUAL_HOUR = 9


@on_stop
def tell_of_stopped_mail(ctx: Context, operator_id: int) -> None:
    """Somebody who counts on e-mail has to know that none comes any more."""
    key = f"{MAIL_STOPPED.key}:{ctx.now():%Y%m%d%H%M%S}"
    rooms = owner_audience(operator_id).rooms
    write(ctx, [Cause(MAIL_STOPPED, key, operator_id, rooms, frozenset({operator_id}))])


def settings_view(ctx: Context) -> NotificationSettingsView:
    """The actor's own. Two statements at most."""
    ctx.require(Permission.SESSION_USE)
    return _view(ctx, settings_of(ctx))


def _view(ctx: Context, row: NotificationSettings | None) -> NotificationSettingsView:
    chosen = chosen_of(row)
    agency = ctx.actor.agency_id or 0
    calendars = calendars_of_agencies(ctx, [agency]) if row is not None and row.only_working else {}
    return NotificationSettingsView(
        kinds=[
            KindSettingsView(
                key=kind.key,
                name=translate(f"notification.{kind.key}", ctx.locale),
                channels=_ordered(chosen.get(kind.key, kind.channels)),
                default=_ordered(kind.channels),
            )
            for kind in KINDS.offered()
        ],
        quiet_from=row.quiet_from if row else None,
        quiet_until=row.quiet_until if row else None,
        only_working=row.only_working if row else False,
        is_quiet=quiet_of(row, calendars.get(agency, ALWAYS)).holds(ctx.now()),
        mail_pace=row.mail_pace if row else MailPace.AT_ONCE,
        mail_hour=row.mail_hour if row else USUAL_HOUR,
        version=row.version if row else 0,
    )


def _ordered(channels: Collection[Channel]) -> list[Channel]:
    return [channel for channel in Channel if channel in channels]


def set_notifications(ctx: Context, command: SetNotifications) -> NotificationSettingsView:
    """Say by which ways one wants to be told of what. It counts for what comes from now on.

    Raises Conflict(`stale_version`) where another browser was first, Invalid for a kind that there is not.
    """
    ctx.require(Permission.SESSION_USE)
    known = {kind.key for kind in KINDS.offered()}
    unknown = sorted(command.channels.keys() - known)
    if unknown:
        raise Invalid(fields={f"channels.{unknown[0]}": "no_such_kind"})
    # The person's own row is held: of two browsers at once one comes second.
    ctx.session.get_one(Operator, ctx.actor.operator_id, with_for_update=True)
    row = settings_of(ctx)
    if (row.version if row else 0) != command.version:
        raise Conflict("stale_version", version=row.version if row else 0)
    if row is None:
        row = NotificationSettings(created_at=ctx.now(), operator_id=ctx.actor.operator_id)
        ctx.session.add(row)
    row.channels = _stored(command)
    row.quiet_from, row.quiet_until = command.quiet_from, command.quiet_until
    row.only_working = command.only_working
    is_paced_anew = (row.mail_pace, row.mail_hour) != (command.mail_pace, command.mail_hour)
    row.mail_pace, row.mail_hour = command.mail_pace, command.mail_hour
    ctx.session.flush()
    if is_paced_anew:
        pace_anew(ctx, row)
    ctx.emit(
        SETTINGS_CHANGED,
        NotificationSettingsChanged(version=row.version),
        owner_audience(ctx.actor.operator_id),
        about=BOX.about(ctx.actor.operator_id or 0, agency_id=ctx.actor.agency_id),
    )
    return _view(ctx, row)


def _stored(command: SetNotifications) -> dict[str, Any]:
    """What differs from the defaults: a kind whose defaults change later follows them."""
    defaults = {kind.key: kind.channels for kind in KINDS.offered()}
    return {
        key: [channel.value for channel in _ordered(channels)]
        for key, channels in command.channels.items()
        if frozenset(channels) != defaults[key]
    }


def send_trial(ctx: Context) -> UnreadView:
    """A notification to oneself, by the way that all of them go."""
    ctx.require(Permission.SESSION_USE)
    me = ctx.actor.operator_id or 0
    rooms = owner_audience(me).rooms
    write(ctx, [Cause(TRIAL, f"trial:{ctx.request_id}"[:120], me, rooms, frozenset({me}))])
    return UnreadView(unread=count_unread(ctx))
