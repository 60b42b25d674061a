"""REST: topics, alerts, hourly volumes."""

from __future__ import annotations

from flask import Blueprint

from app.accounts.queries import present_accounts
from app.accounts.schemas import AccountRefView
from app.api.endpoint import endpoint
from app.core.context import Context
from app.core.permissions import Permission
from app.models import Account, AlertKind, AlertRule
from app.topics import queries, services
from app.topics.schemas import (
    AlertList,
    AlertQuery,
    AlertRuleList,
    AlertRuleView,
    AlertView,
    RenameTopic,
    SetAlertRule,
    TopicDetailView,
    TopicList,
    TopicQuery,
    TopicView,
    VolumeQuery,
    VolumeView,
)
from app.topics.volumes import rules_of

topics = Blueprint("topics", __name__)
_READ = Permission.TOPICS_READ


@endpoint(
    topics,
    "GET",
    "/topics",
    access=_READ,
    summary="What many posts are about",
    query=TopicQuery,
    response=TopicList,
)
def list_topics(ctx: Context, query: TopicQuery) -> TopicList:
    return queries.list_topics(ctx, query)


@endpoint(
    topics,
    "GET",
    "/topics/<int:topic_id>",
    access=_READ,
    summary="A topic with its posts, terms and curve",
    response=TopicDetailView,
)
def get_topic(ctx: Context, topic_id: int) -> TopicDetailView:
    return queries.topic_detail(ctx, topic_id)


@endpoint(
    topics,
    "PUT",
    "/topics/<int:topic_id>",
    access=Permission.MONITORS_MANAGE,
    summary="Name a topic",
    body=RenameTopic,
    response=TopicView,
    errors=("stale_version",),
)
def rename_topic(ctx: Context, topic_id: int, body: RenameTopic) -> TopicView:
    return services.rename_topic(ctx, topic_id, body)


@endpoint(
    topics,
    "GET",
    "/alerts",
    access=_READ,
    summary="Hours that stood out",
    query=AlertQuery,
    response=AlertList,
)
def list_alerts(ctx: Context, query: AlertQuery) -> AlertList:
    return queries.list_alerts(ctx, query)


@endpoint(
    topics,
    "PUT",
    "/alerts/<int:alert_id>/acknowledgement",
    access=Permission.ALERTS_ACKNOWLEDGE,
    summary="I have seen it and take care",
    response=AlertView,
)
def acknowledge_alert(ctx: Context, alert_id: int) -> AlertView:
    return services.acknowledge_alert(ctx, alert_id)


@endpoint(
    topics,
    "GET",
    "/alert-rules",
    access=Permission.MONITORS_READ,
    summary="When alerts fire, per account and kind",
    response=AlertRuleList,
)
def list_alert_rules(ctx: Context) -> AlertRuleList:
    return _rules(ctx)


@endpoint(
    topics,
    "PUT",
    "/alert-rules",
    access=Permission.MONITORS_MANAGE,
    summary="Set when an account's alerts fire",
    body=SetAlertRule,
    response=AlertRuleList,
)
def set_alert_rule(ctx: Context, body: SetAlertRule) -> AlertRuleList:
    services.set_alert_rule(ctx, body)
    return _rules(ctx)


def _rules(ctx: Context) -> AlertRuleList:
    accounts = present_accounts(ctx)
    rules = rules_of(ctx, accounts)
    return AlertRuleList(
        items=[_rule_view(rules[account.id, kind], account) for account in accounts for kind in AlertKind]
    )


def _rule_view(rule: AlertRule, account: Account) -> AlertRuleView:
    return AlertRuleView(
        account=AccountRefView.model_validate(account),
        kind=rule.kind,
        sensitivity=rule.sensitivity,
        cool_down_minutes=rule.cool_down_minutes,
        is_active=rule.is_active,
    )


@endpoint(
    topics,
    "GET",
    "/volumes",
    access=_READ,
    summary="Posts by hour beside what is usual at that hour of the week",
    query=VolumeQuery,
    response=VolumeView,
)
def get_volume(ctx: Context, query: VolumeQuery) -> VolumeView:
    return queries.volume(ctx, query)
