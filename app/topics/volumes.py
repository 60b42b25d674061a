"""Hourly volumes and the alerts they raise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import product

from sqlalchemy import case, func, select

from app.core.context import Context
from app.core.db import upsert
from app.core.events import EventName
from app.core.permissions import Permission
from app.identity.scope import past_audience
from app.models import (
    Account,
    AccountStatus,
    Alert,
    AlertKind,
    AlertRule,
    HourlyVolume,
    InboundItem,
    Sensitivity,
    Topic,
    TopicItem,
    Verdict,
)
from app.topics.events import ALERT, ALERT_RAISED, ALERT_UPDATED
from app.topics.policies import Baseline, baseline_of, stands_out
from app.topics.queries import alert_views
from app.topics.schemas import AlertChanged

HISTORY = timedelta(days=57)
DEFAULT_COOL_DOWN_MINUTES = 120
_HOUR = timedelta(hours=1)
Noted = tuple[EventName, Alert]


def whole_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def roll_up(ctx: Context) -> None:
    """Count the present and the past hour of every account anew. Repeating it changes nothing."""
    ctx.require(Permission.LISTENER_INGEST)
    for hour in (whole_hour(ctx.now()) - _HOUR, whole_hour(ctx.now())):
        counts = ctx.session.execute(
            select(InboundItem.account_id, func.count(), func.sum(case((Verdict.sentiment < 0, 1), else_=0)))
            .join(Verdict, Verdict.inbound_item_id == InboundItem.id)
            .where(
                InboundItem.created_at >= hour,
                InboundItem.created_at < hour + _HOUR,
                # What is fetched late belongs to the past: catching up is no burst.
                InboundItem.published_at >= hour - _HOUR,
            )
            .group_by(InboundItem.account_id)
        ).all()
        for account_id, total, negative in counts:
            _store(ctx, account_id, hour, total, int(negative or 0))


def _store(ctx: Context, account_id: int, hour: datetime, total: int, negative: int) -> None:
    statement = upsert(ctx.session, HourlyVolume).values(
        created_at=ctx.now(), account_id=account_id, hour=hour, total=total, negative=negative
    )
    ctx.session.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id", "hour"], set_={"total": total, "negative": negative}
        )
    )


def history_of(
    ctx: Context, account_id: int, *, before: datetime, since: datetime | None = None
) -> dict[datetime, tuple[int, int]]:
    """Past hours of an account: hour → (posts, negative)."""
    rows = ctx.session.execute(
        select(HourlyVolume.hour, HourlyVolume.total, HourlyVolume.negative).where(
            HourlyVolume.account_id == account_id,
            HourlyVolume.hour < before,
            HourlyVolume.hour >= (since or before - HISTORY),
        )
    )
    return {hour: (total, negative) for hour, total, negative in rows}


def raise_alerts(ctx: Context) -> int:
    """Compare the present hour of every account with what is usual; how many alerts were raised.

    One that still cools down is brought up to date, and told again, when its figures have changed.
    """
    ctx.require(Permission.LISTENER_INGEST)
    hour = whole_hour(ctx.now())
    accounts = ctx.session.scalars(select(Account).where(Account.status != AccountStatus.REMOVED)).all()
    by_id = {account.id: account for account in accounts}
    rules = rules_of(ctx, accounts)
    noted = [note for account in accounts for note in _alerts_of(ctx, account, hour, rules)]
    ctx.session.flush()
    for (name, alert), view in zip(noted, alert_views(ctx, [alert for _, alert in noted]), strict=True):
        account = by_id[alert.account_id]
        audience = past_audience(account, Permission.TOPICS_READ, alert.last_seen_at)
        about = ALERT.of(alert, agency_id=account.agency_id)
        ctx.emit(name, AlertChanged(alert=view), audience, about=about)
    return sum(name == ALERT_RAISED for name, _ in noted)


def _alerts_of(
    ctx: Context, account: Account, hour: datetime, rules: Mapping[tuple[int, AlertKind], AlertRule]
) -> list[Noted]:
    present = ctx.session.execute(
        select(HourlyVolume.total, HourlyVolume.negative).where(
            HourlyVolume.account_id == account.id, HourlyVolume.hour == hour
        )
    ).one_or_none()
    if present is None:
        return []
    posts, negative = present
    usual = baseline_of(history_of(ctx, account.id, before=hour), hour, whole_hour(account.created_at))
    noted = []
    for kind in AlertKind:
        rule = rules[account.id, kind]
        value = stands_out(kind, rule.sensitivity, posts, negative, usual) if rule.is_active else None
        if value is None:
            continue
        note = _note(ctx, account.id, hour, rule, value, usual, posts, negative)
        if note is not None:
            noted.append(note)
    return noted


def rules_of(ctx: Context, accounts: Iterable[Account]) -> dict[tuple[int, AlertKind], AlertRule]:
    """The rule of each kind of each account, or the default that holds without one (not stored).

    One statement for all of them.
    """
    ids = [account.id for account in accounts]
    stored = ctx.session.scalars(select(AlertRule).where(AlertRule.account_id.in_(ids)))
    found = {(rule.account_id, rule.kind): rule for rule in stored}
    for account_id, kind in product(ids, AlertKind):
        found.setdefault((account_id, kind), _usual_rule(account_id, kind))
    return found


def _usual_rule(account_id: int, kind: AlertKind) -> AlertRule:
    return AlertRule(
        account_id=account_id,
        kind=kind,
        sensitivity=Sensitivity.MEDIUM,
        cool_down_minutes=DEFAULT_COOL_DOWN_MINUTES,
        is_active=True,
    )


def _note(
    ctx: Context,
    account_id: int,
    hour: datetime,
    rule: AlertRule,
    value: float,
    usual: Baseline,
    posts: int,
    negative: int,
) -> Noted | None:
    """A new alert, or an earlier one of the kind that cools down with new figures; None without news."""
    recent = ctx.session.scalar(
        select(Alert)
        .where(Alert.account_id == account_id, Alert.kind == rule.kind, Alert.cools_until > ctx.now())
        .order_by(Alert.id.desc())
        .limit(1)
    )
    if recent is not None:
        figures = (value, posts, negative)
        if recent.hour == hour and figures != (recent.value, recent.posts, recent.negative):
            recent.value, recent.posts, recent.negative = figures
        elif recent.last_seen_at >= hour:
            return None
        recent.last_seen_at = ctx.now()
        return ALERT_UPDATED, recent
    alert = Alert(
        created_at=ctx.now(),
        account_id=account_id,
        topic_id=_largest_topic(ctx, account_id, hour),
        kind=rule.kind,
        hour=hour,
        value=value,
        baseline=usual.posts if rule.kind is AlertKind.VOLUME else usual.negative_share,
        posts=posts,
        negative=negative,
        cools_until=ctx.now() + timedelta(minutes=rule.cool_down_minutes),
        last_seen_at=ctx.now(),
    )
    ctx.session.add(alert)
    return ALERT_RAISED, alert


def _largest_topic(ctx: Context, account_id: int, hour: datetime) -> int | None:
    return ctx.session.scalar(
        select(TopicItem.topic_id)
        .join(Topic, Topic.id == TopicItem.topic_id)
        .where(TopicItem.account_id == account_id, TopicItem.published_at >= hour)
        .group_by(TopicItem.topic_id)
        .order_by(func.count().desc())
        .limit(1)
    )
