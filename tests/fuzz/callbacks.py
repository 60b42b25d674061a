"""Throw malformed bodies at every callback and parser: nothing may raise, and no call may take a second.

    python -m tests.fuzz.callbacks --bodies 100000 --seed 7

Unlike `make fuzz`, which drives a running installation, this needs no server, so it covers far more bodies.
Exit code 1 when a body made something raise or took too long; the body is printed in base64.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from app.adapters import lenient, registry
from app.adapters.base import PushReceiver, SignatureRejected
from app.adapters.mastodon import content as mastodon_content
from app.adapters.mastodon import parse as mastodon
from app.adapters.transport import AdapterServices
from app.adapters.types import AccountRef, InboundPost, ItemKind
from app.adapters.wechat import comments as wechat_comments
from app.adapters.weibo import parse as weibo
from app.core.clock import ManualClock
from app.core.errors import PlatformError
from tests.adapters.readings import ACCOUNTS, all_readings
from tests.adapters.support import NOW, ScriptedPlatform
from tests.adapters.wechat import callbacks as wechat_made
from tests.fuzz.mutate import Mutator
from tests.support.processor import usual_seconds

SLOWEST_ALLOWED = 1.0
Target = Callable[[bytes], None]


@dataclass
class Findings:
    bodies: int = 0
    slowest: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def try_body(self, name: str, target: Target, body: bytes) -> None:
        raised: list[Exception] = []

        def read() -> None:
            try:
                target(body)
            except Exception as error:  # whatever it is, it is the finding
                raised.append(error)

        # Once more when it lingers: a collection of garbage may have fallen into the first time.
        seconds = usual_seconds(read, enough=SLOWEST_ALLOWED, tries=3)
        if raised:
            self._fail(name, f"{type(raised[0]).__name__}: {raised[0]}", body)
        self.bodies += 1
        self.slowest = max(self.slowest, seconds)
        if seconds > SLOWEST_ALLOWED:
            self._fail(name, f"took {seconds:.2f} s", body)

    def _fail(self, name: str, what: str, body: bytes) -> None:
        self.failures.append(f"{name}: {what[:200]} body={base64.b64encode(body[:3000]).decode()}")


class Targets:
    """Everything that reads what outsiders send."""

    def __init__(self, findings: Findings, seed: int) -> None:
        self._findings = findings
        self._dice = random.Random(seed)
        services = AdapterServices(clock=ManualClock(NOW))
        self._receivers: dict[str, PushReceiver] = {}
        for name in ("weibo", "wechat"):
            adapter = registry.build(name, services)
            if isinstance(adapter, PushReceiver):
                self._receivers[name] = adapter

    def all(self) -> dict[str, Target]:
        return {
            "weibo push": lambda body: self._push("weibo", body, ACCOUNTS["weibo"]),
            "wechat plain": lambda body: self._push("wechat", body, wechat_made.account("plain")),
            "wechat safe": self._sealed,
            "wechat compatible": lambda body: self._push("wechat", body, wechat_made.account("compatible")),
            "objects": self._objects,
            "html": lambda body: self._html(body.decode("utf-8", "replace")),
            "answers": self._answers,
        }

    def _push(self, name: str, body: bytes, account: AccountRef) -> None:
        receiver = self._receivers[name]
        query = wechat_made.query()
        if self._dice.random() < 0.3:
            query |= {"msg_signature": "0" * 40, "encrypt_type": "aes"}
        try:
            receiver.verify(query, {}, body, account)
            self._findings.outcomes["signature accepted"] += 1
        except SignatureRejected:
            self._findings.outcomes["signature refused"] += 1
        items = receiver.parse_push(body, query, account, NOW).items
        again = receiver.parse_push(body, query, account, NOW).items
        if len(items) != 1 or items[0].external_id != again[0].external_id:
            raise AssertionError("a body must become one item with a stable id")
        self._check(items[0])

    def _sealed(self, body: bytes) -> None:
        """The malformed message inside a right encryption."""
        _, cipher = wechat_made.encrypted(body.decode("utf-8", "replace"))
        self._push("wechat", wechat_made.xml({"Encrypt": cipher}).encode(), wechat_made.account("safe"))

    def _objects(self, body: bytes) -> None:
        try:
            value = lenient.loads(body)
        except lenient.Unreadable:
            self._findings.outcomes["no JSON"] += 1
            return
        for entry in lenient.objects(value)[:20]:
            self._check(weibo.status(entry, "1", NOW))
            self._check(weibo.comment(entry, "1", NOW))
            self._check(mastodon.status(entry, NOW))
            self._check(mastodon.event(entry, NOW))
            self._check(wechat_comments.parse(entry, "1:0", NOW))

    def _html(self, html: str) -> None:
        mastodon_content.to_text(html)
        mastodon_content.length(html)
        if "<script" in mastodon_content.sanitize(html).lower():
            raise AssertionError("a script survived")

    def _answers(self, body: bytes) -> None:
        """As a platform's answer to one call of one adapter."""
        platform = ScriptedPlatform()
        platform.handle_all(
            lambda request: _answer(request.url.path, body, self._dice.choice((200, 200, 403, 500)))
        )
        name = self._dice.choice(sorted(ACCOUNTS))
        call_name, call = self._dice.choice(sorted(all_readings(name, platform.services).items(), key=_first))
        try:
            call()
            self._findings.outcomes["answer read"] += 1
        except PlatformError:
            self._findings.outcomes["answer refused"] += 1
        except lenient.Unreadable as error:
            raise AssertionError(f"{name} {call_name}") from error

    def _check(self, item: InboundPost) -> None:
        """What the database relies on."""
        self._findings.outcomes[f"item {item.kind}"] += 1
        if item.kind is ItemKind.UNKNOWN and not item.reason:
            raise AssertionError("an unknown item without a reason")
        if not item.external_id or len(item.external_id) > 150 or item.created_at.tzinfo is None:
            raise AssertionError(f"unfit id or time: {item.external_id[:80]!r}")
        item.text.encode()
        if "\x00" in item.text or "\x00" in item.external_id:
            raise AssertionError("a NUL, which PostgreSQL refuses")
        json.dumps(item.raw)


def _first(pair: tuple[str, Any]) -> str:
    return pair[0]


def _answer(path: str, body: bytes, status: int) -> Any:
    if path == "/cgi-bin/stable_token":
        body, status = b'{"access_token": "T", "expires_in": 7200}', 200
    return httpx.Response(status, content=body, headers={"content-type": "application/json"})


def run(bodies: int, seed: int) -> Findings:
    findings = Findings()
    mutator = Mutator(seed)
    targets = Targets(findings, seed)
    names = list(targets.all().items())
    for number in range(bodies):
        name, target = names[number % len(names)]
        findings.try_body(name, target, mutator.body())
    return findings


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bodies", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    started = time.monotonic()
    findings = run(options.bodies, options.seed)
    report = [f"{findings.bodies} bodies in {time.monotonic() - started:.0f} s, seed {options.seed}"]
    report += [f"  {name}: {count}" for name, count in sorted(findings.outcomes.items())]
    report += [f"slowest call {findings.slowest * 1000:.1f} ms; failures {len(findings.failures)}"]
    report += findings.failures[:20]
    sys.stdout.write("\n".join(report) + "\n")
    return 1 if findings.failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
