"""Strategies: each ranks those who may have a request. Another one is another file and a line here."""

from __future__ import annotations

from app.routing.strategies.base import Ranked, Strategy
from app.routing.strategies.least_loaded import LeastLoaded

STRATEGIES: dict[str, Strategy] = {strategy.name: strategy for strategy in (LeastLoaded(),)}
DEFAULT_STRATEGY = LeastLoaded.name

__all__ = ["DEFAULT_STRATEGY", "STRATEGIES", "Ranked", "Strategy"]
