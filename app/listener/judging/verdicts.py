"""Verdicts: leasing received items and recording what was decided, in batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import defer

from app.accounts.events import ACCOUNT
from app.core.bulk import insert_objects, insert_rows
from app.core.context import Context
from app.core.crypto import new_token
from app.core.db import among
from app.core.metrics import ITEMS
from app.core.permissions import Permission
from app.core.rows import hold
from app.customers.services import identify_authors
from app.identity.scope import account_audience
from app.listener.chain.chain import ChainItem, Decision
from app.listener.chain.chain_items import NOT_JUDGED_BY
from app.listener.judging.activity import note_activity
from app.listener.judging.clusters import join_clusters
from app.listener.judging.events import ITEMS_JUDGED, InboundItemsJudged
from app.listener.judging.gathering import gather_chain_items
from app.listener.judging.hits import note_hits
from app.models import (
    Account,
    InboundItem,
    SpecialList,
    Verdict,
    VerdictOutcome,
    WaitingItem,
)
from app.routing.intake import Kept, Routed, route_kept
from app.routing.revisions import rejudge_requests
from app.routing.roster import agencies_serving, lock_handing_out
from app.routing.special_lists import VIP_LEVEL, withheld_by

ITEMS_PER_JOB = 1000
SET_ASIDE_FOR = timedelta(hours=1)


def lease_items(ctx: Context) -> tuple[str, list[InboundItem]]:
    """Take a batch of unjudged items for this worker; the lease's token and the items."""
    ctx.require(Permission.LISTENER_INGEST)
    now = ctx.now()
    free = (
        select(WaitingItem.id)
        .where(_is_free(now))
        .order_by(WaitingItem.id)
        .limit(ITEMS_PER_JOB)
        .with_for_update(skip_locked=True)
    )
    ids = list(ctx.session.scalars(free))
    if not ids:
        return "", []
    token = new_token()[:32]
    lease = now + timedelta(seconds=ctx.runtime.settings.lease_seconds)
    ctx.session.execute(
        update(WaitingItem)
        .where(among(ctx.session, WaitingItem.id, ids))
        .values(lease_until=lease, lease_token=token),
        execution_options={"synchronize_session": False},
    )
    return token, items_of(ctx, ids)


def set_aside(ctx: Context, token: str, item_id: int) -> None:
    """Let an item that cannot be judged wait: it stays stored and unjudged, and is tried again in an hour."""
    ctx.require(Permission.LISTENER_INGEST)
    ctx.session.execute(
        update(WaitingItem)
        .where(WaitingItem.id == item_id, WaitingItem.lease_token == token)
        .values(lease_until=ctx.now() + SET_ASIDE_FOR),
        execution_options={"synchronize_session": False},
    )


def items_of(ctx: Context, ids: Sequence[int]) -> list[InboundItem]:
    """Items by their ids, as far as they are judged by, in order."""
    rows = ctx.session.scalars(
        select(InboundItem)
        .where(among(ctx.session, InboundItem.id, ids))
        .order_by(InboundItem.id)
        .options(*(defer(getattr(InboundItem, name)) for name in NOT_JUDGED_BY))
    )
    return list(rows)


def record_verdicts(
    ctx: Context,
    token: str,
    chain_items: list[ChainItem],
    decisions: list[Decision],
    version: str,
    read: Mapping[int, Account] | None = None,
) -> None:
    """Write one verdict per item that is still ours, with what follows from it, and route what is kept.

    `read` are the items' accounts by id, where the caller has just read them.
    """
    accounts = _accounts_of(ctx, {chain_item.item.account_id for chain_item in chain_items}, read)
    _lock(ctx, chain_items, decisions, accounts)
    ours = _take(ctx, token, [chain_item.item.id for chain_item in chain_items])
    judged = [
        (chain_item, decision)
        for chain_item, decision in zip(chain_items, decisions, strict=True)
        if chain_item.item.id in ours  # another worker may have taken over after our lease ended
    ]
    if not judged:
        return
    now = ctx.now()
    earlier = _earlier_verdicts(ctx, [chain_item.item for chain_item, _ in judged])
    first = [entry for entry in judged if entry[0].item.id not in earlier]
    fresh = _new_verdicts(ctx, [verdict_row(now, *entry, version) for entry in first])
    for chain_item, decision in judged:
        if chain_item.item.id in earlier:
            _judge_anew(earlier[chain_item.item.id], verdict_row(now, chain_item, decision, version))
    join_clusters(ctx, judged)
    note_activity(ctx, first)
    note_hits(ctx, [chain_item for chain_item, _ in first])
    _count(judged)
    requests = {number for number, verdict in earlier.items() if verdict.service_request_id is not None}
    kept = [s for s, decision in judged if decision.outcome is VerdictOutcome.KEPT]
    routed = [chain_item for chain_item in kept if chain_item.item.id not in requests]
    route_with(ctx, routed, fresh | earlier, accounts)
    # Last: by now they know their requests.
    insert_objects(ctx.session, list(fresh.values()))
    hold(ctx.session, fresh.values())
    if requests:
        rejudge_requests(ctx, requests)
    _tell(ctx, judged, accounts)


