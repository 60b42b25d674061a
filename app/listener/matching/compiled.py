"""All monitors of the installation, compiled once and run over each batch in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Annotated, Any, Protocol
from zoneinfo import ZoneInfo

import structlog
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.counters import current_number, take_numbers
from app.core.errors import AppError
from app.core.runtime import Runtime
from app.listener.chain.chain import DEFAULT_CHAIN, Chain
from app.listener.chain.chain_items import Catching
from app.listener.chain.settings import FilterSettings
from app.listener.matching.rules import MonitorRule, author_names, terms_of
from app.models import AccountFilter, Monitor
from app.nlp.text.keywords import KeywordMatcher, MonitorTerms
from app.nlp.text.normalise import fold, own_words

log = structlog.get_logger(__name__)
COUNTER = "listening_rules"
OFFICE_ZONE = ZoneInfo("Asia/Shanghai")


def _on_the_wall(value: time) -> time:
    """A schedule speaks of the office's clock; a time with another zone could not be compared with it."""
    if value.tzinfo is not None:
        raise ValueError("time_has_zone")
    return value


WallTime = Annotated[time, AfterValidator(_on_the_wall)]
Weekday = Annotated[int, Field(ge=1, le=7)]


class Schedule(BaseModel):
    """When a monitor applies, by the post's time in China. `days`: 1 Monday to 7 Sunday, none means all."""

    model_config = ConfigDict(extra="forbid")

    days: list[Weekday] = Field(default=[], max_length=7)
    begin: WallTime | None = None
    end: WallTime | None = None

    def covers(self, moment: datetime) -> bool:
        local = moment.astimezone(OFFICE_ZONE)
        if self.days and local.isoweekday() not in self.days:
            return False
        begin, end = self.begin or time.min, self.end or time.max
        clock = local.time()
        if begin <= end:
            return begin <= clock <= end
        return clock >= begin or clock <= end  # over midnight


class Matchable(Protocol):
    """What monitors look at: an item, or a row with an item's columns."""

    @property
    def account_id(self) -> Any: ...
    @property
    def kind(self) -> Any: ...
    @property
    def text(self) -> Any: ...
    @property
    def author_external_id(self) -> Any: ...
    @property
    def author_name(self) -> Any: ...
    @property
    def published_at(self) -> Any: ...


@dataclass(frozen=True)
class CompiledMonitor:
    """What the chain needs of a monitor."""

    id: int
    name: str
    agency_id: int
    account_ids: frozenset[int]
    kinds: frozenset[str]
    schedule: Schedule
    is_competitor: bool
    priority: int
    team_id: int | None
    rule: MonitorRule
    terms: MonitorTerms | None
    authors: frozenset[str]
    chain: Chain | None
    """None: the account's."""

    def covers(self, item: Matchable, agency_id: int) -> bool:
        """Whether the item is among what this monitor looks at."""
        if agency_id != self.agency_id or (self.account_ids and item.account_id not in self.account_ids):
            return False
        return not self.kinds or item.kind in self.kinds

    def wants_author(self, item: Matchable) -> bool:
        if not self.authors:
            return True
        return (item.author_external_id or "") in self.authors or fold(item.author_name) in self.authors


def compile_monitor(monitor: Monitor, number: int | None = None) -> CompiledMonitor:
    """`number` stands for the monitor's id in what is found. Raises Invalid for a rule that cannot run."""
    identity = monitor.id if number is None else number
    rule = MonitorRule.model_validate(monitor.rule)
    settings = FilterSettings.model_validate(monitor.filters or {})
    return CompiledMonitor(
        id=identity,
        name=monitor.name,
        agency_id=monitor.agency_id,
        account_ids=frozenset(monitor.account_ids),
        kinds=frozenset(monitor.kinds),
        schedule=Schedule.model_validate(monitor.schedule or {}),
        is_competitor=monitor.is_competitor,
        priority=monitor.priority,
        team_id=monitor.team_id,
        rule=rule,
        terms=terms_of(rule, identity),
        authors=author_names(rule),
        chain=Chain.of(settings) if settings.steps else None,
    )


