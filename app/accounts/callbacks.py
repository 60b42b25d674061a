"""The address platforms push to. It verifies, keeps the raw body, and answers; understanding comes later."""

from __future__ import annotations

import structlog
from flask import Blueprint, Response, g, request
from sqlalchemy import select

from app.accounts.platforms import platforms
from app.accounts.services import store_delivery
from app.adapters.base import PushReceiver, SignatureRejected
from app.api.endpoint import current_runtime
from app.core.db import open_session
from app.core.errors import NotFound
from app.core.metrics import CALLBACKS
from app.core.permissions import Permission, system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.extensions import csrf
from app.models import Account, AccountStatus

log = structlog.get_logger(__name__)
callbacks = Blueprint("callbacks", __name__, url_prefix="/callbacks")
csrf.exempt(callbacks)  # a platform has no cookie of ours; its signature is checked on the raw body

MAX_BODY_BYTES = 1_048_576
_KEPT_OF_TOO_LARGE = 4096
_ACTOR = system_actor("callback", Permission.CALLBACKS_STORE)


def _account(runtime: Runtime, platform: str, key: str) -> Account:
    session = open_session(runtime.sessions, write=False)
    try:
        account = session.scalar(
            select(Account).where(Account.callback_key == key, Account.platform == platform)
        )
    finally:
        session.close()
    if account is None or account.status is AccountStatus.REMOVED:
        raise NotFound
    return account


def _receiver(runtime: Runtime, platform: str) -> PushReceiver:
    adapter = platforms(runtime).adapter(platform)
    if not isinstance(adapter, PushReceiver):
        raise NotFound
    return adapter


@callbacks.get("/<platform>/<key>")
def challenge(platform: str, key: str) -> Response:
    """The platform checks that the address is ours."""
    runtime = current_runtime()
    account = _account(runtime, platform, key)
    receiver = _receiver(runtime, platform)
    status, body = receiver.verify_challenge(request.args.to_dict(), platforms(runtime).ref(account))
    return Response(body, status=status, content_type="text/plain; charset=utf-8")


@callbacks.post("/<platform>/<key>")
def receive(platform: str, key: str) -> Response:
    """A push: acknowledged only after it is committed."""
    runtime = current_runtime()
    account = _account(runtime, platform, key)
    receiver = _receiver(runtime, platform)
    query = request.args.to_dict()
    if (request.content_length or 0) > MAX_BODY_BYTES:
        return _refuse_large(runtime, account, query)
    body = request.get_data(cache=False)
    try:
        receiver.verify(query, dict(request.headers), body, platforms(runtime).ref(account))
    except SignatureRejected as error:
        CALLBACKS.labels(platform, "rejected").inc()
        log.warning("callback_signature_rejected", account=account.id, reason=error.details.get("reason"))
        return Response("", status=403)
    _keep(runtime, account, body, query, rejected=None)
    CALLBACKS.labels(platform, "accepted").inc()
    return Response(receiver.push_ack.body, content_type=receiver.push_ack.content_type)


def _refuse_large(runtime: Runtime, account: Account, query: dict[str, str]) -> Response:
    """No platform sends megabytes; the beginning is kept so that somebody can see what it was."""
    CALLBACKS.labels(account.platform, "too_large").inc()
    log.warning("callback_too_large", account=account.id, length=request.content_length)
    beginning = request.stream.read(_KEPT_OF_TOO_LARGE)
    _keep(runtime, account, beginning, query, rejected=f"too_large: {request.content_length} bytes")
    return Response("", status=413)


def _keep(
    runtime: Runtime, account: Account, body: bytes, query: dict[str, str], *, rejected: str | None
) -> None:
    with open_context(runtime, _ACTOR, request_id=g.request_id) as ctx:
        store_delivery(
            ctx,
            account,
            body=body,
            query=query,
            content_type=request.headers.get("Content-Type", ""),
            rejected=rejected,
        )
