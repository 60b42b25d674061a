"""Verdicts: leasing received items, gathering what the database knows of them, recording decisions."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import func, or_, select, tuple_, update

from app.core.context import Context
from app.core.crypto import new_token
from app.core.metrics import ITEMS
from app.core.numbers import lock_counter
from app.core.permissions import Permission
from app.customers.services import identify_authors
from app.listener.filters import Decision, Subject, subject_of
from app.models import (
    ACTIVE_STATUSES,
    Account,
    ContactIdentity,
    Conversation,
    InboundItem,
    ItemStatus,
    Lane,
    ServiceRequest,
    Verdict,
    VerdictOutcome,
)
from app.routing.intake import Kept, Routed, route_kept

log = structlog.get_logger(__name__)
DELIVERIES_PER_JOB = 100
ITEMS_PER_JOB = 200
DUPLICATE_WITHIN = timedelta(days=2)
POLL_CALLS = 5


def lease_items(ctx: Context) -> tuple[str, list[InboundItem]]:
    """Take a batch of unjudged items for this worker; the lease's token and the items."""
    ctx.require(Permission.LISTENER_INGEST)
    now = ctx.now()
    free = (
        select(InboundItem.id)
        .where(
            InboundItem.status == ItemStatus.RECEIVED,
            or_(InboundItem.lease_until.is_(None), InboundItem.lease_until < now),
        )
        .order_by(InboundItem.id)
        .limit(ITEMS_PER_JOB)
        .with_for_update(skip_locked=True)
    )
    ids = list(ctx.session.scalars(free))
    if not ids:
        return "", []
    token = new_token()[:32]
    lease = now + timedelta(seconds=ctx.runtime.settings.lease_seconds)
    ctx.session.execute(
        update(InboundItem).where(InboundItem.id.in_(ids)).values(lease_until=lease, lease_token=token)
    )
    rows = ctx.session.scalars(select(InboundItem).where(InboundItem.id.in_(ids)).order_by(InboundItem.id))
    return token, list(rows)


def gather_subjects(ctx: Context, items: list[InboundItem]) -> list[Subject]:
    """The items with what the database knows about them: own accounts, open requests, earlier repetitions."""
    own = _own_identities(ctx, items)
    busy = _people_with_open_requests(ctx, items)
    repeated = _earlier_repetitions(ctx, items)
    subjects = []
    seen: dict[tuple[int, int], int] = {}
    for item in items:
        subject = subject_of(item)
        subject.own_account = (item.account_id, item.author_external_id) in own
        subject.has_open_request = (item.account_id, item.author_external_id, item.lane) in busy
        key = (item.account_id, item.text_hash)
        if item.lane is Lane.PUBLIC and subject.words:
            subject.duplicate_of = repeated.get(key) or seen.get(key)
            seen.setdefault(key, item.id)
        subjects.append(subject)
    return subjects


def _own_identities(ctx: Context, items: list[InboundItem]) -> set[tuple[int, str | None]]:
    """(account, author) pairs where the author is one of our own accounts on that platform."""
    ours = ctx.session.execute(select(Account.id, Account.platform, Account.external_id)).all()
    platform_of = {account_id: platform for account_id, platform, _ in ours}
    names = {(platform, external_id) for _, platform, external_id in ours}
    return {
        (item.account_id, item.author_external_id)
        for item in items
        if (platform_of[item.account_id], item.author_external_id) in names
    }


def _people_with_open_requests(ctx: Context, items: list[InboundItem]) -> set[tuple[int, str | None, Lane]]:
    keys = sorted({(i.account_id, i.author_external_id) for i in items if i.author_external_id})
    if not keys:
        return set()
    rows = ctx.session.execute(
        select(ContactIdentity.account_id, ContactIdentity.external_id, ServiceRequest.lane)
        .join(Conversation, Conversation.contact_identity_id == ContactIdentity.id)
        .join(ServiceRequest, ServiceRequest.conversation_id == Conversation.id)
        .where(
            tuple_(ContactIdentity.account_id, ContactIdentity.external_id).in_(keys),
            ServiceRequest.status.in_(ACTIVE_STATUSES),
        )
    )
    return {(account_id, external_id, lane) for account_id, external_id, lane in rows}


