"""Reading newest-first lists by id: nothing between two polls may be lost, whatever the server hides."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.adapters import idwalk
from app.adapters.types import Budget, Cursor, InboundPost, ItemKind, Lane

START = datetime(2026, 3, 1, tzinfo=UTC)
LONG_AGO = START - timedelta(days=365)


def post(number: int) -> InboundPost:
    return InboundPost(
        external_id=f"status:{number}",
        kind=ItemKind.MENTION,
        lane=Lane.PUBLIC,
        created_at=START + timedelta(seconds=number),
    )


@dataclass
class ListServer:
    """Weibo's list rules: newest first, max_id inclusive, hidden items taken out after paging."""

    page_size: int = 5
    numbers: list[int] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    calls: int = 0

    def add(self, count: int, hidden: set[int] | None = None) -> None:
        start = (self.numbers[-1] if self.numbers else 1000) + 3
        fresh = [start + 3 * index for index in range(count)]
        self.numbers += fresh
        self.hidden |= {fresh[index] for index in hidden or set() if index < count}

    def fetch(self, since: int, top: int, page: int) -> list[idwalk.Row]:
        self.calls += 1
        matching = [n for n in reversed(self.numbers) if n > since and (not top or n <= top)]
        start = (page - 1) * self.page_size
        cut = matching[start : start + self.page_size]
        return [idwalk.Row(n, post(n)) for n in cut if n not in self.hidden]

    def visible(self) -> set[str]:
        return {f"status:{n}" for n in self.numbers if n not in self.hidden}


@dataclass
class Reader:
    server: ListServer
    cursor: Cursor | None = None
    seen: list[str] = field(default_factory=list)
    has_more: bool = False
    now: datetime = START

    def poll(self, calls: int = 1, history_from: datetime = LONG_AGO) -> int:
        page = idwalk.walk(self.server.fetch, self.cursor, Budget(calls), history_from, self.now)
        self.cursor = page.next_cursor
        self.seen += [item.external_id for item in page.items]
        self.has_more = page.has_more
        return page.cost

    def drain(self) -> None:
        for _ in range(500):
            self.poll(3)
            if not self.has_more:
                return
        raise AssertionError("the walk does not come to an end")


def test_an_idle_list_costs_one_call_a_poll() -> None:
    server = ListServer()
    server.add(4)
    reader = Reader(server)
    reader.drain()
    before = server.calls
    assert reader.poll(10) == 1
    assert server.calls == before + 1
    assert not reader.has_more


def test_a_long_gap_is_filled_within_the_budget_of_each_poll() -> None:
    server = ListServer(page_size=5)
    server.add(3)
    reader = Reader(server)
    reader.drain()
    server.add(40)
    costs = [reader.poll(2) for _ in range(12)]
    assert max(costs) <= 2
    assert not reader.has_more
    assert set(reader.seen) == server.visible()


def test_with_one_call_a_poll_the_gap_still_shrinks_while_new_items_arrive() -> None:
    server = ListServer(page_size=5)
    server.add(3)
    reader = Reader(server)
    reader.drain()
    server.add(30)
    for _ in range(40):
        server.add(1)
        reader.poll(1)
    reader.drain()
    assert set(reader.seen) == server.visible()


def test_nothing_is_reported_twice_in_quiet_polling() -> None:
    server = ListServer(page_size=50)
    reader = Reader(server)
    for _ in range(20):
        server.add(2)
        reader.poll(1)
    assert len(reader.seen) == len(set(reader.seen))


def test_an_item_that_becomes_visible_late_is_still_read() -> None:
    server = ListServer(page_size=20)
    server.add(6, hidden={3})
    reader = Reader(server)
    reader.drain()
    late = next(iter(server.hidden))
    assert f"status:{late}" not in reader.seen
    server.hidden.clear()
    server.add(1)
    reader.poll()
    assert f"status:{late}" in reader.seen


def test_one_empty_page_in_a_gap_does_not_end_it() -> None:
    server = ListServer(page_size=5)
    server.add(3)
    reader = Reader(server)
    reader.drain()
    server.add(20, hidden={10, 11, 12, 13, 14})
    reader.drain()
    assert set(reader.seen) == server.visible()


def test_first_contact_walks_back_only_as_far_as_asked() -> None:
    server = ListServer(page_size=5)
    server.add(60)
    reader = Reader(server)
    limit = START + timedelta(seconds=server.numbers[30])
    for _ in range(30):
        reader.poll(2, limit)
    assert set(reader.seen) == {f"status:{n}" for n in server.numbers[30:]}
    assert not reader.has_more


def test_a_repeated_page_neither_loses_nor_ends_a_gap() -> None:
    server = ListServer(page_size=5)
    server.add(3)
    reader = Reader(server)
    reader.drain()
    server.add(25)
    reader.poll(2)
    stuck = server.fetch(0, 0, 1)
    page = idwalk.walk(lambda *_: stuck, reader.cursor, Budget(3), LONG_AGO, START)
    assert page.has_more
    reader.cursor = page.next_cursor
    reader.drain()
    assert set(reader.seen) == server.visible()


def test_a_failing_read_leaves_the_cursor_usable() -> None:
    server = ListServer(page_size=5)
    server.add(12)
    reader = Reader(server)
    reader.poll(1)
    before = dict(reader.cursor or {})

    def fail(since: int, top: int, page: int) -> list[idwalk.Row]:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        idwalk.walk(fail, reader.cursor, Budget(2), LONG_AGO, START)
    assert reader.cursor == before
    reader.drain()
    assert set(reader.seen) == server.visible()


steps = st.lists(
    st.tuples(
        st.integers(0, 30),  # items that arrive
        st.sets(st.integers(0, 30), max_size=3),  # which of them are hidden for good
        st.integers(1, 4),  # calls the next poll may make
    ),
    min_size=1,
    max_size=12,
)


@given(steps=steps, page_size=st.integers(4, 12))
@settings(max_examples=150, deadline=None)
def test_every_visible_item_is_read_whatever_arrives_between_polls(
    steps: list[tuple[int, set[int], int]], page_size: int
) -> None:
    server = ListServer(page_size=page_size)
    server.add(1)
    reader = Reader(server)
    for arriving, hidden, calls in steps:
        server.add(arriving, hidden)
        assert reader.poll(calls) <= calls
    server.add(1)
    reader.drain()
    assert set(reader.seen) == server.visible()


def test_what_appears_two_minutes_late_is_read_however_much_came_after_it() -> None:
    """Case B15 at Weibo: an accepted post may appear below thirty younger ones."""
    server = ListServer(page_size=50)
    server.add(12)
    reader = Reader(server)
    reader.poll(1)
    server.add(1, hidden={0})
    (late,) = server.hidden
    for _ in range(6):
        server.add(5)
        reader.now += timedelta(seconds=20)
        reader.poll(1)
    server.hidden.clear()
    reader.poll(1)
    assert f"status:{late}" in reader.seen
    assert len(reader.seen) == len(set(reader.seen))


def test_a_position_of_an_earlier_version_is_read_on_from() -> None:
    server = ListServer(page_size=50)
    server.add(20)
    known = [str(number) for number in server.numbers[-10:]][::-1]
    reader = Reader(server, cursor={"newest": known[0], "recent": known, "gaps": []})
    server.add(3)
    reader.poll(1)
    assert reader.seen == [f"status:{number}" for number in server.numbers[-3:]][::-1]
