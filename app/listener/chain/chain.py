"""The filter chain: which items need an operator, decided step by step, each with its reason.

Everything with words is scored first, in one batch. Then each item runs through the steps of its chain;
the first decision stands. Which steps run, in which order and from which score on is set per monitor or
account (app.listener.chain.settings).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from app.listener.chain.chain_items import ChainItem, Decision, chain_item_of, scored_words, text_hash
from app.listener.chain.settings import FilterSettings, StepSetting, complete
from app.listener.chain.steps import BY_WORDS, STEPS, Step, private_message
from app.models import Lane, VerdictOutcome
from app.nlp.serving.classifier import Classification

log = structlog.get_logger(__name__)


class TextModel(Protocol):
    """What the chain needs of a classifier."""

    @property
    def version(self) -> str: ...

    def classify(self, texts: Sequence[str], reasons: bool = False) -> list[Classification]: ...


@dataclass(frozen=True)
class Chain:
    """Steps in their order, ready to run."""

    steps: tuple[tuple[Step, StepSetting], ...]

    @classmethod
    def of(cls, settings: FilterSettings) -> Chain:
        """Raises Invalid for settings that name no step of ours."""
        return cls(tuple((STEPS[s.name], s) for s in complete(settings).steps if s.enabled))

    @property
    def spares_private(self) -> bool:
        """Whether a private message is kept whatever it says: unless somebody switched that off."""
        return any(step is private_message for step, _setting in self.steps)

    def decide(self, chain_item: ChainItem) -> Decision:
        spared = chain_item.item.lane is Lane.PRIVATE and self.spares_private
        for step, setting in self.steps:
            if spared and step in BY_WORDS:
                continue  # wherever the steps stand: who writes to us in private wants an answer
            decision = step(chain_item, setting)
            if decision is not None:
                return decision
        raise AssertionError("the last step always decides")


DEFAULT_CHAIN = Chain.of(FilterSettings())


class Memory(Protocol):
    """Carries what one item means for the next."""

    def look(self, chain_item: ChainItem) -> None: ...

    def note(self, chain_item: ChainItem, decision: Decision) -> None: ...


def judge(
    chain_items: Sequence[ChainItem],
    model: TextModel,
    chains: Sequence[Chain] | None = None,
    memory: Memory | None = None,
) -> list[Decision]:
    """One decision per item, in order; `chains` gives each its own. The model runs over all at once."""
    score(chain_items, model)
    ways = chains if chains is not None else [DEFAULT_CHAIN] * len(chain_items)
    decisions = []
    for chain, chain_item in zip(ways, chain_items, strict=True):
        if memory is not None:
            memory.look(chain_item)
        decisions.append(chain.decide(chain_item))
        if memory is not None:
            memory.note(chain_item, decisions[-1])
    _explain_kept(chain_items, decisions, model)
    return decisions


def score(chain_items: Sequence[ChainItem], model: TextModel) -> None:
    """Scores for everything with words, also what will be dropped: a request needs a mood and an intent."""
    worded = [chain_item for chain_item in chain_items if chain_item.words]
    for chain_item, scores in zip(worded, _classified(worded, model, reasons=False), strict=True):
        chain_item.scores = scores


def _explain_kept(chain_items: Sequence[ChainItem], decisions: Sequence[Decision], model: TextModel) -> None:
    """The deciding words of what a person will read; those of the rest are found when somebody asks."""
    shown = [
        chain_item
        for chain_item, decision in zip(chain_items, decisions, strict=True)
        if chain_item.scores and (decision.outcome is VerdictOutcome.KEPT or decision.needs_review)
    ]
    for chain_item, scores in zip(shown, _classified(shown, model, reasons=True), strict=True):
        if scores is not None and chain_item.scores is not None:
            chain_item.scores = replace(chain_item.scores, reasons=scores.reasons)


def _classified(
    chain_items: Sequence[ChainItem], model: TextModel, *, reasons: bool
) -> list[Classification | None]:
    """A text that the model cannot digest stays without scores; it must not hold up the others."""
    texts = [scored_words(chain_item.item, chain_item.words) for chain_item in chain_items]
    try:
        return list(model.classify(texts, reasons=reasons))
    except Exception:
        # One text that breaks the model must not hold up the others: they are tried one by one below.
        log.exception("batch_not_scored", texts=len(texts))
    return [_one(chain_item, model, reasons=reasons) for chain_item in chain_items]


def _one(chain_item: ChainItem, model: TextModel, *, reasons: bool) -> Classification | None:
    try:
        return model.classify([scored_words(chain_item.item, chain_item.words)], reasons=reasons)[0]
    except Exception:
        # Kept without a score, so that a person sees it.
        log.exception("item_not_scored", inbound_item_id=chain_item.item.id)
        return None


__all__ = [
    "DEFAULT_CHAIN",
    "Chain",
    "ChainItem",
    "Decision",
    "TextModel",
    "chain_item_of",
    "judge",
    "score",
    "text_hash",
]
