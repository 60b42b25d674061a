"""Login, logout. Writes only; each function is one verb."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from app.core.context import Context
from app.core.crypto import new_token, token_hash
from app.core.errors import Conflict, Invalid, NotFound
from app.core.events import Audience, EventName
from app.core.i18n import translate
from app.core.permissions import Permission
from app.identity import audit
from app.identity.events import (
    OPERATOR,
    OPERATOR_CREATED,
    OPERATOR_DISABLED,
    SESSION,
    SESSION_CLOSED,
    SESSION_ENDED,
    SESSION_OPENED,
    SESSION_REFUSED,
)
from app.identity.login_pace import count_wrong, forget_wrong, require_pace
from app.identity.looking import LookEnd, end_look
from app.identity.managers import keep_somebody_who_manages
from app.identity.passwords import decoy_hash, hash_password, needs_rehash, verify_password
from app.identity.people_schemas import AccessChanged, PersonChanged
from app.identity.presence import WITH_SETTINGS, change_presence
from app.identity.schemas import LogIn, SessionEnded, SetLocale
from app.identity.scope import agency_audience
from app.models import Operator, OperatorRole, OperatorSession, Presence, Role, TeamMember

SHORTEST_PASSWORD = 10


def log_in(ctx: Context, command: LogIn, *, address: str, user_agent: str) -> tuple[Operator, str] | None:
    """Check the password and open a session; the operator and the session's token.

    None when the name or the password is wrong: the caller commits (the attempt is counted) and then
    refuses. Raises RateLimited when passwords are tried too fast (see login_pace).
    """
    name = command.login_name.strip().lower()
    require_pace(ctx, name, address)
    operator = ctx.session.scalar(
        select(Operator)
        .where(func.lower(Operator.login_name) == name)
        .options(WITH_SETTINGS, selectinload(Operator.teams))
    )
    stored = operator.password_hash if operator else decoy_hash()
    if not verify_password(stored, command.password) or operator is None or not operator.is_active:
        _count_failure(ctx, name, address)
        return None
    if needs_rehash(operator.password_hash):
        operator.password_hash = hash_password(command.password)
    token = new_token()
    now = ctx.now()
    ctx.session.add(
        OperatorSession(
            operator_id=operator.id,
            token_hash=token_hash(token),
            created_at=now,
            last_seen_at=now,
            address=address[:64],
            user_agent=user_agent[:200],
        )
    )
    forget_wrong(ctx, name, address)
    audit.record(ctx, SESSION_OPENED, OPERATOR.of(operator), operator=operator, address=address)
    if operator.presence is Presence.OFFLINE:
        change_presence(ctx, operator, Presence.ONLINE)
    operator.touched_at = operator.touched_at and ctx.now()
    ctx.session.flush()
    return operator, token


def _count_failure(ctx: Context, name: str, address: str) -> None:
    count_wrong(ctx, name, address)
    audit.record(ctx, SESSION_REFUSED, detail={"login_name": name[:60]}, address=address)
    ctx.session.flush()


def log_out(ctx: Context) -> None:
    """End the actor's own session; the last one of a person also ends their being at work."""
    ctx.require(Permission.SESSION_USE)
    session_row = ctx.session.get_one(OperatorSession, ctx.actor.session_id)
    operator = ctx.session.get_one(Operator, ctx.actor.operator_id)
    end_session(ctx, session_row, "logged_out")
    others = ctx.session.scalar(
        select(func.count()).where(
            OperatorSession.operator_id == operator.id, OperatorSession.ended_at.is_(None)
        )
    )
    if not others and operator.presence is not Presence.OFFLINE:
        change_presence(ctx, operator, Presence.OFFLINE)
    audit.record(ctx, SESSION_CLOSED, OPERATOR.of(operator), operator=operator)


def end_session(ctx: Context, row: OperatorSession, reason: str) -> None:
    end_look(ctx, row, LookEnd.SESSION)
    row.ended_at = ctx.now()
    row.end_reason = reason
    ctx.emit(
        SESSION_ENDED,
        SessionEnded(session_id=row.id, reason=reason),
        Audience(frozenset({f"operator{row.operator_id}"})),
        about=SESSION.of(row),
    )
    ctx.session.flush()


def end_sessions(ctx: Context, operator: Operator, reason: str, *, but: int | None = None) -> int:
    """End all logins of a person, but for the session with this id; how many."""
    live = ctx.session.scalars(
        select(OperatorSession).where(
            OperatorSession.operator_id == operator.id, OperatorSession.ended_at.is_(None)
        )
    ).all()
    ending = [row for row in live if row.id != but]
    for row in ending:
        end_session(ctx, row, reason)
    return len(ending)


def set_locale(ctx: Context, command: SetLocale) -> None:
    ctx.require(Permission.SESSION_USE)
    ctx.session.get_one(Operator, ctx.actor.operator_id).locale = command.locale


