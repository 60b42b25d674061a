"""REST twin of the event stream, for catching up without a socket."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint
from pydantic import BaseModel, Field

from app.api.endpoint import endpoint
from app.core.context import Context
from app.core.permissions import Permission
from app.identity.scope import rooms_of
from app.realtime.connections import heard_by
from app.realtime.event_log import newest, out_of_reach, read_after

realtime = Blueprint("realtime", __name__)


class EventQuery(BaseModel):
    after: int = Field(ge=0)
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
)
def list_events(ctx: Context, query: EventQuery) -> EventPage:
    if out_of_reach(ctx.session, query.after, ctx.runtime.settings.event_retention):
        return EventPage(events=[], seq=newest(ctx.session), reload=True)
    events = read_after(ctx.session, query.after, limit=query.limit)
    heard = heard_by(rooms_of(ctx.actor), events)
    seq = query.after if not events else events[-1].seq or query.after
    return EventPage(events=[EventView(**event) for event in heard], seq=seq, reload=False)
