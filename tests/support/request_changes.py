"""Whether every change of a service request was written down.

The rows, played one after another, must lead to the request as it stands, and every version has exactly one.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import RequestChange, ServiceRequest
from app.routing.lifecycle.recording import state_of


def unrecorded(session: Session) -> list[str]:
    """What is wrong, one line each; empty when all is written down. Two statements."""
    rows: dict[int, list[Any]] = defaultdict(list)
    columns = (
        RequestChange.service_request_id,
        RequestChange.version,
        RequestChange.kind,
        RequestChange.before,
        RequestChange.after,
    )
    for row in session.execute(select(*columns).order_by(RequestChange.id)):
        rows[row.service_request_id].append(row)
    requests = session.scalars(select(ServiceRequest).execution_options(populate_existing=True))
    return [fault for request in requests for fault in _faults(request, rows[request.id])]


def _faults(request: ServiceRequest, rows: list[Any]) -> list[str]:
    name = f"request {request.id}"
    versions = [row.version for row in rows]
    if versions != list(range(1, request.version + 1)):
        return [f"{name} has version {request.version}, its changes have {versions}"]
    state: dict[str, Any] = {}
    faults = []
    for row in rows:
        stood = {column: state.get(column) for column in row.before}
        if stood != row.before:
            faults.append(f"{name}: {row.kind} began with {row.before}, but it stood at {stood}")
        state |= row.after
    if state != state_of(request):
        faults.append(f"{name} stands at {state_of(request)}, its changes lead to {state}")
    return faults
