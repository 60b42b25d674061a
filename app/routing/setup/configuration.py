"""The setup as the router asks it, built once a process for each state of the rows.

Which state that is, is a number that every change of the setup raises; accounts bring it with them when they
are read (`Account.routing_stamp`), so that a batch asks for nothing as long as nothing has changed, and for
nothing at all while nobody has set anything up.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Collection, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select

from app.conditions.binding import Bound, bind, names_of
from app.conditions.tree import Condition
from app.core.counters import take_numbers
from app.core.permissions import Permission, system_actor
from app.core.runtime import Runtime
from app.models import ROUTING_SETUP, Account, RoutingQueue, RoutingRule, Skill, Unit
from app.routing.fields import SERVICE_REQUESTS
from app.routing.setup.checking import faults_of_condition
from app.routing.strategies import Fact, Strategy, all_strategies, strategy_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.core.context import Context

_CHANGED = "routing_setup_changed"
_READER = system_actor("router", Permission.SERVICE_REQUESTS_READ, Permission.CONTACTS_READ)
_TREE = TypeAdapter[Any](Condition)
Wanted = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class QueueSetup:
    id: int
    agency_id: int
    name: str
    team_id: int | None
    position: int
    strategy: Strategy
    settings: Any
    """Of the strategy's own class."""
    ring_minutes: int | None
    overflow_queue_id: int | None
    overflow_minutes: int | None
    fault: str | None
    """Why it takes nothing."""


@dataclass(frozen=True)
class RuleSetup:
    id: int
    agency_id: int
    name: str
    bound: Bound | None
    """None: it is broken."""
    faults: Mapping[str, str]
    queue: QueueSetup | None
    wanted: Wanted
    priority: int | None


@dataclass(frozen=True)
class Setup:
    """Everything that stands, of all agencies."""

    queues: Mapping[int, QueueSetup] = field(default_factory=dict)
    rules: Mapping[int, tuple[RuleSetup, ...]] = field(default_factory=dict)
    """By agency, those that are on, in the order in which they are asked."""
    skills: frozenset[int] = frozenset()

    def first_queue_of(self, team_id: int | None) -> int | None:
        """Which a request joins that is moved to the team by hand."""
        own = [one for one in self.queues.values() if one.team_id == team_id and one.fault is None]
        return min(own, key=lambda one: (one.position, one.id)).id if team_id is not None and own else None

    def team_in(self, queue_id: int | None, team_id: int | None) -> int | None:
        """Whose people alone may have what waits in this queue for this team; of a pool, nobody's."""
        queue = self.queues.get(queue_id or 0)
        return team_id if queue is None else queue.team_id

    def needs(self, fact: Fact) -> bool:
        return any(fact in queue.strategy.needs for queue in self.queues.values())

    def asks(self, name: str) -> bool:
        """Whether a rule asks about this field."""
        return any(
            rule.bound is not None and name in rule.bound.asked
            for rules in self.rules.values()
            for rule in rules
        )


EMPTY = Setup()


class Kept:
    """What this process has built, and of which state."""

    def __init__(self, _runtime: Runtime) -> None:
        self._kept: tuple[int, Setup] | None = None
        self._lock = threading.Lock()

    def get(self, stamp: int) -> Setup | None:
        kept = self._kept
        return kept[1] if kept is not None and kept[0] == stamp else None

    def keep(self, stamp: int, setup: Setup) -> None:
        with self._lock:
            self._kept = (stamp, setup)


def setup_for(ctx: Context, accounts: Collection[Account]) -> Setup:
    """What stands for whoever routes requests of these accounts, which have just been read."""
    if ctx.session.info.get(_CHANGED):
        return build_setup(ctx)
    stamp = max((account.routing_stamp or 0 for account in accounts), default=0)
    if not stamp:
        return EMPTY
    kept = ctx.runtime.part("routing_setup", Kept)
    found = kept.get(stamp)
    if found is None:
        # The number was read before the rows: should they be newer, the next batch has another number.
        found = build_setup(ctx)
        kept.keep(stamp, found)
    return found


def setup_changed(ctx: Context) -> None:
    """Something in the setup, or that it refers to, is another than before. Call it after a flush."""
    if ctx.session.info.get(_CHANGED):
        return
    take_numbers(ctx.session, ROUTING_SETUP, 1, ctx.now())
    # Until the end of this transaction nothing is kept: it may still be taken back.
    ctx.session.info[_CHANGED] = True


