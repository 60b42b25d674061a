"""Telling a program elsewhere: a signed POST to an address that is no way into our own network."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.core.context import Context
from app.core.guarded_fetch import FetchPolicy, FetchRefused, GuardedFetcher
from app.core.json_text import json_text
from app.core.runtime import Runtime
from app.media.trust import trusted_hosts
from app.models import AutomationRule, AutomationRun, ServiceRequest
from app.routing.queries import request_view

SECONDS = 10.0
PATIENCE = timedelta(seconds=60)
"""After so long nobody is at a call any more that was begun."""
_NOT_SENT = frozenset({"bad_address", "address_not_allowed", "unreachable"})


@dataclass(frozen=True)
class Call:
    url: str
    body: bytes
    headers: dict[str, str]


def call_of(
    ctx: Context, run: AutomationRun, rule: AutomationRule, request: ServiceRequest, url: str
) -> Call:
    """What is to be said, with the request as its owner sees it."""
    delivery = f"{run.id}-{len(run.results)}"
    body = json_text(
        {
            "delivery": delivery,
            "rule": {"id": rule.id, "name": rule.name},
            "cause": run.cause,
            "at": run.created_at.isoformat(),
            "service_request": request_view(request).model_dump(mode="json"),
        }
    ).encode()
    moment = str(int(ctx.now().timestamp()))
    secret: str = ctx.runtime.vault.open(rule.hook_secret)
    return Call(
        url,
        body,
        {
            "Content-Type": "application/json; charset=utf-8",
            "X-Lingke-Delivery": delivery,
            "X-Lingke-Timestamp": moment,
            "X-Lingke-Signature": signature(secret, moment, body),
        },
    )


def signature(secret: str, moment: str, body: bytes) -> str:
    """`sha256=` and the HMAC of the moment, a dot and the body: an old call is no new one."""
    signed = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256)
    return f"sha256={signed.hexdigest()}"


def make_call(runtime: Runtime, call: Call) -> tuple[str, str | None, dict[str, Any]]:
    """State, code and detail of the outcome."""
    trusted, ports = trusted_hosts(runtime.settings)
    policy = FetchPolicy(total_seconds=SECONDS, ports=frozenset({80, 443}) | ports, allowed_private=trusted)
    try:
        status = GuardedFetcher(policy).post(call.url, call.body, call.headers)
    except FetchRefused as error:
        state = "refused" if error.code in _NOT_SENT else "unknown"
        return state, f"hook_{error.code}", {}
    if 200 <= status < 300:
        return "done", None, {"status": status}
    return "refused", "hook_answered", {"status": status}
