"""How work is dealt out among an agency's people: what a request weighs, how fast somebody is given work, and
after how long what happens. What an agency has not said is as it is here.

Weights and loads are hundredths, so that sums are exact. The settings come with the agency of each person, in
the statement that reads the person: they cost none of their own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.core.db import among
from app.core.lanes import Lane
from app.models import (
    ACTIVE_STATUSES,
    WORKING_STATUSES,
    Operator,
    Presence,
    RoutingSettings,
    ServiceRequest,
)

ONE = 100


@dataclass(frozen=True)
class Weights:
    """What one request takes of a person's capacity."""

    private: int = ONE
    public: int = 50
    waiting: int = 20

    def of(self, lane: Lane) -> int:
        return self.private if lane is Lane.PRIVATE else self.public


@dataclass(frozen=True)
class Dealing:
    """What an agency says of it. A span that is None: that is not done."""

    weights: Weights = Weights()
    intake_most: int | None = None
    intake_within: timedelta | None = None
    accept_within: timedelta | None = None
    away_after: timedelta | None = None
    vanish_after: timedelta | None = None
    alone_after: timedelta | None = None
    only_on_shift: bool = False
    return_within: timedelta | None = timedelta(days=14)
    limits: Mapping[Presence, timedelta] = field(default_factory=lambda: MappingProxyType({}))


STANDARD = Dealing()


def dealing_of(row: RoutingSettings | None) -> Dealing:
    if row is None:
        return STANDARD
    return Dealing(
        weights=Weights(row.private_weight, row.public_weight, row.waiting_weight),
        intake_most=row.intake_most,
        intake_within=_minutes(row.intake_minutes),
        accept_within=_minutes(row.accept_minutes),
        away_after=_minutes(row.away_minutes),
        vanish_after=_minutes(row.vanish_minutes),
        alone_after=_minutes(row.alone_minutes),
        only_on_shift=row.only_on_shift,
        return_within=None if row.return_days is None else timedelta(days=row.return_days),
        limits={Presence(word): timedelta(minutes=length) for word, length in row.limits.items()},
    )


def _minutes(number: int | None) -> timedelta | None:
    return None if number is None else timedelta(minutes=number)


def spans_of(session: Session, minutes: InstrumentedAttribute[int | None]) -> dict[timedelta, list[int]]:
    """The agencies that have said it, by how long; one statement."""
    rows = session.execute(select(minutes, RoutingSettings.agency_id).where(minutes.is_not(None)))
    found: dict[timedelta, list[int]] = defaultdict(list)
    for number, agency_id in rows:
        found[timedelta(minutes=number or 0)].append(agency_id)
    return found


@dataclass(frozen=True)
class InHand:
    """What somebody has: what they work on by lane, and what sleeps until its customer writes."""

    private: int = 0
    public: int = 0
    waiting: int = 0

    @property
    def open(self) -> int:
        """What takes their time now."""
        return self.private + self.public

    def in_lane(self, lane: Lane) -> int:
        return self.private if lane is Lane.PRIVATE else self.public

    def weight(self, weights: Weights) -> int:
        return self.private * weights.private + self.public * weights.public + self.waiting * weights.waiting


NOTHING = InHand()


def in_hand_of(session: Session, operator_ids: Collection[int]) -> dict[int, InHand]:
    """What each has; absent means nothing. One statement, which reads an index alone."""
    if not operator_ids:
        return {}
    whose = (ServiceRequest.assignee_id, ServiceRequest.lane, ServiceRequest.status)
    rows = session.execute(
        select(*whose, func.count())
        .where(
            among(session, ServiceRequest.assignee_id, operator_ids),
            ServiceRequest.status.in_(ACTIVE_STATUSES),
        )
        .group_by(*whose)
    )
    found: dict[int, dict[str, int]] = {}
    for operator_id, lane, status, n in rows:
        own = found.setdefault(operator_id or 0, {"private": 0, "public": 0, "waiting": 0})
        at_work = "private" if lane is Lane.PRIVATE else "public"
        own[at_work if status in WORKING_STATUSES else "waiting"] += n
    return {operator_id: InHand(**counts) for operator_id, counts in found.items()}


def counts_in_hand(operator_id: Any) -> tuple[ScalarSelect[int], ScalarSelect[int], ScalarSelect[int]]:
    """Within a statement that reads people: the three counts of `InHand`."""

    def counted(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
        # Counting the rows and not their ids: the index holds all that is asked.
        rows = select(func.count()).select_from(ServiceRequest)
        return rows.where(ServiceRequest.assignee_id == operator_id, *conditions).scalar_subquery()

    working = ServiceRequest.status.in_(WORKING_STATUSES)
    private = ServiceRequest.lane == Lane.PRIVATE
    sleeping = [status for status in ACTIVE_STATUSES if status not in WORKING_STATUSES]
    return (
        counted(working, private),
        counted(working, ~private),
        counted(ServiceRequest.status.in_(sleeping)),
    )


def load_of(operator: Operator, held: InHand) -> int:
    """What they have in hand weighs, as their agency weighs it; its settings are loaded."""
    return held.weight(dealing_of(operator.agency.routing).weights)


def own_in_hand(session: Session, operator_id: int) -> tuple[InHand, Dealing]:
    """Of one person, with how their agency deals work out; one statement."""
    row = session.execute(
        select(RoutingSettings, *counts_in_hand(Operator.id))
        .select_from(Operator)
        .outerjoin(RoutingSettings, RoutingSettings.agency_id == Operator.agency_id)
        .where(Operator.id == operator_id)
    ).one_or_none()
    return (NOTHING, STANDARD) if row is None else (InHand(row[1], row[2], row[3]), dealing_of(row[0]))


def shown(weight: int) -> float:
    """Hundredths as people read them."""
    return round(weight / ONE, 2)


def lane_limits_of(operator: Operator) -> dict[Lane, int]:
    limits: dict[str, Any] = operator.lane_limits or {}
    return {Lane(word): most for word, most in limits.items()}
