"""Reads of topics, alerts and hourly volumes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import case, func, select

from app.accounts.queries import account_refs
from app.core.context import Context
from app.core.errors import NotFound
from app.core.pagination import read_page
from app.customers.names import current_names
from app.identity import past
from app.identity.schemas import PersonRef
from app.identity.scope import scope
from app.models import Alert, HourlyVolume, InboundItem, Operator, Topic, TopicItem, Verdict
from app.topics.policies import baseline_of
from app.topics.schemas import (
    AlertList,
    AlertQuery,
    AlertView,
    HourView,
    TermTopicRef,
    TermView,
    TopicDetailView,
    TopicList,
    TopicPostView,
    TopicQuery,
    TopicView,
    VolumeQuery,
    VolumeView,
)

_SHOWN_TERMS = 12
_SHOWN_POSTS = 50
_BASELINE_DAYS = 57
_NEGATIVE = func.sum(case((Verdict.sentiment < 0, 1), else_=0))


def topic_views(ctx: Context, topics: Sequence[Topic]) -> list[TopicView]:
    """How topics stand.

    Of one that began before the reader's grant, which opens no past, the posts since then are counted and no
    words of earlier ones shown: its name alone is what it always was.
    """
    accounts = account_refs(ctx, {topic.account_id for topic in topics})
    begins = past.begins_of(ctx.actor)
    partly = {
        topic.id: begins[topic.account_id]
        for topic in topics
        if topic.account_id in begins and topic.first_seen_at < begins[topic.account_id]
    }
    counts = _counted_anew(ctx, partly) if partly else {}
    return [
        TopicView(
            id=topic.id,
            account=accounts[topic.account_id],
            label=topic.label,
            example="" if topic.id in partly else topic.example,
            terms=[] if topic.id in partly else _terms(topic),
            item_count=counts.get(topic.id, (topic.item_count, topic.negative_count))[0],
            negative_count=counts.get(topic.id, (topic.item_count, topic.negative_count))[1],
            first_seen_at=partly.get(topic.id, topic.first_seen_at),
            last_seen_at=topic.last_seen_at,
            version=topic.version,
        )
        for topic in topics
    ]


def _counted_anew(ctx: Context, topic_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """The posts of each topic that the reader sees, and the negative ones among them. One statement."""
    rows = ctx.session.execute(
        scope(select(TopicItem.topic_id, func.count(), _NEGATIVE), ctx.actor, InboundItem)
        .join(InboundItem, InboundItem.id == TopicItem.inbound_item_id)
        .outerjoin(Verdict, Verdict.inbound_item_id == InboundItem.id)
        .where(TopicItem.topic_id.in_(sorted(topic_ids)))
        .group_by(TopicItem.topic_id)
    )
    found = {topic_id: (posts, int(negative or 0)) for topic_id, posts, negative in rows}
    return {topic_id: found.get(topic_id, (0, 0)) for topic_id in topic_ids}


def _terms(topic: Topic) -> list[TermView]:
    ordered = sorted(topic.terms.items(), key=lambda term: (-term[1], term[0]))
    return [TermView(word=word, posts=posts) for word, posts in ordered[:_SHOWN_TERMS]]


def list_topics(ctx: Context, query: TopicQuery) -> TopicList:
    """Topics that were alive within the last hours, newest activity first."""
    statement = scope(select(Topic), ctx.actor, Topic).where(
        Topic.last_seen_at > ctx.now() - timedelta(hours=query.hours), Topic.item_count > 0
    )
    if query.account_id is not None:
        statement = statement.where(Topic.account_id == query.account_id)
    page = read_page(ctx.session, statement, query, [(Topic.last_seen_at, True), (Topic.id, True)])
    return TopicList(items=topic_views(ctx, page.rows), next_cursor=page.next_cursor)


def get_topic(ctx: Context, topic_id: int) -> Topic:
    topic = ctx.session.scalars(
        scope(select(Topic), ctx.actor, Topic).where(Topic.id == topic_id)
    ).one_or_none()
    if topic is None:
        raise NotFound
    return topic


def topic_detail(ctx: Context, topic_id: int) -> TopicDetailView:
    topic = get_topic(ctx, topic_id)
    rows = ctx.session.execute(
        scope(select(InboundItem, Verdict.sentiment, Verdict.service_request_id), ctx.actor, InboundItem)
        .join(TopicItem, TopicItem.inbound_item_id == InboundItem.id)
        .outerjoin(Verdict, Verdict.inbound_item_id == InboundItem.id)
        .where(TopicItem.topic_id == topic.id)
        .order_by(InboundItem.published_at.desc(), InboundItem.id.desc())
        .limit(_SHOWN_POSTS)
    ).all()
    name_of = current_names(ctx.session, [item for item, *_ in rows])
    posts = [
        TopicPostView(
            id=item.id,
            author_name=name_of(item),
            text=item.text,
            published_at=item.published_at,
            sentiment=sentiment,
            service_request_id=request_id,
        )
        for item, sentiment, request_id in rows
    ]
    (view,) = topic_views(ctx, [topic])
    return TopicDetailView(**view.model_dump(), curve=_curve(ctx, topic), posts=posts)


def _curve(ctx: Context, topic: Topic) -> list[HourView]:
    """Posts of the topic by hour, from its first to its last that the reader sees."""
    rows = ctx.session.execute(
        scope(select(TopicItem.published_at, Verdict.sentiment), ctx.actor, InboundItem)
        .join(InboundItem, InboundItem.id == TopicItem.inbound_item_id)
        .outerjoin(Verdict, Verdict.inbound_item_id == TopicItem.inbound_item_id)
        .where(TopicItem.topic_id == topic.id)
    )
    hours: dict[datetime, list[int]] = {}
    for moment, sentiment in rows:
        counts = hours.setdefault(moment.replace(minute=0, second=0, microsecond=0), [0, 0])
        counts[0] += 1
        counts[1] += (sentiment or 0) < 0
    return [HourView(hour=hour, posts=posts, negative=bad) for hour, (posts, bad) in sorted(hours.items())]


def alert_views(ctx: Context, alerts: Sequence[Alert]) -> list[AlertView]:
    accounts = account_refs(ctx, {alert.account_id for alert in alerts})
    topic_ids = {alert.topic_id for alert in alerts} - {None}
    named = scope(select(Topic.id, Topic.label), ctx.actor, Topic).where(Topic.id.in_(topic_ids))
    labels = {row.id: TermTopicRef(id=row.id, label=row.label) for row in ctx.session.execute(named)}
    people = {
        row.id: PersonRef(id=row.id, name=row.name)
        for row in ctx.session.execute(
            select(Operator.id, Operator.name).where(
                Operator.id.in_({alert.acknowledged_by_id for alert in alerts} - {None})
            )
        )
    }
    return [
        AlertView(
            id=alert.id,
            account=accounts[alert.account_id],
            kind=alert.kind,
            hour=alert.hour,
            value=alert.value,
            baseline=alert.baseline,
            posts=alert.posts,
            negative=alert.negative,
            topic=labels.get(alert.topic_id or 0),
            raised_at=alert.created_at,
            last_seen_at=alert.last_seen_at,
            cools_until=alert.cools_until,
            acknowledged_at=alert.acknowledged_at,
            acknowledged_by=people.get(alert.acknowledged_by_id or 0),
            version=alert.version,
        )
        for alert in alerts
    ]


def list_alerts(ctx: Context, query: AlertQuery) -> AlertList:
    """Newest first."""
    statement = scope(select(Alert), ctx.actor, Alert)
    if query.open:
        statement = statement.where(Alert.acknowledged_at.is_(None))
    if query.account_id is not None:
        statement = statement.where(Alert.account_id == query.account_id)
    page = read_page(ctx.session, statement, query, [(Alert.id, True)])
    return AlertList(items=alert_views(ctx, page.rows), next_cursor=page.next_cursor)


def volume(ctx: Context, query: VolumeQuery) -> VolumeView:
    """Posts by hour over everything (or one account) the actor reaches, beside what is usual at that hour."""
    now = ctx.now().replace(minute=0, second=0, microsecond=0)
    statement = scope(select(HourlyVolume), ctx.actor, HourlyVolume).where(
        HourlyVolume.hour > now - timedelta(days=_BASELINE_DAYS)
    )
    if query.account_id is not None:
        statement = statement.where(HourlyVolume.account_id == query.account_id)
    rows = ctx.session.execute(
        statement.with_only_columns(
            HourlyVolume.hour,
            func.sum(HourlyVolume.total),
            func.sum(HourlyVolume.negative),
            maintain_column_froms=True,
        ).group_by(HourlyVolume.hour)
    )
    hours = {hour: (int(total), int(negative)) for hour, total, negative in rows}
    wanted = [now - timedelta(hours=back) for back in range(query.hours - 1, -1, -1)]
    views = []
    for hour in wanted:
        usual = baseline_of({past: counts for past, counts in hours.items() if past < hour}, hour)
        posts, negative = hours.get(hour, (0, 0))
        baseline = usual.posts if usual.is_known else None
        views.append(HourView(hour=hour, posts=posts, negative=negative, baseline=baseline))
    return VolumeView(items=views)
