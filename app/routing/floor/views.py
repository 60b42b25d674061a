"""REST: the floor board."""

from __future__ import annotations

from flask import Blueprint

from app.api.endpoint import endpoint
from app.core.context import Context
from app.core.permissions import Permission
from app.routing.floor import arrivals, board
from app.routing.floor.schemas import ArrivalHoursView, FloorView

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
