"""What a screen costs the database does not grow with what it shows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.models import Operator
from tests.factories.browser import Browser
from tests.support.statements import counted
from tests.workbench.desk import Desk

Open = Callable[[Operator | None], Browser]


def cost(desk: Desk, screen: Browser, path: str) -> list[str]:
    """The statements, so that a failure says which ones are too many."""
    with counted(desk.runtime.engine) as statements:
        assert screen.get(path).status_code == 200
    return list(statements)


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/session", 2),
        ("/service-requests?view=all", 4),
        ("/service-requests?view=mine", 4),
        ("/service-requests?view=all&q=请尽快", 6),  # whether the words are rare, first
        ("/service-requests/counts", 6),
        ("/service-requests/{request}", 9),
        ("/service-requests/{request}/changes", 9),
        ("/conversations/{conversation}", 8),
        ("/conversations/{conversation}/messages", 8),
        ("/search?q=宽带", 15),  # PostgreSQL: 11 while all there is are the newest 8,000 rows
        ("/operators", 9),
        ("/inbound-items", 9),
        ("/inbound-items/counts", 4),
    ],
)
def test_statements_do_not_grow_with_rows(desk: Desk, open_browser: Open, path: str, most: int) -> None:
    screen = open_browser(desk.operator)
    asked = path.format(conversation=desk.request.conversation_id, request=desk.request.id)
    desk.write("第一次回复")  # one row of each kind, so that nothing is left out for want of rows
    screen.get(asked)
    few = cost(desk, screen, asked)
    for n in range(5):
        desk.make.request(desk.account, f"又来了第{n}条，请尽快处理", author="c1")
        desk.make.request(desk.account, f"另一位客户的第{n}个问题")
        desk.write(f"第{n}次回复")
    many = cost(desk, screen, asked)
    assert len(many) == len(few), "\n\n".join(many)
    assert len(few) <= most, "\n\n".join(few)


REPLY = {"postgresql": 17, "sqlite": 19}
"""From the session to the event: SQLite asks for the ids of the change and the events."""


def test_a_reply_loads_nothing_twice(desk: Desk, open_browser: Open) -> None:
    screen = open_browser(desk.operator)
    path = f"/conversations/{desk.private.conversation_id}/replies"
    command = {
        "service_request_id": desk.private.id,
        "lane": "private",
        "text": "马上为您核实",
        "confirm": ["claimed_by_other", "second_reply"],
    }
    # The first also takes the request, which nobody had.
    assert screen.post(path, {**command, "idempotency_key": "the-first-reply"}).status_code == 202
    with counted(desk.runtime.engine) as statements:
        assert screen.post(path, {**command, "idempotency_key": "the-second-reply"}).status_code == 202
    most = REPLY[desk.runtime.engine.dialect.name]
    assert len(statements) <= most, statements
    joined = [statement for statement in statements if statement.count("JOIN") > 3]
    assert len(joined) <= 1, "the conversation with its account and customer, and nothing like it again"
