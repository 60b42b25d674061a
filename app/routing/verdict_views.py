"""What a verdict says of a post's mood, and the words that decided: alike in the ledger and a thread."""

from __future__ import annotations

from app.models import Verdict
from app.routing.schemas import ReasonView, SentimentView


def sentiment_view(verdict: Verdict | None) -> SentimentView | None:
    """None for a post that was not scored."""
    if verdict is None or verdict.sentiment is None or verdict.sentiment_score is None:
        return None
    return SentimentView(
        value=verdict.sentiment, score=verdict.sentiment_score, unsure=verdict.sentiment_unsure
    )


def reason_views(verdict: Verdict | None) -> list[ReasonView]:
    if verdict is None:
        return []
    return [
        ReasonView(kind=reason["kind"], text=reason["text"], weight=reason["weight"])
        for reason in verdict.detail.get("reasons", ())
    ]
