"""A real S3 server that verifies signatures: rclone's, over a folder."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.servers import unused_port
from tests.support.stack import status_of, wait_for

KEY, SECRET = "a-key", "a-secret-that-is-long-enough"
BUCKET = "lingke-files"


@dataclass(frozen=True)
class BucketServer:
    port: int
    folder: Path

    def settings(self, **overrides: str) -> dict[str, str]:
        """What an installation is told to keep its files there."""
        return {
            "files_bucket_url": f"http://127.0.0.1:{self.port}/{BUCKET}",
            "files_bucket_key": KEY,
            "files_bucket_secret": SECRET,
            **overrides,
        }

    def objects(self) -> list[Path]:
        return sorted(path for path in (self.folder / BUCKET).rglob("*") if path.is_file())


@contextmanager
def running_bucket_server(folder: Path, port: int | None = None) -> Iterator[BucketServer]:
    (folder / BUCKET).mkdir(parents=True, exist_ok=True)
    port = port or unused_port()
    command = [
        str(Path(sys.executable).with_name("rclone")),
        "serve",
        "s3",
        str(folder),
        *("--addr", f"127.0.0.1:{port}"),
        *("--auth-key", f"{KEY},{SECRET}"),
        # An object that another process has just written is seen at once.
        *("--vfs-cache-mode", "off", "--dir-cache-time", "0s", "--config", str(folder / "none.conf")),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert wait_for(lambda: status_of(f"http://127.0.0.1:{port}/") != 0)
        yield BucketServer(port, folder)
    finally:
        process.kill()
        process.wait()
