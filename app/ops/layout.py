"""Where an installation keeps its files, below DATA_DIR."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# A Unix socket's address holds 108 bytes on Linux and 104 on macOS, the closing zero included.
LONGEST_SOCKET_PATH = 100

WEB_SOCKET = "WEB_SOCKET"
"""The environment's name for where the web process takes connections over from the door; without it, it
listens at the port itself."""


@dataclass(frozen=True)
class Layout:
    """All paths are absolute; `create()` makes the folders, private to the user."""

    data_dir: Path

    @property
    def run(self) -> Path:
        """Lock, generated supervisor configuration: worthless after a stop."""
        return self.data_dir / "run"

    @property
    def metrics(self) -> Path:
        """Figures of the processes that run; emptied by each start."""
        return self.run / "metrics"

    @property
    def logs(self) -> Path:
        return self.data_dir / "logs"

    @property
    def queue(self) -> Path:
        """The queue server's append-only file."""
        return self.data_dir / "valkey"

    @property
    def sandbox(self) -> Path:
        return self.data_dir / "sandbox"

    @property
    def secrets(self) -> Path:
        return self.data_dir / "secrets.env"

    @property
    def queue_socket(self) -> Path:
        return self.socket("valkey")

    @property
    def supervisor_socket(self) -> Path:
        return self.socket("supervisor")

    @property
    def web_socket(self) -> Path:
        return self.socket("web")

    def socket(self, name: str) -> Path:
        """DATA_DIR/<name>.sock, or a private temporary folder's when the system could not address that."""
        wanted = self.data_dir / f"{name}.sock"
        if len(os.fsencode(wanted)) <= LONGEST_SOCKET_PATH:
            return wanted
        digest = hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"lingke-{os.getuid()}-{digest}" / f"{name}.sock"

    def create(self) -> None:
        """Make the folders. Raises OSError when one cannot be made or used, or belongs to somebody else."""
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (self.run, self.metrics, self.logs, self.queue, self.sandbox, self.queue_socket.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.queue_socket.parent.stat().st_uid != os.getuid():
            raise PermissionError(f"{self.queue_socket.parent} belongs to another user")
