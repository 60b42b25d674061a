"""The routes of platforms' addresses: what they ask to see that an address is ours, and their pushes."""

from __future__ import annotations

from flask import Blueprint, Response, request

from app.accounts.acceptance import accounts_by_key, known
from app.accounts.door import answer_push
from app.accounts.platforms import platforms
from app.api.endpoint import current_runtime
from app.extensions import csrf

callbacks = Blueprint("callbacks", __name__, url_prefix="/callbacks")
csrf.exempt(callbacks)  # a platform has no cookie of ours; its signature is checked on the raw body

_TEXT = "text/plain; charset=utf-8"


@callbacks.get("/<platform>/<key>")
def challenge(platform: str, key: str) -> Response:
    """The platform checks that the address is ours."""
    runtime = current_runtime()
    account = known(accounts_by_key(runtime, {key}), platform, key)
    receiver = platforms(runtime).push_receiver(platform)
    status, body = receiver.verify_challenge(request.args.to_dict(), platforms(runtime).ref(account))
    return Response(body, status=status, content_type=_TEXT)


@callbacks.post("/<platform>/<key>")
def receive(platform: str, key: str) -> Response:
    """A push: acknowledged only after it is committed. The door answers it; here it is listed as a route."""
    del platform, key  # read from the path, as the door does
    status, ack = answer_push(current_runtime(), request.environ)
    return Response(ack.body, status=status, content_type=ack.content_type)
