"""Hours that stood out, as the alarms of their time would have found them, and what everybody wrote about."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from app.core.bulk import insert_rows
from app.core.context import Context
from app.models import Alert, AlertKind, Sensitivity, Topic, TopicItem
from app.nlp.text.segment import default_segmenter
from app.seed.history.house import House
from app.seed.history.said import Item
from app.seed.history.words import CRISIS
from app.topics.clustering import pairs_of, telling_words
from app.topics.naming import free_name, ranked_names, representative
from app.topics.policies import SMALLEST_TOPIC, Baseline, baseline_of, stands_out, topic_weights
from app.topics.volumes import DEFAULT_COOL_DOWN_MINUTES, history_of, whole_hour

_FEWEST = 15
"""Below this no hour is news, whatever is usual."""
_SEEN_AFTER = timedelta(minutes=14)
_COOLS = timedelta(minutes=DEFAULT_COOL_DOWN_MINUTES)
_KEPT_TERMS, _KEPT_PAIRS = 40, 120


def raise_alerts(ctx: Context, house: House, items: Sequence[Item], until: datetime) -> None:
    """Of the hours of one day, whose volumes are stored. Somebody saw each and took care of it."""
    hours: dict[tuple[int, datetime], list[Item]] = defaultdict(list)
    for item in items:
        hours[item.account.id, whole_hour(item.received)].append(item)
    topics = _topics(ctx, items)
    cooling: dict[tuple[int, AlertKind], datetime] = {}
    for (account_id, hour), posts in sorted(hours.items(), key=lambda entry: entry[0]):
        if len(posts) < _FEWEST:
            continue
        negative = sum((item.verdict.sentiment or 0) < 0 for item in posts)
        usual = baseline_of(history_of(ctx, account_id, before=hour), hour)
        for kind in AlertKind:
            value = stands_out(kind, Sensitivity.MEDIUM, len(posts), negative, usual)
            if value is None or cooling.get((account_id, kind), hour) > hour:
                continue
            at = hour + timedelta(minutes=30)
            cooling[account_id, kind] = at + _COOLS
            row = _alert(
                kind, account_id, topics.get(account_id), hour, value, usual, len(posts), negative, at
            )
            if house.lead.operator_id is not None and at + _SEEN_AFTER < until:
                row |= {"acknowledged_at": at + _SEEN_AFTER, "acknowledged_by_id": house.lead.operator_id}
            insert_rows(ctx.session, Alert, [row])


def _alert(
    kind: AlertKind,
    account_id: int,
    topic_id: int | None,
    hour: datetime,
    value: float,
    usual: Baseline,
    posts: int,
    negative: int,
    at: datetime,
) -> dict[str, object]:
    return {
        "created_at": at,
        "account_id": account_id,
        "topic_id": topic_id,
        "kind": kind,
        "hour": hour,
        "value": value,
        "baseline": usual.posts if kind is AlertKind.VOLUME else usual.negative_share,
        "posts": posts,
        "negative": negative,
        "cools_until": at + _COOLS,
        "last_seen_at": at,
    }


def _topics(ctx: Context, items: Sequence[Item]) -> dict[int, int]:
    """What many of an account's people wrote about that day, by account."""
    angry: dict[int, list[Item]] = defaultdict(list)
    for item in items:
        if item.meaning is CRISIS:
            angry[item.account.id].append(item)
    return {
        account_id: _topic(ctx, account_id, posts)
        for account_id, posts in sorted(angry.items())
        if len({item.author.external_id for item in posts}) >= SMALLEST_TOPIC
    }


def _topic(ctx: Context, account_id: int, angry: Sequence[Item]) -> int:
    segmenter = default_segmenter()
    texts = [item.text for item in angry]
    terms = Counter(word for text in texts for word in telling_words(text, segmenter))
    pairs = Counter(pair for text in texts for pair in pairs_of(text))
    terms_kept = dict(sorted(terms.items(), key=lambda one: (-one[1], one[0]))[:_KEPT_TERMS])
    pairs_kept = dict(sorted(pairs.items(), key=lambda one: (-one[1], one[0]))[:_KEPT_PAIRS])
    shared = topic_weights(pairs_kept, len(angry))
    topic = {
        "created_at": angry[0].received,
        "account_id": account_id,
        "label": free_name(ranked_names(texts, shared), set(), list(terms_kept)[:3])[:80],
        "example": representative(texts, shared),
        "terms": terms_kept,
        "pairs": pairs_kept,
        "item_count": len(angry),
        "negative_count": sum((item.verdict.sentiment or 0) < 0 for item in angry),
        "first_seen_at": angry[0].at,
        "last_seen_at": max(item.at for item in angry),
    }
    (topic_id,) = insert_rows(ctx.session, Topic, [topic])
    members = [
        {
            "created_at": item.received,
            "topic_id": topic_id,
            "inbound_item_id": item.id,
            "account_id": account_id,
            "published_at": item.at,
        }
        for item in angry
    ]
    insert_rows(ctx.session, TopicItem, members)
    return topic_id
