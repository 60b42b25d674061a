"""What people do with topics and alerts: name, acknowledge, set rules."""

from __future__ import annotations

from sqlalchemy import select

from app.accounts.queries import get_account
from app.core.context import Context
from app.core.errors import Conflict, NotFound
from app.core.permissions import Permission
from app.identity import audit
from app.identity.scope import past_audience, scope
from app.models import Account, Alert, AlertRule, Topic
from app.topics.events import (
    ALERT,
    ALERT_ACKNOWLEDGED,
    ALERT_RULE,
    ALERT_RULE_CHANGED,
    TOPIC,
    TOPIC_UPDATED,
)
from app.topics.queries import alert_views, get_topic, topic_views
from app.topics.schemas import AlertChanged, AlertView, RenameTopic, SetAlertRule, TopicChanged, TopicView


def rename_topic(ctx: Context, topic_id: int, command: RenameTopic) -> TopicView:
    """Give a topic a name of one's own; the machine will not change it any more."""
    ctx.require(Permission.MONITORS_MANAGE)
    topic: Topic = get_topic(ctx, topic_id)
    ctx.require(Permission.MONITORS_MANAGE, account_id=topic.account_id)
    if topic.version != command.version:
        raise Conflict("stale_version", version=topic.version)
    topic.label = command.label.strip()
    topic.is_named = True
    ctx.session.flush()
    (view,) = topic_views(ctx, [topic])
    account = ctx.session.get_one(Account, topic.account_id)
    ctx.emit(
        TOPIC_UPDATED,
        TopicChanged(topic=view),
        past_audience(account, Permission.TOPICS_READ, topic.first_seen_at),
        about=TOPIC.of(topic, agency_id=account.agency_id),
    )
    return view


def acknowledge_alert(ctx: Context, alert_id: int) -> AlertView:
    """Somebody has seen it and takes care; the first one's name stays."""
    ctx.require(Permission.ALERTS_ACKNOWLEDGE)
    alert = ctx.session.scalars(
        scope(select(Alert), ctx.actor, Alert).where(Alert.id == alert_id).with_for_update()
    ).one_or_none()
    if alert is None:
        raise NotFound
    if alert.acknowledged_at is None:
        alert.acknowledged_at = ctx.now()
        alert.acknowledged_by_id = ctx.actor.operator_id
        account = ctx.session.get_one(Account, alert.account_id)
        about = ALERT.of(alert, agency_id=account.agency_id)
        audit.record(ctx, ALERT_ACKNOWLEDGED, about)
        ctx.session.flush()
        (view,) = alert_views(ctx, [alert])
        ctx.emit(
            ALERT_ACKNOWLEDGED,
            AlertChanged(alert=view),
            past_audience(account, Permission.TOPICS_READ, alert.last_seen_at),
            about=about,
        )
        return view
    return alert_views(ctx, [alert])[0]


def set_alert_rule(ctx: Context, command: SetAlertRule) -> AlertRule:
    ctx.require(Permission.MONITORS_MANAGE, account_id=command.account_id)
    get_account(ctx, command.account_id)
    rule = ctx.session.scalar(
        select(AlertRule).where(AlertRule.account_id == command.account_id, AlertRule.kind == command.kind)
    )
    if rule is None:
        rule = AlertRule(created_at=ctx.now(), account_id=command.account_id, kind=command.kind)
        ctx.session.add(rule)
    rule.sensitivity = command.sensitivity
    rule.cool_down_minutes = command.cool_down_minutes
    rule.is_active = command.is_active
    ctx.session.flush()
    audit.record(
        ctx,
        ALERT_RULE_CHANGED,
        ALERT_RULE.of(rule),
        detail={"kind": rule.kind.value, "sensitivity": rule.sensitivity.value, "active": rule.is_active},
    )
    return rule
