"""What people do with service policies: the only code that writes them.

Whatever changes what requests are counted by makes the agency's accounts outdated (`want_recount`), in the
same transaction; `recounting` counts them anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.calendars.clocks import forget
from app.calendars.recounts import want_recount
from app.conditions.binding import bind
from app.core.context import Context
from app.core.db import upsert
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.events import EventName
from app.core.permissions import Permission
from app.identity import audit
from app.identity.scope import agency_readers
from app.models import Account, ServicePolicy, ServicePolicyState
from app.routing.events import (
    POLICY_ADDED,
    POLICY_EDITED,
    POLICY_MOVED,
    POLICY_REMOVED,
    POLICY_SWITCHED,
    SERVICE_POLICY,
)
from app.routing.job_names import RECOUNT_DEADLINES
from app.routing.levels.queries import get_policy, gone_people
from app.routing.levels.schemas import (
    CreatePolicy,
    EditPolicy,
    OrderPolicies,
    PolicyContent,
    ServicePolicyChanged,
    SwitchPolicy,
)
from app.routing.levels.stored import SUBJECT, condition_of, standing

MOST_POLICIES = 50
"""Of an agency."""
_LEAST_WARNING = timedelta(minutes=1)
_COLUMNS = ("name", "first_minutes", "next_minutes", "resolve_minutes", "warn_share")


def create_policy(ctx: Context, command: CreatePolicy) -> ServicePolicy:
    """A policy of the actor's agency, off, behind the others.

    Raises Invalid naming what is wrong, Conflict(`too_many_policies`).
    """
    ctx.require(Permission.ROUTING_CONFIGURE)
    agency_id = ctx.actor.agency_id
    if agency_id is None:
        raise Forbidden(permission=Permission.ROUTING_CONFIGURE.value)
    check(ctx, command)
    _hold(ctx, agency_id)
    others = ctx.session.scalars(standing(agency_id)).all()
    if len(others) >= MOST_POLICIES:
        raise Conflict("too_many_policies", most=MOST_POLICIES)
    row = ServicePolicy(
        created_at=ctx.now(),
        agency_id=agency_id,
        position=max((other.position for other in others), default=0) + 1,
        is_on=False,
        **_columns(command),
    )
    ctx.session.add(row)
    ctx.session.flush()
    _changed(ctx, [row], POLICY_ADDED)
    return row


def edit_policy(ctx: Context, policy_id: int, command: EditPolicy) -> ServicePolicy:
    """Raises Conflict(`stale_version`), Invalid naming what is wrong."""
    row = _managed(ctx, policy_id, command.version)
    check(ctx, command)
    for name, value in _columns(command).items():
        if getattr(row, name) != value:
            setattr(row, name, value)
    _changed(ctx, [row], POLICY_EDITED)
    return row


def switch_policy(ctx: Context, policy_id: int, command: SwitchPolicy) -> ServicePolicy:
    """From this moment on it is asked, or no more. Raises Conflict(`policy_broken`), `stale_version`."""
    row = _managed(ctx, policy_id, command.version)
    if row.is_on == command.is_on:
        return row
    if command.is_on:
        try:
            bind(ctx, SUBJECT, condition_of(row))
        except Invalid as error:
            raise Conflict("policy_broken") from error
    row.is_on = command.is_on
    _changed(ctx, [row], POLICY_SWITCHED)
    return row


def order_policies(ctx: Context, command: OrderPolicies) -> None:
    """Raises Conflict(`policies_changed`) where these are not all policies of one's agency."""
    ctx.require(Permission.ROUTING_CONFIGURE)
    agency_id = ctx.actor.agency_id
    if agency_id is None:
        raise Forbidden(permission=Permission.ROUTING_CONFIGURE.value)
    _hold(ctx, agency_id)
    rows = {row.id: row for row in ctx.session.scalars(standing(agency_id))}
    if len(command.ids) != len(rows) or set(command.ids) != rows.keys():
        raise Conflict("policies_changed")
    moved = []
    for position, number in enumerate(command.ids, start=1):
        if rows[number].position != position:
            rows[number].position = position
            moved.append(rows[number])
    if moved:
        _changed(ctx, moved, POLICY_MOVED)