def _earlier_repetitions(ctx: Context, items: list[InboundItem]) -> dict[tuple[int, int], int]:
    """The oldest recent item with the same words, for items that repeat one before this batch."""
    hashes = sorted({item.text_hash for item in items if item.lane is Lane.PUBLIC})
    if not hashes:
        return {}
    since = ctx.now() - DUPLICATE_WITHIN
    rows = ctx.session.execute(
        select(InboundItem.account_id, InboundItem.text_hash, func.min(InboundItem.id))
        .where(
            InboundItem.text_hash.in_(hashes),
            InboundItem.lane == Lane.PUBLIC,
            InboundItem.id < items[0].id,
            InboundItem.created_at > since,
        )
        .group_by(InboundItem.account_id, InboundItem.text_hash)
    )
    return {(account_id, text_hash): first for account_id, text_hash, first in rows}


def record_verdicts(
    ctx: Context, token: str, subjects: list[Subject], decisions: list[Decision], version: str
) -> None:
    """Write one verdict per item that is still ours, and route what is kept."""
    lock_counter(
        ctx.session, "ingest", ctx.now()
    )  # conversations and requests are made by one hand at a time
    ids = [subject.item.id for subject in subjects]
    rows = ctx.session.scalars(
        select(InboundItem).where(
            InboundItem.id.in_(ids),
            InboundItem.lease_token == token,
            InboundItem.status == ItemStatus.RECEIVED,
        )
    )
    items = {item.id: item for item in rows}
    kept: list[tuple[InboundItem, Verdict]] = []
    for subject, decision in zip(subjects, decisions, strict=True):
        item = items.get(subject.item.id)
        if item is None:
            continue  # another worker took it over after our lease ended
        verdict = _verdict(ctx, subject, decision, version)
        ctx.session.add(verdict)
        item.status = ItemStatus.JUDGED
        item.lease_until = item.lease_token = None
        ITEMS.labels(decision.outcome.value, decision.reason).inc()
        if decision.outcome is VerdictOutcome.KEPT:
            kept.append((item, verdict))
    ctx.session.flush()
    route(ctx, kept)


def route(ctx: Context, kept: list[tuple[InboundItem, Verdict]]) -> Routed:
    """Hand kept items with an author to routing."""
    accounts = {
        row.id: row
        for row in ctx.session.scalars(
            select(Account).where(Account.id.in_({item.account_id for item, _ in kept}))
        )
    }
    identities = identify_authors(ctx, [item for item, _ in kept], accounts)
    entries = [
        Kept(item, verdict, identities[item.account_id, item.author_external_id])
        for item, verdict in kept
        if item.author_external_id
    ]
    return route_kept(ctx, entries, accounts)


def _verdict(ctx: Context, subject: Subject, decision: Decision, version: str) -> Verdict:
    scores = subject.scores
    detail: dict[str, Any] = dict(decision.detail)
    if scores is not None:
        detail["reasons"] = [asdict(reason) for reason in scores.reasons]
    return Verdict(
        created_at=ctx.now(),
        inbound_item_id=subject.item.id,
        account_id=subject.item.account_id,
        outcome=decision.outcome,
        step=decision.step,
        reason=decision.reason,
        detail=detail,
        intent=scores.intent if scores else None,
        intent_score=scores.intent_score if scores else None,
        service_score=scores.service_score if scores else None,
        sentiment=scores.sentiment if scores else None,
        sentiment_score=scores.sentiment_score if scores else None,
        sentiment_unsure=bool(scores and scores.sentiment_unsure),
        spam_score=scores.spam_score if scores else None,
        urgency=scores.urgency if scores else None,
        priority=scores.priority if scores else None,
        model_version=version if scores else None,
    )


def oldest_unjudged(ctx: Context) -> datetime | None:
    """Since when the oldest item has been waiting for its verdict; None when none waits."""
    return ctx.session.scalar(
        select(func.min(InboundItem.created_at)).where(InboundItem.status == ItemStatus.RECEIVED)
    )
