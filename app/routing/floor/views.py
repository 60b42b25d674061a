"""REST: the floor board."""

from __future__ import annotations

from flask import Blueprint

from app.api.endpoint import endpoint
from app.core.context import Context
from app.core.permissions import Permission
from app.routing.floor import arrivals, board, watching
from app.routing.floor.schemas import ArrivalHoursView, FloorView
from app.routing.floor.whisper_schemas import WhisperList, WhisperView, WriteWhisper

floor = Blueprint("floor", __name__)


@endpoint(
    floor,
    "GET",
    "/floor",
    access=Permission.OVERVIEW_READ,
    summary="The floor at this moment: queues, people, what will be late next, this hour's arrivals",
    response=FloorView,
)
def get_board(ctx: Context) -> FloorView:
    return board.floor(ctx)


@endpoint(
    floor,
    "GET",
    "/floor/arrivals",
    access=Permission.OVERVIEW_READ,
    summary="Today's arrivals by the hour, beside what is usual on this weekday",
    response=ArrivalHoursView,
)
def get_arrivals(ctx: Context) -> ArrivalHoursView:
    return arrivals.arrival_hours(ctx)


@endpoint(
    floor,
    "POST",
    "/service-requests/<int:request_id>/watch",
    access=Permission.SERVICE_REQUESTS_WATCH,
    summary="Look on while a colleague serves; it stands in the audit log",
    status=204,
)
def watch_request(ctx: Context, request_id: int) -> None:
    watching.watch_request(ctx, request_id)


@endpoint(
    floor,
    "GET",
    "/service-requests/<int:request_id>/whispers",
    access=Permission.SERVICE_REQUESTS_READ,
    summary="What was whispered to whoever has the request: for them, and for those who watch",
    response=WhisperList,
)
def list_whispers(ctx: Context, request_id: int) -> WhisperList:
    return watching.list_whispers(ctx, request_id)


@endpoint(
    floor,
    "POST",
    "/service-requests/<int:request_id>/whispers",
    access=Permission.SERVICE_REQUESTS_WATCH,
    summary="Whisper to whoever has the request; the customer never hears it",
    body=WriteWhisper,
    response=WhisperView,
    status=201,
    errors=("nobody_to_whisper_to",),
)
def write_whisper(ctx: Context, request_id: int, body: WriteWhisper) -> WhisperView:
    return watching.write_whisper(ctx, request_id, body)
