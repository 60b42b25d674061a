"""Deleting what is no longer needed: in small batches, a bounded number a run, never what somebody waits for.

A feature says in `RETENTION` rules which rows of its tables are over, and runs them in a periodic job.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import ColumnElement, delete, select, update

from app.core.context import Context
from app.core.db import Base, among
from app.core.permissions import Actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context

log = structlog.get_logger(__name__)
BATCH = 500
BATCHES_PER_RUN = 40
"""20,000 rows of a table a run; what is left goes with the next ones."""


@dataclass(frozen=True)
class Rule:
    """Which rows of a table are over. `emptied` names columns to empty instead of deleting the row."""

    table: Any
    is_over: Callable[[Context], ColumnElement[bool]]
    emptied: Mapping[str, Any] | None = None


def forget(runtime: Runtime, actor: Actor, rules: Sequence[Rule]) -> dict[str, int]:
    """Apply the rules; how many rows of each table. Each batch is a transaction of its own."""
    counts = {rule.table.__tablename__: _forget(runtime, actor, rule) for rule in rules}
    if any(counts.values()):
        log.info("old_rows_forgotten", **{name: count for name, count in counts.items() if count})
    return counts


def _forget(runtime: Runtime, actor: Actor, rule: Rule) -> int:
    total = 0
    for _ in range(BATCHES_PER_RUN):
        with open_context(runtime, actor) as ctx:
            count = _forget_batch(ctx, rule)
        total += count
        if count < BATCH:
            break
    return total


def _forget_batch(ctx: Context, rule: Rule) -> int:
    table: type[Base] = rule.table
    ids = ctx.session.scalars(
        select(rule.table.id).where(rule.is_over(ctx)).order_by(rule.table.id).limit(BATCH)
    ).all()
    if not ids:
        return 0
    chosen = among(ctx.session, rule.table.id, ids)
    # Asked again: a row may have come to be needed since it was chosen.
    if rule.emptied is None:
        ctx.session.execute(delete(table).where(chosen, rule.is_over(ctx)), execution_options=_PLAIN)
    else:
        statement = update(table).where(chosen, rule.is_over(ctx)).values(**rule.emptied)
        ctx.session.execute(statement, execution_options=_PLAIN)
    return len(ids)


_PLAIN = {"synchronize_session": False}
