"""Deliveries to the product's callback addresses, in the platforms' own manner.

Weibo and WeChat both wait 5 seconds for an answer and deliver at most three times; what is then still
not accepted is given up and stays in the log. Order is kept for one person at one account.
"""

from __future__ import annotations

import http.client
import logging
import queue
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from sandbox.accounts import BrandAccount

if TYPE_CHECKING:
    from sandbox.world import World

_WORKERS = 16
_KEPT_ANSWER = 4_000
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Delivery:
    """One HTTP request as a platform makes it."""

    query: dict[str, str]
    body: bytes
    content_type: str


@dataclass(frozen=True)
class Answer:
    """What the product answered; `status` is 0 when nothing came back in time."""

    status: int
    body: bytes
    milliseconds: float
    problem: str = ""


# Builds the request anew for each delivery, because its signature holds the time and a nonce.
Signer = Callable[[BrandAccount, str, str, str], Delivery]
# Brings a request to the product: method, target, body, headers → status and body. Raises OSError.
Exchange = Callable[[str, str, bytes, dict[str, str]], tuple[int, bytes]]
# Reads an accepted answer: "acked", "passive" (a reply was in it) or "malformed".
Reader = Callable[[BrandAccount, str, bytes], str]


class Pusher:
    def __init__(self, world: World) -> None:
        self._world = world
        self._signers: dict[str, Signer] = {}
        self._readers: dict[str, Reader] = {}
        self._queues: list[queue.Queue[int | None]] = [queue.Queue() for _ in range(_WORKERS)]
        self._local = threading.local()
        self._running = False
        self._era = 0
        self.exchange: Exchange = self._over_http
        """How the product is reached; a simulation in one process hands in its own way."""

    def speak(self, platform: str, signer: Signer, reader: Reader) -> None:
        """Teach how a platform signs its pushes and reads the answers."""
        self._signers[platform] = signer
        self._readers[platform] = reader

    def start(self) -> None:
        """Start the workers and take up what an earlier process left undelivered."""
        self._running = True
        for number, line in enumerate(self._queues):
            threading.Thread(target=self._work, args=(line,), name=f"push-{number}", daemon=True).start()
        for row in self._world.store.all(
            "SELECT seq, account, person FROM push WHERE state = 'pending' ORDER BY seq"
        ):
            self._line(row["account"], row["person"]).put(int(row["seq"]))

    def stop(self) -> None:
        self._running = False
        for line in self._queues:
            line.put(None)

    def forget(self) -> None:
        """Drop what waits; a delivery under way ends without being recorded."""
        self._era += 1

    def send(self, account: BrandAccount, person: str, body: str, content_type: str) -> int:
        """Journal a push and hand it to the workers; returns its number."""
        world = self._world
        seq = world.store.insert(
            "push",
            at=world.clock.now(),
            platform=account.platform,
            account=account.key,
            person=person,
            body=body,
            content_type=content_type,
            state="pending",
        )
        self._line(account.key, person).put(seq)
        return seq

    def deliver_waiting(self) -> int:
        """Deliver what waits, in this thread and in order, once each: for whoever moves the clock himself."""
        rows = self._world.store.all("SELECT * FROM push WHERE state = 'pending' ORDER BY seq")
        for row in rows:
            account = self._world.directory.get(row["account"])
            accepted = self._attempt(
                int(row["seq"]), account, row["person"], row["body"], row["content_type"]
            )
            self._finish(int(row["seq"]), "delivered" if accepted else "given_up")
        return len(rows)

    def redeliver(self) -> int:
        """Put everything that was given up back into the queues (no platform does this)."""
        store = self._world.store
        rows = store.all("SELECT seq, account, person FROM push WHERE state = 'given_up' ORDER BY seq")
        for row in rows:
            store.run("UPDATE push SET state = 'pending', attempts = 0 WHERE seq = ?", row["seq"])
            self._line(row["account"], row["person"]).put(int(row["seq"]))
        return len(rows)

    def check_address(self, account: BrandAccount, echo: str) -> Answer:
        """The GET with `echostr` by which a platform checks a callback address."""
        signed = self._signers[account.platform](account, "", "", "")
        query = {**{k: signed.query[k] for k in ("signature", "timestamp", "nonce")}, "echostr": echo}
        return self._request("GET", account, query, b"", "")

    def raw(self, account: BrandAccount, query: dict[str, str], body: bytes, content_type: str) -> Answer:
        """One request exactly as given: for bodies and signatures that no platform would send."""
        return self._request("POST", account, query, body, content_type)

    def _line(self, account: str, person: str) -> queue.Queue[int | None]:
        return self._queues[zlib.crc32(f"{account}|{person}".encode()) % _WORKERS]

    def _work(self, line: queue.Queue[int | None]) -> None:
        while self._running:
            seq = line.get()
            if seq is None:
                continue
            try:
                self._deliver(seq)
            except Exception:
                _log.exception("push %s was not delivered", seq)  # one bad push must not end its line

    def _deliver(self, seq: int) -> None:
        """Deliver until accepted or given up; later pushes to the same person wait, as order demands."""
        era = self._era
        while self._running and era == self._era:
            row = self._world.store.one("SELECT * FROM push WHERE seq = ? AND state = 'pending'", seq)
            if row is None:
                return
            account = self._world.directory.get(row["account"])
            late = self._world.faults.take(self._path(account), frozenset({"delay_push"}))
            if late is not None:
                self._put_aside(seq, row["account"], row["person"], late.delay)
                return
            accepted = self._attempt(seq, account, row["person"], row["body"], row["content_type"])
            limits = self._world.limits
            if accepted or int(row["attempts"]) + 1 >= int(limits["push_deliveries"]):
                self._finish(seq, "delivered" if accepted else "given_up")
                return
            time.sleep(limits["push_retry_seconds"])

    def _put_aside(self, seq: int, account: str, person: str, seconds: float) -> None:
        timer = threading.Timer(seconds, self._line(account, person).put, (seq,))
        timer.daemon = True
        timer.start()

    def _attempt(self, seq: int, account: BrandAccount, person: str, body: str, content_type: str) -> bool:
        world = self._world
        signed = self._signers[account.platform](account, person, body, content_type)
        path = self._path(account)
        answer = self._request("POST", account, signed.query, signed.body, signed.content_type)
        accepted = answer.status == 200
        outcome = self._readers[account.platform](account, person, answer.body) if accepted else "refused"
        self._log_attempt(seq, answer, answer.problem or outcome)
        if not world.store.number("SELECT count(*) FROM push WHERE seq = ?", seq):
            return accepted  # a reset came between
        if accepted and world.faults.take(path, frozenset({"duplicate_push"})) is not None:
            again = self._request("POST", account, signed.query, signed.body, signed.content_type)
            self._log_attempt(seq, again, again.problem or "duplicate")
        return accepted

    def _log_attempt(self, seq: int, answer: Answer, outcome: str) -> None:
        text = answer.body[:_KEPT_ANSWER].decode("utf-8", "replace")
        self._world.store.insert(
            "push_attempt",
            push=seq,
            at=self._world.clock.now(),
            status=answer.status,
            answer=text,
            outcome=outcome,
            milliseconds=answer.milliseconds,
        )
        self._world.store.run("UPDATE push SET attempts = attempts + 1 WHERE seq = ?", seq)

    def _finish(self, seq: int, state: str) -> None:
        self._world.store.run("UPDATE push SET state = ? WHERE seq = ?", state, seq)

    @staticmethod
    def _path(account: BrandAccount) -> str:
        return f"/callbacks/{account.platform}/{account.callback_key}"

    def _request(
        self, method: str, account: BrandAccount, query: dict[str, str], body: bytes, content_type: str
    ) -> Answer:
        """One exchange over a kept connection, renewed once when the other side had closed it."""
        target = f"{self._path(account)}?{urlencode(query)}"
        headers = {"Content-Type": content_type, "User-Agent": "Mozilla/4.0"} if body else {}
        started = time.monotonic()
        reused = getattr(self._local, "connection", None) is not None
        for last in (not reused, True):
            try:
                status, answer = self.exchange(method, target, body, headers)
                return Answer(status, answer, (time.monotonic() - started) * 1000)
            except (OSError, http.client.HTTPException) as problem:
                self._drop_connection()
                timed_out = isinstance(problem, TimeoutError)
                if last or timed_out:
                    name = "timeout" if timed_out else type(problem).__name__
                    return Answer(0, b"", (time.monotonic() - started) * 1000, name)
        raise AssertionError("unreachable")

    def _over_http(self, method: str, target: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        base = urlsplit(self._world.settings.callback_base)
        timeout = self._world.limits["push_timeout_seconds"]
        connection: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            maker = http.client.HTTPSConnection if base.scheme == "https" else http.client.HTTPConnection
            connection = maker(base.hostname or "127.0.0.1", base.port, timeout=timeout)
            self._local.connection = connection
        connection.timeout = timeout
        if connection.sock is not None:
            connection.sock.settimeout(timeout)
        connection.request(method, base.path.rstrip("/") + target, body or None, headers)
        response = connection.getresponse()
        answer = response.read()
        if response.will_close:
            self._drop_connection()
        return response.status, answer

    def _drop_connection(self) -> None:
        connection: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        self._local.connection = None
        if connection is not None:
            connection.close()
