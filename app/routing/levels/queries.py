"""Reads of service policies, and what one would have made of the last thirty days."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, not_, select

from app.calendars.clocks import calendar_for, calendars_of
from app.conditions.binding import Names, bind, faults_of, names_of
from app.conditions.sentences import sentence
from app.core.context import Context
from app.core.db import among
from app.core.errors import NotFound
from app.core.field_errors import field_texts
from app.core.i18n import translate
from app.core.permissions import Permission
from app.identity.scope import scope
from app.models import (
    ACTIVE_STATUSES,
    Account,
    DeadlineRecount,
    Operator,
    RequestStatus,
    ServicePolicy,
    ServiceRequest,
    stands,
)
from app.routing.levels.clock import resolve_due, worked
from app.routing.levels.schemas import (
    CheckPolicyCondition,
    NamedPerson,
    PolicyConditionCheck,
    PolicyList,
    PolicyStep,
    PolicyStepView,
    PolicyTrial,
    PolicyView,
    TryPolicy,
)
from app.routing.levels.stored import ASKED, SUBJECT, condition_of, standing, steps_of
from app.routing.setup.checking import can_match
from app.worktime import WorkCalendar

LOOKED_BACK = timedelta(days=30)
MOST_LOOKED_AT = 5000
_MINUTE = timedelta(minutes=1)


def list_policies(ctx: Context) -> PolicyList:
    """Of one's agency; for who reaches all of them, of each agency in turn. A fixed number of statements."""
    ctx.require(Permission.ROUTING_READ)
    order = (ServicePolicy.agency_id, ServicePolicy.position, ServicePolicy.id)
    shown = scope(select(ServicePolicy), ctx.actor, ServicePolicy).where(ServicePolicy.removed_at.is_(None))
    rows = ctx.session.scalars(shown.order_by(*order)).all()
    recounting = (
        scope(select(Account.id), ctx.actor, Account)
        .join(DeadlineRecount, DeadlineRecount.account_id == Account.id)
        .limit(1)
    )
    return PolicyList(
        items=_views(ctx, rows),
        condition_fields=list(ASKED),
        is_recounting=ctx.session.scalar(recounting) is not None,
    )


def policy_view(ctx: Context, policy_id: int) -> PolicyView:
    ctx.require(Permission.ROUTING_READ)
    return _views(ctx, [get_policy(ctx, policy_id)])[0]


def get_policy(ctx: Context, policy_id: int, *, locked: bool = False) -> ServicePolicy:
    """Raises NotFound for one that is gone, or that the actor does not see."""
    found = scope(select(ServicePolicy), ctx.actor, ServicePolicy).where(
        ServicePolicy.id == policy_id, ServicePolicy.removed_at.is_(None)
    )
    row = ctx.session.scalars(found.with_for_update() if locked else found).one_or_none()
    if row is None:
        raise NotFound
    return row


def gone_people(ctx: Context, ladders: Iterable[Sequence[PolicyStep]]) -> set[int]:
    """Those whom steps name and who can be told nothing."""
    named = {person for steps in ladders for step in steps for person in step.people}
    return named - _people(ctx, named).keys()


def _people(ctx: Context, ids: Collection[int]) -> dict[int, str]:
    if not ids:
        return {}
    seen = scope(select(Operator.id, Operator.name), ctx.actor, Operator)
    rows = ctx.session.execute(seen.where(Operator.is_active, among(ctx.session, Operator.id, sorted(ids))))
    return {row[0]: row[1] for row in rows}


def _views(ctx: Context, rows: Sequence[ServicePolicy]) -> list[PolicyView]:
    trees = {row.id: condition_of(row) for row in rows}
    names = names_of(ctx, SUBJECT, *trees.values()) if rows else {}
    steps = {row.id: steps_of(row) for row in rows}
    known = _people(ctx, {person for ladder in steps.values() for step in ladder for person in step.people})
    counted = _open_requests(ctx, trees)
    return [
        PolicyView(
            id=row.id,
            name=row.name,
            condition=trees[row.id],
            sentence=sentence(SUBJECT, trees[row.id], names, ctx.locale),
            first_minutes=row.first_minutes,
            next_minutes=row.next_minutes,
            resolve_minutes=row.resolve_minutes,
            warn_share=row.warn_share,
            steps=[_step_view(step, known) for step in steps[row.id]],
            is_on=row.is_on,
            faults=field_texts(_faults(ctx, trees[row.id], names, steps[row.id], known), ctx.locale),
            open_requests=counted.get(row.id, 0),
            version=row.version,
        )
        for row in rows
    ]


def _step_view(step: PolicyStep, known: dict[int, str]) -> PolicyStepView:
    people = [NamedPerson(id=number, name=known.get(number)) for number in step.people]
    return PolicyStepView(
        at=step.at, after_minutes=step.after_minutes, holder=step.holder, leads=step.leads, people=people
    )


def _faults(
    ctx: Context, tree: Any, names: Names, steps: Sequence[PolicyStep], known: Collection[int]
) -> dict[str, str]:
    found = faults_of(ctx, SUBJECT, tree, names=names)
    faults = {f"condition.{path}" if path else "condition": code for path, code in found.items()}
    for at, step in enumerate(steps):
        if not set(step.people) <= set(known):
            faults[f"steps.{at}.people"] = "person_gone"
    return faults


