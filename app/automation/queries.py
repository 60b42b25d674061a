"""Reads of rules and runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.automation.actions import ACTIONS, Named, names_in, said
from app.automation.content import condition_of, digest_of, trigger_of
from app.automation.ready_made import ready_made
from app.automation.schemas import (
    AutomationOffer,
    CheckRuleCondition,
    DryRunSample,
    DryRunView,
    OfferedAction,
    OfferedChoice,
    RuleConditionCheck,
    RuleList,
    RuleView,
    TimeTrigger,
)
from app.automation.triggers import EVENT_KEYS, TIME_FIELDS
from app.conditions.binding import Names, faults_of, names_of
from app.conditions.sentences import sentence
from app.core.context import Context
from app.core.errors import NotFound
from app.core.field_errors import field_texts
from app.core.i18n import translate
from app.core.office import start_of_day
from app.core.permissions import Permission
from app.identity.schemas import PersonRef
from app.identity.scope import scope
from app.longwork.queries import WITH_RELATED, work_view
from app.models import AutomationRule, AutomationRun, LongWork, ServiceRequest
from app.routing.fields import SERVICE_REQUESTS


def list_rules(ctx: Context) -> RuleList:
    """By their age, the oldest first. A fixed number of statements."""
    ctx.require(Permission.AUTOMATION_READ)
    statement = scope(select(AutomationRule), ctx.actor, AutomationRule)
    shown = statement.options(joinedload(AutomationRule.owner)).order_by(AutomationRule.id)
    return RuleList(items=_views(ctx, list(ctx.session.scalars(shown))))


def rule_view(ctx: Context, rule_id: int) -> RuleView:
    ctx.require(Permission.AUTOMATION_READ)
    return _views(ctx, [get_rule(ctx, rule_id)])[0]


def get_rule(ctx: Context, rule_id: int, *, locked: bool = False) -> AutomationRule:
    """With its owner; raises NotFound for one that the actor does not see."""
    statement = scope(select(AutomationRule), ctx.actor, AutomationRule).where(AutomationRule.id == rule_id)
    if locked:
        statement = statement.with_for_update(of=AutomationRule)
    shown = statement.options(joinedload(AutomationRule.owner)).execution_options(populate_existing=True)
    row = ctx.session.scalars(shown).one_or_none()
    if row is None:
        raise NotFound
    return row


def check_condition(ctx: Context, command: CheckRuleCondition) -> RuleConditionCheck:
    """The condition read aloud, with what is wrong with it."""
    ctx.require(Permission.AUTOMATION_READ)
    names = names_of(ctx, SERVICE_REQUESTS, command.condition)
    faults = faults_of(ctx, SERVICE_REQUESTS, command.condition, names=names, of_events=command.of_events)
    return RuleConditionCheck(
        sentence=sentence(SERVICE_REQUESTS, command.condition, names, ctx.locale),
        faults=field_texts(faults, ctx.locale),
    )


def offer(ctx: Context) -> AutomationOffer:
    """What rules can be made of, in the actor's language."""
    ctx.require(Permission.AUTOMATION_READ)
    return AutomationOffer(
        events=[OfferedChoice(key=key, label=event_said(key, ctx.locale)) for key in EVENT_KEYS],
        times=[OfferedChoice(key=key, label=time_field_said(key, ctx.locale)) for key in TIME_FIELDS],
        actions=[
            OfferedAction(
                key=key,
                label=translate(f"automation.action.{key}", ctx.locale),
                parameters=kind.parameters.model_json_schema(),
                is_allowed=ctx.actor.may(kind.right),
            )
            for key, kind in ACTIONS.items()
        ],
        ready_made=ready_made(ctx.locale),
    )


def event_said(key: str, locale: str) -> str:
    return translate(f"automation.event.{key}", locale)


def time_field_said(key: str, locale: str) -> str:
    return translate(f"automation.time.{key}", locale)


def trigger_said(rule: AutomationRule, locale: str) -> str:
    trigger = trigger_of(rule)
    if not isinstance(trigger, TimeTrigger):
        return event_said(trigger.event, locale)
    kind = "working" if trigger.working else "clock"
    return translate(
        f"automation.when.{trigger.side}",
        locale,
        field=time_field_said(trigger.field, locale),
        length=translate(f"automation.length.{kind}", locale, minutes=_length_said(trigger.minutes, locale)),
    )


