"""Gathering complaints that are about the same thing."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.core.context import Context
from app.core.permissions import Permission
from app.core.rows import rows_by_id
from app.identity.scope import past_audience
from app.models import Account, InboundItem, Topic, TopicItem, Verdict
from app.nlp.text.normalise import fold, own_words, without_names_and_links
from app.nlp.text.segment import Segmenter, default_segmenter
from app.topics.events import TOPIC, TOPIC_UPDATED
from app.topics.naming import free_name, ranked_names, representative
from app.topics.policies import (
    SAME_SUBJECT,
    SMALLEST_TOPIC,
    TOPIC_SLEEPS_AFTER,
    TOPIC_WINDOW,
    groups_of_similar,
    rarity,
    similarity,
    topic_weights,
)
from app.topics.queries import topic_views
from app.topics.schemas import TopicChanged

ITEMS_PER_RUN = 2000
_LABEL_WORDS = 3
_KEPT_TERMS = 40
_KEPT_PAIRS = 120
_LONGEST_WORD = 6
_PLACE = re.compile(
    r"[^\W的了也没不来去又就都还在是有把被给跟和与从到]{1,4}[区县市镇乡村路街巷里城苑园楼站店桥湾港]$"
)
_CHINESE = re.compile(r"[\u3400-\u9fff]+")
BACKGROUND_POSTS = 1000
_DULL = frozenset(
    [
        "什么",
        "怎么",
        "为什么",
        "这个",
        "那个",
        "一个",
        "没有",
        "可以",
        "就是",
        "还是",
        "不是",
        "你们",
        "我们",
        "他们",
        "自己",
        "现在",
        "今天",
        "真的",
        "知道",
        "客服",
        "请问",
        "一下",
        "已经",
    ]
)


@dataclass(frozen=True)
class Post:
    """A post that may belong to a topic, with its telling words."""

    id: int
    account_id: int
    author: str | None
    published_at: datetime
    negative: bool
    text: str
    words: frozenset[str]
    """For people to read."""
    pairs: frozenset[str]
    """Character pairs, for comparing: short posts share few whole words."""


def cluster_recent(ctx: Context) -> int:
    """Put recent complaints into topics, making one where enough people agree; how many topics changed."""
    ctx.require(Permission.LISTENER_INGEST)
    by_account: dict[int, list[Post]] = defaultdict(list)
    for post in _loose_posts(ctx):
        by_account[post.account_id].append(post)
    changed: list[Topic] = []
    for account_id, posts in by_account.items():
        changed += _cluster_account(ctx, account_id, posts)
    ctx.session.flush()
    accounts = rows_by_id(ctx.session, Account, [topic.account_id for topic in changed])
    for topic, view in zip(changed, topic_views(ctx, changed), strict=True):
        account = accounts[topic.account_id]
        audience = past_audience(account, Permission.TOPICS_READ, topic.first_seen_at)
        about = TOPIC.of(topic, agency_id=account.agency_id)
        ctx.emit(TOPIC_UPDATED, TopicChanged(topic=view), audience, about=about)
    return len(changed)


def _loose_posts(ctx: Context) -> list[Post]:
    since = ctx.now() - TOPIC_WINDOW
    rows = ctx.session.execute(
        select(InboundItem, Verdict.sentiment)
        .join(Verdict, Verdict.inbound_item_id == InboundItem.id)
        .outerjoin(TopicItem, TopicItem.inbound_item_id == InboundItem.id)
        .where(
            InboundItem.created_at > since,
            TopicItem.id.is_(None),
            (Verdict.intent == "complaint") | (Verdict.sentiment < 0),
            Verdict.reason != "advert",
        )
        .order_by(InboundItem.id.desc())
        .limit(ITEMS_PER_RUN)
    )
    segmenter = default_segmenter()
    return [
        Post(
            item.id,
            item.account_id,
            item.author_external_id,
            item.published_at,
            (sentiment or 0) < 0,
            item.text,
            telling_words(item.text, segmenter),
            pairs_of(item.text),
        )
        for item, sentiment in rows
    ][::-1]


def plain_words(text: str) -> str:
    """The author's own words, folded, without names and links."""
    own, _quoted = own_words(text)
    return " ".join(without_names_and_links(fold(own)).split())


def telling_words(text: str, segmenter: Segmenter) -> frozenset[str]:
    """Words of two characters or more that say what a text is about: no names, links or chatter.

    Characters that the dictionary leaves single are joined again when they end like a place that it does
    not know (南屏区); others are scraps of a sentence (也没来).
    """
    words: list[str] = []
    single = ""
    for word in [*segmenter.cut(plain_words(text)), " "]:
        if len(word) == 1 and _CHINESE.match(word):
            single += word
            continue
        place = _PLACE.search(single)
        words += [place.group() if place else "", word]
        single = ""
    return frozenset(
        word
        for word in words
        if 1 < len(word) <= _LONGEST_WORD and _CHINESE.match(word) and word not in _DULL
    )


