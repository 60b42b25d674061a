"""Verdicts: leasing received items and recording what was decided, in batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import defer

from app.core.bulk import insert_objects, insert_rows
from app.core.context import Context
from app.core.crypto import new_token
from app.core.db import among
from app.core.metrics import ITEMS
from app.core.numbers import lock_counter
from app.core.permissions import Permission
from app.customers.services import identify_authors
from app.identity.scope import account_audience
from app.listener.activity import note_activity
from app.listener.clusters import join_clusters
from app.listener.events import ITEMS_JUDGED
from app.listener.filters import Decision, Subject
from app.listener.gathering import gather_subjects
from app.listener.hits import note_hits
from app.listener.schemas import InboundItemsJudged
from app.models import (
    Account,
    Contact,
    InboundItem,
    SpecialList,
    Verdict,
    VerdictOutcome,
    WaitingItem,
)
from app.routing.intake import Kept, Routed, route_kept

ITEMS_PER_JOB = 1000
VIP_LEVEL = "vip"
# The platform's own answer and what a reply needs: large, and nobody judges by them.
NOT_JUDGED_BY = (defer(InboundItem.raw), defer(InboundItem.reply_context))


def lease_items(ctx: Context) -> tuple[str, list[InboundItem]]:
    """Take a batch of unjudged items for this worker; the lease's token and the items."""
    ctx.require(Permission.LISTENER_INGEST)
    now = ctx.now()
    free = (
        select(WaitingItem.id)
        .where(or_(WaitingItem.lease_until.is_(None), WaitingItem.lease_until < now))
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
    rows = ctx.session.scalars(
        select(InboundItem)
        .where(among(ctx.session, InboundItem.id, ids))
        .order_by(InboundItem.id)
        .options(*NOT_JUDGED_BY)
    )
    return token, list(rows)


def record_verdicts(
    ctx: Context, token: str, subjects: list[Subject], decisions: list[Decision], version: str
) -> None:
    """Write one verdict per item that is still ours, with what follows from it, and route what is kept."""
    # Conversations and requests are made by one hand at a time.
    lock_counter(ctx.session, "ingest", ctx.now())
    ours = _still_ours(ctx, token, [subject.item.id for subject in subjects])
    judged = [
        (subject, decision)
        for subject, decision in zip(subjects, decisions, strict=True)
        if subject.item.id in ours  # another worker may have taken over after our lease ended
    ]
    if not judged:
        return
    now = ctx.now()
    _store_verdicts(ctx, [verdict_row(now, *entry, version) for entry in judged])
    ctx.session.execute(delete(WaitingItem).where(among(ctx.session, WaitingItem.id, ours)))
    join_clusters(ctx, judged)
    note_activity(ctx, judged)
    note_hits(ctx, [subject for subject, _ in judged])
    _count(judged)
    route_subjects(ctx, [s for s, decision in judged if decision.outcome is VerdictOutcome.KEPT])
    _tell(ctx, judged)


def _store_verdicts(ctx: Context, rows: list[dict[str, Any]]) -> None:
    """Those of kept items as objects, because routing goes on with them."""
    insert_rows(ctx.session, Verdict, [row for row in rows if row["outcome"] is not VerdictOutcome.KEPT])
    insert_objects(ctx.session, [Verdict(**row) for row in rows if row["outcome"] is VerdictOutcome.KEPT])


def _still_ours(ctx: Context, token: str, ids: list[int]) -> set[int]:
    mine = select(WaitingItem.id).where(
        among(ctx.session, WaitingItem.id, ids), WaitingItem.lease_token == token
    )
    return set(ctx.session.scalars(mine))


def verdict_row(now: datetime, subject: Subject, decision: Decision, version: str) -> dict[str, Any]:
    """The verdict as a row to insert or to write over an earlier one."""
    scores = subject.scores
    detail: dict[str, Any] = dict(decision.detail)
    if scores is not None and scores.offensive:
        detail["offensive"] = True
    if scores is not None and scores.reasons:
        detail["reasons"] = [
            {"kind": r.kind, "text": r.text, "weight": r.weight, "span": r.span} for r in scores.reasons
        ]
    return {
        "created_at": now,
        "inbound_item_id": subject.item.id,
        "account_id": subject.item.account_id,
        "outcome": decision.outcome,
        "step": decision.step,
        "reason": decision.reason,
        "detail": detail,
        "needs_review": decision.needs_review,
        "monitor_id": subject.monitors[0].id if subject.monitors else None,
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


def route_subjects(ctx: Context, kept: Sequence[Subject]) -> Routed:
    """Hand kept items with an author to routing, with what is known of the person and the monitor."""
    known = [subject for subject in kept if subject.item.author_external_id]
    if not known:
        return Routed()
    items = {subject.item.id: subject.item for subject in known}
    verdicts = ctx.session.scalars(select(Verdict).where(among(ctx.session, Verdict.inbound_item_id, items)))
    by_item = {verdict.inbound_item_id: verdict for verdict in verdicts}
    wanted = {item.account_id for item in items.values()}
    accounts = {row.id: row for row in ctx.session.scalars(select(Account).where(Account.id.in_(wanted)))}
    identities = identify_authors(ctx, items.values(), accounts)
    levels = _levels(ctx, {identity.contact_id for identity in identities.values()})
    entries = []
    for subject in known:
        item = subject.item
        identity = identities[item.account_id, item.author_external_id or ""]
        level = VIP_LEVEL if SpecialList.VIP in subject.lists else levels.get(identity.contact_id)
        team_id = next((m.team_id for m in subject.monitors if m.team_id and not m.is_competitor), None)
        entries.append(Kept(item, by_item[item.id], identity, level=level, team_id=team_id))
    return route_kept(ctx, entries, accounts)


def _levels(ctx: Context, contact_ids: Iterable[int]) -> dict[int, str | None]:
    rows = ctx.session.execute(
        select(Contact.id, Contact.level).where(
            among(ctx.session, Contact.id, contact_ids), Contact.level.is_not(None)
        )
    )
    return {row.id: row.level for row in rows}


def _count(judged: Sequence[tuple[Subject, Decision]]) -> None:
    totals = Counter((decision.outcome.value, decision.reason) for _, decision in judged)
    for (outcome, reason), number in totals.items():
        ITEMS.labels(outcome, reason).inc(number)


def _tell(ctx: Context, judged: Sequence[tuple[Subject, Decision]]) -> None:
    """One event per account and batch: who watches a stream hears that there is more of it."""
    by_account: dict[int, list[tuple[Subject, Decision]]] = {}
    for subject, decision in judged:
        by_account.setdefault(subject.item.account_id, []).append((subject, decision))
    for account_id, entries in by_account.items():
        kept = sum(decision.outcome is VerdictOutcome.KEPT for _, decision in entries)
        news = InboundItemsJudged(
            account_id=account_id,
            kept=kept,
            dropped=len(entries) - kept,
            needs_review=sum(decision.needs_review for _, decision in entries),
            newest_id=max(subject.item.id for subject, _ in entries),
            monitor_ids=sorted({monitor.id for subject, _ in entries for monitor in subject.monitors}),
        )
        ctx.emit(ITEMS_JUDGED, news, account_audience(account_id, Permission.INBOUND_ITEMS_READ))


def oldest_unjudged(ctx: Context) -> datetime | None:
    """Since when the oldest item has been waiting for its verdict; None when none waits."""
    return ctx.session.scalar(select(WaitingItem.created_at).order_by(WaitingItem.id).limit(1))


__all__ = [
    "ITEMS_PER_JOB",
    "gather_subjects",
    "lease_items",
    "oldest_unjudged",
    "record_verdicts",
    "route_subjects",
    "verdict_row",
]
