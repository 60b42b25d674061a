"""Entries of requests that belong together."""

from __future__ import annotations

import uuid

from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER
from app.models import ServiceRequest
from tests.architecture.asking import Ask, Entry, Reach
from tests.architecture.organisation import Stage

_R = Reach
_YES = ["claimed_by_other", "two_people"]


def _another(stage: Stage) -> ServiceRequest:
    """Of the same account and operator as the one that the matrix asks about, as it stands."""
    made = stage.make.request(
        stage.account, "宽带又坏了", author=f"another-{uuid.uuid4().hex[:8]}", assignee=stage.operator
    )
    with open_context(stage.runtime, LISTENER, write=False) as ctx:
        return ctx.session.get_one(ServiceRequest, made.id)


def _merge(stage: Stage) -> Ask:
    other = _another(stage)
    body = {"into_id": stage.request.id, "version": other.version, "confirm": _YES}
    return Ask({"request_id": other.id}, body)


def _link(stage: Stage) -> Ask:
    body = {"other_id": _another(stage).id, "kind": "same_matter", "version": stage.version()}
    return Ask({"request_id": stage.request.id}, body)


def _split(stage: Stage) -> Ask:
    body = {"message_ids": [10**9], "version": stage.version(), "confirm": ["claimed_by_other"]}
    return Ask({"request_id": stage.request.id}, body)


RELATIONS: dict[str, Entry] = {
    "related_requests.get_relations": Entry(
        _R.REQUEST, 200, lambda stage: Ask({"request_id": stage.request.id})
    ),
    "related_requests.merge_request": Entry(_R.REQUEST, 200, _merge),
    "related_requests.unmerge_request": Entry(
        _R.REQUEST, 409, lambda stage: Ask({"request_id": stage.request.id}, {"version": stage.version()})
    ),
    "related_requests.split_request": Entry(_R.REQUEST, 422, _split),
    "related_requests.link_request": Entry(_R.REQUEST, 201, _link),
    "related_requests.unlink_request": Entry(
        _R.OWN, 404, lambda stage: Ask({"request_id": stage.request.id, "link_id": 10**9})
    ),
}
