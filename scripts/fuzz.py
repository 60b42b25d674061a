"""`make fuzz`: throw malformed callbacks at a running installation; prove that it stays up and keeps all.

Starts an installation of its own, sends thousands of pushes that are broken in every layer (signature, size,
XML, JSON, types, values), and then checks: no answer was a 5xx, no process died, every push with a right
signature is in the database, none with a wrong one is, and no push waits unprocessed. The seed makes a run
repeatable: SEED=7 make fuzz.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import json
import os
import random
import sys
import tempfile
import time
import urllib.parse
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from sqlalchemy import create_engine, text  # noqa: E402 - the checkout has to be importable first

from app.config import load_settings  # noqa: E402
from tests.support.servers import unused_port  # noqa: E402
from tests.support.stack import RunningStack, answers, running_stack, wait_for  # noqa: E402

TEXTS = (
    "宽带断了",
    "😀😀😀",
    "",
    " ",
    "\u200b\u202e",
    "a" * 5000,
    "<script>alert(1)</script>",
    "]]>",
    "&amp;",
    "'; --",
)
VALUES = (
    "",
    "0",
    "-1",
    "9" * 30,
    "NaN",
    "null",
    "true",
    "\x01",
    "\ud7ff",
    "😀",
    "../../etc/passwd",
    "%s%n",
    "{}",
)
XML = (
    "<xml><ToUserName><![CDATA[{to}]]></ToUserName><FromUserName><![CDATA[{who}]]></FromUserName>"
    "<CreateTime>{time}</CreateTime><MsgType><![CDATA[{type}]]></MsgType>"
    "<Content><![CDATA[{text}]]></Content><MsgId>{id}</MsgId></xml>"
)
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><xml><MsgType>&b;</MsgType></xml>'
TYPES = ("text", "image", "voice", "event", "hologram", "", "文本")
TOO_LARGE = 3_000_000


@dataclass(frozen=True)
class Push:
    """One request; `signed` says whether its signature is right."""

    account: str
    path: str
    body: bytes
    content_type: str
    signed: bool


class Generator:
    """Pushes for a WeChat account in plain mode and a Weibo account with JSON pushes."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        accounts = json.loads((ROOT / "sandbox" / "accounts.json").read_text(encoding="utf-8"))
        by_key = {account["callback_key"]: account for account in accounts}
        self._wechat, self._weibo = by_key["wechat-main"], by_key["weibo-care"]

    def next(self) -> Push:
        wechat = self._random.random() < 0.6
        account = self._wechat if wechat else self._weibo
        body = self._xml(account) if wechat else self._json(account)
        body = self._damaged(body)
        signed = self._random.random() < 0.8
        secret = account["credentials"]["token" if wechat else "app_secret"]
        query = self._query(secret, milliseconds=not wechat, right=signed)
        path = f"/callbacks/{account['platform']}/{account['callback_key']}?{query}"
        content_type = self._random.choice(["text/xml", "application/json", "", "image/png"])
        return Push(account["callback_key"], path, body, content_type, signed)

    def _query(self, secret: str, *, milliseconds: bool, right: bool) -> str:
        moment = str(int(time.time() * (1000 if milliseconds else 1)))
        nonce = str(self._random.randrange(10**12))
        signature = hashlib.sha1("".join(sorted([secret, moment, nonce])).encode()).hexdigest()
        fields = {"signature": signature, "timestamp": moment, "nonce": nonce}
        if not right:
            self._spoil(fields)
        return urllib.parse.urlencode(fields)

    def _spoil(self, fields: dict[str, str]) -> None:
        name = self._random.choice(sorted(fields))
        if self._random.random() < 0.3:
            del fields[name]
        else:
            fields[name] = self._random.choice([value for value in VALUES if value != fields[name]])

    def _xml(self, account: dict[str, Any]) -> bytes:
        pick = self._random.choice
        if self._random.random() < 0.05:
            return BOMB.encode()
        return XML.format(
            to=pick([account["credentials"]["gh_id"], "gh_somebody_else", ""]),
            who=pick(["o" + "x" * 27, *VALUES]),
            time=pick([str(int(time.time())), *VALUES]),
            type=pick(TYPES),
            text=pick(TEXTS),
            id=pick([str(self._random.randrange(2**63)), *VALUES]),
        ).encode("utf-8", "surrogatepass")

    def _json(self, account: dict[str, Any]) -> bytes:
        pick = self._random.choice
        value: Any = {
            "type": pick(TYPES),
            "receiver_id": pick([int(account["external_id"]), *VALUES]),
            "sender_id": pick([self._random.randrange(10**10), *VALUES, None, [], {}]),
            "created_at": pick(["Sun Nov 22 08:00:00 +0800 2026", *VALUES, 0, None]),
            "text": pick([*TEXTS, None, 1, ["x"], {"x": 1}]),
            "data": pick([{}, None, [], "x", {"subtype": "follow"}, {"tovfid": 1}]),
        }
        for name in list(value):
            if self._random.random() < 0.1:
                del value[name]
        if self._random.random() < 0.1:
            value = pick([[], None, 1, "x", [[[[value]]]]])
        return json.dumps(value, ensure_ascii=self._random.random() < 0.5).encode("utf-8", "surrogatepass")

    def _damaged(self, body: bytes) -> bytes:
        roll, at = self._random.random(), self._random.randrange(max(1, len(body)))
        if roll < 0.15:
            return body[:at]
        if roll < 0.25:
            return body[:at] + self._random.randbytes(8) + body[at:]
        if roll < 0.28:
            return b""
        if roll < 0.285:
            return body + b" " * TOO_LARGE
        return body


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pushes", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("SEED", "7")))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lk-fuzz-") as folder:
        options = {"SANDBOX_OPTIONS": "--scenario none"}
        with running_stack(Path(folder) / "data", unused_port(), **options) as stack:
            return _attack(stack, Generator(arguments.seed), arguments.pushes)