def remove_policy(ctx: Context, policy_id: int) -> None:
    """What was counted by it stays so in the figures."""
    ctx.require(Permission.ROUTING_CONFIGURE)
    row = get_policy(ctx, policy_id, locked=True)
    _hold(ctx, row.agency_id)
    row.is_on, row.removed_at = False, ctx.now()
    _changed(ctx, [row], POLICY_REMOVED)


def check(ctx: Context, content: PolicyContent) -> None:
    """Raises Invalid for what is wrong with it, or beyond what the actor sees."""
    bind(ctx, SUBJECT, content.condition)
    faults: dict[str, str] = {}
    for name in ("first_minutes", "next_minutes", "resolve_minutes"):
        minutes = getattr(content, name)
        if minutes is not None and _left(minutes, content.warn_share) < _LEAST_WARNING:
            faults[name] = "shorter_than_warning"
    if content.resolve_minutes is not None and content.resolve_minutes < content.first_minutes:
        faults.setdefault("resolve_minutes", "resolved_before_answered")
    gone = gone_people(ctx, [content.steps])
    seen: set[str] = set()
    for at, step in enumerate(content.steps):
        if step.at == "warning" and step.after_minutes:
            faults[f"steps.{at}.after_minutes"] = "warning_is_at_once"
        if step.key in seen:
            faults[f"steps.{at}.at"] = "named_twice"
        if not (step.holder or step.leads or step.people):
            faults[f"steps.{at}.people"] = "tells_nobody"
        if gone & set(step.people):
            faults[f"steps.{at}.people"] = "reference_gone"
        seen.add(step.key)
    if faults:
        raise Invalid(fields=faults)


def _left(minutes: int, share: int) -> timedelta:
    return timedelta(minutes=minutes) * (100 - share) / 100


def _columns(content: PolicyContent) -> dict[str, Any]:
    return {
        **{name: getattr(content, name) for name in _COLUMNS},
        "condition": content.condition.model_dump(mode="json"),
        "steps": [step.model_dump(mode="json") for step in content.steps],
    }


def _managed(ctx: Context, policy_id: int, version: int) -> ServicePolicy:
    ctx.require(Permission.ROUTING_CONFIGURE)
    row = get_policy(ctx, policy_id, locked=True)
    if row.version != version:
        raise Conflict("stale_version", version=row.version)
    _hold(ctx, row.agency_id)
    return row


def _hold(ctx: Context, agency_id: int) -> ServicePolicyState:
    """Nobody else changes a policy of this agency meanwhile."""
    state = ServicePolicyState
    new = upsert(ctx.session, state).values(created_at=ctx.now(), agency_id=agency_id, version=1)
    ctx.session.execute(new.on_conflict_do_nothing())
    held = select(state).where(state.agency_id == agency_id).with_for_update()
    return ctx.session.scalars(held.execution_options(populate_existing=True)).one()


def _changed(ctx: Context, rows: Sequence[ServicePolicy], name: EventName) -> None:
    agency_id = rows[0].agency_id
    _hold(ctx, agency_id).version += 1
    ctx.session.flush()
    forget(ctx.session)
    want_recount(ctx, ctx.session.scalars(select(Account.id).where(Account.agency_id == agency_id)).all())
    ctx.defer(RECOUNT_DEADLINES)
    for row in rows:
        about = SERVICE_POLICY.of(row)
        detail = {"name": row.name, "position": row.position, "is_on": row.is_on, **_kept(row)}
        audit.record(ctx, name, about, detail=detail)
        audience = agency_readers(agency_id, Permission.ROUTING_READ)
        ctx.emit(name, ServicePolicyChanged(service_policy_id=row.id), audience, about=about)


def _kept(row: ServicePolicy) -> dict[str, Any]:
    kept = (*_COLUMNS[1:], "condition", "steps")
    return {column: getattr(row, column) for column in kept}
