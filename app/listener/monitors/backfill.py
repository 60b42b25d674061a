"""Running a monitor over items stored before it: counts its hits, keeps what nobody wanted then."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import defer

from app.core.context import Context
from app.core.counters import lock_counter
from app.core.permissions import Permission
from app.listener.chain.chain import TextModel, judge
from app.listener.chain.chain_items import ChainItem, Decision, chain_item_of
from app.listener.judging.gathering import gather_chain_items, load_accounts, memory_of
from app.listener.judging.hits import note_hits
from app.listener.judging.verdicts import route_chain_items, verdict_row
from app.listener.matching.compiled import MonitorSet, compile_monitor, rule_cache
from app.models import Backfill, BackfillState, InboundItem, Monitor, Verdict, VerdictOutcome

CHUNK = 500


def waiting_backfills(ctx: Context) -> list[int]:
    """Runs that are not finished: a lost hint or a dead worker leaves them for the scheduler to find."""
    return list(
        ctx.session.scalars(
            select(Backfill.id).where(Backfill.state.in_((BackfillState.WAITING, BackfillState.RUNNING)))
        )
    )


def backfill_chunk(ctx: Context, backfill_id: int, model: TextModel) -> bool:
    """One step of a run; True while there is more. Position and findings are committed together."""
    ctx.require(Permission.LISTENER_INGEST)
    lock_counter(ctx.session, "ingest", ctx.now())
    run = ctx.session.get(Backfill, backfill_id, with_for_update=True)
    if run is None or run.finished_at is not None:
        return False
    monitor = ctx.session.get_one(Monitor, run.monitor_id)
    if monitor.deleted_at is not None:
        run.state, run.finished_at = BackfillState.CANCELLED, ctx.now()
        return False
    items = _next_items(ctx, run, monitor)
    caught = _caught(ctx, items, monitor)
    run.scanned += len(items)
    run.hits += note_hits(ctx, caught)
    run.kept += _judge_anew(ctx, caught, model)
    run.last_item_id = items[-1].id if items else run.until_item_id
    is_over = len(items) < CHUNK
    run.state = BackfillState.DONE if is_over else BackfillState.RUNNING
    run.finished_at = ctx.now() if is_over else None
    return not is_over


def _next_items(ctx: Context, run: Backfill, monitor: Monitor) -> Sequence[InboundItem]:
    accounts = [
        account_id
        for account_id, agency_id in load_accounts(ctx).agencies.items()
        if agency_id == monitor.agency_id
    ]
    return ctx.session.scalars(
        select(InboundItem)
        .where(
            InboundItem.id > run.last_item_id,
            InboundItem.id <= run.until_item_id,
            InboundItem.created_at > run.since,
            InboundItem.account_id.in_(accounts),
        )
        .order_by(InboundItem.id)
        .limit(CHUNK)
        .options(defer(InboundItem.raw))
    ).all()


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
