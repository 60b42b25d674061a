"""What the filter's steps look at and what they answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.models import InboundItem, Lane, SpecialList, VerdictOutcome
from app.nlp.serving.classifier import Classification
from app.nlp.text.emoticons import split_many
from app.nlp.text.fingerprint import exact_hash
from app.nlp.text.lookalikes import told_apart
from app.nlp.text.normalise import normalise, normalise_many, own_words, without_names

ASKS_NOTHING = frozenset({"event", "own_post"})
"""What a platform tells (a follow, a click in the menu) and what we wrote ourselves."""
NOT_JUDGED_BY = ("raw", "reply_context")
"""The platform's own answer and what a reply needs: large, and nobody judges by them."""
ADDRESSED_KINDS = frozenset({"mention", "comment", "private_message"})


def is_answerable(item: InboundItem) -> bool:
    """Whether somebody could be answered: what asks nothing, or has no author, is never made a request of."""
    return item.kind not in ASKS_NOTHING and bool(item.author_external_id)


def is_addressed(item: InboundItem) -> bool:
    """Said to us: in private, under our posts, or naming us. It needs no keyword."""
    return item.lane is Lane.PRIVATE or item.kind in ADDRESSED_KINDS


def scored_words(item: InboundItem, words: str) -> str:
    """What the model reads of the author's normalised words: whoever speaks to us names us first, last or in
    the middle, and a short outage must not be dropped for the name. Nor must a visit to a shop be kept for a
    word that begins like ours."""
    return told_apart(without_names(words) if is_addressed(item) else words)


class Catching(Protocol):
    """What the chain and those after it need of a monitor that caught an item."""

    @property
    def id(self) -> int: ...
    @property
    def team_id(self) -> int | None: ...
    @property
    def is_competitor(self) -> bool: ...


@dataclass(frozen=True)
class Activity:
    """What an author had posted before an item."""

    items: int = 0
    links: int = 0
    repeats: int = 0
    adverts: int = 0

    def __add__(self, other: Activity) -> Activity:
        return Activity(
            self.items + other.items,
            self.links + other.links,
            self.repeats + other.repeats,
            self.adverts + other.adverts,
        )


@dataclass
class ChainItem:
    """An item in the chain with what has been found out about it so far."""

    item: InboundItem
    words: str
    """The author's own words, normalised; quoted repost chains are cut off."""
    bare_words: str
    """The same without emoticons."""
    own_account: bool = False
    has_open_request: bool = False
    duplicate_of: int | None = None
    near_duplicate_of: int | None = None
    repeats_itself: bool = False
    """Whether the same author said these words before."""
    lists: frozenset[SpecialList] = frozenset()
    monitors: tuple[Catching, ...] = ()
    """Monitors that caught it, the leading one first."""
    is_watched: bool = False
    """Whether any monitor watches what this item belongs to; else nothing is asked of its words."""
    activity: Activity = Activity()
    scores: Classification | None = None

    @property
    def repeats(self) -> int | None:
        """The earlier item that said the same or nearly so."""
        return self.near_duplicate_of if self.duplicate_of is None else self.duplicate_of

    @property
    def is_addressed(self) -> bool:
        return is_addressed(self.item)


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


def chain_item_of(item: InboundItem) -> ChainItem:
    return chain_items_of([item])[0]


def chain_items_of(items: Sequence[InboundItem]) -> list[ChainItem]:
    """The items ready for the chain, in order; their words are normalised in one pass."""
    words = normalise_many([own_words(item.text)[0] for item in items])
    bare, _emoticons = split_many(words)
    return [ChainItem(*row) for row in zip(items, words, bare, strict=True)]


def text_hash(item: InboundItem) -> int:
    """Names the author's words in this lane; equal for exact repetitions."""
    own, _quoted = own_words(item.text)
    return exact_hash(normalise(own))
