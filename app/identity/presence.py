"""What somebody does: who writes it, how long it is allowed, and what follows when nobody is there.

A person says what they do. Two things the system says for them where their agency asks for it: that they are
away when nobody touches a browser of theirs, and that they are gone when none has been connected for a while.
What they had chosen is kept; they are that again as soon as they touch something.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from app.core.context import Context
from app.core.db import among
from app.core.permissions import Permission
from app.identity.dealing import dealing_of, spans_of
from app.identity.events import OPERATOR, PRESENCE_CHANGED
from app.identity.schemas import PresenceChanged, SetPresence
from app.identity.scope import agency_audience
from app.models import PRESENT, RESTING, Agency, Operator, Presence, RoutingSettings

TOUCHES_APART = timedelta(seconds=20)
"""A touch so soon after the last one is not written down."""
AT_ONCE = 200
LIMITED = (Presence.BUSY, *RESTING)
"""For how long somebody may be so, their agency says."""
WITH_SETTINGS = joinedload(Operator.agency).joinedload(Agency.routing)
"""What `change_presence` looks at of a person, unless they become online, away or offline."""


def set_presence(ctx: Context, command: SetPresence) -> Operator:
    """Say what one does. The same again begins anew only with another reason."""
    ctx.require(Permission.SESSION_USE)
    operator = _own(ctx)
    told = (operator.presence, operator.presence_reason)
    if told != (command.presence, command.reason) or operator.presence_before is not None:
        change_presence(ctx, operator, command.presence, command.reason)
    return operator


def _own(ctx: Context) -> Operator:
    return ctx.session.scalars(
        select(Operator)
        .where(Operator.id == ctx.actor.operator_id)
        .options(WITH_SETTINGS)
        .with_for_update(of=Operator, key_share=True)
    ).one()


def change_presence(
    ctx: Context,
    operator: Operator,
    presence: Presence,
    reason: str = "",
    *,
    before: Presence | None = None,
) -> None:
    """The one writer of what somebody does. `before`: what they had chosen, when it is the system that says
    so. The agency and its settings are loaded."""
    since = operator.presence_since if operator.presence is presence else ctx.now()
    operator.presence = presence
    operator.presence_reason = reason
    operator.presence_since = since
    operator.presence_until = _until(operator, since)
    operator.presence_told = False
    operator.presence_before = before
    ctx.emit(
        PRESENCE_CHANGED,
        PresenceChanged(
            operator_id=operator.id,
            presence=presence,
            reason=reason,
            since=since,
            until=operator.presence_until,
        ),
        agency_audience(operator.agency_id),
        about=OPERATOR.of(operator),
    )


def _until(operator: Operator, since: datetime) -> datetime | None:
    if operator.presence not in LIMITED:
        return None
    limit = dealing_of(operator.agency.routing).limits.get(operator.presence)
    return None if limit is None else since + limit


def touch(ctx: Context) -> None:
    """Somebody touches a browser of theirs: they are there, and again what they had chosen."""
    ctx.require(Permission.SESSION_USE)
    operator = _own(ctx)
    now = ctx.now()
    if operator.touched_at is None or now - operator.touched_at >= TOUCHES_APART:
        operator.touched_at = now
    if operator.presence_before is not None:
        change_presence(ctx, operator, operator.presence_before)


def connected(ctx: Context, operator_ids: Collection[int]) -> None:
    """Browsers of these people are connected now; kept of those whose agency asks for it."""
    ctx.require(Permission.ROUTING_ASSIGN)
    asking = select(RoutingSettings.agency_id).where(RoutingSettings.vanish_minutes.is_not(None))
    ctx.session.execute(
        update(Operator)
        .where(among(ctx.session, Operator.id, operator_ids), Operator.agency_id.in_(asking))
        .values(seen_at=ctx.now())
        .execution_options(synchronize_session=False)
    )


def idle_people(ctx: Context, *, lock: bool = False) -> Sequence[Operator]:
    """Who works, as they said, and has touched nothing for longer than their agency waits.

    Nobody is taken for away of whom no browser has ever told that it is touched. One statement where no
    agency waits, else two.
    """
    conditions = (Operator.presence.in_(PRESENT), Operator.touched_at.is_not(None))
    return _longer_than(ctx, RoutingSettings.away_minutes, Operator.touched_at, *conditions, lock=lock)


def vanished_people(ctx: Context, *, lock: bool = False) -> Sequence[Operator]:
    """Who is not offline, as they said, and has had no browser connected for longer than their agency waits;
    as many statements. A break that may still go on needs no browser."""
    conditions = (
        Operator.presence != Presence.OFFLINE,
        or_(Operator.presence.not_in(RESTING), Operator.presence_until < ctx.now()),
    )
    return _longer_than(ctx, RoutingSettings.vanish_minutes, Operator.seen_at, *conditions, lock=lock)


def _longer_than(
    ctx: Context,
    minutes: InstrumentedAttribute[int | None],
    since: InstrumentedAttribute[datetime | None],
    *conditions: ColumnElement[bool],
    lock: bool,
) -> Sequence[Operator]:
    spans = spans_of(ctx.session, minutes)
    if not spans:
        return []

    def before(limit: datetime) -> ColumnElement[bool]:
        return and_(Operator.presence_since <= limit, or_(since.is_(None), since <= limit))

    over = [and_(Operator.agency_id.in_(ids), before(ctx.now() - span)) for span, ids in spans.items()]
    statement = (
        select(Operator)
        .where(Operator.is_active, *conditions, or_(*over))
        .order_by(Operator.id)
        .limit(AT_ONCE)
    )
    return ctx.session.scalars(statement.with_for_update(key_share=True) if lock else statement).all()


def send_away(ctx: Context) -> int:
    """Who has touched nothing is away from now on; how many."""
    ctx.require(Permission.ROUTING_ASSIGN)
    people = idle_people(ctx, lock=True)
    for person in people:
        change_presence(ctx, person, Presence.AWAY, before=person.presence)
    return len(people)


def take_for_gone(ctx: Context) -> list[int]:
    """Whose browsers are all gone is offline from now on; their ids."""
    ctx.require(Permission.ROUTING_ASSIGN)
    people = vanished_people(ctx, lock=True)
    for person in people:
        back_to = person.presence if person.presence in PRESENT else person.presence_before
        change_presence(ctx, person, Presence.OFFLINE, before=back_to or Presence.ONLINE)
    return [person.id for person in people]


def overrunning(ctx: Context, *, lock: bool = False) -> Sequence[Operator]:
    """Whose break lasts longer than it may, of which nobody has been told; one statement."""
    statement = (
        select(Operator)
        .where(Operator.is_active, ~Operator.presence_told, Operator.presence_until < ctx.now())
        .order_by(Operator.id)
        .limit(AT_ONCE)
    )
    return ctx.session.scalars(statement.with_for_update(key_share=True) if lock else statement).all()


def told_of_overrun(people: Sequence[Operator]) -> None:
    for person in people:
        person.presence_told = True
