"""The reply-window engine against the platform's own bookkeeping: what it allows is never refused."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from app.adapters import registry
from app.adapters.transport import AdapterServices
from app.adapters.types import AccountRef, Credentials, Lane, SendKind, SendRequest, Trigger
from app.adapters.window_rules import ContactEvent, PastSend, window_state
from app.core.clock import ManualClock
from app.core.http_client import build_client
from sandbox.testing import SandboxProcess, start_sandbox

EVENTS = {
    "wechat-main": {
        "subscribe": Trigger.FOLLOW,
        "CLICK": Trigger.MENU_CLICK,
        "SCAN": Trigger.SCAN,
        "unsubscribe": Trigger.UNFOLLOW,
    },
    "weibo-care": {"follow": Trigger.FOLLOW, "click": Trigger.MENU_CLICK, "unfollow": Trigger.UNFOLLOW},
}


@pytest.fixture(scope="module")
def own_server() -> Iterator[SandboxProcess]:
    """Apart from the suite's: this test moves the clock by weeks."""
    with start_sandbox() as running:
        yield running


def account_of(server: SandboxProcess, key: str) -> AccountRef:
    described = server.accounts()[key]
    return AccountRef(
        described["platform"],
        described["external_id"],
        {name: server.url + path for name, path in described["base_urls"].items()},
        Credentials(described["credentials"]),
        described["settings"],
    )


def answer(person: str, step: int) -> SendRequest:
    text = f"第{step}次回答"
    return SendRequest(Lane.PRIVATE, SendKind.PRIVATE_MESSAGE, text, f"op-{step}", {"user_id": person})


@pytest.mark.parametrize("key", sorted(EVENTS))
def test_a_simulated_season_never_meets_a_closed_window(own_server: SandboxProcess, key: str) -> None:
    account = account_of(own_server, key)
    clock = ManualClock(datetime.now(UTC))
    # The server's clock stands too: it must not run on while the test thinks.
    own_server.control("POST", "/clock", {"set": clock.now().timestamp(), "freeze": True})
    services = AdapterServices(http=build_client(private_hosts=frozenset({"127.0.0.1"})), clock=clock)
    adapter = registry.build(account.platform, services)
    rules = adapter.capabilities(account).window_rules
    dice = random.Random(20)
    events: list[ContactEvent] = []
    sends: list[PastSend] = []
    person = ""
    refused_by_us = 0
    for step in range(150):
        seconds = dice.choice((1, 20, 50, 70, 3600, 40_000, 180_000))
        own_server.control("POST", "/clock", {"advance_seconds": seconds})
        now = clock.advance(seconds)
        choice = dice.random()
        if choice < 0.15 or not person:
            body = {"account": key, "customer": "阿宁", "text": f"第{step}次来问"}
            person = own_server.control("POST", "/customer/message", body)["person"]
            events.append(ContactEvent(Trigger.MESSAGE, now))
        elif choice < 0.3:
            name = dice.choice(sorted(EVENTS[key]))
            own_server.control("POST", "/customer/event", {"account": key, "customer": "阿宁", "event": name})
            events.append(ContactEvent(EVENTS[key][name], now))
        elif window_state(rules, events, sends, now + timedelta(seconds=2)).is_open:
            # Two seconds of margin: platforms count in whole ones.
            adapter.send(account, answer(person, step))
            sends.append(PastSend(now))
        else:
            refused_by_us += 1
    services.http.close()
    assert len(sends) > 20
    assert refused_by_us > 5
    broken = [v for v in own_server.violations() if v.get("account") == key]
    assert broken == []
