"""Writing runs down: once for each rule, request and moment, not more often an hour than the rule may."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import func, select

from app.automation.events import RULE_WORKED
from app.automation.job_names import RUN
from app.automation.judging import stop
from app.automation.meeting import Wanted
from app.automation.telling import tell
from app.core.context import Context
from app.core.db import among
from app.models import AutomationRun, RunState

MOST_ROUNDS = 3
"""So many runs may lead one to the next; what would follow from the last is cut."""
_HOUR = timedelta(hours=1)


def write_runs(ctx: Context, wanted: Sequence[Wanted]) -> None:
    """Statements do not grow with how many there are."""
    if not wanted:
        return
    known = _known(ctx, wanted)
    so_far = _this_hour(ctx, {one.meeting.rule.id for one in wanted})
    written: list[AutomationRun] = []
    for one in wanted:
        rule = one.meeting.rule
        if _key(one) in known or not rule.is_on:
            continue
        if so_far[rule.id] >= rule.hourly_limit:
            stop(ctx, rule)
            continue
        so_far[rule.id] += 1
        known.add(_key(one))
        written.append(_row(ctx, one))
        rule.last_run_at = ctx.now()
        tell(ctx, rule, RULE_WORKED)
    ctx.session.add_all(written)
    ctx.session.flush()
    for run in written:
        if run.state is RunState.WAITING:
            ctx.defer(RUN, run.id)


def _key(one: Wanted) -> tuple[int, int, str]:
    return one.meeting.rule.id, one.meeting.request.id, one.moment


def _known(ctx: Context, wanted: Sequence[Wanted]) -> set[tuple[int, int, str]]:
    ids = {one.meeting.request.id for one in wanted}
    rows = ctx.session.execute(
        select(AutomationRun.rule_id, AutomationRun.service_request_id, AutomationRun.moment).where(
            AutomationRun.rule_id.in_({one.meeting.rule.id for one in wanted}),
            among(ctx.session, AutomationRun.service_request_id, ids),
        )
    )
    return {(row[0], row[1], row[2]) for row in rows}


def _this_hour(ctx: Context, rule_ids: Collection[int]) -> Counter[int]:
    rows = ctx.session.execute(
        select(AutomationRun.rule_id, func.count())
        .where(AutomationRun.rule_id.in_(rule_ids), AutomationRun.created_at > ctx.now() - _HOUR)
        .group_by(AutomationRun.rule_id)
    )
    return Counter({row[0]: row[1] for row in rows})


def _row(ctx: Context, one: Wanted) -> AutomationRun:
    meeting, is_cut = one.meeting, one.round > MOST_ROUNDS
    return AutomationRun(
        created_at=ctx.now(),
        rule_id=meeting.rule.id,
        rule_version=meeting.rule.version,
        agency_id=meeting.rule.agency_id,
        account_id=meeting.request.account_id,
        service_request_id=meeting.request.id,
        moment=one.moment,
        basis_at=one.basis_at,
        cause=one.cause,
        caused_by_id=one.caused_by_id,
        round=one.round,
        change={name: list(pair) for name, pair in meeting.change.items()},
        matched=meeting.matched,
        actions=meeting.rule.actions,
        results=[],
        state=RunState.CUT if is_cut else RunState.WAITING,
        reason="loop_cut" if is_cut else None,
        done_at=ctx.now() if is_cut else None,
    )
