"""Ours beside whichever peer is here: the list of all, one opened, the counts, and created until listed.

    make bench-peers        (python -m bench._peers [--requests 20000] [--rate 2] [--seconds 20])

- **django-helpdesk**: its registry package, pinned, is installed into an environment of its own below
  `var/peers`; it runs on SQLite under gunicorn with two processes of four threads, as ours runs on SQLite.
- **libredesk**: one that runs on this machine: `LIBREDESK_URL=http://127.0.0.1:9000`, `LIBREDESK_COOKIE` with
  the `Cookie` header of an agent who is logged in there. It holds the rows that its owner put there.

Systems are asked one after the other, never together, by the same generator with its own clock
(`_open_loop.py`): a request has its moment whatever the server does. What could not be started is named with
the reason, and is not a failure. The word "ratio" is theirs by ours: above 1 ours is faster.
"""

from __future__ import annotations

import argparse
import base64
import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.ops.layout import ROOT
from bench import _helpdesk_project
from bench._e2e_support import Desk, Spread, conditions, installation, publish
from bench._open_loop import offer
from bench._pushes import Pushes, text_of
from bench._requests import fill_requests
from tests.support.servers import unused_port

HELPDESK = ("django-helpdesk==2.6.1", "gunicorn==23.0.0")
PLACE = ROOT / "var" / "peers" / "django-helpdesk-2.6.1"
INSTALL_SECONDS, FILL_SECONDS, READY_SECONDS = 900, 900, 120
CONNECTIONS = 4
CREATED = 10
LISTED_SECONDS = 30.0
FIRST_PUSH = 7_000_000


class NotHere(Exception):
    """A peer cannot be started; the text says why."""


@dataclass
class System:
    """One that runs and holds its rows."""

    port: int
    headers: dict[str, str]
    paths: dict[str, list[str]]
    create: Callable[[int], tuple[bytes, str]] | None = None
    """By number: a whole request that creates something, and what the list shows of it then."""
    newest: str = ""
    """The list in which it is looked for."""
    notes: dict[str, Any] = field(default_factory=dict)


def get(port: int, path: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path, headers=dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def whole(port: int, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body)}"] if body else []
    return "\r\n".join([*lines, "", ""]).encode() + body


@contextmanager
def ours(requests: int) -> Iterator[System]:
    with installation("sqlite") as place:
        place.stop_workers_and_queue()
        fill_requests(place.engine, requests)
        place.start_workers_and_queue()
        numbers = place.column(
            "SELECT conversation_id FROM service_requests WHERE status = 'open' ORDER BY id DESC LIMIT 20"
        )
        port = place.stack.port
        pushes = Pushes(port, FIRST_PUSH, people=CREATED)
        yield System(
            port,
            {"Cookie": Desk(place.stack, "admin").cookie, "Accept-Encoding": "gzip"},
            {
                "list of all": ["/api/v1/service-requests?view=all&limit=50"],
                "open": [f"/api/v1/conversations/{number}" for number in numbers],
                "counts": ["/api/v1/service-requests/counts"],
            },
            lambda number: (pushes.wechat_plain(number), text_of(FIRST_PUSH + number)),
            "/api/v1/service-requests?view=all&sort=newest&limit=50",
        )


