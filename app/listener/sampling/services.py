"""The review queue: drawing dropped items, taking reviewers' findings, and what follows for the miss rate."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import joinedload

from app.core.context import Context
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.pagination import read_page
from app.core.permissions import Permission
from app.identity import audit
from app.identity.scope import agency_readers, scope
from app.listener.chain.chain_items import is_answerable
from app.listener.learning.corrections import judged_item, retrain_when_enough
from app.listener.learning.labels import Judgement, add_label, judgement_of
from app.listener.learning.rescue import needing_service, rescue
from app.listener.ledger.queries import item_views, reason_text
from app.listener.monitors.services import require_accounts
from app.listener.sampling.estimates import Stratum, draw, estimate
from app.listener.sampling.events import FILTER_SAMPLE, FILTER_SAMPLE_DRAWN, SAMPLE_REVIEWED
from app.listener.sampling.schemas import (
    DrawCommand,
    EstimateView,
    FilterSampleList,
    FilterSampleView,
    ReviewCommand,
    SampledItemList,
    SampledItemQuery,
    SampledItemView,
    SampleReviewed,
    StratumView,
)
from app.models import (
    FilterSample,
    InboundItem,
    LabelSource,
    Operator,
    SampledItem,
    Verdict,
    VerdictOutcome,
)
from app.nlp.serving.heads import SERVICE_INTENTS

SEEDS = 2**31 - 1
NOT_SAMPLED = ("platform_event", "own_post", "own_account")
"""Dropped by what they are, not by a judgement: nothing to be wrong about."""


def draw_sample(ctx: Context, command: DrawCommand) -> FilterSample:
    """Draw dropped items by reason. Raises Conflict when nothing was dropped in the window."""
    ctx.require(Permission.INBOUND_ITEMS_CORRECT)
    agency_id = ctx.actor.agency_id
    if agency_id is None:
        raise Forbidden(permission=Permission.INBOUND_ITEMS_CORRECT.value)
    require_accounts(ctx, agency_id, command.account_ids)
    until, since = ctx.now(), ctx.now() - timedelta(days=command.days)
    found: dict[str, list[tuple[int, int]]] = {}
    statement = (
        scope(select(Verdict.inbound_item_id, Verdict.account_id, Verdict.reason), ctx.actor, Verdict)
        .where(
            Verdict.outcome == VerdictOutcome.DROPPED,
            Verdict.created_at > since,
            Verdict.created_at <= until,
            Verdict.reason.not_in(NOT_SAMPLED),
        )
        .order_by(Verdict.inbound_item_id)
    )
    if command.account_ids:
        statement = statement.where(Verdict.account_id.in_(command.account_ids))
    for item_id, account_id, reason in ctx.session.execute(statement):
        found.setdefault(reason, []).append((item_id, account_id))
    if not found:
        raise Conflict("nothing_to_draw")
    seed = secrets.randbelow(SEEDS) if command.seed is None else command.seed
    row = FilterSample(
        created_at=ctx.now(),
        agency_id=agency_id,
        requested_by_id=ctx.actor.operator_id,
        since=since,
        until=until,
        seed=seed,
        size=command.size,
        account_ids=command.account_ids,
        strata={reason: len(members) for reason, members in found.items()},
    )
    ctx.session.add(row)
    ctx.session.flush()
    _fill(ctx, row, found)
    audit.record(ctx, FILTER_SAMPLE_DRAWN, FILTER_SAMPLE.of(row), detail=row.strata)
    return row


def _fill(ctx: Context, row: FilterSample, found: dict[str, list[tuple[int, int]]]) -> None:
    accounts = dict(pair for members in found.values() for pair in members)
    drawn = draw({reason: [m[0] for m in members] for reason, members in found.items()}, row.size, row.seed)
    ctx.session.add_all(
        SampledItem(
            created_at=ctx.now(),
            filter_sample_id=row.id,
            inbound_item_id=item_id,
            account_id=accounts[item_id],
            stratum=reason,
        )
        for reason, members in drawn.items()
        for item_id in members
    )
    ctx.session.flush()


def review_sampled_item(ctx: Context, sampled_item_id: int, command: ReviewCommand) -> SampledItem:
    """Note whether dropping was right; a wrong one becomes a request and teaches. One finding per item."""
    ctx.require(Permission.INBOUND_ITEMS_CORRECT)
    row = _sampled(ctx, sampled_item_id)
    if row.reviewed_at is not None:
        raise Conflict("already_reviewed")
    row.is_right = command.is_right
    row.reviewed_at = ctx.now()
    row.reviewed_by_id = ctx.actor.operator_id
    item, verdict = judged_item(ctx, row.inbound_item_id)
    said = _judgement(judgement_of(verdict), command)
    add_label(ctx, item, verdict, said, LabelSource.REVIEW)
    if said.needs_service and verdict.outcome is VerdictOutcome.DROPPED and is_answerable(item):
        ctx.require(Permission.INBOUND_ITEMS_RESCUE)
        rescue(ctx, item, verdict)
    _tell(ctx, row)
    retrain_when_enough(ctx)
    return row


def take_back_finding(ctx: Context, sampled_item_id: int) -> SampledItem:
    """As if nobody had looked at the item yet; a later label says again what the filter had said.

    Raises Conflict for one that became a request: that is work by now, and ends where work ends.
    """
    ctx.require(Permission.INBOUND_ITEMS_CORRECT)
    row = _sampled(ctx, sampled_item_id)
    if row.reviewed_at is None:
        return row
    item, verdict = judged_item(ctx, row.inbound_item_id)
    if verdict.service_request_id is not None:
        raise Conflict("already_a_request", service_request_id=verdict.service_request_id)
    row.is_right = row.reviewed_at = row.reviewed_by_id = None
    add_label(ctx, item, verdict, judgement_of(verdict), LabelSource.REVIEW)
    _tell(ctx, row)
    return row


def _sampled(ctx: Context, sampled_item_id: int) -> SampledItem:
    row = ctx.session.scalar(
        scope(select(SampledItem), ctx.actor, SampledItem)
        .where(SampledItem.id == sampled_item_id)
        .with_for_update()
    )
    if row is None:
        raise NotFound
    return row


def _tell(ctx: Context, row: SampledItem) -> None:
    """Others who review the same sample see what is left of it."""
    sample = ctx.session.get_one(FilterSample, row.filter_sample_id)
    ctx.session.flush()
    ctx.emit(
        SAMPLE_REVIEWED,
        SampleReviewed(filter_sample_id=sample.id, sampled_item_id=row.id),
        agency_readers(sample.agency_id, Permission.INBOUND_ITEMS_READ),
        about=FILTER_SAMPLE.of(sample),
    )


def _judgement(before: Judgement, command: ReviewCommand) -> Judgement:
    if command.is_right:
        intent = command.intent or before.intent
        intent = "other" if intent in SERVICE_INTENTS else intent
        return Judgement(intent, before.sentiment, False, before.urgency)
    if command.intent in SERVICE_INTENTS:
        return Judgement(command.intent, before.sentiment, True, before.urgency)
    return needing_service(before)


def list_draws(ctx: Context) -> FilterSampleList:
    """Newest first."""
    rows = ctx.session.scalars(
        scope(select(FilterSample), ctx.actor, FilterSample).order_by(FilterSample.id.desc()).limit(20)
    ).all()
    return FilterSampleList(items=draw_views(ctx, rows))


def get_draw(ctx: Context, draw_id: int) -> FilterSampleView:
    return draw_views(ctx, [_draw(ctx, draw_id)])[0]


def _draw(ctx: Context, draw_id: int) -> FilterSample:
    row = ctx.session.scalar(
        scope(select(FilterSample), ctx.actor, FilterSample).where(FilterSample.id == draw_id)
    )
    if row is None:
        raise NotFound
    return row


def draw_views(ctx: Context, rows: Sequence[FilterSample]) -> list[FilterSampleView]:
    """Draws with what has been found, strata in order of size."""
    looked = func.sum(case((SampledItem.reviewed_at.is_not(None), 1), else_=0))
    wrong = func.sum(case((and_(SampledItem.reviewed_at.is_not(None), ~SampledItem.is_right), 1), else_=0))
    counts = ctx.session.execute(
        select(SampledItem.filter_sample_id, SampledItem.stratum, func.count(), looked, wrong)
        .where(SampledItem.filter_sample_id.in_([row.id for row in rows]))
        .group_by(SampledItem.filter_sample_id, SampledItem.stratum)
    )
    found = {(c[0], c[1]): (int(c[2]), int(c[3] or 0), int(c[4] or 0)) for c in counts}
    return [_draw_view(ctx, row, found) for row in rows]


def _draw_view(
    ctx: Context, row: FilterSample, found: dict[tuple[int, str], tuple[int, int, int]]
) -> FilterSampleView:
    strata = [
        StratumView(
            reason=reason,
            reason_text=reason_text(ctx, reason),
            population=population,
            drawn=found.get((row.id, reason), (0, 0, 0))[0],
            reviewed=found.get((row.id, reason), (0, 0, 0))[1],
            wrong=found.get((row.id, reason), (0, 0, 0))[2],
        )
        for reason, population in sorted(row.strata.items(), key=lambda entry: (-entry[1], entry[0]))
    ]
    population = sum(stratum.population for stratum in strata)
    return FilterSampleView(
        id=row.id,
        since=row.since,
        until=row.until,
        seed=row.seed,
        population=population,
        size=sum(stratum.drawn for stratum in strata),
        reviewed=sum(stratum.reviewed for stratum in strata),
        created_at=row.created_at,
        strata=strata,
        estimate=_estimate(strata, population),
    )


def _estimate(strata: Sequence[StratumView], population: int) -> EstimateView | None:
    found = estimate([Stratum(s.population, s.reviewed, s.wrong) for s in strata])
    if found is None:
        return None
    return EstimateView(
        missed=round(found.share * population),
        low=round(found.low * population),
        high=round(found.high * population),
        share=round(found.share, 5),
        share_low=round(found.low, 5),
        share_high=round(found.high, 5),
    )


def list_sampled_items(ctx: Context, draw_id: int, query: SampledItemQuery) -> SampledItemList:
    """In the order they were drawn; `open` asks for those that nobody has looked at, or for the others."""
    _draw(ctx, draw_id)
    statement = scope(select(SampledItem), ctx.actor, SampledItem).where(
        SampledItem.filter_sample_id == draw_id
    )
    if query.open is not None:
        is_open = SampledItem.reviewed_at.is_(None)
        statement = statement.where(is_open if query.open else ~is_open)
    page = read_page(ctx.session, statement, query, [(SampledItem.id, False)])
    return SampledItemList(items=sampled_item_views(ctx, page.rows), next_cursor=page.next_cursor)


def sampled_item_views(ctx: Context, rows: Sequence[SampledItem]) -> list[SampledItemView]:
    items = ctx.session.scalars(
        scope(select(InboundItem), ctx.actor, InboundItem)
        .where(InboundItem.id.in_([row.inbound_item_id for row in rows]))
        .options(joinedload(InboundItem.verdict))
        .execution_options(populate_existing=True)
    ).all()
    views = {view.id: view for view in item_views(ctx, items)}
    people = {row.reviewed_by_id for row in rows if row.reviewed_by_id}
    known = ctx.session.execute(select(Operator.id, Operator.name).where(Operator.id.in_(people)))
    names = {row.id: row.name for row in known}
    return [
        SampledItemView(
            id=row.id,
            stratum=row.stratum,
            stratum_text=reason_text(ctx, row.stratum),
            item=views[row.inbound_item_id],
            is_right=row.is_right,
            reviewed_at=row.reviewed_at,
            reviewed_by=names.get(row.reviewed_by_id or 0),
        )
        for row in rows
    ]