def pairs_of(text: str) -> frozenset[str]:
    """The character pairs of every Chinese run."""
    runs = _CHINESE.findall(plain_words(text))
    return frozenset(run[place : place + 2] for run in runs for place in range(len(run) - 1))


def _background(ctx: Context, account_id: int) -> list[frozenset[str]]:
    """Pairs of the account's earlier posts, by which common phrases are told from a subject."""
    texts = ctx.session.scalars(
        select(InboundItem.text)
        .where(InboundItem.account_id == account_id, InboundItem.created_at < ctx.now() - TOPIC_WINDOW)
        .order_by(InboundItem.id.desc())
        .limit(BACKGROUND_POSTS)
    )
    return [pairs_of(text) for text in texts]


def _cluster_account(ctx: Context, account_id: int, posts: list[Post]) -> list[Topic]:
    awake = ctx.session.scalars(
        select(Topic).where(
            Topic.account_id == account_id, Topic.last_seen_at > ctx.now() - TOPIC_SLEEPS_AFTER
        )
    ).all()
    weight = rarity(_background(ctx, account_id))
    joined: dict[int, list[Post]] = defaultdict(list)
    rest = []
    for post in posts:
        topic = _best_topic(post, awake, weight)
        if topic is None:
            rest.append(post)
        else:
            joined[topic.id].append(post)
    changed = [topic for topic in awake if topic.id in joined]
    for topic in changed:
        _extend(ctx, topic, joined[topic.id], _labels(awake, topic))
    return changed + _new_topics(ctx, account_id, rest, weight, _labels(awake))


def _labels(topics: Sequence[Topic], but: Topic | None = None) -> set[str]:
    return {topic.label for topic in topics if topic is not but}


def _best_topic(post: Post, topics: Sequence[Topic], weight: dict[str, float]) -> Topic | None:
    vector = {pair: weight.get(pair, 1.0) for pair in post.pairs}
    best, score = None, SAME_SUBJECT
    for topic in topics:
        profile = topic_weights(topic.pairs, topic.item_count)
        found = similarity(vector, {pair: weight.get(pair, 1.0) * share for pair, share in profile.items()})
        if found > score:
            best, score = topic, found
    return best


def _new_topics(
    ctx: Context, account_id: int, posts: list[Post], weight: dict[str, float], taken: set[str]
) -> list[Topic]:
    made: list[Topic] = []
    for group in groups_of_similar([post.pairs for post in posts], weight):
        members = [posts[index] for index in group]
        if len({post.author for post in members}) < SMALLEST_TOPIC:
            continue  # one person repeating themselves is no burst
        topic = Topic(
            created_at=ctx.now(),
            account_id=account_id,
            label="",
            is_named=False,
            terms={},
            pairs={},
            item_count=0,
            negative_count=0,
            first_seen_at=members[0].published_at,
            last_seen_at=members[0].published_at,
        )
        ctx.session.add(topic)
        ctx.session.flush()
        _extend(ctx, topic, members, taken | _labels(made))
        made.append(topic)
    return made


def _extend(ctx: Context, topic: Topic, posts: list[Post], taken: set[str]) -> None:
    """Put posts into a topic. Its name and example follow what its posts share, but only as it is made and
    whenever it has doubled: a name that changes with every post is none.
    """
    before = topic.item_count
    counts = Counter(topic.terms)
    pairs = Counter(topic.pairs)
    for post in posts:
        counts.update(post.words)
        pairs.update(post.pairs)
        ctx.session.add(
            TopicItem(
                created_at=ctx.now(),
                topic_id=topic.id,
                inbound_item_id=post.id,
                account_id=post.account_id,
                published_at=post.published_at,
            )
        )
    topic.terms = dict(counts.most_common(_KEPT_TERMS))
    topic.pairs = dict(pairs.most_common(_KEPT_PAIRS))
    topic.item_count += len(posts)
    topic.negative_count += sum(post.negative for post in posts)
    topic.first_seen_at = min(topic.first_seen_at, *(post.published_at for post in posts))
    topic.last_seen_at = max(topic.last_seen_at, *(post.published_at for post in posts))
    if before.bit_length() != topic.item_count.bit_length():
        _name(topic, posts, taken)


def _name(topic: Topic, posts: list[Post], taken: set[str]) -> None:
    shared = topic_weights(topic.pairs, topic.item_count)
    texts = [post.text for post in posts]
    topic.example = representative([*texts, topic.example], shared)
    if not topic.is_named:
        words = [word for word, _ in Counter(topic.terms).most_common(_LABEL_WORDS)]
        topic.label = free_name(ranked_names([*texts, topic.label], shared), taken, words)[:80]
