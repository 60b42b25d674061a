"""Replies on their way out: how many a second, each exactly once, and never above a platform's limit.

    python -m bench.outbound [--databases postgresql sqlite] [--rate 50] [--seconds 20] [--comments 80]

Answers to WeChat messages are offered on a fixed timetable, after more answers to Weibo comments
than its hourly limit (60) lets through. The record of the stand-in is the judge: when each arrived there,
whether any came twice, and whether any call overstepped a rule. Target: 50 a second, every limit held.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from dataclasses import asdict
from typing import Any

import httpx
from sqlalchemy import text

from bench._databases import flush_milliseconds
from bench._e2e_support import (
    DATABASES,
    Desk,
    Installation,
    Spread,
    cpu_per,
    on_each_database,
)
from bench._open_loop import offer
from tests.support.stack import get_json, wait_for

WECHAT = ("wechat-main", "wechat-hall")
WEIBO = "weibo-care"
COMMENTS_AN_HOUR = 60
PER_PERSON = 4
"""WeChat allows five answers to a message."""
CONNECTIONS = 8
PATIENCE_SECONDS = 30.0
ARRIVE_SECONDS = 120.0
PREPARE_SECONDS = 180.0
READ_AS_PLATFORMS_ALLOW = "UPDATE streams SET every_seconds = 180"
"""The demo reads every second, which no platform permits; here only the way out is measured."""
OPEN = (
    "SELECT r.id, r.conversation_id, a.callback_key FROM service_requests r"
    " JOIN accounts a ON a.id = r.account_id WHERE r.lane = :lane ORDER BY r.id"
)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--databases", nargs="+", default=list(DATABASES), choices=DATABASES)
    parser.add_argument("--rate", type=float, default=50.0)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--comments", type=int, default=80)
    given = parser.parse_args(arguments)
    on_each_database("outbound", given.databases, lambda place: _measure(place, given))
    return 0


def _measure(place: Installation, given: argparse.Namespace) -> dict[str, Any]:
    street, desk = Street(place), Answering(place)
    street.limit(weibo_comments_hour=COMMENTS_AN_HOUR)
    total = int(given.rate * given.seconds)
    people = -(-total // (PER_PERSON * len(WECHAT)))
    street.write(people, given.comments)
    private, public = desk.requests("private"), desk.requests("public")
    held = [desk.reply(request, "public", f"已登记，回访单{n:05d}") for n, request in enumerate(public)]
    sent = [
        desk.reply(private[n % len(private)], "private", f"已为您处理，单号{n:05d}") for n in range(total)
    ]
    place.execute(READ_AS_PLATFORMS_ALLOW)
    offer(place.stack.port, held, given.rate, CONNECTIONS, PATIENCE_SECONDS)
    desk.wait_until_gone(min(len(held), COMMENTS_AN_HOUR), ARRIVE_SECONDS)
    found: dict[str, Any] = {"flush_ms": flush_milliseconds(place.stack.data_dir)}
    with cpu_per(place, total) as spent:
        began = time.time()
        answers = offer(place.stack.port, sent, given.rate, CONNECTIONS, PATIENCE_SECONDS)
        desk.wait_until_gone(answers.status.count(202), ARRIVE_SECONDS)
    arrivals = street.arrived(WECHAT)
    found["WeChat"] = {
        "offered": total,
        "offered_a_second": given.rate,
        "answered": dict(Counter(answers.status)),
        "accept_p99_ms": Spread.of(answers.milliseconds).p99,
    } | _judged(arrivals, began, given.rate)
    found["on the way, ms"] = asdict(Spread.of(_delays(arrivals, began, given.rate) or [0.0]))
    comments = street.arrived((WEIBO,))
    found["Weibo comments"] = {
        "offered": len(held),
        "limit_an_hour": COMMENTS_AN_HOUR,
        "arrived": len(comments),
        "twice": _twice(comments),
        "waiting": place.count("SELECT count(*) FROM outbound_messages WHERE state = 'queued'"),
    }
    found["rules overstepped"] = street.violations()
    found["cpu_us_a_message"] = spent
    return found


def _judged(arrivals: list[dict[str, Any]], began: float, rate: float) -> dict[str, Any]:
    moments = sorted(arrival["at"] for arrival in arrivals)
    seconds = moments[-1] - moments[0] if len(moments) > 1 else 0.0
    return {
        "arrived": len(arrivals),
        "twice": _twice(arrivals),
        "arrived_a_second": round((len(moments) - 1) / seconds, 1) if seconds else 0.0,
        "seconds_behind_the_timetable": round(moments[-1] - began - (len(arrivals) - 1) / rate, 1)
        if moments
        else None,
    }


def _twice(arrivals: list[dict[str, Any]]) -> int:
    times = Counter((arrival["account"], arrival["text"]) for arrival in arrivals)
    return sum(count - 1 for count in times.values())


def _delays(arrivals: list[dict[str, Any]], began: float, rate: float) -> list[float]:
    """Milliseconds from the moment an answer was offered to the stand-in's record of it."""
    return [(arrival["at"] - began - int(arrival["text"][-5:]) / rate) * 1000 for arrival in arrivals]


