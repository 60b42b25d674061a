"""What a model answers: the intents it tells apart, and the yes/no questions that it asks on the way."""

from __future__ import annotations

INTENTS = ("complaint", "consult", "lead", "suggestion", "praise", "spam", "other")
SERVICE_INTENTS = frozenset({"complaint", "consult", "lead", "suggestion"})

HEADS = (
    "polarity", "review_polarity", "car_polarity", "polar", "happy", "angry", "sad", "question", "review",
    "car", "shop_chat", "stream", "negative_review", "offensive", "plea", "spam_account", "emoticon",
    "bare_polarity",
)  # fmt: skip
"""The auxiliary heads: each answers a yes/no question that some of the files can teach. `bare_polarity`
asks the same as `polarity`, of posts without emoticons.
"""
DIRECT_HEADS = (*INTENTS, "service", "negative", "neutral", "positive", "urgent", "kind")
"""Linear heads trained on the judged posts themselves. `kind` asks whether a post looks like the sentences of
`training/own_kinds.txt`.
"""
LINEAR_HEADS = (*HEADS, *DIRECT_HEADS)
MOOD_HEADS = frozenset(
    {
        "polarity",
        "review_polarity",
        "car_polarity",
        "polar",
        "happy",
        "angry",
        "sad",
        "negative",
        "neutral",
        "positive",
    }
)
"""Those that ask how somebody feels: they alone read emoticons."""
