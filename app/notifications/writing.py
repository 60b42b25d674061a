"""The one writer of notifications: a row for each person and cause, told to the browsers of that person.

One at a time: it holds the counter that says how far the event log has been read. What came before of the
same kind about the same, and is unread, is folded into the new row. A cause that comes again makes no second
row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update

from app.core.bulk import insert_objects
from app.core.context import Context
from app.core.counters import lock_counter
from app.core.db import among
from app.core.permissions import Actor
from app.identity.actors import actors_of
from app.identity.carriers import NOTED
from app.identity.scope import rooms_of
from app.models import Notification
from app.notifications.events import NOTIFICATION, NOTIFICATION_ADDED, owner_audience
from app.notifications.kinds import Cause, Channel
from app.notifications.mailing import READ_UP_TO, mails_for
from app.notifications.preferences import Preferences, preferences_of
from app.notifications.schemas import NotificationAdded
from app.notifications.wording import view_of, words_of

_Place = tuple[int, str, int]
"""Person, kind, subject: what folds into one."""


@dataclass(frozen=True)
class Told:
    """One cause for one person."""

    cause: Cause
    person: Actor
    channels: frozenset[Channel]
    """By which they want to be told of it now."""
    wishes: Preferences

    @property
    def key(self) -> tuple[int, str]:
        return self.person.operator_id or 0, self.cause.key

    @property
    def place(self) -> _Place:
        return self.person.operator_id or 0, self.cause.kind.key, self.cause.subject_id


def write(ctx: Context, causes: Sequence[Cause]) -> int:
    """Tell people of these causes; how many rows that made. A fixed number of statements."""
    if not causes:
        return 0
    lock_counter(ctx.session, READ_UP_TO, ctx.now())
    told = _whom_to_tell(ctx, causes)
    told = _new(ctx, told) if told else []
    if not told:
        return 0
    unread = _unread(ctx, told)
    mails = mails_for(ctx, {each.key[0]: each.wishes for each in told if Channel.EMAIL in each.channels})
    rows = _insert(ctx, told, unread, mails)
    shown = {each.place for each, row in zip(told, rows, strict=True) if row.is_shown}
    _fold(ctx, [number for place, (number, _) in unread.items() if place in shown])
    _tell(ctx, told, rows, unread)
    return len(rows)


def _whom_to_tell(ctx: Context, causes: Sequence[Cause]) -> list[Told]:
    """Those whom each concerns, who see what it is about, and whose doing it is not."""
    named = [cause.to for cause in causes]
    ids = None if None in named else frozenset[int]().union(*(to or () for to in named))
    people = [(actor, rooms_of(actor)) for actor in actors_of(ctx.session, ids, ctx.now())]
    chosen = [
        (cause, actor)
        for cause in causes
        for actor, rooms in people
        if _concerns(cause, actor) and not rooms.isdisjoint(cause.rooms)
    ]
    wishes = preferences_of(ctx, {actor.operator_id or 0: actor for _, actor in chosen})
    told = []
    for cause, actor in chosen:
        wanted = wishes[actor.operator_id or 0]
        told.append(Told(cause, actor, wanted.channels_of(cause.kind), wanted))
    return told


def _concerns(cause: Cause, actor: Actor) -> bool:
    if actor.operator_id is None or actor.operator_id == cause.by:
        return False
    right = NOTED[cause.kind.about.word][1]
    return actor.may(right) and (cause.to is None or actor.operator_id in cause.to)


def _new(ctx: Context, told: Sequence[Told]) -> list[Told]:
    """Without what somebody has been told already, and each once."""
    keys = {each.key: each for each in told}
    known = ctx.session.execute(
        select(Notification.operator_id, Notification.cause).where(
            among(ctx.session, Notification.operator_id, {each.place[0] for each in told}),
            among(ctx.session, Notification.cause, {each.cause.key for each in told}),
        )
    )
    for operator_id, cause in known:
        keys.pop((operator_id, cause), None)
    return list(keys.values())


def _unread(ctx: Context, told: Sequence[Told]) -> dict[_Place, tuple[int, int]]:
    """Where something of the same kind about the same is unread: its id and what it stands for."""
    rows = ctx.session.execute(
        select(
            Notification.operator_id,
            Notification.kind,
            Notification.subject_id,
            Notification.id,
            Notification.count,
        ).where(
            Notification.read_at.is_(None),
            among(ctx.session, Notification.operator_id, {each.place[0] for each in told}),
            among(ctx.session, Notification.subject_id, {each.cause.subject_id for each in told}),
        )
    )
    return {
        (operator_id, kind, subject): (number, count) for operator_id, kind, subject, number, count in rows
    }


def _insert(
    ctx: Context,
    told: Sequence[Told],
    unread: Mapping[_Place, tuple[int, int]],
    mails: Mapping[int, int],
) -> list[Notification]:
    """The rows, the last of each place standing for the others; `mails` by person."""
    counts = {place: count for place, (_, count) in unread.items()}
    last = {each.place: each for each in told}
    rows = []
    for each in told:
        is_shown = Channel.BELL in each.channels
        counts[each.place] = counts.get(each.place, 0) + 1 if is_shown else 1
        is_folded = is_shown and last[each.place] is not each
        rows.append(
            Notification(
                created_at=ctx.now(),
                operator_id=each.place[0],
                kind=each.cause.kind.key,
                cause=each.cause.key,
                subject_kind=each.cause.kind.about.word,
                subject_id=each.cause.subject_id,
                detail=dict(each.cause.detail),
                count=counts[each.place],
                is_shown=is_shown,
                is_folded=is_folded,
                mail_id=mails.get(each.place[0]) if Channel.EMAIL in each.channels else None,
                read_at=ctx.now() if is_folded or not is_shown else None,
            )
        )
    insert_objects(ctx.session, rows)
    return rows


def _fold(ctx: Context, ids: Sequence[int]) -> None:
    if ids:
        ctx.session.execute(
            update(Notification)
            .where(among(ctx.session, Notification.id, ids))
            .values(is_folded=True, read_at=ctx.now()),
            execution_options={"synchronize_session": False},
        )


def _tell(
    ctx: Context,
    told: Sequence[Told],
    rows: Sequence[Notification],
    unread: Mapping[_Place, tuple[int, int]],
) -> None:
    """One event for each person and place, in the person's language."""
    words = words_of(ctx, rows)
    for each, row in zip(told, rows, strict=True):
        named = words.get((row.subject_kind, row.subject_id))
        heard = each.channels - {Channel.EMAIL}
        if row.is_folded or not heard or named is None:
            continue
        replaced = unread.get(each.place) if row.is_shown else None
        payload = NotificationAdded(
            notification=view_of(row, named, each.person.locale),
            replaces=replaced[0] if replaced else None,
            channels=sorted(heard),
        )
        ctx.emit(
            NOTIFICATION_ADDED,
            payload,
            owner_audience(row.operator_id),
            about=NOTIFICATION.of(row, agency_id=each.person.agency_id),
        )