def _attack(stack: RunningStack, generator: Generator, count: int) -> int:
    before = {process.pid for process in stack.processes()}
    statuses: Counter[tuple[str, int]] = Counter()
    accepted: set[tuple[str, str]] = set()
    for _ in range(count):
        push = generator.next()
        status = _send(stack, push)
        kind = "signed" if push.signed else "unsigned"
        kind = "too large" if len(push.body) > 1_048_576 else kind
        statuses[kind, status] += 1
        if status == 200:
            accepted.add((push.account, push.path))
    settled = wait_for(lambda: _waiting(stack) == 0, 60)
    for (kind, status), number in sorted(statuses.items()):
        print(f"{kind:<10} answered {status}: {number}")
    problems = _problems(stack, statuses, accepted, before)
    if not settled:
        problems.append(f"{_waiting(stack)} pushes were never processed")
    for outcome, number in _outcomes(stack):
        print(f"kept, then {outcome}: {number}")
    print("\n".join(f"NOT GOOD: {problem}" for problem in problems) or "it stayed up and kept everything")
    return 1 if problems else 0


def _send(stack: RunningStack, push: Push) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=20)
    try:
        connection.request("POST", push.path, push.body, {"Content-Type": push.content_type})
        return connection.getresponse().status
    except (BrokenPipeError, ConnectionResetError):
        return 413  # the server hung up on a body that is too large, which is its right
    finally:
        connection.close()


def _problems(
    stack: RunningStack,
    statuses: Counter[tuple[str, int]],
    accepted: set[tuple[str, str]],
    before: set[int],
) -> list[str]:
    problems = [f"{kind} push answered {status}" for kind, status in statuses if status >= 500]
    problems += [
        f"unsigned push answered {status}" for kind, status in statuses if kind == "unsigned" and status < 400
    ]
    problems += [
        f"signed push answered {status}" for kind, status in statuses if kind == "signed" and status != 200
    ]
    if not answers(f"{stack.address}/readyz"):
        problems.append("it is not ready any more")
    if {process.pid for process in stack.processes()} != before:
        problems.append("a process died and was restarted")
    kept = _query(
        stack, "SELECT count(*) FROM callback_deliveries WHERE reason IS NULL OR reason NOT LIKE 'too_large%'"
    )
    if kept[0][0] < len(accepted):
        problems.append(f"{len(accepted)} pushes were accepted but {kept[0][0]} are kept")
    return problems


def _waiting(stack: RunningStack) -> int:
    return int(_query(stack, "SELECT count(*) FROM callback_deliveries WHERE status = 'received'")[0][0])


def _outcomes(stack: RunningStack) -> list[tuple[str, int]]:
    statement = "SELECT status, count(*) FROM callback_deliveries GROUP BY status ORDER BY status"
    return [(str(status), int(count)) for status, count in _query(stack, statement)]


def _query(stack: RunningStack, statement: str) -> list[Any]:
    engine = create_engine(load_settings(lingke_env="demo", data_dir=stack.data_dir).database_url)
    try:
        with engine.connect() as connection:
            return list(connection.execute(text(statement)).all())
    finally:
        engine.dispose()


if __name__ == "__main__":
    sys.exit(main())
