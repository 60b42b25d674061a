"""Why an item was kept or dropped: step, words, monitors, and the nearest item that a person has judged."""

from __future__ import annotations

from sqlalchemy import select

from app.core.context import Context
from app.core.i18n import translate
from app.core.permissions import Permission
from app.identity.scope import scope
from app.listener.chain.chain_items import scored_words
from app.listener.judging.gathering import load_accounts
from app.listener.learning.corrections import judged_item
from app.listener.learning.schemas import ExplanationView, MonitorTermsView, NearestView, SpanView
from app.listener.learning.versions import current_classifier, registry_of
from app.listener.ledger.queries import reason_text
from app.listener.matching.compiled import MonitorSet, compile_monitor, rule_cache
from app.models import InboundItem, Monitor, MonitorHit, Operator, TrainingLabel, Verdict
from app.nlp.text.normalise import normalise, own_words

NEAREST_OF = 2_000
LEAST_SIMILAR = 0.3
THRESHOLD_STEPS = ("spam", "marketing", "intent")


def explain_item(ctx: Context, item_id: int) -> ExplanationView:
    ctx.require(Permission.INBOUND_ITEMS_READ)
    item, verdict = judged_item(ctx, item_id)
    detail = {key: value for key, value in verdict.detail.items() if key != "reasons"}
    return ExplanationView(
        step=verdict.step,
        step_label=translate(f"listening.step.{verdict.step}", ctx.locale),
        reason=verdict.reason,
        reason_text=reason_text(ctx, verdict.reason),
        threshold=_threshold(ctx, item, verdict),
        detail=detail,
        reasons=_spans(ctx, item, verdict),
        monitors=_monitors(ctx, item),
        nearest=_nearest(ctx, item),
        model_version=verdict.model_version,
    )


def _threshold(ctx: Context, item: InboundItem, verdict: Verdict) -> float | None:
    """The deciding step's threshold as it stands today."""
    if verdict.step not in THRESHOLD_STEPS:
        return None
    rules = rule_cache(ctx.runtime).current(ctx.session)
    hits = rules.hits([item], load_accounts(ctx).agencies)[0]
    settings = {setting.name: setting.threshold for _, setting in rules.chain(item, hits).steps}
    threshold = settings.get(verdict.step)
    if threshold is None and verdict.step == "intent":
        return registry_of(ctx.runtime).service_threshold()
    return threshold


def _spans(ctx: Context, item: InboundItem, verdict: Verdict) -> list[SpanView]:
    """The deciding words: stored for what people read, else found now."""
    stored = verdict.detail.get("reasons")
    if stored:
        return [SpanView(**span) for span in stored]
    words = scored_words(item, normalise(own_words(item.text)[0]))
    if not words:
        return []
    (found,) = current_classifier(ctx.runtime).classify([words], reasons=True)
    return [SpanView(kind=r.kind, text=r.text, weight=r.weight, span=r.span) for r in found.reasons]


def _monitors(ctx: Context, item: InboundItem) -> list[MonitorTermsView]:
    rows = ctx.session.scalars(
        scope(select(Monitor), ctx.actor, Monitor)
        .join(MonitorHit, MonitorHit.monitor_id == Monitor.id)
        .where(MonitorHit.inbound_item_id == item.id)
        .order_by(Monitor.priority, Monitor.id)
    )
    return [
        MonitorTermsView(
            id=monitor.id,
            name=monitor.name,
            terms=MonitorSet([compile_monitor(monitor)]).found_terms(item.text),
        )
        for monitor in rows
    ]


def _nearest(ctx: Context, item: InboundItem) -> NearestView | None:
    """The most similar item among the newest that people have judged, by shared pairs of characters."""
    wanted = _pairs(item.text)
    if not wanted:
        return None
    rows = ctx.session.execute(
        scope(select(TrainingLabel, InboundItem.text, Operator.name), ctx.actor, TrainingLabel)
        .join(InboundItem, InboundItem.id == TrainingLabel.inbound_item_id)
        .outerjoin(Operator, Operator.id == TrainingLabel.operator_id)
        .where(TrainingLabel.inbound_item_id != item.id)
        .order_by(TrainingLabel.id.desc())
        .limit(NEAREST_OF)
    )
    best: NearestView | None = None
    for label, text, name in rows:
        likeness = similarity(wanted, _pairs(text))
        if likeness >= LEAST_SIMILAR and (best is None or likeness > best.similarity):
            best = NearestView(
                inbound_item_id=label.inbound_item_id,
                text=text,
                intent=label.intent,
                sentiment=label.sentiment,
                needs_service=label.needs_service,
                similarity=round(likeness, 3),
                operator_name=name,
            )
    return best


def similarity(left: frozenset[str], right: frozenset[str]) -> float:
    """Dice's coefficient of two sets, 0..1."""
    together = len(left) + len(right)
    return 2 * len(left & right) / together if together else 0.0


def _pairs(text: str) -> frozenset[str]:
    words = normalise(own_words(text)[0])
    return frozenset(words[at : at + 2] for at in range(len(words) - 1))
