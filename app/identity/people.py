"""Changes to people: how much somebody may hold, letting them in and out, one's own password."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select

from app.core.context import Context
from app.core.errors import Conflict, Invalid, NotFound, RateLimited
from app.core.i18n import translate
from app.core.permissions import Permission
from app.identity import audit
from app.identity.events import (
    CAPACITY_CHANGED,
    OPERATOR,
    OPERATOR_ENABLED,
    PASSWORD_CHANGED,
    PASSWORD_REFUSED,
)
from app.identity.passwords import hash_password, verify_password
from app.identity.people_schemas import CapacityChanged, ChangePassword, LaneLimits, SetActive, SetCapacity
from app.identity.scope import agency_audience, scope
from app.identity.services import SHORTEST_PASSWORD, end_sessions, shut_out, tell_access
from app.models import LoginAttempt, Operator

WRONG_PASSWORDS = 5
WRONG_PASSWORDS_WITHIN = timedelta(minutes=10)


def set_capacity(ctx: Context, operator_id: int, command: SetCapacity) -> Operator:
    """Say how much a person may hold, also of a lane. What they hold already stays theirs."""
    ctx.require(Permission.PEOPLE_SET_CAPACITY)
    operator = find_person(ctx, operator_id)
    lanes = operator.lane_limits if command.lanes is None else command.lanes.model_dump(exclude_none=True)
    before, after = _limits(operator.capacity, operator.lane_limits), _limits(command.capacity, lanes)
    if before == after:
        return operator
    operator.capacity, operator.lane_limits = command.capacity, dict(lanes)
    ctx.emit(
        CAPACITY_CHANGED,
        CapacityChanged(operator_id=operator.id, capacity=operator.capacity, lanes=LaneLimits(**lanes)),
        agency_audience(operator.agency_id),
        about=OPERATOR.of(operator),
    )
    audit.record(ctx, CAPACITY_CHANGED, OPERATOR.of(operator), detail={"before": before, "after": after})
    return operator


def _limits(capacity: int, lanes: Mapping[str, Any]) -> Any:
    """As the audit log keeps it: the number alone where no lane has one of its own."""
    return {"capacity": capacity, **lanes} if lanes else capacity


def set_active(ctx: Context, operator_id: int, command: SetActive) -> Operator:
    """Let a person log in again, or shut them out with all their sessions."""
    ctx.require(Permission.OPERATORS_MANAGE)
    operator = find_person(ctx, operator_id)
    if operator.id == ctx.actor.operator_id and not command.active:
        raise Conflict("cannot_shut_out_oneself")
    if operator.is_active == command.active:
        return operator
    if not command.active:
        shut_out(ctx, operator)
        return operator
    operator.is_active = True
    tell_access(ctx, operator, OPERATOR_ENABLED)
    ctx.session.flush()
    return operator


def find_person(ctx: Context, operator_id: int) -> Operator:
    """A person within reach, locked; raises NotFound."""
    operator = ctx.session.scalars(
        scope(select(Operator), ctx.actor, Operator)
        .where(Operator.id == operator_id)
        .with_for_update(key_share=True)
    ).one_or_none()
    if operator is None:
        raise NotFound
    return operator


def change_own_password(ctx: Context, command: ChangePassword) -> bool:
    """Give oneself another password; every other login of oneself ends.

    False when the present one is wrong: the caller commits (the attempt is counted) and then refuses.
    """
    ctx.require(Permission.SESSION_USE)
    operator = ctx.session.get_one(Operator, ctx.actor.operator_id, with_for_update=True)
    _slow_down(ctx, operator)
    if not verify_password(operator.password_hash, command.current):
        ctx.session.add(LoginAttempt(key=_attempts_of(operator), created_at=ctx.now()))
        audit.record(ctx, PASSWORD_REFUSED, OPERATOR.of(operator))
        return False
    _check_new(ctx, command)
    operator.password_hash = hash_password(command.new)
    operator.password_is_given = False
    ctx.session.execute(delete(LoginAttempt).where(LoginAttempt.key == _attempts_of(operator)))
    end_sessions(ctx, operator, "password_changed", but=ctx.actor.session_id)
    audit.record(ctx, PASSWORD_CHANGED, OPERATOR.of(operator))
    return True


def _check_new(ctx: Context, command: ChangePassword) -> None:
    if len(command.new) < SHORTEST_PASSWORD:
        problem = translate("field.string_too_short", ctx.locale, min_length=SHORTEST_PASSWORD)
        raise Invalid("password_too_short", fields={"new": problem})
    if command.new == command.current:
        raise Invalid("password_unchanged", fields={"new": "unchanged"})


def _attempts_of(operator: Operator) -> str:
    return f"password:{operator.id}"


def _slow_down(ctx: Context, operator: Operator) -> None:
    """A browser left open must not become a place to guess at its owner's password."""
    since = ctx.now() - WRONG_PASSWORDS_WITHIN
    count, first = ctx.session.execute(
        select(func.count(), func.min(LoginAttempt.created_at)).where(
            LoginAttempt.key == _attempts_of(operator), LoginAttempt.created_at > since
        )
    ).one()
    if count >= WRONG_PASSWORDS:
        wait = (first + WRONG_PASSWORDS_WITHIN - ctx.now()).total_seconds()
        raise RateLimited("login_throttled", retry_after=max(1, round(wait)))
