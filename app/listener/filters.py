"""The filter chain: which items need an operator, decided step by step, each with its reason.

Everything with words is scored first, in one batch. Then each item runs through the steps of its chain;
the first decision stands. Which steps run, in which order and from which score on is set per monitor or
account (app.listener.settings).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from app.listener.settings import FilterSettings, StepSetting, complete
from app.listener.steps import STEPS, Step
from app.listener.subjects import Decision, Subject, subject_of, text_hash
from app.models import VerdictOutcome
from app.nlp.classifier import Classification

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

    def decide(self, subject: Subject) -> Decision:
        for step, setting in self.steps:
            decision = step(subject, setting)
            if decision is not None:
                return decision
        raise AssertionError("the last step always decides")


DEFAULT_CHAIN = Chain.of(FilterSettings())


def judge(
    subjects: Sequence[Subject], model: TextModel, chains: Sequence[Chain] | None = None
) -> list[Decision]:
    """One decision per subject, in order; `chains` gives each its own. The model runs over all at once."""
    score(subjects, model)
    ways = chains if chains is not None else [DEFAULT_CHAIN] * len(subjects)
    decisions = [chain.decide(subject) for chain, subject in zip(ways, subjects, strict=True)]
    _explain_kept(subjects, decisions, model)
    return decisions


def score(subjects: Sequence[Subject], model: TextModel) -> None:
    """Scores for everything with words, also what will be dropped: a request needs a mood and an intent."""
    worded = [subject for subject in subjects if subject.words]
    for subject, scores in zip(worded, _classified(worded, model, reasons=False), strict=True):
        subject.scores = scores


def _explain_kept(subjects: Sequence[Subject], decisions: Sequence[Decision], model: TextModel) -> None:
    """The deciding words of what a person will read; those of the rest are found when somebody asks."""
    shown = [
        subject
        for subject, decision in zip(subjects, decisions, strict=True)
        if subject.scores and (decision.outcome is VerdictOutcome.KEPT or decision.needs_review)
    ]
    for subject, scores in zip(shown, _classified(shown, model, reasons=True), strict=True):
        if scores is not None and subject.scores is not None:
            subject.scores = replace(subject.scores, reasons=scores.reasons)


def _classified(
    subjects: Sequence[Subject], model: TextModel, *, reasons: bool
) -> list[Classification | None]:
    """A text that the model cannot digest stays without scores; it must not hold up the others."""
    texts = [subject.words for subject in subjects]
    try:
        return list(model.classify(texts, reasons=reasons))
    except Exception:
        # One text that breaks the model must not hold up the others: they are tried one by one below.
        log.exception("batch_not_scored", texts=len(texts))
    return [_one(subject, model, reasons=reasons) for subject in subjects]


def _one(subject: Subject, model: TextModel, *, reasons: bool) -> Classification | None:
    try:
        return model.classify([subject.words], reasons=reasons)[0]
    except Exception:
        # Kept without a score, so that a person sees it.
        log.exception("item_not_scored", inbound_item_id=subject.item.id)
        return None


__all__ = [
    "DEFAULT_CHAIN",
    "Chain",
    "Decision",
    "Subject",
    "TextModel",
    "judge",
    "score",
    "subject_of",
    "text_hash",
]