def build_setup(ctx: Context) -> Setup:
    """From the rows; a fixed number of statements."""
    skills = frozenset(ctx.session.scalars(select(Skill.id)))
    closed = frozenset(
        ctx.session.scalars(
            select(Unit.team_id).where(Unit.closed_at.is_not(None), Unit.team_id.is_not(None))
        )
    )
    rows = ctx.session.scalars(select(RoutingQueue).where(RoutingQueue.removed_at.is_(None)))
    queues = {row.id: queue_setup(row, closed) for row in rows}
    by_agency: dict[int, list[RuleSetup]] = defaultdict(list)
    for rule, _ in rule_setups(ctx, queues, skills, only_on=True):
        by_agency[rule.agency_id].append(rule)
    return Setup(queues, {agency: tuple(rules) for agency, rules in by_agency.items()}, skills)


def queue_setup(row: RoutingQueue, closed_teams: Collection[int | None]) -> QueueSetup:
    strategy = strategy_named(row.strategy)
    fault = "strategy_gone" if row.strategy not in all_strategies() else None
    try:
        settings = strategy.settings.model_validate(row.settings if fault is None else {})
    except ValidationError:  # another version of an installed strategy wants other settings
        settings, fault = strategy.settings(), "strategy_settings_wrong"
    if row.team_id is not None and row.team_id in closed_teams:
        fault = "team_closed"
    return QueueSetup(
        id=row.id,
        agency_id=row.agency_id,
        name=row.name,
        team_id=row.team_id,
        position=row.position,
        strategy=strategy,
        settings=settings,
        ring_minutes=row.ring_minutes,
        overflow_queue_id=row.overflow_queue_id,
        overflow_minutes=row.overflow_minutes,
        fault=fault,
    )


def rule_setups(
    ctx: Context,
    queues: Mapping[int, QueueSetup],
    skills: Collection[int],
    *,
    agency_id: int | None = None,
    only_on: bool = False,
) -> list[tuple[RuleSetup, RoutingRule]]:
    """Rules in their order, with their rows; of one agency or of all."""
    statement = select(RoutingRule).where(RoutingRule.removed_at.is_(None))
    if only_on:
        statement = statement.where(RoutingRule.is_on)
    if agency_id is not None:
        statement = statement.where(RoutingRule.agency_id == agency_id)
    rows = ctx.session.scalars(statement.order_by(RoutingRule.position, RoutingRule.id)).all()
    trees = {row.id: tree_of(row) for row in rows}
    with _as_reader(ctx):
        names = names_of(ctx, SERVICE_REQUESTS, *trees.values()) if rows else {}
        return [(_rule_setup(ctx, row, trees[row.id], names, queues, skills), row) for row in rows]


def tree_of(row: RoutingRule) -> Any:
    return _TREE.validate_python(row.condition)


def _rule_setup(
    ctx: Context,
    row: RoutingRule,
    tree: Any,
    names: Any,
    queues: Mapping[int, QueueSetup],
    skills: Collection[int],
) -> RuleSetup:
    faults = {
        f"condition.{path}" if path else "condition": code
        for path, code in faults_of_condition(ctx, tree, names).items()
    }
    queue = queues.get(row.queue_id) if row.queue_id is not None else None
    if row.queue_id is not None and queue is None:
        faults["queue_id"] = "queue_gone"
    elif queue is not None and queue.fault == "team_closed":
        faults["queue_id"] = queue.fault
    for at, one in enumerate(row.skills):
        if one["skill_id"] not in skills:
            faults[f"skills.{at}.skill_id"] = "skill_gone"
    return RuleSetup(
        id=row.id,
        agency_id=row.agency_id,
        name=row.name,
        bound=None if faults else bind(ctx, SERVICE_REQUESTS, tree, names=names),
        faults=faults,
        queue=queue,
        wanted=tuple((one["skill_id"], one["level"]) for one in row.skills),
        priority=row.priority,
    )


@contextmanager
def _as_reader(ctx: Context) -> Iterator[None]:
    """Rules ask what the router may know, whoever brings their request about."""
    before = ctx.actor
    ctx.actor = _READER
    try:
        yield
    finally:
        ctx.actor = before