def sweep_sessions(ctx: Context) -> int:
    """End sessions that have been silent too long; how many."""
    limit = ctx.now() - timedelta(minutes=ctx.runtime.settings.session_idle_minutes)
    idle = ctx.session.scalars(
        select(OperatorSession).where(
            OperatorSession.ended_at.is_(None), OperatorSession.last_seen_at < limit
        )
    ).all()
    for row in idle:
        end_session(ctx, row, "idle")
    if idle:
        _take_leave(ctx, {row.operator_id for row in idle})
    return len(idle)


def _take_leave(ctx: Context, operator_ids: Collection[int]) -> None:
    """Whoever is logged in nowhere any more is not at work."""
    elsewhere = select(OperatorSession.operator_id).where(OperatorSession.ended_at.is_(None))
    for person in ctx.session.scalars(
        select(Operator).where(
            Operator.id.in_(operator_ids),
            Operator.presence != Presence.OFFLINE,
            Operator.id.not_in(elsewhere),
        )
    ):
        change_presence(ctx, person, Presence.OFFLINE)


def create_operator(
    ctx: Context,
    *,
    agency_id: int,
    login_name: str,
    name: str,
    roles: Sequence[Role],
    password: str,
    team_ids: Sequence[int] = (),
) -> Operator:
    """A new person who may log in. Raises Invalid for a short password, Conflict for a taken name."""
    ctx.require(Permission.OPERATORS_MANAGE)
    if len(password) < SHORTEST_PASSWORD:
        problem = translate("field.string_too_short", ctx.locale, min_length=SHORTEST_PASSWORD)
        raise Invalid("password_too_short", fields={"password": problem})
    login = login_name.strip().lower()
    if ctx.session.scalar(select(Operator.id).where(func.lower(Operator.login_name) == login)) is not None:
        raise Conflict("login_name_taken", login_name=login)
    operator = Operator(
        created_at=ctx.now(),
        agency_id=agency_id,
        login_name=login,
        name=name,
        password_hash=hash_password(password),
        presence=Presence.OFFLINE,
        presence_since=ctx.now(),
        capacity=capacity_of(roles),
    )
    ctx.session.add(operator)
    ctx.session.flush()
    ctx.session.add_all(
        TeamMember(created_at=ctx.now(), team_id=team_id, operator_id=operator.id) for team_id in team_ids
    )
    ctx.session.add_all(
        OperatorRole(created_at=ctx.now(), role_id=role.id, operator_id=operator.id) for role in roles
    )
    tell_person(ctx, operator, OPERATOR_CREATED, roles, team_ids)
    detail = {"roles": [role.label for role in roles]}
    audit.record(ctx, OPERATOR_CREATED, OPERATOR.of(operator), detail=detail)
    return operator


def capacity_of(roles: Sequence[Role]) -> int:
    """How many requests somebody with these roles is given at most, until somebody says otherwise."""
    return max((role.capacity for role in roles), default=0)


def tell_person(
    ctx: Context, operator: Operator, name: EventName, roles: Sequence[Role], team_ids: Sequence[int]
) -> None:
    """Tell of what somebody is from now on, with their roles and the teams that they are in."""
    told = PersonChanged(
        operator_id=operator.id,
        name=operator.name,
        role_ids=sorted(role.id for role in roles),
        team_ids=sorted(team_ids),
    )
    ctx.emit(name, told, agency_audience(operator.agency_id), about=OPERATOR.of(operator))


def disable_operator(ctx: Context, login_name: str) -> int:
    """Shut a person out: no login, and every session (with its sockets) ends now; how many ended."""
    ctx.require(Permission.OPERATORS_MANAGE)
    return shut_out(ctx, find_login(ctx, login_name))


def find_login(ctx: Context, login_name: str) -> Operator:
    """The person who logs in under this name, for those who may manage people; raises NotFound."""
    ctx.require(Permission.OPERATORS_MANAGE)
    operator = ctx.session.scalar(select(Operator).where(Operator.login_name == login_name.strip().lower()))
    if operator is None:
        raise NotFound
    return operator


def shut_out(ctx: Context, operator: Operator) -> int:
    """The same for a person who was found already; the caller has asked for the right.

    Raises Conflict for the last one who may manage people: nobody could let them in again.
    """
    keep_somebody_who_manages(ctx, operator)
    operator.is_active = False
    if operator.presence is not Presence.OFFLINE:
        change_presence(ctx, operator, Presence.OFFLINE)
    ended = end_sessions(ctx, operator, "disabled")
    tell_access(ctx, operator, OPERATOR_DISABLED)
    return ended


def tell_access(ctx: Context, operator: Operator, name: EventName) -> None:
    """Whoever looks at the people sees it at once, and the audit log keeps it."""
    ctx.emit(
        name,
        AccessChanged(operator_id=operator.id, is_active=operator.is_active),
        agency_audience(operator.agency_id),
        about=OPERATOR.of(operator),
    )
    audit.record(ctx, name, OPERATOR.of(operator))
