"""How the filter chain is set: which steps run, in which order, and from which score on they decide."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from app.core.errors import Invalid

SPAM_ABOVE = 0.75
REVIEW_FROM = 0.15
"""Of the dev rows with scores from here to 0.25 one in five asks for something; from 0.1 on one in 18."""
MARKETING_ABOVE = 0.6

STEP_ORDER = (
    "kind",
    "author",
    "blocked",
    "staff",
    "thread",
    "content",
    "keyword",
    "do_not_disturb",
    "duplicate",
    "near_duplicate",
    "vip",
    "advert_rules",
    "marketing",
    "spam",
    "lane",
    "intent",
)
ALWAYS_ON = frozenset({"kind", "author", "intent"})
"""Without these the chain would answer itself or decide nothing."""
THRESHOLDS = {"marketing": MARKETING_ABOVE, "spam": SPAM_ABOVE, "intent": None}
"""The steps that decide by a score, and their usual line; None leaves it to the model, whose training chose
the line for its own scores and stored it with them.
"""


class StepSetting(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=40)
    enabled: bool = True
    threshold: float | None = Field(
        default=None, ge=0, le=1, description="the step decides from this score on; null for the usual line"
    )
    review_from: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="last step only: from here to the threshold a person looks",
    )


class FilterSettings(BaseModel):
    """Steps in their order. Steps that are left out run at their usual place with their usual threshold."""

    model_config = ConfigDict(extra="forbid")

    steps: list[StepSetting] = Field(default=[], max_length=40)


def complete(settings: FilterSettings) -> FilterSettings:
    """Every step with every value filled in; raises Invalid naming the wrong entry."""
    _check(settings)
    given = {step.name: step for step in settings.steps}
    order = [step.name for step in settings.steps]
    for position, name in enumerate(STEP_ORDER):
        if name not in given:
            before = STEP_ORDER[position - 1] if position else None
            order.insert(order.index(before) + 1 if before in order else 0, name)
    order = ["kind", *(name for name in order if name not in ("kind", "intent")), "intent"]
    return FilterSettings(steps=[_filled(name, given.get(name)) for name in order])


def _filled(name: str, given: StepSetting | None) -> StepSetting:
    step = given or StepSetting(name=name)
    threshold = THRESHOLDS.get(name) if step.threshold is None else step.threshold
    review = step.review_from
    if name == "intent" and review is None:
        review = REVIEW_FROM if threshold is None else min(REVIEW_FROM, threshold)
    return StepSetting(name=name, enabled=step.enabled, threshold=threshold, review_from=review)


def _check(settings: FilterSettings) -> None:
    fields: dict[str, str] = {}
    seen: set[str] = set()
    for number, step in enumerate(settings.steps):
        problem = _problem(step, seen)
        if problem:
            fields[f"steps.{number}.{problem[0]}"] = problem[1]
        seen.add(step.name)
    if fields:
        raise Invalid("bad_filter_settings", fields=fields)


def _problem(step: StepSetting, seen: set[str]) -> tuple[str, str] | None:
    if step.name not in STEP_ORDER:
        return "name", "no_such_step"
    if step.name in seen:
        return "name", "named_twice"
    if not step.enabled and step.name in ALWAYS_ON:
        return "enabled", "step_always_on"
    if step.threshold is not None and step.name not in THRESHOLDS:
        return "threshold", "step_without_threshold"
    if step.review_from is not None and step.name != "intent":
        return "review_from", "step_without_review"
    return None