def _lock(
    ctx: Context,
    chain_items: Sequence[ChainItem],
    decisions: Sequence[Decision],
    accounts: Mapping[int, Account],
) -> None:
    """Conversations and requests are made by one hand at a time, which gives them out too."""
    kept = {
        chain_item.item.account_id
        for chain_item, decision in zip(chain_items, decisions, strict=True)
        if decision.outcome is VerdictOutcome.KEPT
    }
    lock_handing_out(ctx, agencies_serving(ctx, [accounts[number] for number in kept]), "ingest")


def _take(ctx: Context, token: str, ids: list[int]) -> set[int]:
    """They wait no longer; the ids of those that were still ours."""
    mine = delete(WaitingItem).where(
        among(ctx.session, WaitingItem.id, ids), WaitingItem.lease_token == token
    )
    taken = ctx.session.scalars(
        mine.returning(WaitingItem.id), execution_options={"synchronize_session": False}
    )
    return set(taken)


def _accounts_of(ctx: Context, ids: set[int], read: Mapping[int, Account] | None) -> dict[int, Account]:
    if read is not None:
        return {number: ctx.session.merge(read[number], load=False) for number in ids}
    return {row.id: row for row in ctx.session.scalars(select(Account).where(Account.id.in_(ids)))}


def _earlier_verdicts(ctx: Context, items: Sequence[InboundItem]) -> dict[int, Verdict]:
    """Of items whose authors have changed their words since they were judged. Whoever changes them after we
    have read them takes them from us."""
    changed = [item.id for item in items if item.edited_at is not None]
    if not changed:
        return {}
    rows = ctx.session.scalars(select(Verdict).where(among(ctx.session, Verdict.inbound_item_id, changed)))
    return {verdict.inbound_item_id: verdict for verdict in rows}


def _judge_anew(verdict: Verdict, row: dict[str, Any]) -> None:
    """The new words' scores. What somebody has a request of stays kept, whatever it says now."""
    fixed = {"created_at", "inbound_item_id", "account_id", "monitor_id"}
    if verdict.service_request_id is not None or verdict.rescued_at is not None:
        fixed |= {"outcome", "step", "reason", "needs_review"}
    for name, value in row.items():
        if name not in fixed:
            setattr(verdict, name, value)


def _new_verdicts(ctx: Context, rows: list[dict[str, Any]]) -> dict[int, Verdict]:
    """Store those of dropped items. Those of kept ones, by item, are to be stored when they are routed."""
    insert_rows(ctx.session, Verdict, [row for row in rows if row["outcome"] is not VerdictOutcome.KEPT])
    kept = [Verdict(**row) for row in rows if row["outcome"] is VerdictOutcome.KEPT]
    return {verdict.inbound_item_id: verdict for verdict in kept}


def verdict_row(now: datetime, chain_item: ChainItem, decision: Decision, version: str) -> dict[str, Any]:
    """The verdict as a row to insert or to write over an earlier one."""
    scores = chain_item.scores
    detail: dict[str, Any] = dict(decision.detail)
    if scores is not None and scores.offensive:
        detail["offensive"] = True
    if scores is not None and scores.reasons:
        detail["reasons"] = [
            {"kind": r.kind, "text": r.text, "weight": r.weight, "span": r.span} for r in scores.reasons
        ]
    return {
        "created_at": now,
        "inbound_item_id": chain_item.item.id,
        "account_id": chain_item.item.account_id,
        "outcome": decision.outcome,
        "step": decision.step,
        "reason": decision.reason,
        "detail": detail,
        "needs_review": decision.needs_review,
        "monitor_id": chain_item.monitors[0].id if chain_item.monitors else None,
        "intent": scores.intent if scores else None,
        "intent_score": scores.intent_score if scores else None,
        "service_score": scores.service_score if scores else None,
        "sentiment": scores.sentiment if scores else None,
        "sentiment_score": scores.sentiment_score if scores else None,
        "sentiment_unsure": bool(scores and scores.sentiment_unsure),
        "spam_score": scores.spam_score if scores else None,
        "urgency": scores.urgency if scores else None,
        "priority": scores.priority if scores else None,
        "model_version": version if scores else None,
    }


