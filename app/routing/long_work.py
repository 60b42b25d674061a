"""One act upon many requests, as long work: each row goes through the service that does it for one."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import Select, func, select

from app.core.context import Context
from app.core.errors import Conflict
from app.core.inputs import OneOfNumbers, RowId
from app.core.permissions import Permission
from app.identity.scope import scope
from app.longwork.kinds import KINDS, Kind, Progress, Refusal, Steps, Work
from app.longwork.rows import attempt
from app.longwork.schemas import Beginning
from app.longwork.services import begin
from app.models import LongWork, ServiceRequest
from app.routing import services
from app.routing.narrowing import filtered_requests
from app.routing.queries import get_request
from app.routing.schemas import (
    ClassifyRequest,
    RequestType,
    Said,
    ServiceRequestQuery,
    SetAssignee,
    SetStatus,
)

MOST_ROWS = 10_000
MOST_CHOSEN = 1_000
CHUNK = 10
"""A chunk's transaction holds what each of its rows holds."""
_R = ServiceRequest


class BulkAssign(BaseModel):
    model_config = ConfigDict(extra="forbid")
    act: Literal["assign"]
    operator_id: RowId | None
    """None puts them back into the queue."""
    reason: Said | None = None
    """Why, for the rows that one takes over from colleagues: without it they are refused."""


class BulkStatus(BaseModel):
    model_config = ConfigDict(extra="forbid")
    act: Literal["set_status"]
    status: Literal["open", "pending", "on_hold", "resolved"]


class BulkClassify(BaseModel):
    model_config = ConfigDict(extra="forbid")
    act: Literal["classify"]
    type: RequestType | None = None
    priority: Annotated[Literal[1, 2, 3, 4], OneOfNumbers] | None = None


class BulkAct(Beginning):
    """Upon the requests of a list, or upon those chosen by hand."""

    what: Annotated[BulkAssign | BulkStatus | BulkClassify, Field(discriminator="act")]
    query: ServiceRequestQuery | None = None
    ids: list[RowId] = Field(default_factory=list, max_length=MOST_CHOSEN)

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.query is None) is not bool(self.ids):
            raise ValueError("query_or_ids")
        return self


class BulkArguments(BaseModel):
    model_config = ConfigDict(extra="forbid")
    what: Annotated[BulkAssign | BulkStatus | BulkClassify, Field(discriminator="act")]
    query: ServiceRequestQuery | None = None
    ids: list[RowId] = Field(default_factory=list)


def _retried(arguments: BulkArguments, ids: list[int]) -> BulkArguments:
    return arguments.model_copy(update={"ids": ids, "query": None})


BULK = KINDS.declare(
    Kind("service_request.bulk", BulkArguments, Permission.SERVICE_REQUESTS_ASSIGN, retried=_retried)
)


def begin_bulk(ctx: Context, command: BulkAct) -> LongWork:
    """Raises what a wrong query raises; what each row refuses is told with the work."""
    ctx.require(Permission.SERVICE_REQUESTS_ASSIGN)
    if command.query is not None:
        filtered_requests(ctx, command.query)
    arguments = BulkArguments(what=command.what, query=command.query, ids=sorted(set(command.ids)))
    return begin(ctx, BULK, arguments, asked=command)


@KINDS.does(BULK)
def act_upon_many(work: Work[BulkArguments]) -> Steps:
    """By rising id up to the newest at the start: what comes in or moves meanwhile changes nothing."""
    if not work.position:
        yield partial(_count, work)
    while not work.position["is_over"]:
        yield partial(_chunk, work)
    return None


def _chosen(ctx: Context, asked: BulkArguments) -> Select[ServiceRequest]:
    if asked.query is not None:
        return filtered_requests(ctx, asked.query)
    return scope(select(_R), ctx.actor, _R).where(_R.id.in_(asked.ids))


def _count(work: Work[BulkArguments], ctx: Context) -> Progress:
    counted = _chosen(ctx, work.arguments).with_only_columns(
        func.count(), func.max(_R.id), maintain_column_froms=True
    )
    total, last = ctx.session.execute(counted).one()
    if total > MOST_ROWS:
        raise Conflict("bulk_too_large", count=total, most=MOST_ROWS)
    position = {"after": 0, "until": last or 0, "row": 0, "is_over": total == 0}
    return Progress(position, total=total)


def _chunk(work: Work[BulkArguments], ctx: Context) -> Progress:
    position = work.position
    statement = _chosen(ctx, work.arguments).where(_R.id > position["after"], _R.id <= position["until"])
    ordered = statement.with_only_columns(_R.id, _R.number, maintain_column_froms=True).order_by(_R.id)
    rows = ctx.session.execute(ordered.limit(CHUNK)).all()
    done = skipped = 0
    refused: list[Refusal] = []
    for row, (request_id, number) in enumerate(rows, start=position["row"] + 1):
        changed: list[bool] = []
        act = partial(_act, ctx, work.arguments.what, request_id, changed)
        refusal = attempt(ctx, act, row=row, row_id=request_id, name=number)
        if refusal is not None:
            refused.append(refusal)
        elif changed == [True]:
            done += 1
        else:
            skipped += 1
    return Progress(
        {
            **position,
            "after": rows[-1].id if rows else position["until"],
            "row": position["row"] + len(rows),
            "is_over": len(rows) < CHUNK,
        },
        done=done,
        skipped=skipped,
        refused=tuple(refused),
    )


def _act(ctx: Context, what: Any, request_id: int, changed: list[bool]) -> None:
    """Notes in `changed` whether the request is another than before."""
    before = get_request(ctx, request_id).version
    if isinstance(what, BulkAssign):
        assign = SetAssignee(operator_id=what.operator_id, version=before, reason=what.reason)
        request = services.set_assignee(ctx, request_id, assign)
    elif isinstance(what, BulkStatus):
        move = SetStatus(status=what.status, version=before, confirm=["claimed_by_other"])
        request = services.set_status(ctx, request_id, move)
    else:
        said = ClassifyRequest(
            type=what.type, priority=what.priority, version=before, confirm=["claimed_by_other"]
        )
        request = services.classify_request(ctx, request_id, said)
    ctx.session.flush()
    changed.append(request.version != before)