@contextmanager
def django_helpdesk(requests: int) -> Iterator[System]:
    python = PLACE / "venv" / "bin" / "python"
    _install_helpdesk(python)
    _helpdesk_project.write_site(PLACE)
    program = [str(python), str(Path(_helpdesk_project.__file__)), str(requests)]
    made = json.loads(_run(program, FILL_SECONDS).splitlines()[-1])
    port = unused_port()
    command = [str(python), "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "-w", "2", "--threads", "4"]
    command += ["--keep-alive", "60", "helpdesk_site.wsgi:application"]
    token = "k" * 32
    cookie = f"sessionid={made['session']}; csrftoken={token}"
    with (PLACE / "gunicorn.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=PLACE, stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait_for(port, process)
        newest = base64.b64encode(
            json.dumps({"sorting": "created", "sortreverse": "on", "filtering": {}}).encode()
        ).decode()
        table = f"/datatables_ticket_list/{newest}?draw=1&start=0&length=50"

        def create(number: int) -> tuple[bytes, str]:
            said = f"比较用的工单第{time.time_ns()}号"
            body = {"queue": made["queue"], "title": said, "submitter_email": "c@example.com", "priority": 3}
            headers = {"Cookie": cookie, "X-CSRFToken": token, "Content-Type": "application/json"}
            sent = json.dumps(body | {"description": f"第{number}次"}).encode()
            return whole(port, "POST", "/api/tickets/", headers, sent), said

        yield System(
            port,
            {"Cookie": cookie},
            {
                "list of all": [table],
                "open": [f"/tickets/{number}/" for number in made["tickets"]],
                "counts": ["/dashboard/"],
            },
            create,
            table,
        )
    finally:
        process.terminate()
        process.wait(30)


def _install_helpdesk(python: Path) -> None:
    if (PLACE / "installed").is_file():
        return
    PLACE.mkdir(parents=True, exist_ok=True)
    _run([sys.executable, "-m", "venv", str(PLACE / "venv")], INSTALL_SECONDS)
    _run([str(python), "-m", "pip", "install", "--quiet", *HELPDESK], INSTALL_SECONDS)
    (PLACE / "installed").write_text("\n".join(HELPDESK) + "\n", encoding="utf-8")


def _run(command: Sequence[str], seconds: float) -> str:
    """What it prints. Raises NotHere with its last words."""
    try:
        done = subprocess.run(
            command, cwd=PLACE, check=False, capture_output=True, text=True, timeout=seconds
        )
    except subprocess.TimeoutExpired:
        raise NotHere(f"{command[1:4]} took more than {seconds} s") from None
    if done.returncode != 0:
        raise NotHere((done.stderr or done.stdout).strip()[-500:])
    return done.stdout


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + READY_SECONDS
    while time.monotonic() < ends and process.poll() is None:
        try:
            get(port, "/", {})
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise NotHere(f"its server did not come up; see {PLACE / 'gunicorn.log'}")


@contextmanager
def libredesk(_requests: int) -> Iterator[System]:
    address, cookie = os.environ.get("LIBREDESK_URL", ""), os.environ.get("LIBREDESK_COOKIE", "")
    if not address or not cookie:
        raise NotHere("LIBREDESK_URL and LIBREDESK_COOKIE say where one runs on this machine")
    parts = urlsplit(address)
    if parts.hostname not in ("127.0.0.1", "localhost") or parts.port is None:
        raise NotHere("LIBREDESK_URL must name this machine and a port: nobody else's server is measured")
    listed = "/api/v1/conversations/all?page=1&page_size=50"
    headers = {"Cookie": cookie}
    try:
        status, body = get(parts.port, listed, headers)
    except OSError as error:
        raise NotHere(f"nobody answers at {address}: {error}") from None
    if status != 200:
        raise NotHere(f"{address} answers {status}: is the cookie of an agent who is logged in?")
    held = json.loads(body)["data"]
    yield System(
        parts.port,
        headers,
        {
            "list of all": [listed],
            "open": [f"/api/v1/conversations/{row['uuid']}" for row in held["results"][:20]],
            "counts": ["/api/v1/reports/overview/counts"],
        },
        notes={"rows there": held.get("total")},
    )


def measured(system: System, rate: float, seconds: float) -> dict[str, Any]:
    result: dict[str, Any] = dict(system.notes)
    for name, paths in system.paths.items():
        for path in paths[:3]:
            status, body = get(system.port, path, system.headers)
            if status != 200:
                raise NotHere(f"{path} answers {status}: {body[:200]!r}")
        requests = [
            whole(system.port, "GET", paths[number % len(paths)], system.headers)
            for number in range(max(1, int(rate * seconds)))
        ]
        answers = offer(system.port, requests, rate, CONNECTIONS, 60)
        wrong = sum(status != 200 for status in answers.status)
        spread = Spread.of(answers.milliseconds)
        result[name] = {"p50 ms": spread.median, "p99 ms": spread.p99, "refused": wrong}
    if system.create is not None:
        result["created until listed"] = created_until_listed(system)
    return result


def created_until_listed(system: System) -> dict[str, Any]:
    """Milliseconds from the moment of a creating request until the list shows it, asked again and again."""
    assert system.create is not None
    times, missing = [], 0
    for number in range(CREATED):
        request, shown = system.create(number)
        # JSON may escape what is not ASCII.
        wanted = (shown.encode(), json.dumps(shown)[1:-1].encode())
        began = time.perf_counter()
        offer(system.port, [request], 1e9, 1, 30)
        while True:
            _, body = get(system.port, system.newest, {**system.headers, "Accept-Encoding": "identity"})
            waited = time.perf_counter() - began
            if any(words in body for words in wanted):
                times.append(waited * 1000)
                break
            if waited > LISTED_SECONDS:
                missing += 1
                break
    spread = Spread.of(times or [float("nan")])
    return {"p50 ms": spread.median, "p99 ms": spread.p99, "not listed": missing}


def compared(our: Mapping[str, Any], their: Mapping[str, Any]) -> dict[str, Any]:
    rows = {}
    for name, row in our.items():
        if not isinstance(row, dict):
            continue
        other = their.get(name)
        if other is None:
            rows[name] = {"ours p50": row["p50 ms"], "theirs p50": "does not have it"}
            continue
        rows[name] = {
            "ours p50": row["p50 ms"],
            "theirs p50": other["p50 ms"],
            "ratio": round(other["p50 ms"] / row["p50 ms"], 2) if row["p50 ms"] else None,
            "ours p99": row["p99 ms"],
            "theirs p99": other["p99 ms"],
        }
    return rows


PEERS = {"django-helpdesk": django_helpdesk, "libredesk": libredesk}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--rate", type=float, default=2.0, help="requests a second of each kind")
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args()
    result: dict[str, Any] = conditions() | {"requests": given.requests, "offered a second": given.rate}
    with ours(given.requests) as system:
        our = measured(system, given.rate, given.seconds)
    result["ours"] = our
    for name, peer in PEERS.items():
        try:
            with peer(given.requests) as system:
                result[name] = compared(our, measured(system, given.rate, given.seconds))
        except NotHere as reason:
            result[name] = f"could not be started: {reason}"
    result["load_after"] = round(os.getloadavg()[0], 1)
    publish("peers", result)


if __name__ == "__main__":
    main()
