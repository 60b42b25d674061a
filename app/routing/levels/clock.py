"""By what the time of an account's requests is counted: its calendar, and the policies of its agency."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from app.models import RequestStatus, ServiceClock, ServiceRequest
from app.routing.policies import ANSWER_WITHIN, Weighed
from app.worktime import WorkCalendar

MICROSECOND = timedelta(microseconds=1)
_RUNS = (RequestStatus.NEW, RequestStatus.OPEN, RequestStatus.ON_HOLD)
"""While the clock to its resolution runs: we wait for nobody, and it is not done."""


@dataclass(frozen=True)
class Terms:
    """A policy that is on, ready to be asked. It keeps nothing of the unit of work that made it."""

    id: int
    name: str
    holds: Callable[[Any], bool]
    first: timedelta
    next: timedelta
    resolve: timedelta | None
    warn_share: int
    steps: Sequence[Any] = ()
    """app.routing.levels.schemas.PolicyStep."""

    def length(self, kind: ServiceClock) -> timedelta | None:
        return {
            ServiceClock.FIRST: self.first,
            ServiceClock.NEXT: self.next,
            ServiceClock.RESOLUTION: self.resolve,
        }[kind]


@dataclass(frozen=True)
class _As:
    """A request as if it were something else."""

    _request: ServiceRequest
    _weighed: Weighed

    @property
    def type(self) -> str:
        return self._weighed.type

    @property
    def priority(self) -> int:
        return self._weighed.priority

    @property
    def priority_parts(self) -> dict[str, Any]:
        return self._weighed.parts

    def __getattr__(self, name: str) -> Any:
        return getattr(self._request, name)


@dataclass(frozen=True)
class Clock:
    """Without policies, the times of every priority hold."""

    calendar: WorkCalendar
    policies: tuple[Terms, ...] = ()
    """In their order."""
    queues: Mapping[int, WorkCalendar] = field(default_factory=dict)
    """The calendars of queues that have their own."""

    def on(self, queue_id: int | None) -> Clock:
        """By what the time of a request in that queue is counted."""
        calendar = self.queues.get(queue_id or 0)
        return self if calendar is None else replace(self, calendar=calendar)

    def terms(self, policy_id: int | None) -> Terms | None:
        return next((terms for terms in self.policies if terms.id == policy_id), None)

    def chosen(self, request: ServiceRequest) -> int | None:
        """The first policy whose condition holds of what it is now. Its related rows are loaded where there
        are policies."""
        found = self._first(request)
        return found.id if found is not None else None

    def _first(self, facts: Any) -> Terms | None:
        return next((terms for terms in self.policies if terms.holds(facts)), None)

    def within(self, request: ServiceRequest) -> timedelta:
        """How long the answer that is wanted now may take."""
        return self._within(request, self.terms(request.policy_id), request.priority)

    def within_as(self, request: ServiceRequest, weighed: Weighed) -> timedelta:
        """The same if the request were this."""
        return self._within(request, self._first(_As(request, weighed)), weighed.priority)

    def _within(self, request: ServiceRequest, terms: Terms | None, priority: int) -> timedelta:
        if terms is None:
            return ANSWER_WITHIN[priority]
        return terms.length(answer_clock(request)) or ANSWER_WITHIN[priority]

    def resolve_due(self, request: ServiceRequest) -> datetime | None:
        """Its working time from when it was opened, and as much more as the clock has stood still."""
        terms = self.terms(request.policy_id)
        if terms is None or terms.resolve is None:
            return None
        return resolve_due(self.calendar, request.opened_at, terms.resolve, stopped(request))

    def standstill(self, request: ServiceRequest, at: datetime) -> tuple[datetime | None, int]:
        """Since when the clock to its resolution stands still, as the request is from this moment on, and how
        many microseconds of working time it has stood still before."""
        if request.status not in _RUNS:
            return request.stopped_at or at, request.stopped_micros
        if request.stopped_at is None:
            return None, request.stopped_micros
        return None, request.stopped_micros + worked(self.calendar, request.stopped_at, at) // MICROSECOND


def answer_clock(request: ServiceRequest) -> ServiceClock:
    return ServiceClock.FIRST if request.first_replied_at is None else ServiceClock.NEXT


def stopped(request: ServiceRequest) -> timedelta:
    return timedelta(microseconds=request.stopped_micros)


def worked(calendar: WorkCalendar, since: datetime, until: datetime) -> timedelta:
    """The working time between two moments; none where the second is not later, or out of reach."""
    try:
        return max(timedelta(), calendar.between(since, until))
    except OverflowError:
        return timedelta()


def resolve_due(calendar: WorkCalendar, opened_at: datetime, length: timedelta, stood: timedelta) -> datetime:
    """Of a moment that no calendar reaches it is due at once."""
    try:
        return calendar.add(opened_at, length + stood)
    except OverflowError:
        return opened_at


def warns_at(calendar: WorkCalendar, due: datetime, length: timedelta, share: int) -> datetime:
    """When `share` per cent of the time is over that ends with `due`."""
    try:
        return calendar.back(due, length * (100 - share) / 100)
    except OverflowError:
        return due