@dataclass
class MonitorSet:
    """Compiled monitors with one matcher for all, and the accounts' own chains. Read-only after building."""

    monitors: Sequence[CompiledMonitor]
    account_chains: dict[int, Chain] = field(default_factory=dict)

    def __post_init__(self) -> None:
        worded = [monitor for monitor in self.monitors if monitor.terms]
        self._own = KeywordMatcher([m.terms for m in worded if m.terms and not m.rule.quoted])
        self._whole = KeywordMatcher([m.terms for m in worded if m.terms and m.rule.quoted])
        self._has_whole = any(monitor.rule.quoted for monitor in worded)
        self._by_agency: dict[int, list[CompiledMonitor]] = {}
        for monitor in sorted(self.monitors, key=lambda m: (m.is_competitor, m.priority, m.id)):
            self._by_agency.setdefault(monitor.agency_id, []).append(monitor)
        self._chains = {m.id: m.chain for m in self.monitors if m.chain is not None and not m.is_competitor}

    def hits(self, items: Sequence[Matchable], agencies: dict[int, int]) -> list[tuple[CompiledMonitor, ...]]:
        """For each item the monitors that caught it, the leading one first. `agencies`: account → agency."""
        if not self.monitors or not items:
            return [()] * len(items)
        found = self._own.match_many([own_words(item.text)[0] for item in items])
        if self._has_whole:
            whole = self._whole.match_many([item.text for item in items])
            found = [own | more for own, more in zip(found, whole, strict=True)]
        return [
            tuple(
                monitor
                for monitor in self._by_agency.get(agencies.get(item.account_id, 0), ())
                if (monitor.terms is None or monitor.id in matched)
                and monitor.covers(item, monitor.agency_id)
                and monitor.wants_author(item)
                and monitor.schedule.covers(item.published_at)
            )
            for item, matched in zip(items, found, strict=True)
        ]

    def watches(self, item: Matchable, agency_id: int) -> bool:
        """Whether any monitor looks at items like this one."""
        return any(monitor.covers(item, agency_id) for monitor in self._by_agency.get(agency_id, ()))

    def chain(self, item: Matchable, hits: Sequence[Catching]) -> Chain:
        """The leading monitor's chain, else the account's, else the usual one."""
        for monitor in hits:
            if monitor.id in self._chains:
                return self._chains[monitor.id]
        return self.account_chains.get(item.account_id, DEFAULT_CHAIN)

    def found_terms(self, text: str) -> list[str]:
        """Watched words that occur in the text."""
        own = self._own.found_terms(own_words(text)[0])
        return list(dict.fromkeys([*own, *self._whole.found_terms(text)]))


class RuleCache:
    """The compiled monitors of this process, built anew when their number in the database has moved."""

    def __init__(self) -> None:
        self._number = -1
        self._current = MonitorSet(())

    def current(self, session: Session) -> MonitorSet:
        number = current_number(session, COUNTER)
        if number != self._number:
            self._current = load_monitors(session)
            self._number = number
        return self._current


def rule_cache(runtime: Runtime) -> RuleCache:
    return runtime.part("rule_cache", lambda _runtime: RuleCache())


def rules_changed(session: Session, now: datetime) -> None:
    """Tell every process that monitors or filter settings are no longer what it compiled."""
    take_numbers(session, COUNTER, 1, now)


def load_monitors(session: Session) -> MonitorSet:
    rows = session.scalars(
        select(Monitor).where(Monitor.is_active, Monitor.deleted_at.is_(None)).order_by(Monitor.id)
    )
    compiled = list(_usable(rows))
    chains = {}
    for row in session.scalars(select(AccountFilter)):
        chains[row.account_id] = Chain.of(FilterSettings.model_validate(row.settings))
    return MonitorSet(compiled, chains)


def _usable(monitors: Iterable[Monitor]) -> Iterable[CompiledMonitor]:
    """Leave out what cannot run (a rule from an older version): one bad rule must not stop the others."""
    for monitor in monitors:
        try:
            compiled = compile_monitor(monitor)
            if compiled.terms is not None:
                KeywordMatcher([compiled.terms])
        except (AppError, ValidationError) as error:
            log.warning("monitor_unusable", monitor_id=monitor.id, error=str(error)[:300])
            continue
        yield compiled
