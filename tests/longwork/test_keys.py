"""The same command under the same key begins one piece of work, however often and at once it is sent."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core.permissions import RoleName
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.longwork.runner import HAND, go_on
from app.models import LongWork, Operator
from app.routing.exporting import ExportRequests, export_requests
from app.routing.long_work import BulkAct, begin_bulk
from app.routing.schemas import ServiceRequestQuery
from tests.factories.browser import Browser
from tests.factories.make import Make

Open = Callable[[Operator | None], Browser]
KEY = "key-of-the-test"
AT_ONCE = 2


@pytest.fixture
def lead(make: Make) -> Operator:
    agency = make.agency()
    team = make.team(agency)
    make.request(make.account(agency, team))
    return make.operator(agency, team, role=RoleName.SUPERVISOR)


def export(key: str | None = KEY, *, columns: tuple[str, ...] = ("number",)) -> dict[str, Any]:
    return {"query": {"view": "all"}, "columns": list(columns), "format": "csv", "idempotency_key": key}


def count(runtime: Runtime) -> int:
    with open_context(runtime, HAND, write=False) as ctx:
        return ctx.session.scalar(select(func.count()).select_from(LongWork)) or 0


def test_sent_again_it_is_answered_with_what_it_began(
    lead: Operator, runtime: Runtime, open_browser: Open
) -> None:
    browser = open_browser(lead)
    first = browser.post("/service-requests/exports", export())
    assert first.status_code == 201, first.get_json()
    go_on(runtime, first.get_json()["id"])
    again = browser.post("/service-requests/exports", export())
    assert (again.status_code, again.get_json()["id"]) == (201, first.get_json()["id"])
    assert again.get_json()["state"] == "done"  # as it stands by now
    assert count(runtime) == 1


def test_another_command_under_the_key_is_refused(
    lead: Operator, runtime: Runtime, open_browser: Open
) -> None:
    browser = open_browser(lead)
    assert browser.post("/service-requests/exports", export()).status_code == 201
    other = browser.post("/service-requests/exports", export(columns=("number", "status")))
    assert (other.status_code, other.get_json()["code"]) == (409, "key_used_otherwise")
    bulk = {"what": {"act": "assign", "operator_id": None}, "query": {"view": "all"}, "idempotency_key": KEY}
    of_another_kind = browser.post("/service-requests/bulk-acts", bulk)
    assert (of_another_kind.status_code, of_another_kind.get_json()["code"]) == (409, "key_used_otherwise")
    assert count(runtime) == 1


def test_a_key_is_ones_own_and_without_one_each_command_counts(
    lead: Operator, make: Make, runtime: Runtime, open_browser: Open
) -> None:
    mate = make.operator(make.agency(), role=RoleName.SUPERVISOR)
    for person in (lead, mate):
        assert open_browser(person).post("/service-requests/exports", export()).status_code == 201
    for _ in range(2):
        assert open_browser(lead).post("/service-requests/exports", export(None)).status_code == 201
    assert count(runtime) == 4
    wrong = open_browser(lead).post("/service-requests/exports", export("x"))
    assert list(wrong.get_json()["fields"]) == ["idempotency_key"]


@pytest.mark.parametrize("which", ["export", "bulk"])
def test_sent_by_two_at_once_it_begins_once(lead: Operator, make: Make, runtime: Runtime, which: str) -> None:
    actor, start = make.actor(lead), Barrier(AT_ONCE)
    query = ServiceRequestQuery.model_validate({"view": "all"})

    def send(_number: int) -> int:
        start.wait()
        with open_context(runtime, actor) as ctx:
            if which == "export":
                command = ExportRequests(query=query, columns=["number"], format="csv", idempotency_key=KEY)
                return export_requests(ctx, command).id
            act = {"what": {"act": "set_status", "status": "resolved"}, "idempotency_key": KEY}
            return begin_bulk(ctx, BulkAct.model_validate({**act, "query": {"view": "all"}})).id

    with ThreadPoolExecutor(AT_ONCE) as pool:
        numbers = list(pool.map(send, range(AT_ONCE)))
    assert len(set(numbers)) == 1
    assert count(runtime) == 1
