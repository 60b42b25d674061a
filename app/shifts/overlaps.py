"""Nobody is in two shifts at once: one hand at a time changes an agency's plan, looking before it writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.core.context import Context
from app.core.counters import lock_counters
from app.core.db import among
from app.core.errors import Conflict, Forbidden
from app.core.permissions import Permission
from app.models import Operator, Shift
from app.shifts.clock import said


@dataclass(frozen=True)
class Wanted:
    """That a person is to work from one moment to another."""

    operator_id: int
    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Overlap:
    """What somebody is to do, and what they do then already."""

    wanted: Wanted
    taken: Wanted


def own_agency(ctx: Context) -> int:
    """Whose plan the actor sees and changes. Raises Forbidden for who belongs to none."""
    if ctx.actor.agency_id is None:
        raise Forbidden(permission=Permission.SHIFTS_READ.value)
    return ctx.actor.agency_id


def lock_plan(ctx: Context, agency_id: int) -> None:
    """Until the end of the transaction nobody else changes this agency's plan, on either database."""
    lock_counters(ctx.session, {f"shifts-{agency_id}"}, ctx.now())


def overlaps(ctx: Context, wanted: Sequence[Wanted], *, apart_from: Collection[int] = ()) -> list[Overlap]:
    """What would have somebody in two shifts at once, in the order of `wanted`; one statement.

    `apart_from` are shifts, by their ids, that will not stand. The plan is locked by the caller.
    """
    if not wanted:
        return []
    rows = ctx.session.execute(
        select(Shift.operator_id, Shift.begins_at, Shift.ends_at).where(
            among(ctx.session, Shift.operator_id, {one.operator_id for one in wanted}),
            Shift.removed_at.is_(None),
            Shift.ends_at > min(one.begins_at for one in wanted),
            Shift.begins_at < max(one.ends_at for one in wanted),
            Shift.id.not_in(apart_from),
        )
    )
    taken: dict[int, list[Wanted]] = defaultdict(list)
    for row in rows:
        taken[row.operator_id].append(Wanted(*row))
    found = []
    for one in wanted:
        hit = next((each for each in taken[one.operator_id] if _meet(one, each)), None)
        if hit is not None:
            found.append(Overlap(one, hit))
        else:
            taken[one.operator_id].append(one)
    return found


def _meet(one: Wanted, other: Wanted) -> bool:
    return one.begins_at < other.ends_at and other.begins_at < one.ends_at


def refuse(ctx: Context, found: Sequence[Overlap]) -> None:
    """Raises Conflict(`shifts_overlap`): who, when, and what they do then."""
    if not found:
        return
    first = found[0]
    name = ctx.session.scalar(select(Operator.name).where(Operator.id == first.wanted.operator_id)) or ""
    raise Conflict(
        "shifts_overlap",
        person=name,
        operator_id=first.wanted.operator_id,
        wanted=said(first.wanted.begins_at, first.wanted.ends_at),
        taken=said(first.taken.begins_at, first.taken.ends_at),
        count=len(found),
    )
