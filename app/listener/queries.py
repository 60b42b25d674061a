"""Reads of the ledger: every item with its verdict, kept or dropped."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from app.accounts.schemas import AccountRefView
from app.core.context import Context
from app.core.errors import NotFound
from app.core.i18n import translate
from app.core.pagination import after, decode_cursor, encode_cursor
from app.identity.scope import scope
from app.listener.schemas import (
    InboundItemCounts,
    InboundItemList,
    InboundItemQuery,
    InboundItemView,
    ReasonCount,
    ReasonView,
    VerdictView,
)
from app.models import Account, InboundItem, ItemStatus, Verdict, VerdictOutcome
from app.routing.schemas import SentimentView


def list_items(ctx: Context, query: InboundItemQuery) -> InboundItemList:
    """Newest first."""
    statement = _filtered(ctx, query).options(joinedload(InboundItem.verdict))
    if query.cursor:
        values = decode_cursor(query.cursor, [int])
        statement = statement.where(after([(InboundItem.id, True)], values))
    rows = list(ctx.session.scalars(statement.order_by(InboundItem.id.desc()).limit(query.limit + 1)))
    page = rows[: query.limit]
    accounts = account_refs(ctx, {row.account_id for row in page})
    return InboundItemList(
        items=[item_view(ctx, row, accounts[row.account_id]) for row in page],
        next_cursor=encode_cursor([page[-1].id]) if len(rows) > query.limit else None,
    )


def get_item(ctx: Context, item_id: int) -> InboundItemView:
    row = ctx.session.scalars(
        scope(select(InboundItem), ctx.actor, InboundItem)
        .where(InboundItem.id == item_id)
        .options(joinedload(InboundItem.verdict))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    return item_view(ctx, row, account_refs(ctx, {row.account_id})[row.account_id])


def _filtered(ctx: Context, query: InboundItemQuery) -> Select[InboundItem]:
    statement = scope(select(InboundItem), ctx.actor, InboundItem)
    if query.outcome == "pending":
        statement = statement.where(InboundItem.status == ItemStatus.RECEIVED)
    elif query.outcome is not None or query.reason is not None:
        statement = statement.join(Verdict, Verdict.inbound_item_id == InboundItem.id)
        if query.outcome is not None:
            statement = statement.where(Verdict.outcome == VerdictOutcome(query.outcome))
        if query.reason is not None:
            statement = statement.where(Verdict.reason == query.reason)
    if query.account_id is not None:
        statement = statement.where(InboundItem.account_id == query.account_id)
    if query.q.strip():
        statement = statement.where(InboundItem.text.icontains(query.q.strip(), autoescape=True))
    return statement


def account_refs(ctx: Context, ids: set[int]) -> dict[int, AccountRefView]:
    rows = ctx.session.execute(select(Account.id, Account.name, Account.platform).where(Account.id.in_(ids)))
    return {row.id: AccountRefView(id=row.id, name=row.name, platform=row.platform) for row in rows}


def item_view(ctx: Context, item: InboundItem, account: AccountRefView) -> InboundItemView:
    verdict = item.verdict
    return InboundItemView(
        id=item.id,
        account=account,
        lane=item.lane,
        kind=item.kind,
        author_name=item.author_name,
        text=item.text,
        external_url=item.external_url,
        published_at=item.published_at,
        received_at=item.created_at,
        verdict=verdict_view(ctx, verdict) if verdict else None,
        service_request_id=verdict.service_request_id if verdict else None,
    )


def verdict_view(ctx: Context, verdict: Verdict) -> VerdictView:
    return VerdictView(
        outcome=verdict.outcome,
        step=verdict.step,
        reason=verdict.reason,
        reason_text=reason_text(ctx, verdict.reason),
        intent=verdict.intent,
        intent_score=verdict.intent_score,
        service_score=verdict.service_score,
        sentiment=sentiment_view(verdict),
        spam_score=verdict.spam_score,
        priority=verdict.priority,
        reasons=reason_views(verdict.detail),
        rescued=verdict.rescued_at is not None,
    )


def sentiment_view(verdict: Verdict) -> SentimentView | None:
    if verdict.sentiment is None or verdict.sentiment_score is None:
        return None
    return SentimentView(
        value=verdict.sentiment, score=verdict.sentiment_score, unsure=verdict.sentiment_unsure
    )


def reason_views(detail: dict[str, Any]) -> list[ReasonView]:
    return [ReasonView(kind=r["kind"], text=r["text"], weight=r["weight"]) for r in detail.get("reasons", ())]


def reason_text(ctx: Context, reason: str) -> str:
    return translate(f"verdict.reason.{reason}", ctx.locale)


def count_items(ctx: Context) -> InboundItemCounts:
    """Counts that add up: kept + dropped + pending = total."""
    total = ctx.session.scalar(
        scope(select(InboundItem), ctx.actor, InboundItem).with_only_columns(
            func.count(), maintain_column_froms=True
        )
    )
    groups = ctx.session.execute(
        scope(select(Verdict), ctx.actor, Verdict)
        .with_only_columns(Verdict.outcome, Verdict.reason, func.count(), maintain_column_froms=True)
        .group_by(Verdict.outcome, Verdict.reason)
        .order_by(func.count().desc())
    ).all()
    kept = sum(count for outcome, _, count in groups if outcome is VerdictOutcome.KEPT)
    dropped = sum(count for outcome, _, count in groups if outcome is VerdictOutcome.DROPPED)
    return InboundItemCounts(
        total=total or 0,
        kept=kept,
        dropped=dropped,
        pending=(total or 0) - kept - dropped,
        by_reason=[
            ReasonCount(outcome=outcome, reason=reason, reason_text=reason_text(ctx, reason), count=count)
            for outcome, reason, count in groups
        ],
    )
