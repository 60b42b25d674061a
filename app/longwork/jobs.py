"""Jobs of long work: going on with what is under way, forgetting what is over."""

from __future__ import annotations

import shutil

from sqlalchemy import select

from app.core.context import Context
from app.core.jobs import DeferredJob
from app.core.retention import forget
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.jobs.job import job
from app.jobs.periodic import Periodic, seconds
from app.longwork.job_names import FORGET_OLD, GO_ON
from app.longwork.leases import open_work
from app.longwork.retention import RETENTION
from app.longwork.runner import FOLDER, HAND, go_on
from app.models import LongWork


@job(GO_ON)
def go_on_with_work(runtime: Runtime, work_id: int) -> None:
    """A slice of a piece of work."""
    go_on(runtime, work_id)


@job(FORGET_OLD)
def forget_old(runtime: Runtime) -> None:
    """Delete ended work whose time is over, and what a crash left of work that has ended."""
    forget(runtime, HAND, RETENTION)
    kept = list((runtime.settings.data_dir / FOLDER).glob("*"))
    with open_context(runtime, HAND, write=False) as ctx:
        under_way = set(ctx.session.scalars(select(LongWork.id).where(LongWork.finished_at.is_(None))))
    for folder in kept:
        if not folder.name.isdecimal() or int(folder.name) not in under_way:
            shutil.rmtree(folder, ignore_errors=True)


def _open_work(ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(GO_ON, (number,)) for number in open_work(ctx)]


def _old_rows(_ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(FORGET_OLD)]


PERIODIC = [
    Periodic("open long work", seconds(2), _open_work),
    Periodic("old long work", seconds(1800), _old_rows),
]