def _length_said(minutes: int, locale: str) -> str:
    for unit, size in (("days", 24 * 60), ("hours", 60)):
        if minutes and minutes % size == 0:
            return translate(f"condition.length.{unit}", locale, amount=minutes // size)
    return translate("condition.length.minutes", locale, amount=minutes)


def _views(ctx: Context, rows: Sequence[AutomationRule]) -> list[RuleView]:
    trees = {row.id: condition_of(row) for row in rows}
    names = names_of(ctx, SERVICE_REQUESTS, *trees.values()) if rows else {}
    named = names_in(ctx, [row.actions for row in rows])
    today = _runs_today(ctx, [row.id for row in rows])
    works = _works(ctx, [row.dry_run_work_id for row in rows])
    samples = _samples(ctx, rows)
    return [
        RuleView(
            id=row.id,
            name=row.name,
            owner=PersonRef(id=row.owner.id, name=row.owner.name),
            trigger=row.trigger,  # type: ignore[arg-type]
            condition=trees[row.id],
            actions=row.actions,
            hourly_limit=row.hourly_limit,
            sentence=_sentence(ctx, row, trees[row.id], names, named),
            is_on=row.is_on,
            on_since=row.on_since,
            standing=row.standing,
            faults=field_texts(row.faults, ctx.locale),
            dry_run=_dry_run(row, samples),
            dry_run_work=works.get(row.dry_run_work_id) if row.dry_run_work_id else None,
            hook_secret=_secret(ctx, row),
            last_run_at=row.last_run_at,
            runs_today=today.get(row.id, 0),
            version=row.version,
        )
        for row in rows
    ]


def _sentence(ctx: Context, row: AutomationRule, tree: Any, names: Names, named: Named) -> str:
    """当……，且……，则……"""
    joint = translate("automation.says.joint", ctx.locale)
    whole = "automation.says.always" if tree.model_dump() == {"all": []} else "automation.says.rule"
    return translate(
        whole,
        ctx.locale,
        when=trigger_said(row, ctx.locale),
        condition=sentence(SERVICE_REQUESTS, tree, names, ctx.locale),
        actions=joint.join(said(action, named, ctx.locale) for action in row.actions),
    )


def _runs_today(ctx: Context, ids: Sequence[int]) -> dict[int, int]:
    if not ids:
        return {}
    counted = (
        scope(select(AutomationRun.rule_id, func.count()), ctx.actor, AutomationRun)
        .where(AutomationRun.rule_id.in_(ids), AutomationRun.created_at >= start_of_day(ctx.now()))
        .group_by(AutomationRun.rule_id)
    )
    return {row[0]: row[1] for row in ctx.session.execute(counted)}


def _works(ctx: Context, ids: Sequence[int | None]) -> dict[int, Any]:
    """Dry runs are seen with their rule, whoever began them."""
    wanted = sorted({number for number in ids if number is not None})
    if not wanted:
        return {}
    rows = ctx.session.scalars(select(LongWork).where(LongWork.id.in_(wanted)).options(*WITH_RELATED))
    return {row.id: work_view(ctx, row) for row in rows}


def _samples(ctx: Context, rows: Sequence[AutomationRule]) -> dict[int, tuple[str, str]]:
    """Number and first words of those requests among all samples that the actor sees."""
    ids = {sample["id"] for row in rows for sample in row.dry_run.get("samples", ())}
    if not ids:
        return {}
    columns = (ServiceRequest.id, ServiceRequest.number, ServiceRequest.preview)
    within = scope(select(*columns), ctx.actor, ServiceRequest).where(ServiceRequest.id.in_(ids))
    return {
        request_id: (number, str(preview.get("text") or "")[:80])
        for request_id, number, preview in ctx.session.execute(within)
    }


def _dry_run(row: AutomationRule, samples: dict[int, tuple[str, str]]) -> DryRunView | None:
    if row.dry_run_at is None or not row.dry_run:
        return None
    return DryRunView(
        looked_at=row.dry_run["looked_at"],
        matched=row.dry_run["matched"],
        requests=row.dry_run["requests"],
        per_hour=row.dry_run["per_hour"],
        samples=[
            DryRunSample(
                service_request_id=sample["id"],
                number=samples[sample["id"]][0],
                title=samples[sample["id"]][1],
                at=sample["at"],
            )
            for sample in row.dry_run["samples"]
            if sample["id"] in samples
        ],
        at=row.dry_run_at,
        is_current=row.dry_run_of == digest_of(row),
    )


def _secret(ctx: Context, row: AutomationRule) -> str | None:
    calls = any(action["kind"] == "call_hook" for action in row.actions)
    if not calls or not ctx.actor.may(Permission.AUTOMATION_MANAGE):
        return None
    secret: str = ctx.runtime.vault.open(row.hook_secret)
    return secret
