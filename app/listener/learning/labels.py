"""Training label rows: what the model had said, what a person says, and how much that weighs."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import func, select

from app.core.context import Context
from app.core.permissions import Permission
from app.identity import audit
from app.identity.scope import past_audience, scope
from app.listener.learning.events import INBOUND_ITEM, ITEM_LABELLED
from app.listener.learning.schemas import InboundItemLabelled, LabelList, LabelView
from app.models import Account, InboundItem, LabelSource, Operator, TrainingLabel, Verdict, VerdictOutcome
from app.nlp.serving.heads import SERVICE_INTENTS
from app.nlp.text.normalise import normalise, own_words
from app.nlp.training.corpus import Labelled, text_hash

AGREEMENT_WEIGHT = 0.5
"""Somebody who finds a verdict right teaches less than somebody who finds it wrong."""
PINNED_SHARE = 5
"""One text in five is never learnt from: model versions are compared on those."""


@dataclass(frozen=True)
class Judgement:
    intent: str
    sentiment: int
    needs_service: bool
    urgency: int = 0


def judgement_of(verdict: Verdict) -> Judgement:
    """What the verdict says now. An item kept for another reason than its words says nothing about them."""
    intent = verdict.intent or "other"
    kept_by_words = verdict.outcome is VerdictOutcome.KEPT and verdict.step == "intent"
    return Judgement(
        intent=intent,
        sentiment=verdict.sentiment or 0,
        needs_service=kept_by_words or (verdict.step != "intent" and intent in SERVICE_INTENTS),
        urgency=verdict.urgency or 0,
    )


def add_label(
    ctx: Context, item: InboundItem, verdict: Verdict, said: Judgement, source: LabelSource
) -> TrainingLabel:
    """Keep a person's judgement beside what the model had said."""
    before = judgement_of(verdict)
    differs = said != before
    label = TrainingLabel(
        created_at=ctx.now(),
        inbound_item_id=item.id,
        account_id=item.account_id,
        operator_id=ctx.actor.operator_id,
        source=source,
        old={**asdict(before), "step": verdict.step, "version": verdict.model_version},
        intent=said.intent,
        sentiment=said.sentiment,
        urgency=said.urgency,
        needs_service=said.needs_service,
        weight=1.0 if differs else AGREEMENT_WEIGHT,
        is_disagreement=differs,
    )
    ctx.session.add(label)
    audit.record(
        ctx,
        ITEM_LABELLED,
        INBOUND_ITEM.of(item),
        detail={"source": source.value, "before": asdict(before), "after": asdict(said)},
    )
    ctx.emit(
        ITEM_LABELLED,
        InboundItemLabelled(inbound_item_id=item.id, account_id=item.account_id),
        past_audience(
            ctx.session.get_one(Account, item.account_id), Permission.INBOUND_ITEMS_READ, item.created_at
        ),
        about=INBOUND_ITEM.of(item),
    )
    ctx.session.flush()
    return label


def list_labels(ctx: Context, item_id: int) -> LabelList:
    """What was said of one item, newest first."""
    rows = ctx.session.execute(
        scope(select(TrainingLabel, Operator.name), ctx.actor, TrainingLabel)
        .outerjoin(Operator, Operator.id == TrainingLabel.operator_id)
        .where(TrainingLabel.inbound_item_id == item_id)
        .order_by(TrainingLabel.id.desc())
    )
    return LabelList(
        items=[
            LabelView(
                id=label.id,
                source=label.source,
                operator_name=name,
                created_at=label.created_at,
                old=label.old,
                intent=label.intent,
                sentiment=label.sentiment,
                needs_service=label.needs_service,
                weight=label.weight,
                model_version=label.model_version,
            )
            for label, name in rows
        ]
    )


def newest_labels(ctx: Context) -> list[tuple[TrainingLabel, str]]:
    """The last label of each item with the author's own words, oldest first."""
    last = select(func.max(TrainingLabel.id)).group_by(TrainingLabel.inbound_item_id)
    rows = ctx.session.execute(
        scope(select(TrainingLabel, InboundItem.text), ctx.actor, TrainingLabel)
        .join(InboundItem, InboundItem.id == TrainingLabel.inbound_item_id)
        .where(TrainingLabel.id.in_(last))
        .order_by(TrainingLabel.id)
    )
    return [(label, normalise(own_words(text)[0])) for label, text in rows]


def is_pinned(text: str) -> bool:
    """By the text alone, so that the same words are never learnt from and measured on."""
    return text_hash(text) % PINNED_SHARE == 0


def as_labelled(label: TrainingLabel, text: str) -> Labelled:
    return Labelled(
        text=text,
        intent=label.intent,
        sentiment=label.sentiment,
        urgency=label.urgency,
        source=label.source.value,
        weight=label.weight,
    )
