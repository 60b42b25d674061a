"""Reading notifications whose ids commit out of order (case B15), against a model of such a server."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.adapters.mastodon import MastodonAdapter
from app.adapters.types import AccountRef, Budget, Credentials
from tests.adapters.mastodon.payloads import mention, status
from tests.adapters.support import NOW, ScriptedPlatform, json_response

ACCOUNT = AccountRef(
    "mastodon", "77", {"api": "https://social.example/"}, Credentials({"access_token": "tok"})
)


@dataclass
class Server:
    """Gives ids at once and shows an entry only when its transaction has committed."""

    page_size: int
    now: datetime = NOW
    entries: list[tuple[int, datetime]] = field(default_factory=list)

    def write(self, delay: float) -> None:
        number = 100 + len(self.entries)
        self.entries.append((number, self.now + timedelta(seconds=delay)))

    def answer(self, request: httpx.Request) -> httpx.Response:
        asked = request.url.params
        seen = [number for number, commits_at in self.entries if commits_at <= self.now]
        if "min_id" in asked:
            page = [number for number in seen if number > int(asked["min_id"])][: self.page_size]
        else:
            below = int(asked.get("max_id", "999999"))
            page = [number for number in seen if number < below][-self.page_size :]
        notes = [mention(str(n), status(f"5{n}", at=self.now)) for n in reversed(page)]
        return json_response(notes)


@dataclass
class Reader:
    server: Server
    platform: ScriptedPlatform = field(default_factory=ScriptedPlatform)
    cursor: Any = None
    got: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.platform.handle_all(self.server.answer)
        self.adapter = MastodonAdapter(self.platform.services)

    def wait(self, seconds: float) -> None:
        self.server.now += timedelta(seconds=seconds)
        self.platform.clock.advance(seconds)

    def poll(self, calls: int) -> None:
        page = self.adapter.poll("mentions", ACCOUNT, self.cursor, Budget(calls))
        assert page.cost <= calls
        self.cursor = page.next_cursor
        self.got += [item.external_id for item in page.items]

    @property
    def missing(self) -> set[str]:
        return {f"status:5{number}" for number, _ in self.server.entries} - set(self.got)


STEPS = st.lists(
    st.tuples(
        st.lists(st.floats(0, 60), max_size=12),  # how long each new entry's commit takes
        st.floats(0.5, 40),  # seconds until the next poll
        st.integers(1, 5),  # calls it may make
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS, page_size=st.sampled_from([20, 40]))
def test_no_order_of_commits_loses_a_mention(
    steps: list[tuple[list[float], float, int]], page_size: int
) -> None:
    """Case B15."""
    reader = Reader(Server(page_size))
    for delays, pause, calls in steps:
        for delay in delays:
            reader.server.write(delay)
        reader.poll(calls)
        reader.wait(pause)
    for _ in range(40):
        reader.wait(15)
        reader.poll(2)
    assert reader.missing == set()
    assert len(reader.got) == len(set(reader.got)), "what is known is not handed out again"


def test_six_busy_posters_and_tight_polling_lose_nothing() -> None:
    """Case B15 as it was met: 90 mentions, each second one committed late."""
    reader = Reader(Server(20))
    for number in range(90):
        reader.server.write((number % 6) * 1.5)
        reader.wait(0.2)
        reader.poll(2)
    for _ in range(20):
        reader.wait(15)
        reader.poll(2)
    assert reader.missing == set()


def test_a_quiet_list_costs_one_call() -> None:
    reader = Reader(Server(20))
    for _ in range(15):
        reader.server.write(0)
    for _ in range(4):
        reader.wait(60)
        reader.poll(5)
    before = len(reader.platform.requests)
    reader.poll(5)
    assert len(reader.platform.requests) - before == 1


@pytest.mark.parametrize("newest", ["120", "01J9C6K86PKZ5GY5WXV94DGH6R"])
def test_a_position_of_an_earlier_version_is_read_on_from(newest: str) -> None:
    reader = Reader(Server(20))
    reader.cursor = {"newest": newest, "back": None}
    reader.platform.handle_all(lambda request: json_response([]))
    reader.poll(1)
    assert reader.platform.requests[-1].url.params["min_id"] == newest
    assert reader.cursor["newest"] == newest
