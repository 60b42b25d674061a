"""Trying other filter settings on stored items: kept and dropped before and after, with examples.

It is long work (`long_work.py`): chunk by chunk, the newest first, for whoever asked, as they reach at
that moment. What has been found so far is shown while it goes on.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from sqlalchemy import Select, func, select
from sqlalchemy.orm import defer, joinedload

from app.core.context import Context
from app.identity.scope import scope
from app.listener.chain.chain import Chain, ChainItem, Decision
from app.listener.judging.gathering import gather_facts
from app.listener.learning.versions import registry_of
from app.listener.matching.compiled import rule_cache
from app.listener.sampling.long_work import Example, Findings, TrialArguments
from app.listener.sampling.trying import name_tried
from app.longwork.kinds import Progress, Steps, Work
from app.models import InboundItem, MonitorHit, Verdict, VerdictOutcome
from app.nlp.serving.classifier import Classification

CHUNK = 200
EXAMPLES = 12
_I = InboundItem


def trial_steps(work: Work[TrialArguments]) -> Steps:
    """Run today's chain and the tried one over the same stored items.

    Scores and repetitions are those found when the items came in; lists, habits and monitors are today's.
    """
    if not work.position:
        yield partial(_count, work)
    while not work.position["is_over"]:
        yield partial(_chunk, work)
    return None


def _count(work: Work[TrialArguments], ctx: Context) -> Progress:
    since = ctx.now() - timedelta(days=work.arguments.days)
    counted = _items(ctx, work.arguments).where(_I.created_at > since)
    total, newest = ctx.session.execute(
        counted.with_only_columns(func.count(), func.max(_I.id), maintain_column_froms=True)
    ).one()
    found = Findings(since=since, before=(newest or 0) + 1, is_over=total == 0)
    return Progress(found.model_dump(mode="json"), total=total)


def _items(ctx: Context, asked: TrialArguments) -> Select[InboundItem]:
    name_tried(ctx, asked)  # what has left one's sight meanwhile is tried no further
    judged = scope(select(_I), ctx.actor, _I).join(Verdict, Verdict.inbound_item_id == _I.id)
    if asked.account_id is not None:
        return judged.where(_I.account_id == asked.account_id)
    return judged.join(MonitorHit, MonitorHit.inbound_item_id == _I.id).where(
        MonitorHit.monitor_id == asked.monitor_id
    )


def _chunk(work: Work[TrialArguments], ctx: Context) -> Progress:
    found = Findings.model_validate(work.position)
    page = (
        _items(ctx, work.arguments)
        .where(_I.created_at > found.since, _I.id < found.before)
        .options(joinedload(_I.verdict), defer(_I.raw))
        .order_by(_I.id.desc())
        .limit(CHUNK)
    )
    items = list(ctx.session.scalars(page))
    found.is_over = len(items) < CHUNK
    if items:
        found.before, found.oldest = items[-1].id, items[-1].created_at
        found.scanned += len(items)
        _compare(ctx, items, Chain.of(work.arguments.filters), found)
    return Progress(found.model_dump(mode="json"), done=len(items))


def _compare(ctx: Context, items: list[InboundItem], tried: Chain, found: Findings) -> None:
    rules = rule_cache(ctx.runtime).current(ctx.session)
    service_from = registry_of(ctx.runtime).service_threshold()
    for chain_item in gather_facts(ctx, items, rules):
        _remember(chain_item, service_from)
        now = rules.chain(chain_item.item, chain_item.monitors).decide(chain_item)
        _add(found, chain_item.item, now, tried.decide(chain_item))


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


def _add(found: Findings, item: InboundItem, now: Decision, then: Decision) -> None:
    found.now[now.reason] += 1
    found.then[then.reason] += 1
    was_kept, is_kept = now.outcome is VerdictOutcome.KEPT, then.outcome is VerdictOutcome.KEPT
    found.kept_now += was_kept
    found.kept_then += is_kept
    example = Example(item_id=item.id, outcome=then.outcome.value, reason=then.reason)
    if is_kept and not was_kept:
        found.newly_kept += 1
        found.kept_examples = [*found.kept_examples, example][:EXAMPLES]
    elif was_kept and not is_kept:
        found.newly_dropped += 1
        found.dropped_examples = [*found.dropped_examples, example][:EXAMPLES]
