"""Trying other filter settings on stored items: kept and dropped before and after, with examples."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import defer, joinedload

from app.accounts.queries import account_refs
from app.core.context import Context
from app.core.errors import NotFound
from app.core.permissions import Permission
from app.customers.names import current_names
from app.identity.scope import scope
from app.listener.chain.chain import Chain, ChainItem, Decision
from app.listener.judging.gathering import gather_facts
from app.listener.learning.versions import registry_of
from app.listener.ledger.queries import reason_text
from app.listener.matching.compiled import MonitorSet, rule_cache
from app.listener.monitors.schemas import PreviewExample
from app.listener.monitors.services import get_monitor
from app.listener.sampling.schemas import TrialCommand, TrialReason, TrialTotals, TrialView
from app.models import InboundItem, MonitorHit, Verdict, VerdictOutcome
from app.nlp.serving.classifier import Classification

SECONDS = 3.0
MAX_ROWS = 50_000
CHUNK = 200
EXAMPLES = 12


@dataclass
class _Outcome:
    scanned: int = 0
    oldest: datetime | None = None
    is_complete: bool = True
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    kept_before: int = 0
    kept_after: int = 0
    newly_kept: int = 0
    newly_dropped: int = 0
    kept_examples: list[tuple[InboundItem, Decision]] = field(default_factory=list)
    dropped_examples: list[tuple[InboundItem, Decision]] = field(default_factory=list)


def try_filters(ctx: Context, command: TrialCommand) -> TrialView:
    """Run today's chain and the tried one over the same stored items, newest first, until time or rows end.

    Scores and repetitions are those found when the items came in; lists, habits and monitors are today's.
    """
    ctx.require(Permission.MONITORS_READ, account_id=command.account_id)
    started = time.monotonic()
    tried = Chain.of(command.filters)
    rules = rule_cache(ctx.runtime).current(ctx.session)
    since = ctx.now() - timedelta(days=command.days)
    outcome = _Outcome()
    for items in _chunks(ctx, _statement(ctx, command, since), started, outcome):
        _compare(ctx, items, rules, tried, outcome)
    return _view(ctx, command, outcome, since, started)


def _statement(ctx: Context, command: TrialCommand, since: datetime) -> Select[InboundItem]:
    statement = (
        scope(select(InboundItem), ctx.actor, InboundItem)
        .join(Verdict, Verdict.inbound_item_id == InboundItem.id)
        .where(InboundItem.created_at > since)
        .options(joinedload(InboundItem.verdict), defer(InboundItem.raw))
        .order_by(InboundItem.id.desc())
        .limit(CHUNK)
    )
    if command.account_id is not None:
        if command.account_id not in account_refs(ctx, {command.account_id}):
            raise NotFound
        return statement.where(InboundItem.account_id == command.account_id)
    monitor = get_monitor(ctx, command.monitor_id or 0)
    return statement.join(MonitorHit, MonitorHit.inbound_item_id == InboundItem.id).where(
        MonitorHit.monitor_id == monitor.id
    )


def _chunks(
    ctx: Context, statement: Select[InboundItem], started: float, outcome: _Outcome
) -> Iterator[list[InboundItem]]:
    before: int | None = None
    while True:
        page = statement if before is None else statement.where(InboundItem.id < before)
        items = list(ctx.session.scalars(page))
        if items:
            outcome.scanned += len(items)
            outcome.oldest = items[-1].created_at
            before = items[-1].id
            yield items
        if len(items) < CHUNK:
            return
        if time.monotonic() - started > SECONDS or outcome.scanned >= MAX_ROWS:
            outcome.is_complete = False
            return
        ctx.session.expunge_all()


def _compare(
    ctx: Context, items: list[InboundItem], rules: MonitorSet, tried: Chain, outcome: _Outcome
) -> None:
    service_from = registry_of(ctx.runtime).service_threshold()
    for chain_item in gather_facts(ctx, items, rules):
        _remember(chain_item, service_from)
        now = rules.chain(chain_item.item, chain_item.monitors).decide(chain_item)
        then = tried.decide(chain_item)
        _add(outcome, chain_item.item, now, then)


def _remember(chain_item: ChainItem, service_from: float) -> None:
    """What was found out when the item came in."""
    item = chain_item.item
    verdict = item.verdict
    if verdict is None:
        return
    chain_item.has_open_request = verdict.step == "thread"
    if verdict.step == "near_duplicate":
        chain_item.near_duplicate_of = item.duplicate_of_id
    else:
        chain_item.duplicate_of = item.duplicate_of_id
    if verdict.service_score is not None:
        chain_item.scores = _scores(verdict, service_from)


def _scores(verdict: Verdict, service_from: float) -> Classification:
    """The stored scores; what counts as a request is read off the line of today's model."""
    service = verdict.service_score or 0.0
    return Classification(
        intent=verdict.intent or "other",
        intent_score=verdict.intent_score or 0.0,
        is_request=service >= service_from,
        service_score=service,
        sentiment=verdict.sentiment or 0,
        sentiment_score=0.5 if verdict.sentiment_score is None else verdict.sentiment_score,
        sentiment_unsure=verdict.sentiment_unsure,
        spam_score=verdict.spam_score or 0.0,
        urgency=verdict.urgency or 0,
        offensive=bool(verdict.detail.get("offensive")),
        priority=verdict.priority or 4,
    )


