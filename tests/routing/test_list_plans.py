"""Lists are read in the order of an index, and counts without the rows, on both databases."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, event, text

from app.core.bulk import insert_rows
from app.core.permissions import RoleName, system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.models import (
    Account,
    Contact,
    ContactIdentity,
    Conversation,
    Lane,
    Operator,
    RequestStatus,
    ServiceRequest,
)
from tests.factories.browser import Browser
from tests.factories.make import Make

MANY = 3_000
STATUSES = (
    RequestStatus.OPEN,
    RequestStatus.RESOLVED,
    RequestStatus.NEW,
    RequestStatus.CLOSED,
    RequestStatus.PENDING,
)
EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN "}
SORTED = re.compile(r"\bSort\b|USE TEMP B-TREE FOR (?:LAST \w+ TERMS? OF )?ORDER BY")
COVERED = re.compile(r"Index Only Scan|USING COVERING INDEX")


@contextmanager
def plans(runtime: Runtime) -> Iterator[list[str]]:
    """How each statement on requests is carried out meanwhile."""
    found: list[str] = []

    def explain(conn: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if statement.startswith("SELECT") and "FROM service_requests" in statement:
            rows = conn.exec_driver_sql(EXPLAIN[runtime.engine.dialect.name] + statement, parameters)
            found.append("\n".join(str(row[-1]) for row in rows))

    event.listen(runtime.engine, "before_cursor_execute", explain)
    try:
        yield found
    finally:
        event.remove(runtime.engine, "before_cursor_execute", explain)


def fill(runtime: Runtime, make: Make, account: Account) -> None:
    moments = [make.now - timedelta(minutes=number) for number in range(MANY)]
    made = [{"created_at": moment} for moment in moments]
    with open_context(runtime, system_actor("test")) as ctx:
        contacts = insert_rows(
            ctx.session, Contact, [row | {"agency_id": account.agency_id, "name": "人"} for row in made]
        )
        whose = [
            {
                "contact_id": contact,
                "account_id": account.id,
                "platform": account.platform,
                "name": "人",
                "last_seen_at": make.now,
            }
            for contact in contacts
        ]
        identities = insert_rows(
            ctx.session,
            ContactIdentity,
            [
                row | who | {"external_id": f"p{at}"}
                for at, (row, who) in enumerate(zip(made, whose, strict=True))
            ],
        )
        conversations = insert_rows(
            ctx.session,
            Conversation,
            [
                row | {"account_id": account.id, "contact_identity_id": identity, "last_number": 0}
                for row, identity in zip(made, identities, strict=True)
            ],
        )
        insert_rows(
            ctx.session,
            ServiceRequest,
            [
                {
                    "created_at": moment,
                    "number": f"T-{at}",
                    "account_id": account.id,
                    "conversation_id": conversation,
                    "lane": Lane.PRIVATE,
                    "status": STATUSES[at % len(STATUSES)],
                    "opened_at": moment,
                    "urgent_at": moment + timedelta(days=1),
                    "last_inbound_at": moment,
                    "preview": {"text": "宽带断了", "direction": "in", "at": moment.isoformat()},
                    "unread_count": at % 2,
                }
                for at, (moment, conversation) in enumerate(zip(moments, conversations, strict=True))
            ],
        )


@pytest.fixture
def screen(runtime: Runtime, make: Make, open_browser: Callable[[Operator], Browser]) -> Iterator[Browser]:
    """A supervisor in front of three thousand requests, three in five of them active."""
    agency = make.agency()
    team = make.team(agency)
    fill(runtime, make, make.account(agency, team))
    with runtime.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if runtime.engine.dialect.name == "sqlite" else "VACUUM ANALYZE"))
    yield open_browser(make.operator(agency, team, role=RoleName.SUPERVISOR))
    with open_context(runtime, system_actor("test")) as ctx:
        ctx.session.execute(delete(ServiceRequest))  # nobody has written down how they came about


LISTS = (
    ("all", "urgent", "ix_service_requests_active_urgent"),
    ("all", "newest", "ix_service_requests_active_newest"),
    ("all", "oldest", "ix_service_requests_active_newest"),
    ("unassigned", "urgent", "ix_service_requests_active_urgent"),
    ("resolved", "newest", "ix_service_requests_done_newest"),
    ("resolved", "urgent", "ix_service_requests_done_urgent"),
)
LISTS_OF_AN_ACCOUNT = (
    ("all", "urgent", "ix_service_requests_account_active"),
    ("resolved", "newest", "ix_service_requests_account_done"),
)


def test_a_page_is_read_in_the_order_of_an_index(runtime: Runtime, screen: Browser) -> None:
    """All active requests were sorted for each page; resolved ones took 600 ms on SQLite at 200,000."""
    for view, sort, index in LISTS:
        asked = {"view": view, "sort": sort, "limit": 50}
        with plans(runtime) as found:
            first = screen.get("/service-requests", **asked).get_json()
            following = screen.get("/service-requests", **asked, cursor=first["next_cursor"]).get_json()
        counted, page, next_page = found
        assert COVERED.search(counted), (view, sort, counted)
        for plan in (page, next_page):
            assert index in plan, (view, sort, plan)
            assert not SORTED.search(plan), (view, sort, plan)
        assert following["total"] == first["total"] > 100
        shown = [row["id"] for row in first["items"] + following["items"]]
        assert len(shown) == len(set(shown)) == 100


def test_a_page_of_one_account_is_too(runtime: Runtime, screen: Browser) -> None:
    """All of the account's rows were sorted for each page."""
    account = screen.get("/service-requests", view="all", limit=1).get_json()["items"][0]["account"]["id"]
    for view, sort, index in LISTS_OF_AN_ACCOUNT:
        with plans(runtime) as found:
            screen.get("/service-requests", view=view, sort=sort, limit=50, account_id=account)
        _, page = found
        # The only account of all: PostgreSQL may as well walk the index of everything in this order.
        assert index in page or runtime.engine.dialect.name == "postgresql", (view, sort, page)
        assert not SORTED.search(page), (view, sort, page)


def test_counts_read_no_rows(runtime: Runtime, screen: Browser) -> None:
    with plans(runtime) as found:
        counts = screen.get("/service-requests/counts").get_json()
    active, done, _mine = found
    assert "ix_service_requests_active_counts" in active
    assert "ix_service_requests_done_counts" in done
    assert COVERED.search(active)
    assert COVERED.search(done)
    assert (counts["views"]["all"], counts["views"]["resolved"]) == (1800, 1200)
    assert counts["unread_by_view"] | {"mine": 0} == {
        "mine": 0,
        "unassigned": 900,
        "team": 0,
        "waiting": 0,
        "all": 900,
        "resolved": 600,
    }
    assert [row["count"] for row in counts["accounts"]] == [1800]