def route_chain_items(ctx: Context, kept: Sequence[ChainItem]) -> Routed:
    """Hand kept items, whose verdicts are stored, to routing."""
    if not kept:
        return Routed()
    ids = [chain_item.item.id for chain_item in kept]
    verdicts = ctx.session.scalars(select(Verdict).where(among(ctx.session, Verdict.inbound_item_id, ids)))
    accounts = _accounts_of(ctx, {chain_item.item.account_id for chain_item in kept}, None)
    return route_with(ctx, kept, {verdict.inbound_item_id: verdict for verdict in verdicts}, accounts)


def route_with(
    ctx: Context, kept: Sequence[ChainItem], by_item: Mapping[int, Verdict], accounts: dict[int, Account]
) -> Routed:
    """Hand kept items with an author to routing, with what is known of the person and the monitor."""
    known = [chain_item for chain_item in kept if chain_item.item.author_external_id]
    if not known:
        return Routed()
    identities = identify_authors(ctx, [chain_item.item for chain_item in known], accounts)
    entries = []
    for chain_item in known:
        item = chain_item.item
        identity = identities[item.account_id, item.author_external_id or ""]
        level = VIP_LEVEL if SpecialList.VIP in chain_item.lists else identity.contact.level
        team_id = next((m.team_id for m in chain_item.monitors if m.team_id and not m.is_competitor), None)
        entries.append(
            Kept(
                item,
                by_item[item.id],
                identity,
                level=level,
                team_id=team_id,
                withheld=withheld_by(chain_item.lists, item.lane),
                repeats=chain_item.repeats,
            )
        )
    return route_kept(ctx, entries, accounts)


def _count(judged: Sequence[tuple[ChainItem, Decision]]) -> None:
    totals = Counter((decision.outcome.value, decision.reason) for _, decision in judged)
    for (outcome, reason), number in totals.items():
        ITEMS.labels(outcome, reason).inc(number)


def _tell(
    ctx: Context, judged: Sequence[tuple[ChainItem, Decision]], accounts: Mapping[int, Account]
) -> None:
    """One event per account and batch: who watches a stream hears that there is more of it."""
    by_account: dict[int, list[tuple[ChainItem, Decision]]] = {}
    for chain_item, decision in judged:
        by_account.setdefault(chain_item.item.account_id, []).append((chain_item, decision))
    for account_id, entries in by_account.items():
        kept = sum(decision.outcome is VerdictOutcome.KEPT for _, decision in entries)
        news = InboundItemsJudged(
            account_id=account_id,
            kept=kept,
            dropped=len(entries) - kept,
            needs_review=sum(decision.needs_review for _, decision in entries),
            newest_id=max(chain_item.item.id for chain_item, _ in entries),
            monitor_ids=sorted({monitor.id for chain_item, _ in entries for monitor in chain_item.monitors}),
        )
        about = ACCOUNT.about(account_id, account_id=account_id, agency_id=accounts[account_id].agency_id)
        audience = account_audience(account_id, Permission.INBOUND_ITEMS_READ)
        ctx.emit(ITEMS_JUDGED, news, audience, about=about)


def oldest_unjudged(ctx: Context) -> datetime | None:
    """Since when the oldest item waits that nobody judges now and that is not set aside, if there is one."""
    free = select(WaitingItem.created_at).where(_is_free(ctx.now()))
    return ctx.session.scalar(free.order_by(WaitingItem.id).limit(1))


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(WaitingItem.lease_until.is_(None), WaitingItem.lease_until < now)


__all__ = [
    "ITEMS_PER_JOB",
    "gather_chain_items",
    "items_of",
    "lease_items",
    "oldest_unjudged",
    "record_verdicts",
    "route_chain_items",
    "set_aside",
    "verdict_row",
]
