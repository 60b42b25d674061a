"""What waits is found place by place, at the same cost whether a hundred or thousands wait."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import delete, event, select, text, update

from app.core.permissions import RoleName
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.models import (
    Account,
    AssignmentDecision,
    Lane,
    Operator,
    Presence,
    RequestStatus,
    ServiceRequest,
    Team,
)
from app.routing.handing_out import assign_waiting
from app.routing.waiting import Place, most_urgent, places_waiting
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.routing.test_handing_out import ROUTER
from tests.routing.test_list_plans import fill
from tests.support.statements import counted


@pytest.fixture
def floor(make: Make, runtime: Runtime) -> Iterator[tuple[Account, Team]]:
    """An account with three thousand requests, none of which anybody may have."""
    agency = make.agency()
    team = make.team(agency)
    account = make.account(agency, team)
    fill(runtime, make, account, team)
    yield account, team
    with open_context(runtime, ROUTER) as ctx:
        ctx.session.execute(delete(ServiceRequest))


def test_places_and_their_most_urgent_are_those_of_a_plain_look(
    make: Make, runtime: Runtime, floor: tuple[Account, Team]
) -> None:
    dice, teams = random.Random(5), [floor[1].id, make.team(make.agency()).id, None]
    with open_context(runtime, ROUTER) as ctx:
        for number in ctx.session.scalars(select(ServiceRequest.id)).all()[:600]:
            ctx.session.execute(
                update(ServiceRequest)
                .where(ServiceRequest.id == number)
                .values(team_id=dice.choice(teams), status=RequestStatus.NEW, priority=dice.randint(1, 4))
            )
    plain: dict[Place, list[tuple[Any, ...]]] = defaultdict(list)
    with open_context(runtime, ROUTER) as ctx:
        rows = ctx.session.scalars(select(ServiceRequest).where(ServiceRequest.assignee_id.is_(None)))
        for row in rows:
            if row.status is RequestStatus.NEW:
                key = (row.account_id, row.team_id or 0, row.queue_id or 0)
                plain[key].append((row.urgent_at, row.priority, row.id))
        places = places_waiting(ctx)
        assert sorted(places) == sorted(plain)
        found = {row.id for row in most_urgent(ctx, places, 7)}
    assert found == {one[2] for rows in plain.values() for one in sorted(rows)[:7]}


def test_handing_out_costs_the_same_whatever_is_open(
    make: Make, runtime: Runtime, floor: tuple[Account, Team]
) -> None:
    """And no plan reads all that is open, or all that waits."""
    costs = []
    for size in (20, 20, 3000):  # the first makes the lock's own row
        with open_context(runtime, ROUTER) as ctx:
            ids = ctx.session.scalars(select(ServiceRequest.id)).all()
            ctx.session.execute(update(ServiceRequest).values(status=RequestStatus.RESOLVED))
            ctx.session.execute(
                update(ServiceRequest)
                .where(ServiceRequest.id.in_(ids[:size]))
                .values(status=RequestStatus.NEW)
            )
        with counted(runtime.engine) as statements, open_context(runtime, ROUTER) as ctx:
            assign_waiting(ctx, limit=10)
        costs.append(len(statements))
    assert costs[1] == costs[2]
    is_sqlite = runtime.engine.dialect.name == "sqlite"
    with runtime.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if is_sqlite else "VACUUM ANALYZE"))
    plans: list[str] = []

    def explain(conn: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if "FROM service_requests" in statement and not statement.startswith("EXPLAIN"):
            asked = "EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN "
            plans.append(
                "\n".join(str(row[-1]) for row in conn.exec_driver_sql(asked + statement, parameters))
            )

    event.listen(runtime.engine, "before_cursor_execute", explain)
    try:
        with open_context(runtime, ROUTER) as ctx:
            most_urgent(ctx, places_waiting(ctx), 10)
    finally:
        event.remove(runtime.engine, "before_cursor_execute", explain)
    assert len(plans) == 3, plans
    for plan in plans[:2]:
        assert "ix_service_requests_waiting" in plan, plan
        assert "Seq Scan on service_requests" not in plan, plan


def test_what_the_list_shows_first_is_given_first(
    make: Make, runtime: Runtime, open_browser: Callable[[Operator | None], Browser]
) -> None:
    agency = make.agency()
    team = make.team(agency)
    account = make.account(agency, team)
    lead = make.operator(agency, team, role=RoleName.SUPERVISOR, capacity=0)
    words = ("套餐怎么改？", "投诉！宽带坏了三天", "账单看不懂", "投诉！没人理我")
    lanes = (Lane.PUBLIC, Lane.PRIVATE, Lane.PRIVATE, Lane.PUBLIC)
    asked = [make.request(account, text, lane=lane) for text, lane in zip(words, lanes, strict=True)]
    shown = open_browser(lead).get("/service-requests", view="all", sort="urgent").get_json()["items"]
    listed = [one["id"] for one in shown]
    assert sorted(listed) == sorted(one.id for one in asked)
    assert listed != sorted(listed), "these differ in how urgent they are"
    make.operator(agency, team, presence=Presence.ONLINE, capacity=20)
    with open_context(runtime, ROUTER) as ctx:
        assign_waiting(ctx)
        given = select(AssignmentDecision.service_request_id).where(
            AssignmentDecision.chosen_operator_id.is_not(None)
        )
        assert ctx.session.scalars(given.order_by(AssignmentDecision.id)).all() == listed
