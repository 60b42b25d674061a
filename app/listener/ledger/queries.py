"""Reads of the ledger: every item with its verdict, kept or dropped."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload

from app.accounts.queries import account_refs
from app.accounts.schemas import AccountRefView
from app.core.context import Context
from app.core.errors import NotFound
from app.core.i18n import translate
from app.core.pagination import read_page
from app.customers.avatars import avatars_of
from app.customers.names import current_names
from app.identity.scope import scope
from app.listener.chain.chain_items import is_answerable
from app.listener.ledger.fields import INBOUND_ITEMS
from app.listener.ledger.schemas import (
    AuthorView,
    InboundCountsQuery,
    InboundItemCounts,
    InboundItemList,
    InboundItemQuery,
    InboundItemView,
    MonitorRef,
    ReasonCount,
    VerdictView,
)
from app.media.queries import ItemMedia, media_of_items, media_views, origin_view
from app.models import (
    Account,
    ContactIdentity,
    InboundItem,
    Monitor,
    MonitorHit,
    SpecialList,
    SpecialListEntry,
    Verdict,
    VerdictOutcome,
    WaitingItem,
)
from app.routing.verdict_views import reason_views, sentiment_view
from app.saved_views.queries import narrowing
from app.search.boxes import box_finds
from app.search.index import Indexed

AuthorKey = tuple[int, str]
_RAW_CHARS = 20_000


def list_items(ctx: Context, query: InboundItemQuery) -> InboundItemList:
    """Newest first."""
    statement = filtered_items(ctx, query).options(joinedload(InboundItem.verdict))
    page = read_page(ctx.session, statement, query, [(InboundItem.id, True)])
    return InboundItemList(items=item_views(ctx, page.rows), next_cursor=page.next_cursor)


def get_item(ctx: Context, item_id: int) -> InboundItemView:
    row = ctx.session.scalars(
        scope(select(InboundItem), ctx.actor, InboundItem)
        .where(InboundItem.id == item_id)
        .options(joinedload(InboundItem.verdict))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    return item_views(ctx, [row])[0]


def filtered_items(ctx: Context, query: InboundItemQuery) -> Select[InboundItem]:
    """What belongs into the list, in no order yet.

    Raises Invalid or Conflict for a condition that cannot be asked.
    """
    meant = narrowing(ctx, INBOUND_ITEMS, query.condition, query.saved_view_id)
    statement = scope(select(InboundItem), ctx.actor, InboundItem).where(*(each.sql() for each in meant))
    if query.outcome == "pending":
        statement = statement.where(InboundItem.id.in_(select(WaitingItem.id)))
    judged = _verdict_conditions(query)
    if judged:
        statement = statement.join(Verdict, Verdict.inbound_item_id == InboundItem.id).where(*judged)
    if query.account_id is not None:
        statement = statement.where(InboundItem.account_id == query.account_id)
    if query.monitor_id is not None:
        statement = statement.where(InboundItem.id.in_(_caught_by(ctx, query.monitor_id)))
    if query.author is not None:
        statement = statement.where(InboundItem.author_external_id == query.author)
    if query.cluster_of is not None:
        statement = statement.where(InboundItem.duplicate_of_id == query.cluster_of)
    elif query.hide_repeats:
        statement = statement.where(InboundItem.duplicate_of_id.is_(None))
    if query.q.strip():
        statement = statement.where(_said_or_written_by(ctx, query.q.strip()))
    return statement.where(*_window(query.since, query.until))


def _said_or_written_by(ctx: Context, typed: str) -> ColumnElement[bool]:
    """The box promises authors too: by the name the platform gave, the one the card bears, or the number."""
    said = box_finds(ctx.session, Indexed.ITEMS, InboundItem.id, typed)
    named = box_finds(ctx.session, Indexed.CONTACTS, ContactIdentity.id, typed)
    if said is None or named is None:
        return InboundItem.text.contains(typed, autoescape=True)
    cards = select(ContactIdentity.id).where(
        ContactIdentity.account_id == InboundItem.account_id,
        ContactIdentity.external_id == InboundItem.author_external_id,
        named,
    )
    return or_(said, InboundItem.author_external_id == typed, cards.exists())


def _verdict_conditions(query: InboundItemQuery) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if query.outcome in ("kept", "dropped"):
        conditions.append(Verdict.outcome == VerdictOutcome(query.outcome))
    if query.review is not None:
        conditions.append(Verdict.needs_review.is_(query.review))
    for column, value in (
        (Verdict.reason, query.reason),
        (Verdict.step, query.step),
        (Verdict.sentiment, query.sentiment),
        (Verdict.intent, query.intent),
    ):
        if value is not None:
            conditions.append(column == value)
    return conditions


def _caught_by(ctx: Context, monitor_id: int) -> Select[int]:
    """Ids of what a monitor caught; raises NotFound for a monitor out of sight."""
    statement = scope(select(Monitor.id), ctx.actor, Monitor).where(Monitor.id == monitor_id)
    if ctx.session.scalar(statement) is None:
        raise NotFound
    return select(MonitorHit.inbound_item_id).where(MonitorHit.monitor_id == monitor_id)


def _window(since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if since is not None:
        conditions.append(InboundItem.published_at >= since)
    if until is not None:
        conditions.append(InboundItem.published_at < until)
    return conditions


def item_views(ctx: Context, items: Sequence[InboundItem]) -> list[InboundItemView]:
    """Views of items whose verdicts are loaded, with a fixed number of statements."""
    accounts = account_refs(ctx, {item.account_id for item in items})
    monitors = _monitor_refs(ctx, items)
    lists = _lists(ctx, items)
    name_of = current_names(ctx.session, items)
    media = media_of_items(ctx, [item.id for item in items])
    avatars = avatars_of(ctx, [(i.account_id, i.author_external_id) for i in items if i.author_external_id])
    return [
        _item_view(
            ctx,
            item,
            name_of(item),
            accounts[item.account_id],
            monitors.get(item.id, []),
            _author_view(
                item,
                lists.get((item.account_id, item.author_external_id or ""), []),
                avatars.get((item.account_id, item.author_external_id or "")),
            ),
            media.get(item.id),
        )
        for item in items
    ]


def _monitor_refs(ctx: Context, items: Sequence[InboundItem]) -> dict[int, list[MonitorRef]]:
    rows = ctx.session.execute(
        scope(select(MonitorHit.inbound_item_id, Monitor.id, Monitor.name), ctx.actor, Monitor)
        .join(Monitor, Monitor.id == MonitorHit.monitor_id)
        .where(MonitorHit.inbound_item_id.in_([item.id for item in items]))
        .order_by(Monitor.is_competitor, Monitor.priority, Monitor.id)
    )
    found: dict[int, list[MonitorRef]] = {}
    for item_id, monitor_id, name in rows:
        found.setdefault(item_id, []).append(MonitorRef(id=monitor_id, name=name))
    return found


def _lists(ctx: Context, items: Sequence[InboundItem]) -> dict[AuthorKey, list[SpecialList]]:
    rows = ctx.session.execute(
        scope(
            select(Account.id, SpecialListEntry.author_external_id, SpecialListEntry.list),
            ctx.actor,
            SpecialListEntry,
        )
        .join(
            Account,
            (Account.platform == SpecialListEntry.platform)
            & (Account.server == SpecialListEntry.server)
            & (Account.agency_id == SpecialListEntry.agency_id),
        )
        .where(
            SpecialListEntry.author_external_id.in_({i.author_external_id for i in items}),
            Account.id.in_({item.account_id for item in items}),
            SpecialListEntry.expires_at.is_(None) | (SpecialListEntry.expires_at > ctx.now()),
        )
        .order_by(SpecialListEntry.list)
    )
    found: dict[AuthorKey, list[SpecialList]] = {}
    for account_id, author, name in rows:
        found.setdefault((account_id, author), []).append(name)
    return found


def _item_view(
    ctx: Context,
    item: InboundItem,
    name: str,
    account: AccountRefView,
    monitors: list[MonitorRef],
    author: AuthorView,
    kept: ItemMedia | None,
) -> InboundItemView:
    verdict = item.verdict
    return InboundItemView(
        id=item.id,
        account=account,
        lane=item.lane,
        kind=item.kind,
        author_name=name,
        author=author,
        text=item.text,
        media=media_views(item.media, kept),
        origin=origin_view(kept),
        raw_body=_raw_body(item),
        external_url=item.external_url,
        published_at=item.published_at,
        received_at=item.created_at,
        edited_at=item.edited_at,
        deleted_at=item.deleted_at,
        verdict=verdict_view(ctx, verdict) if verdict else None,
        service_request_id=verdict.service_request_id if verdict else None,
        monitors=monitors,
        can_rescue=_can_rescue(item),
        duplicate_of_id=item.duplicate_of_id,
        duplicate_count=item.duplicate_count,
    )


def _can_rescue(item: InboundItem) -> bool:
    verdict = item.verdict
    dropped = verdict is not None and verdict.outcome is VerdictOutcome.DROPPED
    waits = is_answerable(item)
    return dropped and waits and verdict is not None and verdict.service_request_id is None


def _raw_body(item: InboundItem) -> str | None:
    """What came, when nobody could make anything of it."""
    if item.kind != "unknown":
        return None
    body = item.raw.get("body")
    return body if isinstance(body, str) else json.dumps(item.raw, ensure_ascii=False, indent=1)[:_RAW_CHARS]


def _author_view(item: InboundItem, lists: list[SpecialList], avatar_url: str | None) -> AuthorView:
    author = item.author
    return AuthorView(
        external_id=item.author_external_id,
        avatar_url=avatar_url,
        followers=author.get("followers"),
        verified=author.get("verified"),
        verified_reason=author.get("verified_reason"),
        lists=lists,
    )


def verdict_view(ctx: Context, verdict: Verdict) -> VerdictView:
    return VerdictView(
        outcome=verdict.outcome,
        step=verdict.step,
        step_label=translate(f"listening.step.{verdict.step}", ctx.locale),
        reason=verdict.reason,
        reason_text=reason_text(ctx, verdict.reason),
        intent=verdict.intent,
        intent_score=verdict.intent_score,
        service_score=verdict.service_score,
        sentiment=sentiment_view(verdict),
        spam_score=verdict.spam_score,
        priority=verdict.priority,
        reasons=reason_views(verdict),
        needs_review=verdict.needs_review,
        offensive=bool(verdict.detail.get("offensive")),
        corrected=verdict.corrected_at is not None,
        rescued=verdict.rescued_at is not None,
    )


def reason_text(ctx: Context, reason: str) -> str:
    return translate(f"verdict.reason.{reason}", ctx.locale)


def count_items(ctx: Context, query: InboundCountsQuery) -> InboundItemCounts:
    """Counts that add up: kept + dropped + pending = total."""
    conditions = _window(query.since, query.until)
    if query.account_id is not None:
        conditions.append(InboundItem.account_id == query.account_id)
    if query.monitor_id is not None:
        conditions.append(InboundItem.id.in_(_caught_by(ctx, query.monitor_id)))
    total = ctx.session.scalar(
        scope(select(func.count()).select_from(InboundItem), ctx.actor, InboundItem).where(*conditions)
    )
    counted = scope(select(Verdict.outcome, Verdict.reason, func.count()), ctx.actor, Verdict)
    review = scope(select(func.count()).select_from(Verdict), ctx.actor, Verdict)
    if conditions:
        joined = Verdict.inbound_item_id == InboundItem.id
        counted = counted.join(InboundItem, joined).where(*conditions)
        review = review.join(InboundItem, joined).where(*conditions)
    groups = ctx.session.execute(
        counted.group_by(Verdict.outcome, Verdict.reason).order_by(func.count().desc(), Verdict.reason)
    ).all()
    kept = sum(count for outcome, _, count in groups if outcome is VerdictOutcome.KEPT)
    dropped = sum(count for outcome, _, count in groups if outcome is VerdictOutcome.DROPPED)
    return InboundItemCounts(
        total=total or 0,
        kept=kept,
        dropped=dropped,
        pending=(total or 0) - kept - dropped,
        review=ctx.session.scalar(review.where(Verdict.needs_review)) or 0,
        by_reason=[
            ReasonCount(outcome=outcome, reason=reason, reason_text=reason_text(ctx, reason), count=count)
            for outcome, reason, count in groups
        ],
    )
