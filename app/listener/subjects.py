"""What the filter's steps look at and what they answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.models import InboundItem, Lane, SpecialList, VerdictOutcome
from app.nlp.classifier import Classification
from app.nlp.fingerprint import exact_hash
from app.nlp.normalise import normalise, normalise_many, own_words

if TYPE_CHECKING:
    from app.listener.matching import CompiledMonitor

ADDRESSED_KINDS = frozenset({"mention", "comment", "private_message"})


@dataclass(frozen=True)
class Activity:
    """What an author has posted so far, before this batch."""

    items: int = 0
    links: int = 0
    repeats: int = 0
    adverts: int = 0


@dataclass
class Subject:
    """An item in the chain with what has been found out about it so far."""

    item: InboundItem
    words: str
    """The author's own words, normalised; quoted repost chains are cut off."""
    own_account: bool = False
    has_open_request: bool = False
    duplicate_of: int | None = None
    near_duplicate_of: int | None = None
    lists: frozenset[SpecialList] = frozenset()
    monitors: tuple[CompiledMonitor, ...] = ()
    """Monitors that caught it, the leading one first."""
    is_watched: bool = False
    """Whether any monitor watches what this item belongs to; else nothing is asked of its words."""
    activity: Activity = Activity()
    scores: Classification | None = None

    @property
    def is_addressed(self) -> bool:
        """Said to us: in private, under our posts, or naming us. It needs no keyword."""
        return self.item.lane is Lane.PRIVATE or self.item.kind in ADDRESSED_KINDS


@dataclass(frozen=True)
class Decision:
    outcome: VerdictOutcome
    step: str
    reason: str
    detail: dict[str, Any] = field(default_factory=dict)
    needs_review: bool = False


def dropped(step: str, reason: str, *, needs_review: bool = False, **detail: Any) -> Decision:
    return Decision(VerdictOutcome.DROPPED, step, reason, detail, needs_review)


def kept(step: str, reason: str, **detail: Any) -> Decision:
    return Decision(VerdictOutcome.KEPT, step, reason, detail)


def subject_of(item: InboundItem) -> Subject:
    return subjects_of([item])[0]


def subjects_of(items: Sequence[InboundItem]) -> list[Subject]:
    """The items ready for the chain, in order; their words are normalised in one pass."""
    words = normalise_many([own_words(item.text)[0] for item in items])
    return [Subject(item, own) for item, own in zip(items, words, strict=True)]


def text_hash(item: InboundItem) -> int:
    """Names the author's words in this lane; equal for exact repetitions."""
    own, _quoted = own_words(item.text)
    return exact_hash(normalise(own))
