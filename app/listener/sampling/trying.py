"""Asking for trials of filter settings, and reading what they have found; workers do them (`trials.py`)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import defer

from app.accounts.queries import account_refs
from app.core.context import Context
from app.core.db import among
from app.core.errors import NotFound
from app.core.permissions import Permission
from app.customers.names import current_names
from app.identity.scope import scope
from app.listener.chain.settings import complete
from app.listener.ledger.queries import reason_text
from app.listener.monitors.schemas import PreviewExample
from app.listener.monitors.services import get_monitor
from app.listener.sampling.long_work import TRIAL, Example, Findings, TrialArguments
from app.listener.sampling.schemas import TrialCommand, TrialReason, TrialTotals, TrialView
from app.longwork.queries import get_work, work_view
from app.longwork.reach import covers
from app.longwork.services import begin
from app.models import InboundItem, LongWork, LongWorkState

_I = InboundItem


def begin_trial(ctx: Context, command: TrialCommand) -> LongWork:
    """Raises NotFound for a subject out of reach, `bad_filter_settings`, and what `begin` raises."""
    ctx.require(Permission.MONITORS_READ, account_id=command.account_id)
    arguments = TrialArguments(
        filters=complete(command.filters),
        account_id=command.account_id,
        monitor_id=command.monitor_id,
        days=command.days,
    )
    return begin(ctx, TRIAL, arguments, label=name_tried(ctx, arguments), asked=command)


def name_tried(ctx: Context, asked: TrialArguments) -> str:
    """Of the account or the monitor. Raises NotFound for one out of reach."""
    if asked.account_id is None:
        return get_monitor(ctx, asked.monitor_id or 0).name
    refs = account_refs(ctx, {asked.account_id})
    if asked.account_id not in refs:
        raise NotFound
    return refs[asked.account_id].name


def trial_of(ctx: Context, work_id: int) -> TrialView:
    """What a trial has found, also while it goes on.

    Raises NotFound for other work, and when it holds more than the actor could see now.
    """
    ctx.require(Permission.MONITORS_READ)
    row = get_work(ctx, work_id)
    if row.kind != TRIAL.key or not covers(ctx.actor, row.reach):
        raise NotFound
    asked = TrialArguments.model_validate(row.arguments)
    found = Findings.model_validate(row.position or {"since": row.created_at, "before": 0})
    reasons = sorted({*found.now, *found.then}, key=lambda reason: (-found.now[reason], reason))
    is_complete = row.state is LongWorkState.DONE
    examples = _examples(ctx, [*found.kept_examples, *found.dropped_examples])
    return TrialView(
        work=work_view(ctx, row),
        account_id=asked.account_id,
        monitor_id=asked.monitor_id,
        filters=asked.filters,
        days=asked.days,
        scanned=found.scanned,
        since=found.since if is_complete or found.oldest is None else found.oldest,
        is_complete=is_complete,
        took_ms=round(1000 * row.worked_seconds),
        before=TrialTotals(kept=found.kept_now, dropped=found.scanned - found.kept_now),
        after=TrialTotals(kept=found.kept_then, dropped=found.scanned - found.kept_then),
        newly_kept=found.newly_kept,
        newly_dropped=found.newly_dropped,
        newly_kept_examples=_of(examples, found.kept_examples),
        newly_dropped_examples=_of(examples, found.dropped_examples),
        by_reason=[
            TrialReason(
                reason=reason,
                reason_text=reason_text(ctx, reason),
                before=found.now[reason],
                after=found.then[reason],
            )
            for reason in reasons
        ],
    )


def _of(views: dict[int, PreviewExample], examples: Sequence[Example]) -> list[PreviewExample]:
    return [views[example.item_id] for example in examples if example.item_id in views]


def _examples(ctx: Context, found: Sequence[Example]) -> dict[int, PreviewExample]:
    """Those of them that are still there and in sight."""
    ids = [example.item_id for example in found]
    chosen = scope(select(_I), ctx.actor, _I).where(among(ctx.session, _I.id, ids)).options(defer(_I.raw))
    items = {item.id: item for item in ctx.session.scalars(chosen)} if ids else {}
    refs = account_refs(ctx, {item.account_id for item in items.values()})
    name_of = current_names(ctx.session, list(items.values()))
    return {
        item.id: PreviewExample(
            inbound_item_id=item.id,
            account=refs[item.account_id],
            author_name=name_of(item),
            text=item.text,
            published_at=item.published_at,
            outcome=example.outcome,
            reason_text=reason_text(ctx, example.reason),
            terms=[],
        )
        for example in found
        if (item := items.get(example.item_id)) is not None
    }
