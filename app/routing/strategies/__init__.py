"""Strategies: each ranks those who may have a request.

Ours are named here; others arrive by the entry-point group `lingke.strategies`, which names Strategy classes.
One that fails to load is left out with a log line, and a queue that used it hands out as if it had none: a
broken plug-in must not stop the console.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from importlib.metadata import entry_points
from inspect import isabstract
from typing import Any

from app.routing.strategies.base import Fact, Ranked, Strategy
from app.routing.strategies.last_operator import LastOperator
from app.routing.strategies.least_loaded import LeastLoaded
from app.routing.strategies.manual import ByHand
from app.routing.strategies.named import Named
from app.routing.strategies.ordered import OrderedStrategy
from app.routing.strategies.pull import Pull
from app.routing.strategies.round_robin import RoundRobin
from app.routing.strategies.skill_first import SkillFirst
from app.routing.strategies.weighted import Weighted

ENTRY_POINT_GROUP = "lingke.strategies"
_BUILT_IN: tuple[type[Strategy], ...] = (
    LeastLoaded,
    RoundRobin,
    Weighted,
    SkillFirst,
    LastOperator,
    Named,
    Pull,
    ByHand,
)
STRATEGIES: dict[str, Strategy] = {kind.name: kind() for kind in _BUILT_IN}
"""Those that come with the program."""
DEFAULT_STRATEGY = LeastLoaded.name

log = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def all_strategies() -> dict[str, Strategy]:
    """By name, ours first. Read once per process."""
    known = dict(STRATEGIES)
    for point in entry_points(group=ENTRY_POINT_GROUP):
        strategy = _load(point)
        if strategy is None:
            continue
        if strategy.name in known:
            log.warning("strategy %s ignored: %s exists", point.value, strategy.name)
            continue
        known[strategy.name] = strategy
    return known


def strategy_named(name: str) -> Strategy:
    """One that is not installed any more hands out like the default."""
    return all_strategies().get(name) or STRATEGIES[DEFAULT_STRATEGY]


def _load(point: Any) -> Strategy | None:
    try:
        kind = point.load()
        if not isinstance(kind, type) or not issubclass(kind, Strategy) or isabstract(kind):
            log.error("strategy entry point %s is no complete Strategy", point.value)
            return None
        strategy = kind()
        strategy.settings()
    except Exception:
        log.exception("strategy entry point %s cannot be loaded", point.value)
        return None
    return strategy


__all__ = [
    "DEFAULT_STRATEGY",
    "STRATEGIES",
    "Fact",
    "OrderedStrategy",
    "Ranked",
    "Strategy",
    "all_strategies",
    "strategy_named",
]
