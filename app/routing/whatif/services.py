"""What people do with what-ifs: begin one, read it, remove it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from app.core.context import Context
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.office import start_of_day
from app.core.permissions import Permission
from app.identity import audit
from app.identity.schemas import PersonRef
from app.identity.scope import scope
from app.longwork.reach import covers, reach_of
from app.longwork.services import begin
from app.models import LongWork, LongWorkState, Operator, WhatIf
from app.routing.whatif.events import WHAT_IF_KIND, WHAT_IF_REMOVED
from app.routing.whatif.long_work import WHAT_IF
from app.routing.whatif.saying import Names, faults_of, names_in, said
from app.routing.whatif.schemas import (
    BeginWhatIf,
    Findings,
    Tried,
    WhatIfArguments,
    WhatIfList,
    WhatIfView,
)

MOST_KEPT = 100
"""Of an agency."""


def begin_what_if(ctx: Context, command: BeginWhatIf) -> WhatIf:
    """Raises Invalid that names what is not there, Conflict(`too_many_what_ifs`) and what `begin` raises."""
    ctx.require(Permission.ROUTING_CONFIGURE)
    ctx.require(Permission.SERVICE_REQUESTS_READ)
    if ctx.actor.agency_id is None or ctx.actor.operator_id is None:
        raise Forbidden(permission=Permission.ROUTING_CONFIGURE.value)
    faults = faults_of(ctx, command.tried)
    if faults:
        raise Invalid(fields={f"tried.{path}": code for path, code in faults.items()})
    kept = ctx.session.scalars(select(WhatIf.id).where(WhatIf.agency_id == ctx.actor.agency_id)).all()
    if len(kept) >= MOST_KEPT:
        raise Conflict("too_many_what_ifs", most=MOST_KEPT)
    until = start_of_day(ctx.now())
    row = WhatIf(
        created_at=ctx.now(),
        agency_id=ctx.actor.agency_id,
        made_by_id=ctx.actor.operator_id,
        name=command.name,
        since=until - timedelta(days=command.days),
        until=until,
        scenario=command.tried.model_dump(mode="json"),
        seed=command.seed,
        reach=reach_of(ctx.actor),
    )
    ctx.session.add(row)
    ctx.session.flush()
    arguments = WhatIfArguments(what_if_id=row.id)
    work = begin(ctx, WHAT_IF, arguments, label=row.name, about_id=row.id, asked=command)
    if work.about_id != row.id:  # the same command again: what it began stands
        ctx.session.delete(row)
        ctx.session.flush()
        return get_what_if(ctx, work.about_id or 0)
    row.long_work_id = work.id
    ctx.session.flush()
    return row


def get_what_if(ctx: Context, what_if_id: int) -> WhatIf:
    """Raises NotFound for one of another agency, or whose numbers reach further than the actor does."""
    chosen = scope(select(WhatIf), ctx.actor, WhatIf).where(WhatIf.id == what_if_id)
    row = ctx.session.scalars(chosen).one_or_none()
    if row is None or not covers(ctx.actor, row.reach):
        raise NotFound
    return row


def read_what_if(ctx: Context, what_if_id: int) -> WhatIfView:
    ctx.require(Permission.ROUTING_READ)
    row = get_what_if(ctx, what_if_id)
    return _views(ctx, [row], whole=True)[0]


def list_what_ifs(ctx: Context) -> WhatIfList:
    """The newest first. A fixed number of statements."""
    ctx.require(Permission.ROUTING_READ)
    rows = ctx.session.scalars(scope(select(WhatIf), ctx.actor, WhatIf).order_by(WhatIf.id.desc())).all()
    return WhatIfList(items=_views(ctx, [row for row in rows if covers(ctx.actor, row.reach)], whole=False))


def remove_what_if(ctx: Context, what_if_id: int) -> None:
    ctx.require(Permission.ROUTING_CONFIGURE)
    row = get_what_if(ctx, what_if_id)
    audit.record(ctx, WHAT_IF_REMOVED, WHAT_IF_KIND.of(row), detail={"name": row.name})
    ctx.session.delete(row)
    ctx.session.flush()


def _views(ctx: Context, rows: list[WhatIf], *, whole: bool) -> list[WhatIfView]:
    tried = [Tried.model_validate(row.scenario) for row in rows]
    names = names_in(ctx, tried)
    people, states = _people(ctx, rows), _states(ctx, rows)
    return [
        _view(ctx, row, one, names, people, states, whole=whole) for row, one in zip(rows, tried, strict=True)
    ]


def _people(ctx: Context, rows: list[WhatIf]) -> dict[int, str]:
    ids = {row.made_by_id for row in rows}
    found = ctx.session.execute(select(Operator.id, Operator.name).where(Operator.id.in_(ids))) if ids else ()
    return {row[0]: row[1] for row in found}


def _states(ctx: Context, rows: list[WhatIf]) -> dict[int, LongWorkState]:
    ids = {row.long_work_id for row in rows if row.long_work_id is not None}
    found = (
        ctx.session.execute(select(LongWork.id, LongWork.state).where(LongWork.id.in_(ids))) if ids else ()
    )
    return {row[0]: row[1] for row in found}


def _view(
    ctx: Context,
    row: WhatIf,
    tried: Tried,
    names: Names,
    people: dict[int, str],
    states: dict[int, LongWorkState],
    *,
    whole: bool,
) -> WhatIfView:
    maker = people.get(row.made_by_id)
    return WhatIfView(
        id=row.id,
        name=row.name,
        made_by=None if maker is None else PersonRef(id=row.made_by_id, name=maker),
        made_at=row.created_at,
        since=row.since,
        until=row.until,
        tried=tried,
        said=said(tried, names, ctx.locale),
        seed=row.seed,
        state=states.get(row.long_work_id or 0),
        findings=Findings.model_validate(row.result) if whole and row.result else None,
    )
