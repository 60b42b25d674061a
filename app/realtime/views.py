"""REST twin of the event stream, for catching up without a socket."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint
from pydantic import BaseModel, ConfigDict, Field

from app.api.endpoint import endpoint
from app.core.context import Context
from app.core.inputs import Sequence
from app.core.permissions import Permission
from app.identity.scope import rooms_of
from app.realtime.event_log import newest, out_of_reach, read_after
from app.realtime.hearing import heard_again
from app.realtime.pace import session_paces

realtime = Blueprint("realtime", __name__)


class EventQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    after: Sequence
    limit: int = Field(200, ge=1, le=500)


class EventView(BaseModel):
    seq: int
    name: str
    occurred_at: datetime
    payload: dict[str, Any]


class EventPage(BaseModel):
    events: list[EventView]
    seq: int
    """Ask again after this number."""
    reload: bool
    """Too much was missed: load the state anew."""


@endpoint(
    realtime,
    "GET",
    "/events",
    access=Permission.SESSION_USE,
    summary="What happened after a number, as far as I may know",
    query=EventQuery,
    response=EventPage,
    errors=("rate_limited",),
)
def list_events(ctx: Context, query: EventQuery) -> EventPage:
    paces = session_paces(ctx.runtime)
    paces.take_page(ctx.actor.session_id)
    with paces.one_at_a_time(ctx.actor.session_id):
        return _page(ctx, query)


def _page(ctx: Context, query: EventQuery) -> EventPage:
    if out_of_reach(ctx.session, query.after, ctx.runtime.settings.event_retention):
        return EventPage(events=[], seq=newest(ctx.session), reload=True)
    events = read_after(ctx.session, query.after, limit=query.limit)
    session_paces(ctx.runtime).take_rows(ctx.actor.session_id, len(events))
    heard = heard_again(ctx.session, ctx.actor, rooms_of(ctx.actor), events)
    seq = query.after if not events else events[-1].seq or query.after
    return EventPage(events=[EventView(**event) for event in heard], seq=seq, reload=False)
