"""The filter chain: which items need an operator, decided step by step, each with its reason.

A step looks at one item and answers with a Decision or lets it pass. The first decision stands; what
passes every step is kept. Steps before the language model see only text and author; those after it
also see its scores.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.models import InboundItem, Lane, VerdictOutcome
from app.nlp.classifier import Classification, Classifier
from app.nlp.fingerprint import exact_hash
from app.nlp.normalise import is_contentless, normalise, own_words

SPAM_ABOVE = 0.75
SERVICE_ABOVE = 0.45


@dataclass
class Subject:
    """An item in the chain with what has been found out about it so far."""

    item: InboundItem
    words: str
    """The author's own words, normalised; quoted repost chains are cut off."""
    own_account: bool = False
    has_open_request: bool = False
    duplicate_of: int | None = None
    scores: Classification | None = None


@dataclass(frozen=True)
class Decision:
    outcome: VerdictOutcome
    step: str
    reason: str
    detail: dict[str, Any] = field(default_factory=dict)


Step = Callable[[Subject], Decision | None]


class TextModel(Protocol):
    """What the chain needs of a classifier."""

    @property
    def version(self) -> str: ...

    def classify(self, texts: Sequence[str], reasons: bool = False) -> list[Classification]: ...


def _dropped(step: str, reason: str, **detail: Any) -> Decision:
    return Decision(VerdictOutcome.DROPPED, step, reason, detail)


def _kept(step: str, reason: str, **detail: Any) -> Decision:
    return Decision(VerdictOutcome.KEPT, step, reason, detail)


def not_a_message(subject: Subject) -> Decision | None:
    """Events (follow, menu click) open reply windows but ask for nothing; the unreadable is only kept."""
    if subject.item.kind == "event":
        return _dropped("kind", "platform_event")
    if subject.item.kind == "unknown":
        return _dropped("kind", "not_understood", cause=subject.item.keep_reason)
    if subject.item.kind == "own_post":
        return _dropped("kind", "own_post")
    return None


def from_ourselves(subject: Subject) -> Decision | None:
    return _dropped("author", "own_account") if subject.own_account else None


def continues_a_request(subject: Subject) -> Decision | None:
    """Whatever somebody adds to what is being worked on belongs to it, be it only an emoji."""
    return _kept("thread", "continues_request") if subject.has_open_request else None


def without_content(subject: Subject) -> Decision | None:
    if subject.item.media:
        return None
    reason = is_contentless(subject.item.text)
    return _dropped("content", reason) if reason else None


def said_before(subject: Subject) -> Decision | None:
    if subject.duplicate_of is None:
        return None
    return _dropped("duplicate", "duplicate_text", of=subject.duplicate_of)


def private_message(subject: Subject) -> Decision | None:
    """Who writes to us in private wants an answer; only adverts are filtered."""
    if subject.item.lane is not Lane.PRIVATE:
        return None
    if subject.scores is not None and subject.scores.spam_score >= SPAM_ABOVE:
        return _dropped("spam", "advert", spam_score=subject.scores.spam_score)
    return _kept("lane", "private_message")


def advert(subject: Subject) -> Decision | None:
    scores = subject.scores
    if scores is None or scores.spam_score < SPAM_ABOVE:
        return None
    return _dropped("spam", "advert", spam_score=scores.spam_score)


def needs_service(subject: Subject) -> Decision | None:
    """The last step: always decides."""
    scores = subject.scores
    if scores is None:
        return _kept("intent", "not_scored")
    if scores.service_score >= SERVICE_ABOVE:
        return _kept("intent", "needs_service", service_score=scores.service_score)
    return _dropped("intent", "no_request", service_score=scores.service_score)


BEFORE_MODEL: tuple[Step, ...] = (
    not_a_message,
    from_ourselves,
    continues_a_request,
    without_content,
    said_before,
)
AFTER_MODEL: tuple[Step, ...] = (private_message, advert, needs_service)


def subject_of(item: InboundItem) -> Subject:
    own, _quoted = own_words(item.text)
    return Subject(item, normalise(own))


def text_hash(item: InboundItem) -> int:
    """Names the author's words in this lane; equal for exact repetitions."""
    own, _quoted = own_words(item.text)
    return exact_hash(normalise(own))


def judge(subjects: Sequence[Subject], model: TextModel) -> list[Decision]:
    """One decision per subject, in order. The model runs once over all that need it."""
    decisions: list[Decision | None] = [_first(BEFORE_MODEL, subject) for subject in subjects]
    # Everything with words is scored, also what is already decided: a request needs a mood and an intent.
    scored = [subject for subject in subjects if subject.words]
    for subject, scores in zip(scored, model.classify([s.words for s in scored], reasons=True), strict=True):
        subject.scores = scores
    return [
        decision or _first(AFTER_MODEL, subject) or needs_service_always(subject)
        for subject, decision in zip(subjects, decisions, strict=True)
    ]


def needs_service_always(subject: Subject) -> Decision:
    decision = needs_service(subject)
    if decision is None:  # pragma: no cover  the last step always decides
        raise AssertionError
    return decision


def _first(steps: Sequence[Step], subject: Subject) -> Decision | None:
    for step in steps:
        decision = step(subject)
        if decision is not None:
            return decision
    return None


__all__ = ["Classifier", "Decision", "Subject", "TextModel", "judge", "subject_of", "text_hash"]
