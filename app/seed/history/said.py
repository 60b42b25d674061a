"""What came in on a day, before it is written: posts with their authors, verdicts and requests."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.adapters.types import Trigger
from app.core.lanes import Lane
from app.listener.chain.adverts import advert_rule
from app.models import Account, Direction, Message, Verdict, VerdictOutcome
from app.nlp.text.normalise import is_contentless, normalise
from app.routing.lifecycle.played import Played
from app.seed.history.people import Customer
from app.seed.history.planning import Post, platform_of
from app.seed.history.words import Meaning

Decided = tuple[VerdictOutcome, str, str, dict[str, Any], bool]
"""Outcome, step, reason, detail, and whether a person should look."""
_WEIBO_EPOCH = 515_483_463
_PLACE_BITS = {"weibo": 22, "mastodon": 16, "wechat": 32}
"""By platform: so many bits of what it numbers things by are the place in the day."""
MISSED = 0.05
"""The share of what somebody should answer that the filter drops, for a person to look at."""


@dataclass
class Item:
    """One post as it was received. Its number is given when the day is written."""

    account: Account
    at: datetime
    received: datetime
    kind: str
    text: str
    meaning: Meaning
    author: Customer
    place: int
    """Its place in the day; with the moment it makes the platform's id."""
    verdict: Verdict
    id: int = 0
    message: Message | None = None
    played: Played | None = None
    repeats: Item | None = None
    repeats_id: int | None = None
    """What it repeats, if that was written on an earlier day."""

    @property
    def lane(self) -> Lane:
        return Lane.PRIVATE if self.kind in ("private_message", "event") else Lane.PUBLIC

    @property
    def platform(self) -> str:
        return platform_of(self.account.callback_key)

    @property
    def is_kept(self) -> bool:
        return self.verdict.outcome is VerdictOutcome.KEPT

    @property
    def trigger(self) -> str | None:
        if self.kind == "event":
            return Trigger.FOLLOW.value
        return Trigger.MESSAGE.value if self.lane is Lane.PRIVATE else None

    @property
    def number(self) -> int:
        """What the platform numbers it by: a moment, and its place."""
        seconds = int(self.at.timestamp())
        moment = {"weibo": seconds - _WEIBO_EPOCH, "mastodon": seconds * 1_000}.get(self.platform, seconds)
        return (moment << _PLACE_BITS[self.platform]) + self.place

    @property
    def external_id(self) -> str:
        prefix = {"mention": "status", "comment": "comment", "private_message": "message", "event": "event"}
        return f"{prefix[self.kind]}:{self.number}"

    @property
    def context(self) -> dict[str, str]:
        """What the adapter needs to answer it."""
        author = {"user_id": self.author.external_id}
        if self.lane is Lane.PRIVATE:
            return author
        if self.platform == "mastodon":
            return {"status_id": str(self.number), "visibility": "public", **author, "acct": self.author.name}
        own = {"comment_id": str(self.number)} if self.kind == "comment" else {}
        return {**own, "status_id": str(self.status), **author, "user_name": self.author.name}

    @property
    def status(self) -> int:
        """What it is, or the post of ours that it stands under: we write one each morning."""
        if self.kind != "comment":
            return self.number
        morning = self.at.replace(hour=0, minute=0, second=0)
        return (int(morning.timestamp()) - _WEIBO_EPOCH << 22) + self.account.id

    @property
    def thread_key(self) -> str:
        return f"dm:{self.author.external_id}" if self.lane is Lane.PRIVATE else f"status:{self.status}"

    def as_message(self, customer: Customer) -> Message:
        """As the next message of its author's conversation."""
        customer.last_number += 1
        customer.last_at = self.at
        customer.first_at = customer.first_at or self.received
        self.message = Message(
            created_at=self.received,
            conversation_id=customer.conversation_id,
            account_id=self.account.id,
            number=customer.last_number,
            direction=Direction.INBOUND,
            lane=self.lane,
            kind=self.kind,
            author_name=customer.name,
            text=self.text,
            media=[],
            occurred_at=self.at,
        )
        return self.message


def place_of(platform: str, external_id: str) -> int:
    """The place in its day of what the platform names so."""
    return int(external_id.partition(":")[2]) % (1 << _PLACE_BITS[platform])


def decided(post: Post, dice: random.Random) -> Decided:
    """What the filter made of a post: outcome, step, reason, detail, and whether a person should look."""
    kept, dropped = VerdictOutcome.KEPT, VerdictOutcome.DROPPED
    if post.kind == "event":
        return dropped, "kind", "platform_event", {}, False
    if post.lane is Lane.PRIVATE:
        return kept, "lane", "private_message", {}, False
    nothing = is_contentless(post.text)
    if nothing:
        return dropped, "content", nothing, {}, False
    if post.meaning.intent == "spam":
        met = advert_rule(normalise(post.text))
        step = ("advert_rules", met[0], {"words": met[1]}) if met else ("spam", "advert", {})
        return dropped, *step, False
    if post.meaning.wanted and dice.random() >= MISSED:
        return kept, "intent", "needs_service", {}, False
    return dropped, "intent", "no_request", {}, post.meaning.wanted


def verdict(
    account: Account,
    meaning: Meaning,
    at: datetime,
    decision: tuple[Any, ...],
    version: str,
    dice: random.Random,
) -> Verdict:
    """The verdict with the scores that lead to it."""
    outcome, step, reason, detail, needs_review = decision
    mood = round((meaning.sentiment + 1) / 2 * 0.8 + dice.uniform(0.0, 0.2), 4)
    by_model = step not in ("kind", "content")
    sure = round(dice.uniform(0.72, 0.98), 4)
    needs = round(dice.uniform(0.7, 0.99) if meaning.wanted else dice.uniform(0.01, 0.2), 4)
    if needs_review:
        needs = round(dice.uniform(0.3, 0.45), 4)
    spam = round(dice.uniform(0.8, 0.99) if meaning.intent == "spam" else dice.uniform(0.0, 0.2), 4)
    if step == "intent":
        detail = {"service_score": needs}
    elif step == "spam":
        detail = {"spam_score": spam}
    return Verdict(
        created_at=at,
        account_id=account.id,
        outcome=outcome,
        step=step,
        reason=reason,
        detail=detail,
        needs_review=needs_review,
        intent=meaning.intent if by_model else None,
        intent_score=sure if by_model else None,
        service_score=needs if by_model else None,
        sentiment=meaning.sentiment if by_model else None,
        sentiment_score=mood if by_model else None,
        sentiment_unsure=False,
        spam_score=spam if by_model else None,
        urgency=meaning.urgency if by_model else None,
        priority=(3 - meaning.urgency) if by_model else None,
        model_version=version if by_model else None,
    )
