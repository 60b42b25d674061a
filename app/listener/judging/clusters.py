"""Clusters of repeated posts: one item with a count, the others pointing at it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import bindparam, select, update

from app.core.context import Context
from app.core.db import among
from app.listener.chain.chain_items import ChainItem, Decision
from app.models import InboundItem

REPEATS = frozenset({"duplicate", "near_duplicate"})
_AFTER_REPEATS = frozenset({"intent", "vip", "lane", "thread"})
"""Where a repetition is kept that asks for itself; what an earlier step drops joins no cluster."""


def join_clusters(ctx: Context, judged: Sequence[tuple[ChainItem, Decision]]) -> None:
    """Point each repetition at its cluster's first item and raise that item's count, also where it became a
    request of its own: so many are affected.
    """
    joins = {
        chain_item.item.id: chain_item.repeats
        for chain_item, decision in judged
        if chain_item.repeats is not None and (decision.step in REPEATS or decision.step in _AFTER_REPEATS)
    }
    if not joins:
        return
    heads = _heads(ctx, joins)
    table = InboundItem.__table__
    point = update(table).where(table.c.id == bindparam("item")).values(duplicate_of_id=bindparam("head"))  # type: ignore[arg-type]
    ctx.session.connection().execute(
        point, [{"item": item, "head": heads[head]} for item, head in joins.items()]
    )
    totals = Counter(heads[head] for head in joins.values())
    raise_count = (
        update(table)  # type: ignore[arg-type]
        .where(table.c.id == bindparam("head"))
        .values(duplicate_count=table.c.duplicate_count + bindparam("more"))
    )
    ctx.session.connection().execute(
        raise_count, [{"head": head, "more": more} for head, more in sorted(totals.items())]
    )


def _heads(ctx: Context, joins: dict[int, int]) -> dict[int, int]:
    """The first item of each cluster: what was found may itself repeat another, judged just before."""
    found = sorted(set(joins.values()))
    rows = ctx.session.execute(
        select(InboundItem.id, InboundItem.duplicate_of_id).where(among(ctx.session, InboundItem.id, found))
    )
    above = {row.id: row.duplicate_of_id for row in rows}
    return {head: _top(head, joins, above) for head in found}


def _top(head: int, joins: dict[int, int], above: dict[int, int | None]) -> int:
    while True:
        higher = joins.get(head) or above.get(head)
        if higher is None or higher >= head:
            return head
        head = higher