class Street:
    """The platforms' side: customers who write, and what arrives there."""

    def __init__(self, place: Installation) -> None:
        self._place = place
        self._client = httpx.Client(base_url=f"{place.stack.sandbox_address}/_control", timeout=30)

    def limit(self, **values: float) -> None:
        self._client.post("/limits", json={"values": values}).raise_for_status()

    def write(self, people: int, comments: int) -> None:
        """`people` write to each WeChat account, `comments` others to Weibo; all have a request then."""
        for number in range(people):
            for account in WECHAT:
                words = f"宽带断了，第{number}户在等"
                self._post("message", account=account, customer=f"住户{number:04d}", text=words)
        for number in range(comments):
            # Different enough not to be taken for one text passed on.
            words = f"{number}号楼手机没信号，投诉{number * number}次了"
            self._post("comment", account=WEIBO, customer=f"网友{number:04d}", text=words)
        wanted = people * len(WECHAT) + comments
        count = "SELECT count(*) FROM service_requests"
        if not wait_for(lambda: self._place.count(count) >= wanted * 0.97, PREPARE_SECONDS):
            raise SystemExit(f"of {wanted} messages only {self._place.count(count)} became requests")

    def _post(self, what: str, **body: Any) -> None:
        self._client.post(f"/customer/{what}", json=body).raise_for_status()

    def arrived(self, accounts: tuple[str, ...]) -> list[dict[str, Any]]:
        return [row for account in accounts for row in self._pages("sent", account)]

    def violations(self) -> int:
        return len(self._pages("violation", ""))

    def _pages(self, table: str, account: str) -> list[dict[str, Any]]:
        path = {"violation": "violations"}.get(table, table)
        rows: list[dict[str, Any]] = []
        since = 0
        while True:
            address = f"{self._client.base_url}{path}?since={since}&limit=1000&account={account}"
            page = get_json(address)
            rows += page[table]
            if len(page[table]) < 1000:
                return rows
            since = page["next"]


class Answering(Desk):
    """A supervisor who answers, as the browser does it."""

    def __init__(self, place: Installation) -> None:
        super().__init__(place.stack)
        self._place = place
        self._sent = 0

    def wait_until_gone(self, more: int, seconds: float) -> None:
        """Until so many more than before are on record as sent."""
        self._sent += more
        count = "SELECT count(*) FROM outbound_messages WHERE state = 'sent'"
        deadline = time.monotonic() + seconds
        while self._place.count(count) < self._sent and time.monotonic() < deadline:
            time.sleep(0.2)

    def requests(self, lane: str) -> list[tuple[int, int]]:
        """(request, conversation) of those that the accounts of this bench have."""
        with self._place.engine.connect() as connection:
            rows = connection.execute(text(OPEN), {"lane": lane}).all()
        return [(row[0], row[1]) for row in rows if row[2] in (*WECHAT, WEIBO)]

    def reply(self, request: tuple[int, int], lane: str, words: str) -> bytes:
        """The whole HTTP request of an answer."""
        body = json.dumps(
            {
                "service_request_id": request[0],
                "lane": lane,
                "text": words,
                "idempotency_key": f"bench-{lane}-{words[-5:]}",
                "confirm": ["second_reply", "claimed_by_other"],
            }
        )
        return (
            f"POST /api/v1/conversations/{request[1]}/replies HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{self._place.stack.port}\r\nCookie: {self.cookie}\r\n"
            f"X-CSRF-Token: {self.token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()


if __name__ == "__main__":
    raise SystemExit(main())
