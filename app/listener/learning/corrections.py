"""What people say an item really was: one row per judgement, and the item's verdict and request follow."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import func, select

from app.core.context import Context
from app.core.errors import Conflict, Invalid, NotFound
from app.core.permissions import Permission
from app.identity.scope import scope
from app.listener.chain.chain_items import ASKS_NOTHING
from app.listener.learning.labels import Judgement, add_label, judgement_of
from app.listener.learning.long_work import TRAINING, TrainingArguments
from app.listener.learning.rescue import rescue
from app.listener.learning.schemas import CorrectionCommand
from app.longwork.services import begin_of_itself
from app.models import InboundItem, LabelSource, ServiceRequest, TrainingLabel, Verdict, VerdictOutcome
from app.nlp.serving.heads import SERVICE_INTENTS
from app.routing import lifecycle

RETRAIN_AFTER = 20
"""So many labels that no model has learnt from make a training run."""


def correct_item(ctx: Context, item_id: int, command: CorrectionCommand) -> InboundItem:
    """Note what the item really was; one that needs somebody becomes a request at once.

    Raises Invalid when intent and needs_service contradict each other, Conflict for an unjudged item.
    """
    ctx.require(Permission.INBOUND_ITEMS_CORRECT)
    item, verdict = judged_item(ctx, item_id)
    said = corrected(judgement_of(verdict), command)
    if said.needs_service and verdict.outcome is VerdictOutcome.DROPPED and item.kind in ASKS_NOTHING:
        raise Conflict("item_asks_nothing")
    add_label(ctx, item, verdict, said, LabelSource.CORRECTION)
    _apply(ctx, verdict, said)
    if said.needs_service and verdict.outcome is VerdictOutcome.DROPPED and item.author_external_id:
        ctx.require(Permission.INBOUND_ITEMS_RESCUE)
        rescue(ctx, item, verdict)
    elif verdict.service_request_id is not None:
        _correct_request(ctx, verdict.service_request_id, said)
    ctx.session.flush()
    retrain_when_enough(ctx)
    return item


def judged_item(ctx: Context, item_id: int) -> tuple[InboundItem, Verdict]:
    """An item within sight with its verdict; raises NotFound, or Conflict while it waits for one."""
    row = ctx.session.execute(
        scope(select(InboundItem, Verdict), ctx.actor, InboundItem)
        .outerjoin(Verdict, Verdict.inbound_item_id == InboundItem.id)
        .where(InboundItem.id == item_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    item, verdict = row
    if verdict is None:
        raise Conflict("item_not_judged")
    return item, verdict


def corrected(before: Judgement, command: CorrectionCommand) -> Judgement:
    """The judgement with the command applied, made consistent: some intents need service, others do not."""
    sentiment = before.sentiment if command.sentiment is None else command.sentiment
    if command.intent is not None:
        needs = command.intent in SERVICE_INTENTS
        if command.needs_service is not None and command.needs_service != needs:
            raise Invalid(fields={"needs_service": "contradicts_intent"})
        return Judgement(command.intent, sentiment, needs, before.urgency)
    needs = before.needs_service if command.needs_service is None else command.needs_service
    intent = before.intent
    if needs and intent not in SERVICE_INTENTS:
        intent = "complaint" if sentiment < 0 else "consult"
    elif not needs and intent in SERVICE_INTENTS:
        intent = "praise" if sentiment > 0 else "other"
    return Judgement(intent, sentiment, needs, before.urgency)


def retrain_when_enough(ctx: Context) -> None:
    waiting = ctx.session.scalar(
        select(func.count()).where(TrainingLabel.model_version.is_(None), TrainingLabel.is_disagreement)
    )
    if (waiting or 0) >= RETRAIN_AFTER:
        begin_of_itself(ctx, TRAINING, TrainingArguments())


def _apply(ctx: Context, verdict: Verdict, said: Judgement) -> None:
    verdict.intent = said.intent
    verdict.sentiment = said.sentiment
    verdict.sentiment_unsure = False
    verdict.needs_review = False
    verdict.corrected_at = ctx.now()
    verdict.corrected_by_id = ctx.actor.operator_id
    ctx.session.flush()


def _correct_request(ctx: Context, request_id: int, said: Judgement) -> None:
    """The request of the item is what the person says, with all that follows for its urgency."""
    request = ctx.session.get_one(ServiceRequest, request_id, with_for_update=True)
    kind = said.intent if said.intent != "spam" else "other"
    judged = lifecycle.Classification(type=kind, sentiment=_mood(said.sentiment))
    lifecycle.reclassify(ctx, request, judged, "item_corrected")


def _mood(sentiment: int) -> Literal[-1, 0, 1]:
    return 0 if sentiment == 0 else 1 if sentiment > 0 else -1
