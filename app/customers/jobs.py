"""Jobs of customers."""

from __future__ import annotations

import structlog

from app.core.context import Context
from app.core.guarded_fetch import FetchRefused
from app.core.jobs import DeferredJob
from app.core.permissions import Permission, system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.customers.avatars import MIME_TYPES, fetcher, missing_avatar, store_avatar
from app.customers.job_names import FETCH_AVATAR, FORGET_FORMER_NAMES
from app.customers.renaming import forget_former_names, some_to_forget
from app.jobs.job import job
from app.jobs.periodic import Periodic, seconds
from app.media.content_types import sniff

log = structlog.get_logger(__name__)
_COLLECTOR = system_actor("collector", Permission.LISTENER_INGEST)


@job(FETCH_AVATAR)
def fetch_avatar(runtime: Runtime, identity_id: int) -> None:
    """Copy one picture. A refused one is simply not shown: initials stand in for it."""
    with open_context(runtime, _COLLECTOR, write=False) as ctx:
        url = missing_avatar(ctx, identity_id)
    if url is None:
        return
    try:
        picture = fetcher(runtime).fetch(url)
    except FetchRefused as error:
        log.info("avatar_refused", identity=identity_id, code=error.code)
        return
    mime_type = sniff(picture.content)
    if mime_type not in MIME_TYPES:
        log.info("avatar_refused", identity=identity_id, code="wrong_content_type")
        return
    with open_context(runtime, _COLLECTOR) as ctx:
        store_avatar(ctx, identity_id, url, picture.content, mime_type)


@job(FORGET_FORMER_NAMES)
def forget_names(runtime: Runtime) -> None:
    while True:
        with open_context(runtime, _COLLECTOR) as ctx:
            if not forget_former_names(ctx):
                return


def _former_names(ctx: Context) -> list[DeferredJob]:
    return [DeferredJob(FORGET_FORMER_NAMES)] if some_to_forget(ctx) else []


PERIODIC = [Periodic("former names", seconds(3600.0), _former_names)]