def _add(outcome: _Outcome, item: InboundItem, now: Decision, then: Decision) -> None:
    outcome.before[now.reason] += 1
    outcome.after[then.reason] += 1
    was_kept, is_kept = now.outcome is VerdictOutcome.KEPT, then.outcome is VerdictOutcome.KEPT
    outcome.kept_before += was_kept
    outcome.kept_after += is_kept
    if is_kept and not was_kept:
        outcome.newly_kept += 1
        if len(outcome.kept_examples) < EXAMPLES:
            outcome.kept_examples.append((item, then))
    elif was_kept and not is_kept:
        outcome.newly_dropped += 1
        if len(outcome.dropped_examples) < EXAMPLES:
            outcome.dropped_examples.append((item, then))


def _view(
    ctx: Context, command: TrialCommand, outcome: _Outcome, since: datetime, started: float
) -> TrialView:
    reasons = sorted({*outcome.before, *outcome.after}, key=lambda r: (-outcome.before[r], r))
    return TrialView(
        days=command.days,
        scanned=outcome.scanned,
        since=since if outcome.is_complete or outcome.oldest is None else outcome.oldest,
        is_complete=outcome.is_complete,
        took_ms=round(1000 * (time.monotonic() - started)),
        before=TrialTotals(kept=outcome.kept_before, dropped=outcome.scanned - outcome.kept_before),
        after=TrialTotals(kept=outcome.kept_after, dropped=outcome.scanned - outcome.kept_after),
        newly_kept=outcome.newly_kept,
        newly_dropped=outcome.newly_dropped,
        newly_kept_examples=_examples(ctx, outcome.kept_examples),
        newly_dropped_examples=_examples(ctx, outcome.dropped_examples),
        by_reason=[
            TrialReason(
                reason=reason,
                reason_text=reason_text(ctx, reason),
                before=outcome.before[reason],
                after=outcome.after[reason],
            )
            for reason in reasons
        ],
    )


def _examples(ctx: Context, found: Sequence[tuple[InboundItem, Decision]]) -> list[PreviewExample]:
    refs = account_refs(ctx, {item.account_id for item, _ in found})
    name_of = current_names(ctx.session, [item for item, _ in found])
    return [
        PreviewExample(
            inbound_item_id=item.id,
            account=refs[item.account_id],
            author_name=name_of(item),
            text=item.text,
            published_at=item.published_at,
            outcome=decision.outcome.value,
            reason_text=reason_text(ctx, decision.reason),
            terms=[],
        )
        for item, decision in found
    ]
