"""What waits for a hand, found place by place: how many wait or are open costs nothing.

A place is an account's requests for one team in one queue. The index of what waits holds the places one after
the other, each in the order of urgency, so that finding them takes one step a place, and the most urgent of
each are its first.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, bindparam, func, select, union_all
from sqlalchemy.orm import aliased

from app.core.context import Context
from app.core.db import UtcDateTime, among
from app.models import ServiceRequest
from app.models.service_request import in_place, waits
from app.routing.orders import urgency
from app.routing.special_lists import is_withheld

Place = tuple[int, int, int]
"""Account, team, queue; 0: none."""
_SIZES = (1, 2, 4, 8, 16, 32, 64, 100)
"""For so many places at once a statement is kept: to put one together takes longer than to run it.
SQLite joins at most 500 selections."""
_NOWHERE: Place = (0, 0, 0)


def places_waiting(ctx: Context) -> list[Place]:
    """Every place where something waits; one statement, one step of an index for each."""
    return [(row[0], row[1], row[2]) for row in ctx.session.execute(_walk())]


@cache
def _walk() -> Any:
    first = _first(aliased(ServiceRequest))
    row = aliased(ServiceRequest)
    account, team, queue = in_place(row)
    walk = select(account.label("account"), team.label("team"), queue.label("queue")).where(row.id == first)
    steps = walk.cte("places", recursive=True)
    following = func.coalesce(
        *(
            _first(aliased(ServiceRequest), steps.c.account, steps.c.team, steps.c.queue, of=n)
            for n in (2, 1, 0)
        )
    )
    after = aliased(ServiceRequest)
    account, team, queue = in_place(after)
    steps = steps.union_all(
        select(account, team, queue).select_from(steps).join(after, after.id == following)
    )
    return select(steps)


def _first(row: Any, *here: Any, of: int = -1) -> Any:
    """The first request of the next place that shares the first `of` parts with `here`; of all without."""
    parts = in_place(row)
    found = select(row.id).where(waits(row)).order_by(*parts).limit(1)
    if of >= 0:
        found = found.where(*(parts[at] == here[at] for at in range(of)), parts[of] > here[of]).correlate(
            here[0].table
        )
    return found.scalar_subquery()


def most_urgent(ctx: Context, places: Sequence[Place], limit: int) -> list[ServiceRequest]:
    """The `limit` most urgent of each place; locked: nobody claims one while it is given out."""
    ids: list[int] = []
    for start in range(0, len(places), _SIZES[-1]):
        ids += _most_urgent(ctx, places[start : start + _SIZES[-1]], limit)
    if not ids:
        return []
    return list(
        ctx.session.scalars(
            select(ServiceRequest)
            .where(among(ctx.session, ServiceRequest.id, ids), waits(ServiceRequest))
            .order_by(ServiceRequest.id)
            .with_for_update(of=ServiceRequest)
        )
    )


def _most_urgent(ctx: Context, places: Sequence[Place], limit: int) -> Sequence[int]:
    size = next(size for size in _SIZES if size >= len(places))
    given: dict[str, Any] = {"most": limit, "at": ctx.now()}
    for number, place in enumerate([*places, *[_NOWHERE] * (size - len(places))]):
        given |= {f"{part}{number}": value for part, value in zip("atq", place, strict=True)}
    return ctx.session.scalars(_of_places(size), given).all()


@cache
def _of_places(size: int) -> Any:
    """The ids of the most urgent of so many places, which are given with it."""
    return union_all(*(_of_place(number) for number in range(size)))


def _of_place(number: int) -> Any:
    """Without what is given to nobody: a long row of it must not hide what waits behind."""
    row = aliased(ServiceRequest)
    here: list[ColumnElement[bool]] = [
        part == bindparam(f"{name}{number}", type_=BigInteger())
        for part, name in zip(in_place(row), "atq", strict=True)
    ]
    found = (
        select(row.id)
        .where(waits(row), *here, ~is_withheld(bindparam("at", type_=UtcDateTime()), row))
        .order_by(*in_place(row), *urgency(row))
    )
    return select(found.limit(bindparam("most", type_=Integer())).subquery().c.id)
