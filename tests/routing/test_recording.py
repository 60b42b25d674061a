"""Every change leaves exactly one row, and the check of the whole suite would notice one that does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app.core.db import open_session
from app.core.runtime import Runtime
from app.models import AssignmentDecision, ChangeKind, Operator, RequestChange, RequestStatus, ServiceRequest
from tests.factories.browser import Browser
from tests.support.request_changes import unrecorded
from tests.support.statements import counted
from tests.workbench.desk import Desk

Open = Callable[[Operator | None], Browser]


def _unwritten(session: Session, request: ServiceRequest) -> None:
    session.get_one(ServiceRequest, request.id).priority = 1
    session.flush()


def _there_and_back(session: Session, request: ServiceRequest) -> None:
    row = session.get_one(ServiceRequest, request.id)
    before = row.status
    for status in (RequestStatus.ON_HOLD, before):
        row.status = status
        session.flush()


def _in_bulk(session: Session, request: ServiceRequest) -> None:
    session.execute(update(ServiceRequest).where(ServiceRequest.id == request.id).values(type="lead"))


def _lost_row(session: Session, request: ServiceRequest) -> None:
    session.execute(update(AssignmentDecision).values(change_id=None))
    session.execute(delete(RequestChange).where(RequestChange.service_request_id == request.id))


def _row_too_many(session: Session, request: ServiceRequest) -> None:
    values: dict[str, Any] = {"before": {"type": "x"}, "after": {"type": "y"}, "version": request.version + 1}
    first = session.scalars(select(RequestChange).limit(1)).one()
    kept = {c.name: getattr(first, c.name) for c in RequestChange.__table__.columns if c.name != "id"}
    session.execute(insert(RequestChange).values({**kept, "service_request_id": request.id, **values}))


@pytest.mark.parametrize("fault", [_unwritten, _there_and_back, _in_bulk, _lost_row, _row_too_many])
def test_the_check_notices(
    desk: Desk, runtime: Runtime, fault: Callable[[Session, ServiceRequest], None]
) -> None:
    session = open_session(runtime.sessions, write=True)
    try:
        assert unrecorded(session) == []
        fault(session, desk.request)
        assert len(unrecorded(session)) == 1
    finally:
        session.rollback()
        session.close()


def test_who_did_what_and_when_can_be_read(desk: Desk, open_browser: Open) -> None:
    screen = open_browser(desk.operator)
    request = desk.make.request(desk.account, "请问流量怎么算？")
    desk.write(request=request)
    body = {"status": "resolved", "version": request.version}
    assert screen.put(f"/service-requests/{request.id}/status", body).status_code == 200
    path = f"/service-requests/{request.id}/changes"
    rows = screen.get(path).get_json()["items"]
    assert [row["kind"] for row in rows] == ["resolved", "answered", "opened"]
    assert [row["version"] for row in rows] == [3, 2, 1]
    assert [row["actor"] and row["actor"]["id"] for row in rows] == [desk.operator.id, desk.operator.id, None]
    assert {"field": "status", "before": "pending", "after": "resolved"} in rows[0]["fields"]
    assert {"field": "assignee_id", "before": None, "after": desk.operator.name} in rows[2]["fields"]
    assert rows[2]["decision"]["chosen"]["id"] == desk.operator.id
    assert rows[1]["message_id"] is not None
    assert rows[0]["text"] == "Resolved"
    first = screen.get(path, limit=2).get_json()
    rest = screen.get(path, limit=2, cursor=first["next_cursor"]).get_json()
    assert [row["id"] for row in first["items"] + rest["items"]] == [row["id"] for row in rows]
    assert rest["next_cursor"] is None


def test_reading_changes_costs_the_same_however_many(desk: Desk, open_browser: Open) -> None:
    screen = open_browser(desk.operator)
    path = f"/service-requests/{desk.request.id}/changes"

    def cost() -> int:
        with counted(desk.runtime.engine) as statements:
            assert screen.get(path).status_code == 200
        return len(statements)

    screen.get(path)
    few = cost()
    for number in range(6):
        desk.make.request(desk.account, f"又断了，第{number}次", author="c1")
        desk.write(f"第{number}次回复")
    assert cost() == few <= 12


def test_a_batch_writes_its_changes_with_one_statement(desk: Desk) -> None:
    """The rows of changes go in with the rest, however many requests a batch opens and joins."""

    def cost(people: range, words: str) -> tuple[int, int]:
        posts = [desk.make.post(f"{words}第{n}次问了，什么时候处理？", author=f"p{n}") for n in people]
        desk.make.store(desk.account, *posts)
        with counted(desk.runtime.engine) as statements:
            desk.make.judge()
        return tuple(  # type: ignore[return-value]
            sum(table in statement for statement in statements)
            for table in ("INTO request_changes", "INTO assignment_decisions")
        )

    assert cost(range(2), "宽带断了") == (1, 1)
    assert cost(range(2, 14), "账单多扣了话费") == (1, 1)
    assert cost(range(14), "携号转网办不了，") == (1, 0)
    with open_session(desk.runtime.sessions, write=False) as session:
        kinds = session.scalars(select(RequestChange.kind)).all()
    assert kinds.count(ChangeKind.OPENED) == 14 + 2
    assert kinds.count(ChangeKind.JOINED) == 14
