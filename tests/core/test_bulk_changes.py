"""Many changed rows in one statement are the rows that the ORM would have written, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm.exc import StaleDataError

from app.core.bulk_changes import write_changes
from app.core.permissions import system_actor
from app.core.unit_of_work import open_context
from app.models import (
    Account,
    AssignmentDecision,
    Message,
    RequestChange,
    RequestStatus,
    ServiceRequest,
    Verdict,
)
from tests.factories.make import Make
from tests.support.statements import counted

ACTOR = system_actor("test")


@pytest.fixture
def account(make: Make) -> Account:
    agency = make.agency()
    return make.account(agency, make.team(agency))


def test_what_changed_is_stored_with_a_higher_version_in_one_statement(make: Make, account: Account) -> None:
    ids = [make.request(account, author=f"somebody{at}").id for at in range(12)]
    found = select(ServiceRequest).where(ServiceRequest.id.in_(ids)).order_by(ServiceRequest.id)
    with open_context(make.runtime, ACTOR) as ctx:
        rows = ctx.session.scalars(found).all()
        before = [row.version for row in rows]
        for at, row in enumerate(rows[:-1]):
            row.priority = 1 + at % 4 if row.priority != 1 + at % 4 else 1 + (at + 1) % 4
            row.due_at, row.wanted_skills = ctx.now() + timedelta(minutes=at), [{"skill_id": at, "level": 1}]
            row.status = RequestStatus.ON_HOLD
        with counted(make.runtime.engine) as statements:
            write_changes(ctx.session, rows)
            ctx.session.flush()
        assert len([one for one in statements if one.startswith("UPDATE service_requests")]) <= 2
        told = [(row.version, row.priority, row.due_at, row.wanted_skills, row.status) for row in rows]
    with open_context(make.runtime, ACTOR, write=False) as ctx:
        stored = [
            (row.version, row.priority, row.due_at, row.wanted_skills, row.status)
            for row in ctx.session.scalars(found)
        ]
    _forget(make)
    assert stored == told
    assert [one[0] for one in stored] == [version + 1 for version in before[:-1]] + [before[-1]]


def test_a_row_that_somebody_else_changed_meanwhile_stops_all(make: Make, account: Account) -> None:
    ids = [make.request(account, author=f"somebody{at}").id for at in range(6)]
    with pytest.raises(StaleDataError):
        _change_all(make, ids)
    with open_context(make.runtime, ACTOR, write=False) as ctx:
        failures = select(ServiceRequest.send_failure).where(ServiceRequest.id.in_(ids))
        assert set(ctx.session.scalars(failures)) == {None}


def _forget(make: Make) -> None:
    """Nobody has written down how these came about."""
    with open_context(make.runtime, ACTOR) as ctx:
        for table in (AssignmentDecision, RequestChange):
            ctx.session.execute(delete(table))
        ctx.session.execute(update(Message).values(service_request_id=None))
        ctx.session.execute(update(Verdict).values(service_request_id=None))
        ctx.session.execute(delete(ServiceRequest))


def _change_all(make: Make, ids: list[int]) -> None:
    with open_context(make.runtime, ACTOR) as ctx:
        rows = ctx.session.scalars(select(ServiceRequest).where(ServiceRequest.id.in_(ids))).all()
        ctx.session.execute(
            update(ServiceRequest)
            .where(ServiceRequest.id == ids[2])
            .values(version=ServiceRequest.version + 1)
            .execution_options(synchronize_session=False)
        )
        for row in rows:
            row.send_failure = "changed"
        write_changes(ctx.session, rows)
