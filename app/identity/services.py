"""Login, logout, presence. Writes only; each function is one verb."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import selectinload

from app.core.context import Context
from app.core.crypto import new_token, token_hash
from app.core.errors import Conflict, Invalid, NotFound, RateLimited
from app.core.events import Audience
from app.core.i18n import translate
from app.core.permissions import Permission, RoleName
from app.identity import audit
from app.identity.events import PRESENCE_CHANGED, SESSION_ENDED
from app.identity.passwords import decoy_hash, hash_password, needs_rehash, verify_password
from app.identity.schemas import LogIn, PresenceChanged, SessionEnded, SetLocale, SetPresence
from app.identity.scope import agency_audience
from app.models import LoginAttempt, Operator, OperatorSession, Presence

SHORTEST_PASSWORD = 10
FAILURES_PER_NAME = 8
FAILURES_PER_ADDRESS = 40
FAILURE_WINDOW = timedelta(minutes=10)


def log_in(ctx: Context, command: LogIn, *, address: str, user_agent: str) -> tuple[Operator, str] | None:
    """Check the password and open a session; the operator and the session's token.

    None when the name or the password is wrong: the caller commits (the attempt is counted) and then
    refuses. Raises RateLimited after too many failures of the name or the address within ten minutes.
    """
    name = command.login_name.strip().lower()
    _throttle(ctx, name, address)
    operator = ctx.session.scalar(
        select(Operator)
        .where(func.lower(Operator.login_name) == name)
        .options(selectinload(Operator.agency), selectinload(Operator.teams))
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
    ctx.session.execute(delete(LoginAttempt).where(LoginAttempt.key == f"name:{name}"))
    audit.record(ctx, "session.opened", operator=operator, address=address)
    if operator.presence is Presence.OFFLINE:
        _change_presence(ctx, operator, Presence.ONLINE)
    ctx.session.flush()
    return operator, token


def _throttle(ctx: Context, name: str, address: str) -> None:
    since = ctx.now() - FAILURE_WINDOW
    for key, limit in ((f"name:{name}", FAILURES_PER_NAME), (f"address:{address}", FAILURES_PER_ADDRESS)):
        attempts = select(func.count(), func.min(LoginAttempt.created_at)).where(
            LoginAttempt.key == key[:120], LoginAttempt.created_at > since
        )
        count, first = ctx.session.execute(attempts).one()
        if count >= limit:
            wait = (first + FAILURE_WINDOW - ctx.now()).total_seconds()
            raise RateLimited("login_throttled", retry_after=max(1, round(wait)))


def _count_failure(ctx: Context, name: str, address: str) -> None:
    now = ctx.now()
    for key in (f"name:{name}", f"address:{address}"):
        ctx.session.add(LoginAttempt(key=key[:120], created_at=now))
    ctx.session.execute(delete(LoginAttempt).where(LoginAttempt.created_at < now - 6 * FAILURE_WINDOW))
    audit.record(ctx, "session.refused", detail={"login_name": name[:60]}, address=address)
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
        _change_presence(ctx, operator, Presence.OFFLINE)
    audit.record(ctx, "session.closed", operator=operator)


def end_session(ctx: Context, row: OperatorSession, reason: str) -> None:
    row.ended_at = ctx.now()
    row.end_reason = reason
    ctx.emit(
        SESSION_ENDED,
        SessionEnded(session_id=row.id, reason=reason),
        Audience(frozenset({f"operator{row.operator_id}"})),
    )
    ctx.session.flush()


def set_presence(ctx: Context, command: SetPresence) -> Operator:
    ctx.require(Permission.SESSION_USE)
    operator = ctx.session.get_one(Operator, ctx.actor.operator_id)
    if operator.presence is not command.presence:
        _change_presence(ctx, operator, command.presence)
    return operator


def _change_presence(ctx: Context, operator: Operator, presence: Presence) -> None:
    operator.presence = presence
    operator.presence_since = ctx.now()
    ctx.emit(
        PRESENCE_CHANGED,
        PresenceChanged(operator_id=operator.id, presence=presence),
        agency_audience(operator.agency_id),
        operator_id=operator.id,
    )


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
    return len(idle)


def create_operator(
    ctx: Context, *, agency_id: int, login_name: str, name: str, role: RoleName, password: str
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
        role=role,
        presence=Presence.OFFLINE,
        presence_since=ctx.now(),
    )
    ctx.session.add(operator)
    ctx.session.flush()
    audit.record(
        ctx, "operator.created", object_type="operator", object_id=operator.id, detail={"role": role}
    )
    return operator


def disable_operator(ctx: Context, login_name: str) -> int:
    """Shut a person out: no login, and every session (with its sockets) ends now; how many ended."""
    ctx.require(Permission.OPERATORS_MANAGE)
    operator = ctx.session.scalar(select(Operator).where(Operator.login_name == login_name.strip().lower()))
    if operator is None:
        raise NotFound
    operator.is_active = False
    operator.presence = Presence.OFFLINE
    live = ctx.session.scalars(
        select(OperatorSession).where(
            OperatorSession.operator_id == operator.id, OperatorSession.ended_at.is_(None)
        )
    ).all()
    for row in live:
        end_session(ctx, row, "disabled")
    audit.record(ctx, "operator.disabled", object_type="operator", object_id=operator.id)
    return len(live)
