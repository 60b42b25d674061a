"""What a screen costs the database does not grow with what it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

from app.models import Operator
from tests.factories.browser import Browser
from tests.workbench.desk import Desk

Open = Callable[[Operator | None], Browser]


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def cost(desk: Desk, screen: Browser, path: str) -> int:
    with counted(desk.runtime.engine) as statements:
        assert screen.get(path).status_code == 200
    return len(statements)


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/service-requests?view=all", 10),
        ("/service-requests/counts", 8),
        ("/conversations/{conversation}", 16),
        ("/conversations/{conversation}/messages", 12),
        ("/inbound-items", 11),
        ("/inbound-items/counts", 10),
    ],
)
def test_statements_do_not_grow_with_rows(desk: Desk, open_browser: Open, path: str, most: int) -> None:
    screen = open_browser(desk.operator)
    asked = path.format(conversation=desk.request.conversation_id)
    desk.write("第一次回复")  # one row of each kind, so that nothing is left out for want of rows
    screen.get(asked)
    few = cost(desk, screen, asked)
    for n in range(5):
        desk.make.request(desk.account, f"又来了第{n}条，请尽快处理", author="c1")
        desk.make.request(desk.account, f"另一位客户的第{n}个问题")
        desk.write(f"第{n}次回复")
    assert cost(desk, screen, asked) == few
    assert few <= most