def _open_requests(ctx: Context, ids: Collection[int]) -> dict[int, int]:
    if not ids:
        return {}
    counted = scope(select(ServiceRequest.policy_id, func.count()), ctx.actor, ServiceRequest).where(
        stands(ACTIVE_STATUSES), among(ctx.session, ServiceRequest.policy_id, sorted(ids))
    )
    rows = ctx.session.execute(counted.group_by(ServiceRequest.policy_id))
    return {row[0]: row[1] for row in rows if row[0] is not None}


def check_condition(ctx: Context, command: CheckPolicyCondition) -> PolicyConditionCheck:
    """The condition read aloud, what is wrong with it, and why nothing can come under it."""
    ctx.require(Permission.ROUTING_READ)
    names = names_of(ctx, SUBJECT, command.condition)
    faults = faults_of(ctx, SUBJECT, command.condition, names=names)
    return PolicyConditionCheck(
        sentence=sentence(SUBJECT, command.condition, names, ctx.locale),
        faults=field_texts(faults, ctx.locale),
        never=None if faults else _never(ctx, command),
    )


def _never(ctx: Context, command: CheckPolicyCondition) -> str | None:
    if not can_match(command.condition):
        return translate("service_policy.never.impossible", ctx.locale)
    for before in _before(ctx, command.policy_id):
        tree = condition_of(before)
        if before.is_on and tree in (command.condition, _EVERYTHING):
            return translate("service_policy.never.taken", ctx.locale, name=before.name)
    return None


_EVERYTHING = condition_of(ServicePolicy(condition={"all": []}))


def _before(ctx: Context, policy_id: int | None) -> list[ServicePolicy]:
    """The policies that are asked before this one of one's agency; before a new one all are."""
    if ctx.actor.agency_id is None:
        return []
    found: list[ServicePolicy] = []
    for row in ctx.session.scalars(standing(ctx.actor.agency_id)):
        if row.id == policy_id:
            break
        found.append(row)
    return found


def try_policy(ctx: Context, command: TryPolicy) -> PolicyTrial:
    """A dry run: nothing is written. Four statements, and those that conditions and calendars need."""
    ctx.require(Permission.ROUTING_READ)
    content = command.content
    within = bind(ctx, SUBJECT, content.condition, "content.condition").sql()
    others = [not_(sql) for sql in _asked_before(ctx, command.policy_id)]
    opened = scope(select(ServiceRequest), ctx.actor, ServiceRequest).where(
        ServiceRequest.opened_at >= ctx.now() - LOOKED_BACK
    )
    if ctx.actor.agency_id is not None:
        own = select(Account.id).where(Account.agency_id == ctx.actor.agency_id)
        opened = opened.where(ServiceRequest.account_id.in_(own))
    matched = opened.where(within, *others)
    rows = ctx.session.execute(
        matched.with_only_columns(
            ServiceRequest.account_id,
            ServiceRequest.queue_id,
            ServiceRequest.opened_at,
            ServiceRequest.first_replied_at,
            ServiceRequest.resolved_at,
            ServiceRequest.stopped_at,
            ServiceRequest.stopped_micros,
            ServiceRequest.status,
            maintain_column_froms=True,
        )
        .order_by(ServiceRequest.opened_at.desc(), ServiceRequest.id.desc())
        .limit(MOST_LOOKED_AT)
    ).all()
    calendars_of(ctx, {row.account_id for row in rows})  # all at once
    calendars = [calendar_for(ctx, row.account_id, row.queue_id) for row in rows]
    first, resolve = content.first_minutes * _MINUTE, content.resolve_minutes
    counted = list(zip(rows, calendars, strict=True))
    late = [_is_resolved_late(row, calendar, resolve, ctx.now()) for row, calendar in counted]
    return PolicyTrial(
        opened=_count(ctx, opened),
        matched=_count(ctx, matched),
        looked_at=len(rows),
        first_late=sum(
            _took(calendar, row.opened_at, _answered(row), ctx.now()) > first for row, calendar in counted
        ),
        resolve_late=None if resolve is None else sum(late),
    )


def _asked_before(ctx: Context, policy_id: int | None) -> list[ColumnElement[bool]]:
    trees = [condition_of(row) for row in _before(ctx, policy_id) if row.is_on]
    return [bind(ctx, SUBJECT, tree).sql() for tree in trees if not faults_of(ctx, SUBJECT, tree)]


def _count(ctx: Context, statement: Any) -> int:
    counted = statement.with_only_columns(func.count(), maintain_column_froms=True)
    return ctx.session.scalar(counted) or 0


def _answered(row: Any) -> datetime | None:
    """Resolved without an answer, nobody waited any more from then on."""
    answered: datetime | None = row.first_replied_at or row.resolved_at
    return answered


def _took(calendar: WorkCalendar, since: datetime, until: datetime | None, now: datetime) -> timedelta:
    return worked(calendar, since, until or now)


def _is_resolved_late(row: Any, calendar: WorkCalendar, minutes: int | None, now: datetime) -> bool:
    if minutes is None:
        return False
    stood = timedelta(microseconds=row.stopped_micros)
    due = resolve_due(calendar, row.opened_at, minutes * _MINUTE, stood)
    if row.status is RequestStatus.PENDING or row.resolved_at is not None:
        return bool((row.stopped_at or row.resolved_at or now) > due)
    return now > due
