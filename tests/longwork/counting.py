"""A kind of work for tests of the kernel: it writes one row of a table for each number, in order."""

from __future__ import annotations

from functools import partial
from typing import Any

from pydantic import BaseModel, ConfigDict

from app.core.context import Context
from app.core.errors import Conflict
from app.core.permissions import Permission
from app.longwork.kinds import KINDS, Kind, Progress, Result, Steps, Work
from app.longwork.rows import attempt
from app.longwork.tables import Spool, write_table
from app.models import ProcessLease


class Counting(BaseModel):
    model_config = ConfigDict(extra="forbid")
    rows: list[int] = []
    until: int = 0
    chunk: int = 50
    refuse_every: int = 0
    die_at: int = 0
    write: bool = False
    """Also into a file, which it leaves."""


def _retried(arguments: Counting, ids: list[int]) -> Counting:
    return arguments.model_copy(update={"rows": ids, "refuse_every": 0})


COUNTING = KINDS.declare(Kind("test.counting", Counting, Permission.SESSION_USE, retried=_retried))


@KINDS.does(COUNTING)
def count(work: Work[Counting]) -> Steps:
    numbers = work.arguments.rows or range(1, work.arguments.until + 1)
    while work.position.get("next", 0) < len(numbers):
        yield partial(_chunk, work, numbers)
    if not work.arguments.write:
        return None
    path = work.folder / "numbers.csv"
    write_table(path, "csv", "", ["number"], Spool(work.folder).rows(work.position["bytes"]))
    return Result(path, "numbers.csv", "text/csv")


def _chunk(work: Work[Counting], numbers: Any, ctx: Context) -> Progress:
    begin = work.position.get("next", 0)
    end = min(begin + work.arguments.chunk, len(numbers))
    tried = [
        attempt(ctx, partial(_write, ctx, work, numbers[place]), row=place + 1, row_id=numbers[place])
        for place in range(begin, end)
    ]
    refused = tuple(each for each in tried if each is not None)
    size = work.position.get("bytes", 0)
    if work.arguments.write:
        size = Spool(work.folder).append(size, [[number] for number in numbers[begin:end]])
    return Progress(
        {"next": end, "bytes": size}, done=end - begin - len(refused), refused=refused, total=len(numbers)
    )


def _write(ctx: Context, work: Work[Counting], number: int) -> None:
    if work.arguments.die_at == number:
        raise RuntimeError("not this one")
    ctx.session.add(
        ProcessLease(created_at=ctx.now(), name=f"row {number}", holder=ctx.actor.label, until=ctx.now())
    )
    ctx.session.flush()
    if work.arguments.refuse_every and number % work.arguments.refuse_every == 0:
        raise Conflict("request_not_active", number=number)
