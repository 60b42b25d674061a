"""Start a sandbox for a test: a real process on a free port, ended with the block."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

Json = dict[str, Any]
_ROOT = Path(__file__).resolve().parent.parent
_PATIENCE = 120.0
_READY = re.compile(r"listens on http://[^:]+:(\d+)")


class SandboxProcess:
    """A running server. `url` has no slash at the end; `control` speaks to the control API."""

    def __init__(self, options: list[str]) -> None:
        self._options = options
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None
        handle, name = tempfile.mkstemp(prefix="sandbox-", suffix=".log")
        os.close(handle)
        self._log = Path(name)
        self._client: httpx.Client | None = None
        try:
            self.start()
        except BaseException:
            self.kill()
            raise

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None  # noqa: S101
        return self._process.pid

    def start(self) -> None:
        """Start (again, on the same port). Raises RuntimeError when the server does not come up."""
        command = [sys.executable, "-m", "sandbox", "--port", str(self.port), *self._options]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(command, cwd=_ROOT, stderr=log, stdout=log)  # noqa: S603
        deadline = time.monotonic() + _PATIENCE
        while (ready := _READY.search(self._log.read_text(encoding="utf-8"))) is None:
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the sandbox did not start: {self._log.read_text(encoding='utf-8')}")
            time.sleep(0.02)
        self.port = int(ready.group(1))
        self._client = httpx.Client(base_url=self.url, timeout=60)

    def kill(self) -> None:
        """`kill -9`, as a crash would."""
        self._end(hard=True)

    def stop(self) -> None:
        self._end(hard=False)

    def _end(self, *, hard: bool) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None
        if self._process is None:
            return
        if hard:
            self._process.kill()
        else:
            self._process.terminate()
        self._process.wait(timeout=60)
        self._process = None

    def close(self) -> None:
        """Stop for good and remove the log."""
        self.stop()
        self._log.unlink(missing_ok=True)

    @property
    def http(self) -> httpx.Client:
        """A client whose base address is the server."""
        if self._client is None:
            raise RuntimeError("the sandbox is not running")
        return self._client

    def control(self, method: str, path: str, body: Json | list[Json] | None = None, **query: Any) -> Json:
        """Call `/_control<path>`. Raises httpx.HTTPStatusError when it is refused."""
        response = self.http.request(method, f"/_control{path}", json=body, params=query)
        response.raise_for_status()
        answer: Json = response.json()
        return answer

    def sent(self, account: str = "") -> list[Json]:
        """What brands really published, oldest first."""
        return list(self.control("GET", "/sent", account=account)["sent"])

    def calls(self, since: int = 0) -> list[Json]:
        return list(self.control("GET", "/calls", since=since)["call"])

    def violations(self) -> list[Json]:
        return list(self.control("GET", "/violations")["violation"])

    def accounts(self) -> dict[str, Json]:
        """All accounts by their callback key."""
        response = self.http.get("/_control/accounts")
        return {account["callback_key"]: account for account in response.json()}


@contextmanager
def start_sandbox(
    *,
    data: Path | None = None,
    callback_base: str = "http://127.0.0.1:9",
    scenario: str = "none",
    profile: str = "demo",
    corpus: Path | None = None,
    corpus_rate: float = 50.0,
    seed: int = 7,
    extra: tuple[str, ...] = (),
) -> Iterator[SandboxProcess]:
    """A sandbox on a free port; without `scenario="telecom"` nobody writes unless asked."""
    options = [
        "--patience",
        "0",
        "--scenario",
        scenario,
        "--profile",
        profile,
        "--callback-base",
        callback_base,
        "--seed",
        str(seed),
    ]
    if data is not None:
        options += ["--data", str(data)]
    if corpus is not None:
        options += ["--corpus", str(corpus), "--corpus-rate", str(corpus_rate)]
    server = SandboxProcess([*options, *extra])
    try:
        yield server
    finally:
        server.close()
