"""REST: how an agency deals work out among its people."""

from __future__ import annotations

from flask import Blueprint

from app.api.endpoint import endpoint
from app.core.context import Context
from app.core.permissions import Permission
from app.identity import dealing_rows
from app.identity.dealing_schemas import DealingList, DealingView, SetDealing

dealing = Blueprint("dealing", __name__)


@endpoint(
    dealing,
    "GET",
    "/routing-settings",
    access=Permission.PEOPLE_READ,
    summary="What requests weigh, how fast people are given work, and after how long what happens",
    response=DealingList,
)
def list_dealing(ctx: Context) -> DealingList:
    return dealing_rows.list_dealing(ctx)


@endpoint(
    dealing,
    "PUT",
    "/routing-settings/<int:agency_id>",
    access=Permission.PEOPLE_SET_CAPACITY,
    summary="Say so for an agency",
    body=SetDealing,
    response=DealingView,
    errors=("stale_version",),
)
def set_dealing(ctx: Context, agency_id: int, body: SetDealing) -> DealingView:
    return dealing_rows.set_dealing(ctx, agency_id, body)
