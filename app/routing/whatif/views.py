"""REST: replaying a past period under other rules, strategies and with other people."""

from __future__ import annotations

from flask import Blueprint, Response

from app.api.endpoint import endpoint
from app.core.context import Context
from app.core.permissions import Permission
from app.routing.whatif import services
from app.routing.whatif.exporting import export_what_if
from app.routing.whatif.schemas import BeginWhatIf, WhatIfList, WhatIfView

what_ifs = Blueprint("what_ifs", __name__)
_READ, _CONFIGURE = Permission.ROUTING_READ, Permission.ROUTING_CONFIGURE
_ONE = "/routing/what-ifs/<int:what_if_id>"


@endpoint(
    what_ifs,
    "GET",
    "/routing/what-ifs",
    access=_READ,
    summary="What was tried on past periods, the newest first, without findings",
    response=WhatIfList,
)
def list_what_ifs(ctx: Context) -> WhatIfList:
    return services.list_what_ifs(ctx)


@endpoint(
    what_ifs,
    "POST",
    "/routing/what-ifs",
    access=_CONFIGURE,
    summary="Deal a past period out again, as long work",
    body=BeginWhatIf,
    response=WhatIfView,
    status=201,
    errors=("too_many_what_ifs", "too_many_long_works"),
)
def begin_what_if(ctx: Context, body: BeginWhatIf) -> WhatIfView:
    return services.read_what_if(ctx, services.begin_what_if(ctx, body).id)


@endpoint(
    what_ifs,
    "GET",
    _ONE,
    access=_READ,
    summary="One what-if with what came of it",
    response=WhatIfView,
)
def get_what_if(ctx: Context, what_if_id: int) -> WhatIfView:
    return services.read_what_if(ctx, what_if_id)


@endpoint(
    what_ifs,
    "GET",
    f"{_ONE}/export",
    access=_READ,
    summary="What came of a what-if as a table: CSV",
    errors=("what_if_not_done",),
)
def export(ctx: Context, what_if_id: int) -> Response:
    made = export_what_if(ctx, what_if_id)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{made.address_name}"}
    return Response(made.content, content_type=made.content_type, headers=headers)


@endpoint(
    what_ifs,
    "DELETE",
    _ONE,
    access=_CONFIGURE,
    summary="Remove a what-if",
    status=204,
)
def remove_what_if(ctx: Context, what_if_id: int) -> None:
    services.remove_what_if(ctx, what_if_id)
