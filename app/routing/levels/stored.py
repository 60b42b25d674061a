"""The policies of agencies as clocks count by them: built once a process, and as long as none was changed.

As what they stand is read with the calendars (`app.calendars.clocks`), so that they cost no statement of
their own, and nothing at all where there are none.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import select

from app.calendars.clocks import PolicyState, calendars_of, calendars_of_queues, policy_states_of
from app.conditions.binding import bind, faults_of, names_of
from app.conditions.tree import Condition
from app.core.context import Context
from app.core.permissions import Permission, system_actor
from app.core.runtime import Runtime
from app.models import ServicePolicy
from app.routing.fields import SERVICE_REQUESTS
from app.routing.levels.clock import Clock, Terms
from app.routing.levels.schemas import PolicyStep

ASKED = (
    "type",
    "priority",
    "priority_parts",
    "sentiment",
    "sentiment_unsure",
    "lane",
    "account",
    "platform",
    "contact_name",
    "contact_verified",
    "contact_followers",
    "contact_level",
)
"""What conditions of policies may ask: what a request is. What becomes of it (its holder, how long it waits)
is no reason for another level."""
SUBJECT = replace(SERVICE_REQUESTS, fields={key: SERVICE_REQUESTS.fields[key] for key in ASKED})
_READER = system_actor("levels", Permission.SERVICE_REQUESTS_READ, Permission.CONTACTS_READ)
_TREE = TypeAdapter[Any](Condition)


class Known:
    """The policies of this process, by agency, each with the state that they were read in."""

    def __init__(self, _runtime: Runtime) -> None:
        self._known: dict[int, tuple[PolicyState, tuple[Terms, ...]]] = {}
        self._lock = threading.Lock()

    def get(self, state: PolicyState) -> tuple[Terms, ...] | None:
        known = self._known.get(state[0])
        return known[1] if known is not None and known[0] == state else None

    def keep(self, state: PolicyState, policies: tuple[Terms, ...]) -> None:
        with self._lock:
            self._known[state[0]] = (state, policies)


def clocks_of(ctx: Context, account_ids: Collection[int]) -> Mapping[int, Clock]:
    """By account. The statement of `calendars_of`, and a few more where policies were changed."""
    calendars = calendars_of(ctx, account_ids)
    states = policy_states_of(ctx, account_ids)
    policies = {state: _policies(ctx, state) for state in {states[n] for n in account_ids if n in states}}
    queues = calendars_of_queues(ctx)
    return {
        number: Clock(calendars[number], policies[states[number]] if number in states else (), queues)
        for number in account_ids
    }


def clock_of(ctx: Context, account_id: int) -> Clock:
    return clocks_of(ctx, [account_id])[account_id]


def _policies(ctx: Context, state: PolicyState) -> tuple[Terms, ...]:
    known = ctx.runtime.part("service_policies", Known)
    found = known.get(state)
    if found is None:
        found = _read(ctx, state[0])
        known.keep(state, found)
    return found


def _read(ctx: Context, agency_id: int) -> tuple[Terms, ...]:
    """Those that are on, in their order. One whose condition names what is gone is passed over."""
    rows = ctx.session.scalars(standing(agency_id).where(ServicePolicy.is_on)).all()
    as_reader = replace(ctx, actor=_READER)
    trees = {row.id: condition_of(row) for row in rows}
    names = names_of(as_reader, SUBJECT, *trees.values()) if rows else {}
    whole = [row for row in rows if not faults_of(as_reader, SUBJECT, trees[row.id], names=names)]
    return tuple(terms_of(row, bind(as_reader, SUBJECT, trees[row.id], names=names).holds) for row in whole)


def terms_of(row: ServicePolicy, holds: Callable[[Any], bool]) -> Terms:
    minutes = row.resolve_minutes
    return Terms(
        row.id,
        row.name,
        holds,
        timedelta(minutes=row.first_minutes),
        timedelta(minutes=row.next_minutes),
        None if minutes is None else timedelta(minutes=minutes),
        row.warn_share,
        steps_of(row),
    )


def standing(agency_id: int) -> Any:
    """The policies of an agency, in the order in which they are asked."""
    return (
        select(ServicePolicy)
        .where(ServicePolicy.agency_id == agency_id, ServicePolicy.removed_at.is_(None))
        .order_by(ServicePolicy.position, ServicePolicy.id)
    )


def condition_of(row: ServicePolicy) -> Any:
    return _TREE.validate_python(row.condition)


def steps_of(row: ServicePolicy) -> list[PolicyStep]:
    return [PolicyStep.model_validate(step) for step in row.steps]
