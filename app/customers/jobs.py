"""Jobs of customers."""

from __future__ import annotations

import structlog

from app.core.guarded_fetch import FetchRefused
from app.core.jobs import JobName
from app.core.permissions import Permission, system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.customers.avatars import fetcher, missing_avatar, store_avatar
from app.jobs.job import job

log = structlog.get_logger(__name__)
_COLLECTOR = system_actor("collector", Permission.LISTENER_INGEST)


@job(JobName.CUSTOMERS_FETCH_AVATAR)
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
    with open_context(runtime, _COLLECTOR) as ctx:
        store_avatar(ctx, identity_id, url, picture)
