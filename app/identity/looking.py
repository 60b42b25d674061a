"""Looking through somebody else's eyes: an administrator sees what a person sees, and changes nothing.

A look belongs to a login and lasts half an hour. It needs a right of its own and is refused where the person
may do, or reaches, anything that whoever looks may not: nothing is gained by it. That is asked again with
every call, so that a look ends when either person's rights, or the person's access, do not allow it any more.
Its beginning, with the reason, and its end are on the audit log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.core.context import Context
from app.core.errors import Conflict, NotFound
from app.core.events import Audience
from app.core.permissions import Actor, Permission, RequestReach
from app.core.runtime import Runtime
from app.identity import audit
from app.identity.actors import Found, Look, actor_of, actors_of_people
from app.identity.events import OPERATOR, VIEW_ENDED, VIEW_STARTED
from app.identity.looking_schemas import LookChanged, StartLook
from app.identity.schemas import PersonRef
from app.identity.scope import scope
from app.models import Operator, OperatorSession

LONGEST_LOOK = timedelta(minutes=30)


class LookEnd(StrEnum):
    """Why a look is over, as the audit log keeps it."""

    ASKED = "asked"
    TIME = "time"
    RIGHTS = "rights"
    SHUT_OUT = "shut_out"
    """The person whose eyes they were."""
    SESSION = "session"
    """The login that looked has ended."""


@dataclass(frozen=True)
class Seen:
    """The actors by token, as they look now; and the looks that may not go on, by login, with why."""

    actors: Mapping[str, Actor]
    over: Mapping[int, LookEnd]


def may_look(own: Actor, theirs: Actor) -> bool:
    """Whether somebody may look through the eyes of a person: only where these see nothing more.

    Whoever does not reach every request of their accounts looks through nobody: another's own requests would
    be new to them.
    """
    reached = own.account_ids is None or (
        own.agency_id == theirs.agency_id
        and theirs.account_ids is not None
        and theirs.account_ids <= own.account_ids
        and set(theirs.grants) <= set(own.grants)
    )
    return (
        own.may(Permission.PEOPLE_VIEW_AS)
        and own.request_reach is RequestReach.ALL
        and theirs.mandate.within(own.mandate)
        and reached
    )


def look_through(runtime: Runtime, session: Session, found: Found) -> Seen:
    """Who the logins are, those that look through somebody else's eyes as that person. One statement more
    where there is one."""
    if not found.looks:
        return Seen(found.actors, {})
    people = actors_of_people(
        session, {look.operator_id for look in found.looks.values()}, runtime.clock.now()
    )
    actors, over = dict(found.actors), {}
    for token, look in found.looks.items():
        own, theirs = actors[token], people.get(look.operator_id)
        why = _why_over(runtime, own, theirs, look)
        if why is not None or theirs is None:
            over[look.session_id] = why or LookEnd.SHUT_OUT
            continue
        actors[token] = replace(
            theirs, session_id=own.session_id, locale=own.locale, address=own.address, own=own
        )
    return Seen(actors, over)


def _why_over(runtime: Runtime, own: Actor, theirs: Actor | None, look: Look) -> LookEnd | None:
    if runtime.clock.now() >= look.until:
        return LookEnd.TIME
    if theirs is None:
        return LookEnd.SHUT_OUT
    return None if may_look(own, theirs) else LookEnd.RIGHTS


def start_look(ctx: Context, command: StartLook) -> None:
    """From the next call on this login sees what the person sees.

    Raises NotFound for a person out of reach, Conflict for oneself (`own_eyes`), for somebody who is shut out
    (`eyes_shut`) and for somebody who may or reaches more than oneself (`eyes_beyond_own`).
    """
    ctx.require(Permission.PEOPLE_VIEW_AS)
    person = ctx.session.scalars(
        scope(select(Operator), ctx.actor, Operator).where(Operator.id == command.operator_id)
    ).one_or_none()
    if person is None:
        raise NotFound
    if person.id == ctx.actor.operator_id:
        raise Conflict("own_eyes")
    if not person.is_active:
        raise Conflict("eyes_shut", name=person.name)
    if not may_look(ctx.actor, actor_of(ctx.session, person, ctx.now())):
        raise Conflict("eyes_beyond_own", name=person.name)
    row = ctx.session.get_one(OperatorSession, ctx.actor.session_id, with_for_update=True)
    end_look(ctx, row, LookEnd.ASKED)
    row.viewed_id, row.viewed_until = person.id, ctx.now() + LONGEST_LOOK
    _tell(ctx, row, person)
    detail = {"reason": command.reason, "until": row.viewed_until.isoformat()}
    audit.record(ctx, VIEW_STARTED, OPERATOR.of(person), detail=detail)


def stop_look(ctx: Context) -> None:
    """One's own eyes again; nothing happens to who has them."""
    ctx.require(Permission.SESSION_USE)
    row = ctx.session.get_one(OperatorSession, ctx.actor.session_id, with_for_update=True)
    end_look(ctx, row, LookEnd.ASKED)


def end_look(ctx: Context, row: OperatorSession, why: LookEnd) -> None:
    """Of a login; nothing where it does not look."""
    if row.viewed_id is None:
        return
    person = ctx.session.get_one(Operator, row.viewed_id)
    row.viewed_id = row.viewed_until = None
    _tell(ctx, row, person)
    looker = ctx.session.get_one(Operator, row.operator_id)
    audit.record(ctx, VIEW_ENDED, OPERATOR.of(person), operator=looker, detail={"why": why.value})


def end_looks(ctx: Context, over: Mapping[int, LookEnd]) -> None:
    for row in _locked(ctx, OperatorSession.id.in_(sorted(over))):
        end_look(ctx, row, over[row.id])


def sweep_looks(ctx: Context) -> int:
    """End the looks whose time is over and whose browser asks for nothing any more; how many."""
    rows = _locked(ctx, OperatorSession.viewed_until <= ctx.now())
    for row in rows:
        end_look(ctx, row, LookEnd.TIME)
    return len(rows)


def _locked(ctx: Context, which: ColumnElement[bool]) -> Sequence[OperatorSession]:
    looking = select(OperatorSession).where(OperatorSession.viewed_id.is_not(None), which)
    return ctx.session.scalars(looking.order_by(OperatorSession.id).with_for_update()).all()


def _tell(ctx: Context, row: OperatorSession, person: Operator) -> None:
    """The browsers of whoever looks; the person is not told."""
    looker = ctx.session.get_one(Operator, row.operator_id)
    told = LookChanged(
        operator_id=person.id,
        session_id=row.id,
        by=PersonRef(id=looker.id, name=looker.name),
        until=row.viewed_until,
    )
    name = VIEW_STARTED if row.viewed_id is not None else VIEW_ENDED
    ctx.emit(name, told, Audience(frozenset({f"operator{looker.id}"})), about=OPERATOR.of(person))
    ctx.session.flush()
