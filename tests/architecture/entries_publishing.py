"""Entries of publishing."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from app.models import OutboundState
from tests.architecture.asking import Ask, Entry, Reach, plain
from tests.architecture.organisation import MARK, Stage

_R = Reach


def _new(stage: Stage) -> Ask:
    body = {"account_id": stage.account.id, "text": f"{MARK}新套餐", "idempotency_key": uuid.uuid4().hex}
    return Ask(body=body)


def _publication(state: OutboundState, body: Any = None) -> Callable[[Stage], Ask]:
    return lambda stage: Ask({"publication_id": stage.publication_in(state)}, body)


PUBLISHING: dict[str, Entry] = {
    "publishing.create_publication": Entry(_R.ACCOUNT, 202, _new),
    "publishing.list_publications": Entry(_R.OWN, 200, plain),
    "publishing.get_publication": Entry(_R.ACCOUNT, 200, _publication(OutboundState.SENT)),
    "publishing.cancel_publication": Entry(_R.ACCOUNT, 200, _publication(OutboundState.QUEUED)),
    "publishing.release_publication": Entry(_R.ACCOUNT, 409, _publication(OutboundState.QUEUED)),
    "publishing.retry_publication": Entry(_R.ACCOUNT, 200, _publication(OutboundState.FAILED)),
    "publishing.settle_publication": Entry(
        _R.ACCOUNT, 200, _publication(OutboundState.UNKNOWN, {"outcome": "sent"})
    ),
}
