"""What a rule would have caught: a look back over stored items, bounded in time and rows."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.accounts.queries import account_refs
from app.accounts.schemas import AccountRefView
from app.core.context import Context
from app.core.errors import Invalid
from app.core.permissions import Permission
from app.customers.names import current_names
from app.identity.scope import scope
from app.listener.judging.gathering import load_accounts
from app.listener.ledger.queries import reason_text
from app.listener.matching.compiled import OFFICE_ZONE, CompiledMonitor, MonitorSet, compile_monitor
from app.listener.matching.rules import check_rule
from app.listener.monitors.schemas import PreviewCommand, PreviewDay, PreviewExample, RulePreviewView
from app.listener.monitors.services import get_monitor, require_accounts
from app.models import InboundItem, Monitor, Verdict, VerdictOutcome

SECONDS = 2.0
MAX_ROWS = 200_000
CHUNK = 400
EXAMPLES = 12
_NEW, _SAVED = -1, -2


@dataclass
class _Tally:
    scanned: int = 0
    oldest: datetime | None = None
    is_complete: bool = True
    hits: Counter[date] = field(default_factory=Counter)
    kept: Counter[date] = field(default_factory=Counter)
    examples: list[Any] = field(default_factory=list)
    gained: int = 0
    lost: int = 0
    gained_examples: list[Any] = field(default_factory=list)
    lost_examples: list[Any] = field(default_factory=list)


def preview(ctx: Context, command: PreviewCommand) -> RulePreviewView:
    """Run the rule over the stored items that the actor may see, newest first, until time or rows end."""
    ctx.require(Permission.MONITORS_READ)
    check_rule(command.rule)
    started = time.monotonic()
    saved = get_monitor(ctx, command.monitor_id) if command.monitor_id is not None else None
    agency_id = saved.agency_id if saved else ctx.actor.agency_id
    if agency_id is None:
        raise Invalid(fields={"account_ids": "no_such_account"})
    require_accounts(ctx, agency_id, command.account_ids)
    monitors = MonitorSet(_compiled(ctx, command, saved, agency_id))
    agencies = load_accounts(ctx).agencies
    tally = _Tally()
    since = ctx.now() - timedelta(days=command.days)
    for rows in _chunks(ctx, since, started, tally):
        _add(tally, rows, monitors.hits(rows, agencies), has_saved=saved is not None)
    return _view(ctx, command, tally, monitors, since, started)


def _compiled(
    ctx: Context, command: PreviewCommand, saved: Monitor | None, agency_id: int
) -> list[CompiledMonitor]:
    draft = Monitor(
        id=_NEW,
        created_at=ctx.now(),
        updated_at=ctx.now(),
        agency_id=agency_id,
        name="",
        rule=command.rule.model_dump(mode="json"),
        account_ids=command.account_ids,
        kinds=command.kinds,
        schedule=command.schedule.model_dump(mode="json"),
        filters={},
        is_competitor=False,
        priority=1,
        team_id=None,
    )
    monitors = [compile_monitor(draft)]
    if saved is not None:
        monitors.append(compile_monitor(saved, number=_SAVED))
    return monitors


def _chunks(ctx: Context, since: datetime, started: float, tally: _Tally) -> Iterator[Sequence[Any]]:
    """Rows newest first; notes in the tally when the look back ends early."""
    before: int | None = None
    while True:
        rows = ctx.session.execute(_rows(ctx, since, before)).all()
        if rows:
            tally.scanned += len(rows)
            tally.oldest = rows[-1].created_at
            yield rows
        if len(rows) < CHUNK:
            return
        if time.monotonic() - started > SECONDS or tally.scanned >= MAX_ROWS:
            tally.is_complete = False
            return
        before = rows[-1].id


def _rows(ctx: Context, since: datetime, before: int | None) -> Any:
    columns = (
        InboundItem.id,
        InboundItem.created_at,
        InboundItem.account_id,
        InboundItem.kind,
        InboundItem.text,
        InboundItem.author_external_id,
        InboundItem.author_name,
        InboundItem.published_at,
        Verdict.outcome,
        Verdict.reason,
    )
    statement = (
        scope(select(*columns), ctx.actor, InboundItem)
        .outerjoin(Verdict, Verdict.inbound_item_id == InboundItem.id)
        .where(InboundItem.created_at > since, InboundItem.kind.not_in(("event", "unknown", "own_post")))
    )
    if before is not None:
        statement = statement.where(InboundItem.id < before)
    return statement.order_by(InboundItem.id.desc()).limit(CHUNK)


def _add(
    tally: _Tally,
    rows: Sequence[Any],
    hits: Sequence[tuple[CompiledMonitor, ...]],
    *,
    has_saved: bool,
) -> None:
    for row, monitors in zip(rows, hits, strict=True):
        if not monitors:
            continue
        numbers = {monitor.id for monitor in monitors}
        if _NEW in numbers:
            day = row.published_at.astimezone(OFFICE_ZONE).date()
            tally.hits[day] += 1
            tally.kept[day] += row.outcome is VerdictOutcome.KEPT
            _example(tally.examples, row)
            if has_saved and _SAVED not in numbers:
                tally.gained += 1
                _example(tally.gained_examples, row)
        else:
            tally.lost += 1
            _example(tally.lost_examples, row)


def _example(examples: list[Any], row: Any) -> None:
    if len(examples) < EXAMPLES:
        examples.append(row)


def _view(
    ctx: Context,
    command: PreviewCommand,
    tally: _Tally,
    monitors: MonitorSet,
    since: datetime,
    started: float,
) -> RulePreviewView:
    shown = [*tally.examples, *tally.gained_examples, *tally.lost_examples]
    refs = account_refs(ctx, {row.account_id for row in shown})

    def examples(rows: list[Any]) -> list[PreviewExample]:
        name_of = current_names(ctx.session, rows)
        return [
            _example_view(ctx, row, name_of(row), refs[row.account_id], monitors.found_terms(row.text))
            for row in rows
        ]

    return RulePreviewView(
        days=command.days,
        scanned=tally.scanned,
        since=since if tally.is_complete or tally.oldest is None else tally.oldest,
        is_complete=tally.is_complete,
        took_ms=round(1000 * (time.monotonic() - started)),
        hits=tally.hits.total(),
        kept=tally.kept.total(),
        per_day=[PreviewDay(day=day, hits=n, kept=tally.kept[day]) for day, n in sorted(tally.hits.items())],
        examples=examples(tally.examples),
        gained=tally.gained,
        lost=tally.lost,
        gained_examples=examples(tally.gained_examples),
        lost_examples=examples(tally.lost_examples),
    )


def _example_view(
    ctx: Context, row: Any, name: str, account: AccountRefView, terms: list[str]
) -> PreviewExample:
    return PreviewExample(
        inbound_item_id=row.id,
        account=account,
        author_name=name,
        text=row.text,
        published_at=row.published_at,
        outcome=row.outcome.value if row.outcome else None,
        reason_text=reason_text(ctx, row.reason) if row.reason else None,
        terms=terms,
    )
