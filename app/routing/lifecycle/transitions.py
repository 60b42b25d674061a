"""Where a request may go from where it stands: one table, read by every act."""

from __future__ import annotations

from collections.abc import Mapping

from app.core.errors import Conflict
from app.models import ACTIVE_STATUSES, WORKING_STATUSES, ChangeKind, RequestStatus, ServiceRequest

_K, _S = ChangeKind, RequestStatus

TRANSITIONS: Mapping[ChangeKind, Mapping[RequestStatus, RequestStatus]] = {
    _K.OPENED: {},
    _K.JOINED: {_S.PENDING: _S.OPEN},
    _K.READ: {},
    _K.ASSIGNED: {_S.NEW: _S.OPEN},
    _K.RETURNED: {_S.OPEN: _S.NEW, _S.PENDING: _S.NEW, _S.ON_HOLD: _S.NEW},
    _K.ANSWERED: {_S.NEW: _S.PENDING, _S.OPEN: _S.PENDING, _S.ON_HOLD: _S.PENDING},
    _K.ANSWER_TAKEN_BACK: {_S.PENDING: _S.OPEN},
    _K.ANSWER_FAILED: {_S.PENDING: _S.OPEN, _S.ON_HOLD: _S.OPEN, _S.RESOLVED: _S.OPEN},
    _K.ANSWER_RESUMED: {_S.NEW: _S.PENDING, _S.OPEN: _S.PENDING},
    _K.CLASSIFIED: {},
    _K.COUNTED_ANEW: {},
    _K.CUSTOMER_RENAMED: {},
    _K.NOT_TOLD: {},
    _K.REVISED: {},
    _K.RESUMED: {_S.PENDING: _S.OPEN, _S.ON_HOLD: _S.OPEN},
    _K.LEFT_WAITING: {
        _S.NEW: _S.PENDING,
        _S.OPEN: _S.PENDING,
        _S.ON_HOLD: _S.PENDING,
        _S.RESOLVED: _S.PENDING,
    },
    _K.PUT_ON_HOLD: {
        _S.NEW: _S.ON_HOLD,
        _S.OPEN: _S.ON_HOLD,
        _S.PENDING: _S.ON_HOLD,
        _S.RESOLVED: _S.ON_HOLD,
    },
    _K.RESOLVED: dict.fromkeys(ACTIVE_STATUSES, _S.RESOLVED),
    _K.REOPENED: {_S.RESOLVED: _S.OPEN},
    _K.CLOSED: {_S.RESOLVED: _S.CLOSED},
    _K.MERGED: dict.fromkeys((*ACTIVE_STATUSES, _S.RESOLVED), _S.CLOSED),
    _K.ABSORBED: {_S.PENDING: _S.OPEN},
    _K.UNMERGED: {},
    _K.SPLIT: {},
    _K.LINKED: {},
    _K.UNLINKED: {},
}
"""What a change makes of each status; a status that is not named stays as it is."""


def follow(request: ServiceRequest, kind: ChangeKind) -> None:
    """Move the request where `kind` leads from where it stands, if anywhere.

    What is to be worked on and has nobody waits in the queue: it is new again, not open. What is no longer to
    be worked on has been looked at.
    """
    target = TRANSITIONS[kind].get(request.status, request.status)
    nobody = target is RequestStatus.OPEN and request.assignee_id is None
    request.status = RequestStatus.NEW if nobody else target
    if request.status not in WORKING_STATUSES:
        request.offered_at = None


def demand(request: ServiceRequest, kind: ChangeKind) -> None:
    """The same for what somebody asks for: where it leads nowhere it is refused (`transition_refused`)."""
    if request.status not in TRANSITIONS[kind]:
        raise Conflict("transition_refused", stands=request.status.value)
    follow(request, kind)
