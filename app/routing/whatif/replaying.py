"""The work of a what-if: read the period, deal it out twice, keep what came of it.

One step: what is simulated cannot be taken up in the middle. Twenty thousand requests take seconds;
killed, it begins again and comes to the same.
"""

from __future__ import annotations

from functools import partial

from sqlalchemy import func, select

from app.core.context import Context
from app.core.db import among
from app.core.errors import NotFound
from app.identity.scope import scope
from app.longwork.kinds import KINDS, Progress, Steps, Work
from app.models import Operator, ServiceRequest, WhatIf
from app.routing.whatif.dealing import Way
from app.routing.whatif.engine import Dealt, simulate
from app.routing.whatif.long_work import WHAT_IF
from app.routing.whatif.outcome import as_it_was, outcome_of
from app.routing.whatif.past import Past, PastRequest, read_decisions, read_earlier, read_requests
from app.routing.whatif.retelling import retold
from app.routing.whatif.scenarios import as_set_now, as_then, scenario_of, staff_of, ways_by_rules
from app.routing.whatif.schemas import MOST_EARLIER, MOST_REQUESTS, Findings, Tried, WhatIfArguments
from app.routing.whatif.services import get_what_if


@KINDS.does(WHAT_IF)
def replay(work: Work[WhatIfArguments]) -> Steps:
    if not work.position:
        yield partial(_count, work)
    if not work.position["is_over"]:
        yield partial(_replay, work)
    return None


def _count(work: Work[WhatIfArguments], ctx: Context) -> Progress:
    row = get_what_if(ctx, work.arguments.what_if_id)
    chosen = scope(select(func.count()).select_from(ServiceRequest), ctx.actor, ServiceRequest)
    during = ServiceRequest.opened_at >= row.since, ServiceRequest.opened_at < row.until
    total = ctx.session.scalar(chosen.where(*during)) or 0
    return Progress({"is_over": False}, total=min(total, MOST_REQUESTS))


def _replay(work: Work[WhatIfArguments], ctx: Context) -> Progress:
    try:
        row = get_what_if(ctx, work.arguments.what_if_id)
    except NotFound:  # removed meanwhile
        return Progress({"is_over": True})
    found = findings_of(ctx, row)
    row.result, row.finished_at = found.model_dump(mode="json"), ctx.now()
    return Progress({"is_over": True}, done=found.was.requests)


def findings_of(ctx: Context, row: WhatIf) -> Findings:
    """Within the actor's reach."""
    tried = Tried.model_validate(row.scenario)
    requests = read_requests(ctx, row.since, row.until, MOST_REQUESTS + 1)
    is_cut = len(requests) > MOST_REQUESTS
    requests = requests[:MOST_REQUESTS]
    decisions = read_decisions(ctx, row.since, row.until)
    earlier = read_earlier(ctx, row.since, MOST_EARLIER)
    past = Past(row.since.timestamp(), row.until.timestamp(), tuple(requests), decisions.seen, tuple(earlier))
    every = [*earlier, *requests]
    staff = staff_of(ctx, sorted({one.account_id for one in every}))
    ways = None if tried.rules is None else ways_by_rules(ctx, staff.setup, tried.rules, every)

    def way_of(request: PastRequest) -> Way:
        return as_then(staff.setup, request) if ways is None else ways[request.id]

    names = {number: person.name for number, person in staff.people.items()}
    other = scenario_of(staff, tried, way_of)
    asked = {number: person.name for number, person in other.people.items()}
    was = as_it_was(requests, past.until)
    replayed = simulate(past, as_set_now(staff), row.seed)
    gone = {one.holder for one in was if one.holder is not None} - names.keys()
    return Findings(
        was=outcome_of(was, names | _names(ctx, gone), past.until),
        replayed=outcome_of(replayed, names, past.until),
        tried=outcome_of(simulate(past, other, row.seed), asked, past.until),
        retold=retold(decisions.told),
        same_holder=_same(was, replayed),
        gone=len(gone),
        is_cut=is_cut,
    )


def _same(was: list[Dealt], replayed: list[Dealt]) -> int:
    return sum(a.holder is not None and a.holder == b.holder for a, b in zip(was, replayed, strict=True))


def _names(ctx: Context, ids: set[int]) -> dict[int, str]:
    seen = scope(select(Operator.id, Operator.name), ctx.actor, Operator)
    rows = ctx.session.execute(seen.where(among(ctx.session, Operator.id, sorted(ids)))) if ids else ()
    return {row[0]: row[1] for row in rows}
