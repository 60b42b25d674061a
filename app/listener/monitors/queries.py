"""Reads of monitors: the list with its hits, figures per day, backfills, filter settings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import joinedload

from app.conditions.matches import Says
from app.core.context import Context
from app.core.i18n import translate
from app.core.permissions import Permission
from app.identity.schemas import TeamRef
from app.identity.scope import scope
from app.listener.chain.settings import ALWAYS_ON, THRESHOLDS, FilterSettings, complete
from app.listener.ledger.queries import reason_text
from app.listener.matching.compiled import OFFICE_ZONE, Schedule
from app.listener.matching.rules import MonitorRule
from app.listener.monitors.fields import MONITORS
from app.listener.monitors.long_work import BACKFILL, BackfillArguments
from app.listener.monitors.schemas import (
    AccountFilterView,
    BackfillList,
    BackfillView,
    DayCount,
    HitCounts,
    MonitorFigures,
    MonitorFilterView,
    MonitorList,
    MonitorQuery,
    MonitorView,
    ReasonTotal,
    StepView,
)
from app.listener.monitors.services import get_monitor
from app.models import AccountFilter, LongWork, LongWorkState, Monitor, MonitorHit, Verdict, VerdictOutcome
from app.saved_views.queries import narrowing

_KEPT = func.sum(case((Verdict.outcome == VerdictOutcome.KEPT, 1), else_=0))
WEEK = timedelta(days=7)


def filtered_monitors(ctx: Context, query: MonitorQuery) -> Select[Monitor]:
    """In no order. Raises Invalid for a condition that cannot be asked."""
    meant = [each.sql() for each in narrowing(ctx, MONITORS, query.condition, query.saved_view_id)]
    if words := query.q.strip():
        meant.append(Says(words).sql(Monitor.name))
    return scope(select(Monitor), ctx.actor, Monitor).where(Monitor.deleted_at.is_(None), *meant)


def list_monitors(ctx: Context, query: MonitorQuery) -> MonitorList:
    """Most important first; competitors last."""
    rows = ctx.session.scalars(
        filtered_monitors(ctx, query)
        .options(joinedload(Monitor.team))
        .order_by(Monitor.is_competitor, Monitor.priority, Monitor.id)
    ).all()
    return MonitorList(items=monitor_views(ctx, rows))


def monitor_view(ctx: Context, monitor_id: int) -> MonitorView:
    return monitor_views(ctx, [get_monitor(ctx, monitor_id)])[0]


def monitor_views(ctx: Context, monitors: Sequence[Monitor]) -> list[MonitorView]:
    ids = [monitor.id for monitor in monitors]
    today = _counts(ctx, ids, midnight(ctx.now()))
    week = _counts(ctx, ids, ctx.now() - WEEK)
    return [_view(monitor, today, week) for monitor in monitors]


def midnight(now: datetime) -> datetime:
    """When the day began in China."""
    return now.astimezone(OFFICE_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)


def _counts(ctx: Context, ids: Sequence[int], since: datetime) -> dict[int, HitCounts]:
    rows = ctx.session.execute(
        scope(select(MonitorHit.monitor_id, func.count(), _KEPT), ctx.actor, MonitorHit)
        .join(Verdict, Verdict.inbound_item_id == MonitorHit.inbound_item_id)
        .where(MonitorHit.monitor_id.in_(ids), MonitorHit.published_at >= since)
        .group_by(MonitorHit.monitor_id)
    )
    return {monitor_id: HitCounts(hits=hits, kept=int(kept or 0)) for monitor_id, hits, kept in rows}


def _view(monitor: Monitor, today: dict[int, HitCounts], week: dict[int, HitCounts]) -> MonitorView:
    none = HitCounts(hits=0, kept=0)
    return MonitorView(
        id=monitor.id,
        name=monitor.name,
        rule=MonitorRule.model_validate(monitor.rule),
        account_ids=monitor.account_ids,
        kinds=monitor.kinds,
        schedule=Schedule.model_validate(monitor.schedule or {}),
        filters=FilterSettings.model_validate(monitor.filters or {}),
        is_active=monitor.is_active,
        is_competitor=monitor.is_competitor,
        priority=monitor.priority,
        team=TeamRef(id=monitor.team.id, name=monitor.team.name) if monitor.team else None,
        today=today.get(monitor.id, none),
        week=week.get(monitor.id, none),
        updated_at=monitor.updated_at,
        version=monitor.version,
    )


def monitor_figures(ctx: Context, monitor_id: int, days: int) -> MonitorFigures:
    """Hits per day in China, what became of them and why."""
    get_monitor(ctx, monitor_id)
    since = midnight(ctx.now()) - timedelta(days=days - 1)
    day = _office_day(ctx)
    negative = func.sum(case((Verdict.sentiment == -1, 1), else_=0))
    hit = (
        scope(select(day.label("day"), func.count(), _KEPT, negative), ctx.actor, MonitorHit)
        .join(Verdict, Verdict.inbound_item_id == MonitorHit.inbound_item_id)
        .where(MonitorHit.monitor_id == monitor_id, MonitorHit.published_at >= since)
    )
    rows = ctx.session.execute(hit.group_by(day).order_by(day)).all()
    per_day = [DayCount(day=row[0], hits=row[1], kept=row[2], negative=row[3]) for row in rows]
    return MonitorFigures(
        days=days,
        hits=sum(entry.hits for entry in per_day),
        kept=sum(entry.kept for entry in per_day),
        negative=sum(entry.negative for entry in per_day),
        per_day=per_day,
        reasons=_reasons(ctx, monitor_id, since),
    )


def _office_day(ctx: Context) -> Any:
    """The post's calendar day in China, as SQL."""
    if ctx.session.get_bind().dialect.name == "sqlite":
        return func.date(MonitorHit.published_at, "+8 hours")
    return func.date(func.timezone("Asia/Shanghai", MonitorHit.published_at))


