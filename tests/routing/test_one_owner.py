"""The net at run time sees every way to write a request that is not the lifecycle's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, text, update

from app.core.context import Context
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER
from app.models import ServiceRequest
from tests.support.one_owner import OWNER, written_elsewhere
from tests.workbench.desk import Desk

WAYS = {
    "enumerate": "for n, row in enumerate(rows): row.status = 'open'",
    "place": "rows[0].status = 'open'",
    "items": "for number, row in dict(enumerate(rows)).items(): row.status = 'open'",
    "walrus": "(row := rows[0]).__setattr__('status', 'open')",
    "setattr": "setattr(rows[0], name, 'open')",
    "object": "type(rows[0]).status.__set__(rows[0], 'open')",
    "bulk": "ctx.session.execute(update(ServiceRequest).values(unread_count=3))",
    "table": "ctx.session.execute(update(ServiceRequest.__table__).values(unread_count=3))",
    "table itself": "ctx.session.execute(ServiceRequest.__table__.update().values(unread_count=3))",
    "query": "ctx.session.query(ServiceRequest).update({'unread_count': 3})",
    "text": "ctx.session.execute(text('UPDATE service_requests SET unread_count = 3'))",
}


def _perform(code: str, where: str, ctx: Context) -> None:
    """The code as if it stood in that file."""
    rows = list(ctx.session.scalars(select(ServiceRequest).order_by(ServiceRequest.id)))
    names: dict[str, Any] = {"ServiceRequest": ServiceRequest, "update": update, "text": text}
    names |= {"ctx": ctx, "rows": rows, "name": "status"}
    exec(compile(code, where, "exec"), names)


@pytest.fixture
def undone(desk: Desk) -> Callable[[str, str], list[str]]:
    def perform(code: str, where: str) -> list[str]:
        with open_context(desk.runtime, LISTENER) as ctx:
            _perform(code, where, ctx)
            ctx.session.rollback()
        seen = list(written_elsewhere)
        written_elsewhere.clear()
        return seen

    return perform


@pytest.mark.parametrize("way", list(WAYS))
def test_whoever_else_writes_a_request_is_seen(undone: Callable[[str, str], list[str]], way: str) -> None:
    elsewhere = OWNER.replace("lifecycle/", "elsewhere.py")
    assert [found.startswith(elsewhere) for found in undone(WAYS[way], elsewhere)][:1] == [True]
    assert undone(WAYS[way], f"{OWNER}acts.py") == []
