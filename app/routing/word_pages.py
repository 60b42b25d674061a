"""The first requests of a list that hold what was typed, in the list's order.

What most customers say has tens of thousands of hits: gathering and sorting them for fifty rows took 100 to
400 ms at 200,000 requests. So the list is walked in its own order, each request is asked whether it holds the
words, and the page is full after a few hundred. Rare words have few hits, and those are gathered, as are
common ones of which this list has so few that a long walk does not fill the page.

How many there are is known only when all were gathered, or the list ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select, union
from sqlalchemy.orm import Session, aliased
from sqlalchemy.orm.interfaces import LoaderOption

from app.core.context import Context
from app.core.db import not_by_index
from app.models import ServiceRequest
from app.routing.found_words import are_rare, holds_words, ways
from app.routing.orders import Sort, ordered

WALKS = {"sqlite": (2_000, 8_000), "postgresql": (6_000,)}
"""Rows walked at first, and at most. PostgreSQL stops at a full page and takes 10 µs a row; SQLite asks all
of them, at 2 µs each, after it has gathered the hits."""
REACH = (ServiceRequest.account_id, ServiceRequest.assignee_id, ServiceRequest.team_id)
"""What says whose a request is."""


@dataclass(frozen=True)
class WordPage:
    rows: list[ServiceRequest]
    """In no order; those that the list begins with."""
    all: int | None
    """How many there are from here to the end; None when they were not counted."""


@dataclass(frozen=True)
class WordPages:
    """Pages of the rows of `narrowed` that hold what was typed."""

    ctx: Context
    narrowed: Select[ServiceRequest]
    typed: str
    sort: Sort
    options: Sequence[LoaderOption]

    def first(self, limit: int, *, counts: bool) -> WordPage:
        """The first `limit` of them. Rows that are gathered are counted only when `counts`."""
        if not are_rare(self.ctx, self.typed):
            found = self._walked(limit)
            if found is not None:
                return found
        return self._gathered(limit, counts=counts)

    def _walked(self, limit: int) -> WordPage | None:
        """None when the longest walk would not fill the page, or did not."""
        walks = WALKS[self.ctx.session.get_bind().dialect.name]
        for most in walks:
            walked = _walk(self.narrowed, self.sort, most)
            row: Any = aliased(ServiceRequest, walked)
            holding = select(walked.c.id).where(holds_words(self.ctx, self.typed, row))
            rows = self._loaded(holding.order_by(*ordered(self.sort, walked.c)).limit(limit))
            if len(rows) == limit:
                return WordPage(rows, None)
            if _rows_of(self.ctx.session, walked) < most:
                return WordPage(rows, len(rows))
            if len(rows) * walks[-1] < limit * most:
                return None
        return None

    def _gathered(self, limit: int, *, counts: bool) -> WordPage:
        """Looked up once: each way's hits, narrowed where they are found, then put in order."""
        statement, condition = self.narrowed, self.narrowed.whereclause
        if condition is not None:
            statement = select(ServiceRequest).where(not_by_index(self.ctx.session, condition, *REACH))
        columns = [column for column, _, _ in self.sort]
        keys = statement.with_only_columns(*columns, maintain_column_froms=True)
        found: Any = union(*(keys.where(way) for way in ways(self.ctx, self.typed))).cte("found")
        found = found.prefix_with("MATERIALIZED")
        page = self._loading(select(found.c.id).order_by(*ordered(self.sort, found.c)).limit(limit))
        if not counts:
            return WordPage(list(self.ctx.session.scalars(page)), None)
        number = select(func.count()).select_from(found).scalar_subquery()
        rows = self.ctx.session.execute(page.add_columns(number)).all()
        return WordPage([row[0] for row in rows], rows[0][1] if rows else 0)

    def _loaded(self, ids: Any) -> list[ServiceRequest]:
        return list(self.ctx.session.scalars(self._loading(ids)))

    def _loading(self, ids: Any) -> Select[ServiceRequest]:
        """In one statement with finding them: what moved in between would take the page's end with it."""
        page = ids.subquery("page")
        loading: Any = select(ServiceRequest).join(page, page.c.id == ServiceRequest.id)
        return loading.options(*self.options)  # type: ignore[no-any-return]


def _walk(statement: Any, sort: Sort, most: int) -> Any:
    """The first rows of the list, with what they are asked about."""
    asked = (ServiceRequest.conversation_id, ServiceRequest.number, ServiceRequest.preview)
    columns = [*(column for column, _, _ in sort), *asked]
    named = statement.with_only_columns(*columns, maintain_column_froms=True)
    return named.order_by(*ordered(sort)).limit(most).subquery("walked")


def _rows_of(session: Session, walked: Any) -> int:
    return session.scalar(select(func.count()).select_from(walked)) or 0