def _reasons(ctx: Context, monitor_id: int, since: datetime) -> list[ReasonTotal]:
    rows = ctx.session.execute(
        scope(select(Verdict.reason, func.count()), ctx.actor, MonitorHit)
        .join(MonitorHit, MonitorHit.inbound_item_id == Verdict.inbound_item_id)
        .where(MonitorHit.monitor_id == monitor_id, MonitorHit.published_at >= since)
        .group_by(Verdict.reason)
        .order_by(func.count().desc(), Verdict.reason)
    )
    return [ReasonTotal(reason=r, reason_text=reason_text(ctx, r), count=count) for r, count in rows]


def list_backfills(ctx: Context, monitor_id: int) -> BackfillList:
    """Newest first."""
    get_monitor(ctx, monitor_id)
    # Seen with its monitor, whoever began it.
    rows = ctx.session.scalars(
        select(LongWork)
        .where(LongWork.kind == BACKFILL.key, LongWork.about_id == monitor_id)
        .order_by(LongWork.id.desc())
        .limit(20)
    )
    return BackfillList(items=[backfill_view(row) for row in rows])


def backfill_view(row: LongWork) -> BackfillView:
    asked = BackfillArguments.model_validate(row.arguments)
    is_over = row.state is LongWorkState.DONE or row.total == 0
    return BackfillView(
        id=row.id,
        monitor_id=asked.monitor_id,
        state=row.state,
        since=asked.since,
        scanned=row.done,
        hits=row.figures.get("hits", 0),
        kept=row.figures.get("kept", 0),
        progress=1.0 if is_over else round(row.done / row.total, 3) if row.total else 0.0,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


def account_filter_view(ctx: Context, account_id: int) -> AccountFilterView:
    """Every step as it runs for the account, defaults filled in."""
    ctx.require(Permission.MONITORS_READ, account_id=account_id)
    row = ctx.session.scalar(
        scope(select(AccountFilter), ctx.actor, AccountFilter).where(AccountFilter.account_id == account_id)
    )
    settings = FilterSettings.model_validate(row.settings) if row else FilterSettings()
    return AccountFilterView(
        account_id=account_id,
        steps=step_views(ctx, settings),
        is_default=not settings.steps,
        version=row.version if row else None,
    )


def monitor_filter_view(ctx: Context, monitor_id: int) -> MonitorFilterView:
    """Every step of the monitor's own chain, defaults filled in."""
    monitor = get_monitor(ctx, monitor_id)
    settings = FilterSettings.model_validate(monitor.filters or {})
    return MonitorFilterView(
        monitor_id=monitor.id,
        steps=step_views(ctx, settings),
        is_default=not settings.steps,
        version=monitor.version,
    )


def step_views(ctx: Context, settings: FilterSettings) -> list[StepView]:
    return [
        StepView(
            **step.model_dump(),
            label=translate(f"listening.step.{step.name}", ctx.locale),
            is_optional=step.name not in ALWAYS_ON,
            has_threshold=step.name in THRESHOLDS,
        )
        for step in complete(settings).steps
    ]
