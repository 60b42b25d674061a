"""What really happened: calls received, things published, limits overstepped, true labels."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from sandbox.clock import PlatformClock
from sandbox.store import Store

Json = dict[str, Any]
_KEPT_CALLS = 50_000
_SECRET = re.compile(
    r'((?:access_token|client_secret|secret|refresh_token|code)["\']?\s*[=:]\s*["\']?)([^&"\'\s,}]{4})[^&"\'\s,}]*'
)


def without_secrets(text: str) -> str:
    """The text with all but the first four characters of tokens and secrets removed."""
    return _SECRET.sub(r"\1\2…", text)


@dataclass(frozen=True)
class Call:
    """One request as it was answered; `code` is the platform's own error code, empty when it succeeded."""

    platform: str
    account: str
    method: str
    path: str
    query: str
    body: str
    status: int
    code: str
    fault: str
    answer: str


@dataclass(frozen=True)
class Truth:
    """The true meaning of a generated post; labels as in the product's labelling guidelines."""

    flavour: str
    intent: str
    sentiment: int
    urgency: int
    near_duplicate_of: str = ""


class Records:
    def __init__(self, store: Store, clock: PlatformClock) -> None:
        self._store = store
        self._clock = clock

    def call(self, call: Call) -> int:
        seq = self._store.insert(
            "call",
            at=self._clock.now(),
            platform=call.platform,
            account=call.account,
            method=call.method,
            path=call.path,
            query=without_secrets(call.query),
            body=without_secrets(call.body),
            status=call.status,
            code=call.code,
            fault=call.fault,
            answer=without_secrets(call.answer),
        )
        if seq % 1_000 == 0:
            self._store.run("DELETE FROM call WHERE seq <= ?", seq - _KEPT_CALLS)
        return seq

    def sent(
        self,
        platform: str,
        account: str,
        operation: str,
        *,
        person: str,
        target: Json,
        text: str,
        id_: str,
        raw: Json,
    ) -> int:
        """Note something that was really published by a brand. `target` names what it answers."""
        return self._store.insert(
            "sent",
            at=self._clock.now(),
            platform=platform,
            account=account,
            operation=operation,
            person=person,
            target=json.dumps(target, ensure_ascii=False),
            text=text,
            id=id_,
            raw=json.dumps(raw, ensure_ascii=False),
        )

    def violation(self, platform: str, account: str, rule: str, detail: str) -> None:
        """Note a call that the platform's rules forbade, whether or not it was refused."""
        self._store.insert(
            "violation", at=self._clock.now(), platform=platform, account=account, rule=rule, detail=detail
        )

    def truth(
        self, platform: str, account: str, truth: Truth, *, kind: str, id_: str, person: str, text: str
    ) -> None:
        self._store.insert(
            "truth",
            at=self._clock.now(),
            platform=platform,
            account=account,
            kind=kind,
            id=id_,
            person=person,
            flavour=truth.flavour,
            intent=truth.intent,
            sentiment=truth.sentiment,
            urgency=truth.urgency,
            near_duplicate_of=truth.near_duplicate_of,
            text=text,
        )

    def listing(self, table: str, since: int, limit: int, account: str = "") -> list[Json]:
        """Rows after `since` in order. `table` is one of our own names, never a caller's text."""
        condition = "AND account = ?" if account else ""
        values: list[Any] = [since, account] if account else [since]
        rows = self._store.all(
            f"SELECT * FROM {table} WHERE seq > ? {condition} ORDER BY seq LIMIT {limit}", *values
        )
        return [_decoded(dict(row)) for row in rows]


def _decoded(row: Json) -> Json:
    for name in ("target", "raw"):
        if name in row:
            row[name] = json.loads(row[name])
    return row
