"""What people say an item really was: one row per judgement, and the item's verdict and request follow."""

from __future__ import annotations

from sqlalchemy import func, select

from app.core.context import Context
from app.core.errors import Conflict, Invalid, NotFound
from app.core.jobs import JobName
from app.core.permissions import Permission
from app.identity.scope import scope
from app.listener.label_schemas import CorrectionCommand
from app.listener.labels import Judgement, add_label, judgement_of
from app.listener.services import rescue
from app.models import InboundItem, Label, LabelSource, ServiceRequest, Verdict, VerdictOutcome
from app.nlp.corpus import SERVICE_INTENTS
from app.routing.announce import announce_one
from app.routing.events import UPDATED

RETRAIN_AFTER = 20
"""So many labels that no model has learnt from make a training run."""


def correct_item(ctx: Context, item_id: int, command: CorrectionCommand) -> InboundItem:
    """Note what the item really was; one that needs somebody becomes a request at once.

    Raises Invalid when intent and needs_service contradict each other, Conflict for an unjudged item.
    """
    ctx.require(Permission.INBOUND_ITEMS_CORRECT)
    item, verdict = judged_item(ctx, item_id)
    said = corrected(judgement_of(verdict), command)
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
        select(func.count()).where(Label.model_version.is_(None), Label.is_disagreement)
    )
    if (waiting or 0) >= RETRAIN_AFTER:
        ctx.defer(JobName.LISTENER_RETRAIN_MODELS)


def _apply(ctx: Context, verdict: Verdict, said: Judgement) -> None:
    verdict.intent = said.intent
    verdict.sentiment = said.sentiment
    verdict.sentiment_unsure = False
    verdict.needs_review = False
    verdict.corrected_at = ctx.now()
    verdict.corrected_by_id = ctx.actor.operator_id
    ctx.session.flush()


def _correct_request(ctx: Context, request_id: int, said: Judgement) -> None:
    """The request that the item opened shows the corrected type and mood."""
    request = ctx.session.get_one(ServiceRequest, request_id)
    request.type = said.intent if said.intent != "spam" else "other"
    request.sentiment = said.sentiment
    request.sentiment_unsure = False
    ctx.session.flush()
    announce_one(ctx, UPDATED, request_id)
