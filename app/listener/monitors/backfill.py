"""Running a monitor over items stored before it: counts its hits, keeps what nobody wanted then."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import defer

from app.core.context import Context
from app.core.counters import lock_counter
from app.core.permissions import Permission
from app.listener.chain.chain import TextModel, judge
from app.listener.chain.chain_items import ChainItem, Decision, chain_item_of
from app.listener.judging.gathering import gather_chain_items, load_accounts, memory_of
from app.listener.judging.hits import note_hits
from app.listener.judging.verdicts import route_chain_items, verdict_row
from app.listener.learning.versions import current_classifier
from app.listener.matching.compiled import MonitorSet, compile_monitor, rule_cache
from app.listener.monitors.long_work import BackfillArguments
from app.longwork.kinds import Progress, Steps, Work
from app.models import InboundItem, Monitor, Verdict, VerdictOutcome

CHUNK = 500


def backfill_steps(work: Work[BackfillArguments]) -> Steps:
    """Count, then chunk by chunk, so that fresh items are judged in between."""
    if not work.position:
        yield partial(_count, work)
    while not work.position["is_over"]:
        yield partial(_chunk, work, current_classifier(work.runtime))
    return None


def _count(work: Work[BackfillArguments], ctx: Context) -> Progress:
    monitor = ctx.session.get_one(Monitor, work.arguments.monitor_id)
    counted = _items(ctx, work.arguments, monitor, after=0).with_only_columns(func.count())
    return Progress({"after": 0, "is_over": False}, total=ctx.session.scalar(counted) or 0)


def _chunk(work: Work[BackfillArguments], model: TextModel, ctx: Context) -> Progress:
    """Position and findings are committed together."""
    ctx.require(Permission.LISTENER_INGEST)
    lock_counter(ctx.session, "ingest", ctx.now())
    monitor = ctx.session.get_one(Monitor, work.arguments.monitor_id)
    after = work.position["after"]
    if monitor.deleted_at is not None:
        return Progress({"after": after, "is_over": True})
    chosen = _items(ctx, work.arguments, monitor, after=after).order_by(InboundItem.id).limit(CHUNK)
    items = ctx.session.scalars(chosen.options(defer(InboundItem.raw))).all()
    caught = _caught(ctx, items, monitor)
    figures = {"hits": note_hits(ctx, caught), "kept": _judge_anew(ctx, caught, model)}
    position = {"after": items[-1].id if items else after, "is_over": len(items) < CHUNK}
    return Progress(position, done=len(items), figures=figures)


def _items(ctx: Context, asked: BackfillArguments, monitor: Monitor, *, after: int) -> Select[InboundItem]:
    accounts = [
        account_id
        for account_id, agency_id in load_accounts(ctx).agencies.items()
        if agency_id == monitor.agency_id
    ]
    return select(InboundItem).where(
        InboundItem.id > after,
        InboundItem.id <= asked.until_item_id,
        InboundItem.created_at > asked.since,
        InboundItem.account_id.in_(accounts),
    )


def _caught(ctx: Context, items: Sequence[InboundItem], monitor: Monitor) -> list[ChainItem]:
    """The items that this monitor alone catches, as items of the chain that name it."""
    if not items:
        return []
    rules = MonitorSet([compile_monitor(monitor)])
    caught = []
    for item, hits in zip(items, rules.hits(items, load_accounts(ctx).agencies), strict=True):
        if hits:
            chain_item = chain_item_of(item)
            chain_item.monitors = hits
            caught.append(chain_item)
    return caught


def _judge_anew(ctx: Context, caught: Sequence[ChainItem], model: TextModel) -> int:
    """What was dropped only because no monitor wanted it goes through the chain again; how many are kept."""
    ids = ctx.session.scalars(
        select(Verdict.inbound_item_id).where(
            Verdict.inbound_item_id.in_([chain_item.item.id for chain_item in caught]),
            Verdict.outcome == VerdictOutcome.DROPPED,
            Verdict.step == "keyword",
            Verdict.rescued_at.is_(None),
        )
    )
    unwanted = set(ids)
    items = [chain_item.item for chain_item in caught if chain_item.item.id in unwanted]
    if not items:
        return 0
    chain_items = gather_chain_items(ctx, items)
    rules = rule_cache(ctx.runtime).current(ctx.session)
    decisions = judge(
        chain_items,
        model,
        [rules.chain(s.item, s.monitors) for s in chain_items],
        memory_of(ctx, chain_items),
    )
    for chain_item, decision in zip(chain_items, decisions, strict=True):
        _rewrite(ctx, chain_item, decision, model.version)
    kept = [s for s, decision in zip(chain_items, decisions, strict=True) if _is_kept(decision)]
    route_chain_items(ctx, kept)
    return len(kept)


def _rewrite(ctx: Context, chain_item: ChainItem, decision: Decision, version: str) -> None:
    row = verdict_row(ctx.now(), chain_item, decision, version)
    row.pop("created_at")
    ctx.session.execute(
        update(Verdict).where(Verdict.inbound_item_id == chain_item.item.id).values(**row),
        execution_options={"synchronize_session": False},
    )


def _is_kept(decision: Decision) -> bool:
    return decision.outcome is VerdictOutcome.KEPT
