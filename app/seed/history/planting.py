"""The sandbox learns of what the history left open: it must be able to be read again and answered there."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from typing import Any

import structlog
from sqlalchemy import select

from app.core.context import Context
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.models import ACTIVE_STATUSES, Account, InboundItem, Message, ServiceRequest, stands
from app.seed.history.history import ACTOR, begun

log = structlog.get_logger(__name__)
PATIENCE_SECONDS = 30.0
"""How long the sandbox may take to start."""


def plant(runtime: Runtime) -> int:
    """Tell the sandbox of every post of the history behind an active request; how many.

    Repeating it changes nothing.
    """
    if not runtime.settings.sandbox_url:
        return 0
    with open_context(runtime, ACTOR, write=False) as ctx:
        posts = _open_posts(ctx)
    if posts and not _told(f"{runtime.settings.sandbox_url}/_control/earlier", {"posts": posts}):
        log.warning("history_not_known_to_sandbox", posts=len(posts))
    return len(posts)


def _open_posts(ctx: Context) -> list[dict[str, Any]]:
    found = begun(ctx)
    if found is None:
        return []
    rows = ctx.session.execute(
        select(Account.callback_key, InboundItem)
        .join(Account, Account.id == InboundItem.account_id)
        .join(Message, Message.inbound_item_id == InboundItem.id)
        .join(ServiceRequest, ServiceRequest.id == Message.service_request_id)
        .where(stands(ACTIVE_STATUSES), InboundItem.created_at < found[0].until)
        .order_by(InboundItem.id)
    )
    return [
        {
            "account": key,
            "kind": item.kind,
            "id": item.external_id.partition(":")[2],
            "customer": item.author_name,
            "text": item.text,
            "at": item.published_at.timestamp(),
            "below": item.reply_context.get("status_id", ""),
        }
        for key, item in rows
    ]


def _told(address: str, body: dict[str, Any]) -> bool:
    """Whether the sandbox, which starts beside us, has taken it."""
    request = urllib.request.Request(  # noqa: S310  the demo's own sandbox
        address, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            with opener.open(request, timeout=5) as answer:
                return bool(answer.status == 200)
        except urllib.error.HTTPError:
            return False
        except OSError:
            time.sleep(0.1)
    return False
