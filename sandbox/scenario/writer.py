"""Composes single posts: text, place and true meaning, the same for the same seed and number."""

from __future__ import annotations

import random
from dataclasses import dataclass

from sandbox.records import Truth
from sandbox.scenario import phrases, slots

# flavour, weight, intent, sentiment, urgency
_MIX: tuple[tuple[str, float, str, int, int], ...] = (
    ("question", 24, "consult", 0, 0),
    ("complaint", 22, "complaint", -1, 1),
    ("urgent", 3, "complaint", -1, 2),
    ("praise", 8, "praise", 1, 0),
    ("purchase", 10, "lead", 0, 0),
    ("suggestion", 5, "suggestion", 0, 0),
    ("advert", 6, "spam", 0, 0),
    ("lottery", 5, "spam", 0, 0),
    ("chat", 8, "other", 0, 0),
    ("emoji", 3, "other", 0, 0),
    ("repost", 6, "other", 0, 0),
)
_TEXTS: dict[str, tuple[str, ...]] = {
    "question": phrases.QUESTION,
    "complaint": phrases.COMPLAINT,
    "urgent": phrases.URGENT,
    "praise": phrases.PRAISE,
    "purchase": phrases.PURCHASE,
    "suggestion": phrases.SUGGESTION,
    "advert": phrases.ADVERT,
    "lottery": phrases.LOTTERY,
    "chat": phrases.CHAT,
    "emoji": phrases.EMOJI,
}
_DRESSED = frozenset({"question", "complaint", "purchase"})
_PUBLIC_ONLY = frozenset({"lottery", "repost"})
_NEAR_DUPLICATE = 0.06
_MEMORY = 40


@dataclass(frozen=True)
class Draft:
    """A post to be written. `place` is post, comment or message."""

    name: str
    place: str
    platform: str
    text: str
    truth: Truth


class Writer:
    """`draft(n)` depends only on the seed, n and the drafts just before it (for near-duplicates)."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._recent: list[tuple[int, str, Truth]] = []

    def draft(self, number: int) -> Draft:
        dice = random.Random(f"{self._seed}:{number}")
        if self._recent and dice.random() < _NEAR_DUPLICATE:
            return self._near_duplicate(number, dice)
        flavour, _weight, intent, sentiment, urgency = dice.choices(_MIX, [row[1] for row in _MIX])[0]
        if flavour == "repost":
            text, truth = _repost(dice)
        else:
            text = _dressed(flavour, dice)
            truth = Truth(flavour, intent, sentiment, urgency)
        name = slots.advertiser_name(dice) if intent == "spam" else slots.customer_name(dice)
        if intent in ("complaint", "consult"):
            self._recent = [*self._recent, (number, text, truth)][-_MEMORY:]
        return Draft(name, _place(flavour, dice), _platform(flavour, dice), text, truth)

    def _near_duplicate(self, number: int, dice: random.Random) -> Draft:
        """Somebody else writes almost the same again."""
        source, text, truth = dice.choice(self._recent)
        varied = _varied(text, dice)
        truth = Truth("near_duplicate", truth.intent, truth.sentiment, truth.urgency, str(source))
        return Draft(
            slots.customer_name(dice), _place("complaint", dice), _platform("complaint", dice), varied, truth
        )

    def crisis(self, number: int, topic: str) -> Draft:
        dice = random.Random(f"{self._seed}:crisis:{number}")
        text = slots.fill(dice.choice(phrases.CRISIS).replace("{topic}", topic), dice)
        place = dice.choice(("post", "post", "comment"))
        return Draft(slots.customer_name(dice), place, "weibo", text, Truth("crisis", "complaint", -1, 2))

    def brand_post(self, number: int) -> str:
        dice = random.Random(f"{self._seed}:brand:{number}")
        return slots.fill(dice.choice(phrases.BRAND_POSTS), dice)


def _dressed(flavour: str, dice: random.Random) -> str:
    text = slots.fill(dice.choice(_TEXTS[flavour]), dice)
    if flavour in _DRESSED:
        return dice.choice(phrases.OPENING) + text + slots.fill(dice.choice(phrases.CLOSING), dice)
    return text


def _varied(text: str, dice: random.Random) -> str:
    changes = (
        lambda: text + dice.choice(("！", "。", "？", "…", "[怒]", " 求回复")),
        lambda: dice.choice(("@官方 ", "再发一次：", "转 ", "哎，")) + text,
        lambda: text.replace("，", " ", 1),
        lambda: text.replace("怎么", "咋", 1).replace("什么", "啥", 1),
    )
    return dice.choice(changes)()


def _repost(dice: random.Random) -> tuple[str, Truth]:
    """Own words, then a chain of others' words, which decide nothing about the meaning."""
    own, intent, sentiment = dice.choice(phrases.REPOST_WORDS)
    quoted = dice.choice((phrases.COMPLAINT, phrases.QUESTION, phrases.CHAT))
    chain = "".join(
        f"//@{slots.customer_name(dice)}:{slots.fill(dice.choice(quoted), dice)}"
        for _ in range(dice.randint(1, 2))
    )
    urgency = 1 if intent == "complaint" else 0
    return own + chain, Truth("repost", intent, sentiment, urgency)


def _place(flavour: str, dice: random.Random) -> str:
    if flavour in _PUBLIC_ONLY:
        return "post"
    return dice.choices(("post", "comment", "message"), (45, 30, 25))[0]


def _platform(flavour: str, dice: random.Random) -> str:
    if flavour in _PUBLIC_ONLY:
        return "weibo"
    return dice.choices(("weibo", "wechat", "mastodon"), (70, 22, 8))[0]
