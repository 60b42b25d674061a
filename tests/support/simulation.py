"""The application and the sandbox in one process, on one clock that moves only when told to.

Real adapters speak HTTP to the real sandbox, without a socket between them; pushes reach the real callback
addresses. What the sandbox recorded judges what the application did.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import httpx
from flask import Flask

from app.accounts.platforms import Platforms
from app.core.clock import ManualClock
from app.core.http_client import build_client
from app.models import Account, Agency, Stream, Team
from sandbox import customer
from sandbox.accounts import BrandAccount
from sandbox.app import create_app
from sandbox.settings import Settings
from sandbox.wechat.articles import finish_publish
from sandbox.world import World
from tests.factories.make import Make

SITE = "http://sandbox.test"
# Publishing jobs end when the simulation says so, not after seconds of real time.
_NEVER = 1e6


class Line(httpx.BaseTransport):
    """The line to the sandbox. It can lose an answer after the platform has acted."""

    def __init__(self, site: Flask) -> None:
        self._inner = httpx.WSGITransport(app=site)
        self.loses: deque[str] = deque()
        """Ends of paths whose next answer is lost."""
        self.calls: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.calls.append(request.url.path)
        response = self._inner.handle_request(request)
        if self.loses and request.url.path.endswith(self.loses[0]):
            self.loses.popleft()
            raise httpx.ReadTimeout("the answer is lost", request=request)
        return response


class Simulation:
    def __init__(self, app: Flask, make: Make, clock: ManualClock, profile: str = "strict") -> None:
        self.make, self.clock = make, clock
        self.world = World(Settings(scenario="none", profile=profile, patience=0, callback_base="http://app"))
        self.world.limits.update({"wechat_publish_seconds": _NEVER})
        self.world.clock.freeze(True)
        self._set_clock()
        self.world.directory.load()  # the demo's tokens live from now on
        self.world.pusher.exchange = _callbacks_of(app)
        self.line = Line(create_app(self.world))
        self.platforms = Platforms(make.runtime, http=build_client(transport=self.line))
        make.runtime.parts["platforms"] = self.platforms

    def _set_clock(self) -> None:
        self.world.clock.set(self.clock.now().timestamp())

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self._set_clock()

    def brand(self, key: str) -> BrandAccount:
        return self.world.directory.get(key)

    def account(self, key: str, agency: Agency, team: Team, **settings: Any) -> Account:
        """One of the sandbox's accounts, connected here."""
        brand = self.brand(key)
        return self.make.save(
            Account(
                created_at=self.make.now,
                agency_id=agency.id,
                team_id=team.id,
                platform=brand.platform,
                external_id=brand.external_id,
                name=brand.name,
                base_urls={name: SITE + path for name, path in brand.base_urls.items()},
                credentials=self.make.runtime.vault.seal(dict(brand.credentials)),
                settings={**brand.settings, **settings},
                callback_key=brand.callback_key,
                status_since=self.make.now,
            )
        )

    def listen(self, account: Account) -> None:
        """Read all streams of the account that are for listening."""
        adapter = self.platforms.adapter(account.platform)
        for name in adapter.streams:
            if not name.startswith("own_"):
                self.make.save(
                    Stream(
                        created_at=self.make.now,
                        account_id=account.id,
                        name=name,
                        every_seconds=adapter.platform_capabilities().min_poll_seconds,
                        due_at=self.make.now,
                    )
                )

    def post(self, key: str, who: str, text: str) -> None:
        customer.post(self.world, self.brand(key), who, text)

    def comment(self, key: str, who: str, text: str) -> None:
        customer.comment(self.world, self.brand(key), who, text)

    def message(self, key: str, who: str, text: str) -> None:
        customer.message(self.world, self.brand(key), who, text)

    def event(self, key: str, who: str, kind: str) -> None:
        customer.event(self.world, self.brand(key), who, kind)

    def deliver_pushes(self) -> int:
        return self.world.pusher.deliver_waiting()

    def finish_publishing(self, key: str) -> int:
        """End all publishing jobs of a WeChat account; how many there were."""
        sql = "SELECT id FROM wechat_document WHERE account = ? AND kind = 'publish'"
        rows = self.world.store.all(sql, key)
        for row in rows:
            finish_publish(self.world, self.brand(key), row["id"])
        return len(rows)

    def sent(self, key: str) -> list[dict[str, Any]]:
        return self.world.records.listing("sent", 0, 100_000, key)

    def violations(self) -> list[dict[str, Any]]:
        return self.world.records.listing("violation", 0, 100_000, "")

    def close(self) -> None:
        self.platforms._services.http.close()
        self.world.close()


def _callbacks_of(app: Flask) -> Any:
    def exchange(method: str, target: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        answer = app.test_client().open(target, method=method, data=body, headers=headers)
        return answer.status_code, answer.get_data()

    return exchange
