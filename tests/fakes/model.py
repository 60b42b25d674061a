"""A language model whose opinion a test states word by word."""

from __future__ import annotations

from collections.abc import Sequence

from app.nlp.serving.classifier import Classification
from app.nlp.serving.explain import Reason

ADVERT = "加微信代办"
CHAT = "随便聊聊"
PRAISE = "真心表扬"


class FakeModel:
    """Says `consult` and "needs service" of everything, but knows adverts and small talk by their words."""

    version = "fake-1"

    def __init__(self) -> None:
        self.texts: list[str] = []

    def classify(self, texts: Sequence[str], reasons: bool = False) -> list[Classification]:
        self.texts.extend(texts)
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> Classification:
        spam = 0.99 if ADVERT in text else 0.01
        service = 0.05 if CHAT in text else 0.95
        praise = PRAISE in text
        return Classification(
            intent="praise" if praise else "complaint" if "投诉" in text else "consult",
            intent_score=0.9,
            is_request=service > 0.5,
            service_score=service,
            sentiment=1 if praise else -1 if "投诉" in text else 0,
            sentiment_score=0.9 if praise else 0.1 if "投诉" in text else 0.5,
            sentiment_unsure=False,
            spam_score=spam,
            urgency=1 if "投诉" in text else 0,
            offensive=False,
            priority=2,
            reasons=(Reason("service", text[:4], 1.5, None),),
        )
